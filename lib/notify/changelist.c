/* changelist.c - the change list: one format for pipes, bodies and the letter box */
#include <stdbool.h>
#include <string.h>

#include "notify/changelist.h"

enum {
	MARK = 2, /* "! " or "./" */
	LINE = LIST_RECORD - MARK /* of a report */
};

/* ---- to write ---- */

int
list_put_any(struct buf *b, char end)
{
	const char record[] = { '*', end };

	return buf_put(b, record, sizeof record);
}

int
list_put_end(struct buf *b, char end)
{
	return buf_put(b, &end, 1);
}

/* the mark, the text and the end; nothing of it where not all fits */
static int
put(struct buf *b, const char *mark, const char *text, size_t n, char end)
{
	size_t marked;
	char *room;

	marked = strlen(mark);
	room = buf_room(b, marked + n + 1);
	if (room == NULL)
		return -1;
	memcpy(room, mark, marked);
	memcpy(room + marked, text, n);
	room[marked + n] = end;
	buf_added(b, marked + n + 1);
	return 0;
}

int
list_put_path(struct buf *b, const char *path, char end)
{
	bool odd;
	size_t n;

	n = strlen(path);
	odd = *path == '!' || *path == '*' || strcmp(path, "-") == 0;
	if (n == 0 || n > LIST_RECORD - (odd ? MARK : 0) ||
	    (end != '\0' && memchr(path, end, n) != NULL))
		return list_put_any(b, end);
	return put(b, odd ? "./" : "", path, n, end);
}

/* the bytes of the first line, and in *skip those of its end */
static size_t
line(const char *text, size_t n, char end, size_t *skip)
{
	size_t len;

	*skip = 0;
	for (len = 0; len < n && text[len] != '\n' && text[len] != end; len++)
		if (len == LINE)
			return len;
	if (len < n)
		*skip = 1;
	return len;
}

int
list_put_report(struct buf *b, const char *text, size_t n, char end)
{
	size_t before, len, skip;

	before = b->len;
	for (; n > 0; text += len + skip, n -= len + skip) {
		len = line(text, n, end, &skip);
		if (put(b, "! ", text, len, end) < 0) {
			b->len = before;
			return -1;
		}
	}
	return 0;
}

/* ---- to read ---- */

void
list_begin(struct list_reader *r, char end)
{
	r->end = end;
	r->len = 0;
}

static void
keep(struct list_reader *r, const void *bytes, size_t n)
{
	size_t room;

	room = r->len < LIST_RECORD ? LIST_RECORD - r->len : 0;
	if (n > 0 && room > 0)
		memcpy(r->text + r->len, bytes, n < room ? n : room);
	r->len += n;
}

/* a record as it came, with room for a NUL at its end or at LIST_RECORD */
static struct list_record
parse(char *text, size_t n, char end)
{
	bool cut;

	cut = n > LIST_RECORD;
	if (cut)
		n = LIST_RECORD;
	text[n] = '\0';
	if (n == 0)
		return (struct list_record){ LIST_END, text, 0 };
	if (*text == '!') {
		text++, n--;
		if (*text == ' ')
			text++, n--;
		return (struct list_record){ LIST_REPORT, text, n };
	}
	/* No path holds a NUL. */
	if (*text == '*' || cut ||
	    (end != '\0' && memchr(text, '\0', n) != NULL))
		return (struct list_record){ LIST_ANY, text + n, 0 };
	return (struct list_record){ LIST_PATH, text, n };
}

size_t
list_feed(
    struct list_reader *r, void *bytes, size_t n, struct list_record *record)
{
	char *stop;
	size_t len;

	*record = (struct list_record){ .kind = LIST_MORE };
	stop = n == 0 ? NULL : memchr(bytes, r->end, n);
	if (stop == NULL) {
		keep(r, bytes, n);
		return n;
	}
	len = (size_t)(stop - (char *)bytes);
	if (r->len > 0) {
		keep(r, bytes, len);
		list_finish(r, record);
	} else
		*record = parse(bytes, len, r->end);
	return len + 1;
}

void
list_finish(struct list_reader *r, struct list_record *record)
{
	*record = (struct list_record){ .kind = LIST_MORE };
	if (r->len > 0)
		*record = parse(r->text, r->len, r->end);
	r->len = 0;
}
