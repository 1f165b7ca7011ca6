/* changelist.c - the change list, as pipes, requests and mailboxes carry it */
#include <stdbool.h>
#include <string.h>

#include "notify/changelist.h"

enum {
	MARK = 2, /* bytes of "! " and of "./" */
	LINE = LIST_RECORD - MARK /* bytes of a line of a report */
};

/* ---- writing ---- */

/* Append all of the record, or nothing if it does not fit. */
static int
put_record(
    struct buf *b, const char *mark, const char *text, size_t n, char end)
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
list_put_any(struct buf *b, char end)
{
	return put_record(b, "", "*", 1, end);
}

int
list_put_end(struct buf *b, char end)
{
	return put_record(b, "", "", 0, end);
}

int
list_put_path(struct buf *b, const char *path, char end)
{
	bool marked;
	size_t n;

	n = strlen(path);
	marked = *path == '!' || *path == '*' || strcmp(path, "-") == 0;
	if (n == 0 || n > LIST_RECORD - (marked ? MARK : 0) ||
	    (end != '\0' && memchr(path, end, n) != NULL))
		return list_put_any(b, end);
	return put_record(b, marked ? "./" : "", path, n, end);
}

int
list_put_report(struct buf *b, const char *text, size_t n, char end)
{
	size_t before, i, len;

	before = b->len;
	for (i = 0; i < n; i += len) {
		for (len = 0; len < LINE && i + len < n; len++)
			if (text[i + len] == '\n' || text[i + len] == end)
				break;
		if (put_record(b, "! ", text + i, len, end) < 0) {
			b->len = before;
			return -1;
		}
		if (i + len < n &&
		    (text[i + len] == '\n' || text[i + len] == end))
			len++;
	}
	return 0;
}

/* ---- reading ---- */

void
list_begin(struct list_reader *r, char end)
{
	r->end = end;
	r->len = 0;
}

static void
keep_bytes(struct list_reader *r, const void *bytes, size_t n)
{
	size_t room;

	room = r->len < LIST_RECORD ? LIST_RECORD - r->len : 0;
	if (n > 0 && room > 0)
		memcpy(r->text + r->len, bytes, n < room ? n : room);
	r->len += n;
}

/* Parse a record without its end; a NUL is put after it, or where it is cut. */
static struct list_record
parse_record(char *text, size_t n, char end)
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
		keep_bytes(r, bytes, n);
		return n;
	}
	len = (size_t)(stop - (char *)bytes);
	if (r->len > 0) {
		keep_bytes(r, bytes, len);
		list_finish(r, record);
	} else
		*record = parse_record(bytes, len, r->end);
	return len + 1;
}

void
list_finish(struct list_reader *r, struct list_record *record)
{
	*record = (struct list_record){ .kind = LIST_MORE };
	if (r->len > 0)
		*record = parse_record(r->text, r->len, r->end);
	r->len = 0;
}
