#define _POSIX_C_SOURCE 200809L
/* changelist.c - the change list, as pipes, requests and mailboxes carry it */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "notify/changelist.h"

enum {
	MARK = 2, /* bytes of "! " and of "./" */
	LINE = CHANGELIST_RECORD - MARK /* bytes of a line of a report */
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
changelist_put_any(struct buf *b, char end)
{
	return put_record(b, "", "*", 1, end);
}

int
changelist_put_end(struct buf *b, char end)
{
	return put_record(b, "", "", 0, end);
}

int
changelist_put_path(struct buf *b, const char *path, char end)
{
	bool marked;
	size_t n;

	n = strlen(path);
	marked = *path == '!' || *path == '*' || strcmp(path, "-") == 0;
	if (n == 0 || n > CHANGELIST_RECORD - (marked ? MARK : 0) ||
	    (end != '\0' && memchr(path, end, n) != NULL))
		return changelist_put_any(b, end);
	return put_record(b, marked ? "./" : "", path, n, end);
}

int
changelist_put_report(struct buf *b, const char *text, size_t n, char end)
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
changelist_begin(struct changelist_reader *r, char end)
{
	r->end = end;
	r->len = 0;
}

static void
keep_bytes(struct changelist_reader *r, const void *bytes, size_t n)
{
	size_t room;

	room = r->len < CHANGELIST_RECORD ? CHANGELIST_RECORD - r->len : 0;
	if (n > 0 && room > 0)
		memcpy(r->text + r->len, bytes, n < room ? n : room);
	r->len += n;
}

/* Parse a record without its end; a NUL is put after it, or where it is cut. */
static struct changelist_record
parse_record(char *text, size_t n, char end)
{
	bool cut;

	cut = n > CHANGELIST_RECORD;
	if (cut)
		n = CHANGELIST_RECORD;
	text[n] = '\0';
	if (n == 0)
		return (struct changelist_record){ CHANGELIST_END, text, 0 };
	if (*text == '!') {
		text++, n--;
		if (*text == ' ')
			text++, n--;
		return (struct changelist_record){ CHANGELIST_REPORT, text, n };
	}
	/* No path holds a NUL. */
	if (*text == '*' || cut ||
	    (end != '\0' && memchr(text, '\0', n) != NULL))
		return (
		    struct changelist_record){ CHANGELIST_ANY, text + n, 0 };
	return (struct changelist_record){ CHANGELIST_PATH, text, n };
}

size_t
changelist_feed(struct changelist_reader *r, void *bytes, size_t n,
    struct changelist_record *record)
{
	char *stop;
	size_t len;

	*record = (struct changelist_record){ .kind = CHANGELIST_MORE };
	stop = n == 0 ? NULL : memchr(bytes, r->end, n);
	if (stop == NULL) {
		keep_bytes(r, bytes, n);
		return n;
	}
	len = (size_t)(stop - (char *)bytes);
	if (r->len > 0) {
		keep_bytes(r, bytes, len);
		changelist_finish(r, record);
	} else
		*record = parse_record(bytes, len, r->end);
	return len + 1;
}

void
changelist_finish(struct changelist_reader *r, struct changelist_record *record)
{
	*record = (struct changelist_record){ .kind = CHANGELIST_MORE };
	if (r->len > 0)
		*record = parse_record(r->text, r->len, r->end);
	r->len = 0;
}

int
changelist_read(struct changelist_reader *r, int fd,
    void (*each)(const struct changelist_record *record))
{
	char bytes[CHANGELIST_READ];
	struct changelist_record record;
	size_t off;
	ssize_t n;
	int error;

	n = read(fd, bytes, sizeof bytes);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 1;
	if (n <= 0) {
		error = errno;
		changelist_finish(r, &record);
		if (record.kind != CHANGELIST_MORE)
			each(&record);
		errno = error;
		return (int)n;
	}
	for (off = 0; off < (size_t)n;) {
		off += changelist_feed(
		    r, bytes + off, (size_t)n - off, &record);
		if (record.kind != CHANGELIST_MORE)
			each(&record);
	}
	return 1;
}
