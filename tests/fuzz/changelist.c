/* changelist.c - fuzz target: the change list, read and written */
#include "notify/changelist.h"
#include "fuzz.h"

enum { TOLD = 1 << 18 };

/* All records, written again. */
static struct buf whole = { .max = TOLD }, pieces = { .max = TOLD };

/* the same record as a line of a list, as far as it can be told */
static void
put_record(struct buf *b, const struct changelist_record *record)
{
	char *path;

	switch (record->kind) {
	case CHANGELIST_MORE:
		break;
	case CHANGELIST_PATH:
		must(record->n > 0 && record->n <= CHANGELIST_RECORD);
		must(record->text[record->n] == '\0');
		path = fuzz_copy(record->text, record->n + 1);
		must(strlen(path) == record->n);
		must(changelist_put_path(b, path, '\0') == 0);
		free(path);
		break;
	case CHANGELIST_REPORT:
		must(record->n < CHANGELIST_RECORD);
		/* a line without text needs its end to be one */
		must(changelist_put_report(b,
			 record->n == 0 ? "\n" : record->text,
			 record->n == 0 ? 1 : record->n, '\0') == 0);
		break;
	case CHANGELIST_ANY:
		must(changelist_put_any(b, '\0') == 0);
		break;
	case CHANGELIST_END:
		must(record->n == 0);
		must(changelist_put_end(b, '\0') == 0);
		break;
	}
}

static void
decode(const uint8_t *data, size_t n, char end, uint32_t seed, struct buf *b)
{
	static struct changelist_reader reader;
	struct changelist_record record;
	size_t piece, i, used;
	char *part;

	buf_drop(b, b->len);
	changelist_begin(&reader, end);
	for (; n > 0; data += piece, n -= piece) {
		piece = fuzz_piece(&seed, n);
		part = fuzz_copy(data, piece);
		for (i = 0; i < piece; i += used) {
			used = changelist_feed(
			    &reader, part + i, piece - i, &record);
			must(used > 0 && used <= piece - i);
			must(record.kind != CHANGELIST_MORE ||
			    used == piece - i);
			put_record(b, &record);
		}
		free(part);
	}
	changelist_finish(&reader, &record);
	put_record(b, &record);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	size_t before;
	char end, *copy;

	if (n == 0 || n > TOLD / 4)
		return 0;
	end = data[0] & 1 ? '\n' : '\0';
	decode(data + 1, n - 1, end, 0, &whole);
	decode(data + 1, n - 1, end, (uint32_t)data[0] << 1 | 1, &pieces);
	must(whole.len == pieces.len);
	must(whole.len == 0 ||
	    memcmp(buf_head(&whole), buf_head(&pieces), whole.len) == 0);
	/* what was written is read as the same */
	before = whole.len;
	copy = fuzz_copy(buf_head(&whole), before);
	decode((uint8_t *)copy, before, '\0', 1, &pieces);
	must(pieces.len == before);
	must(before == 0 || memcmp(copy, buf_head(&pieces), before) == 0);
	free(copy);
	return 0;
}
