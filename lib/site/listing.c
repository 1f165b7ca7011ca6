#define _POSIX_C_SOURCE 200809L
/* listing.c - the entries of a directory as a page */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/utf8.h"
#include "http/request.h"
#include "os/os.h"
#include "site/listing.h"

enum {
	ENTRY_BYTES = 4096, /* as much as a row of the list can take */
	STAMP = 32 /* bytes of a time */
};

struct entry {
	char *name;
	bool dir;
	int64_t size;
	int64_t mtime; /* s since 1970 */
};

struct list {
	struct entry *entry;
	size_t n, cap;
	bool more; /* there were more of them than were wanted */
};

static const char style[] =
    "</title>\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<style>\n"
    "body { font: 1em/1.5 sans-serif; margin: 1em; color-scheme: light dark; }\n"
    "h1 { font-size: 1.2em; overflow-wrap: anywhere; }\n"
    "th { text-align: left; font-weight: normal; }\n"
    "th, td { padding: 0 1em 0 0; vertical-align: top; }\n"
    "td:first-child { overflow-wrap: anywhere; }\n"
    "td + td { white-space: nowrap; font-variant-numeric: tabular-nums; }\n"
    "td:nth-child(2) { text-align: right; }\n"
    "</style>\n"
    "</head>\n"
    "<body>\n"
    "<h1>/";

static const char head[] =
    "</h1>\n"
    "<table>\n"
    "<tr><th>Name</th><th>Bytes</th><th>Changed, UTC</th></tr>\n";

static const char up[] = "<tr><td><a href=\"../\">../</a></td></tr>\n";

static const char end[] = "</table>\n</body>\n</html>\n";

static const char more[] = "</table>\n"
			   "<p>There is more than is listed here.</p>\n"
			   "</body>\n"
			   "</html>\n";

int
listing_text(struct buf *b, const char *s, size_t n)
{
	size_t i, len;
	int r;

	for (i = 0, r = 0; i < n && r == 0; i += len) {
		len = utf8_length(s + i, n - i);
		if (len == 0 || (unsigned char)s[i] < ' ' || s[i] == 0x7f) {
			r = buf_puts(b, "\xef\xbf\xbd");
			len = 1;
		} else if (s[i] == '<') {
			r = buf_puts(b, "&lt;");
		} else if (s[i] == '&') {
			r = buf_puts(b, "&amp;");
		} else if (s[i] == '"') {
			r = buf_puts(b, "&quot;");
		} else {
			r = buf_put(b, s + i, len);
		}
	}
	return r;
}

/* directories first */
static int
by_name(const void *a, const void *b)
{
	const struct entry *x, *y;

	x = a;
	y = b;
	if (x->dir != y->dir)
		return x->dir ? -1 : 1;
	return strcmp(x->name, y->name);
}

static void
list_free(struct list *list)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		free(list->entry[i].name);
	free(list->entry);
}

static int
list_add(struct list *list, const char *name, const struct stat *st)
{
	struct entry *bigger;
	size_t cap;
	char *copy;

	if (list->n == list->cap) {
		cap = list->cap == 0 ? 64 : list->cap * 2;
		bigger = realloc(list->entry, cap * sizeof *bigger);
		if (bigger == NULL)
			return -1;
		list->entry = bigger;
		list->cap = cap;
	}
	copy = strdup(name);
	if (copy == NULL)
		return -1;
	list->entry[list->n++] = (struct entry){ .name = copy,
		.dir = S_ISDIR(st->st_mode),
		.size = st->st_size,
		.mtime = (int64_t)st->st_mtime };
	return 0;
}

static DIR *
open_list(int dir)
{
	DIR *d;
	int fd;

	fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	d = fdopendir(fd);
	if (d == NULL)
		close(fd);
	return d;
}

static int
list_read(struct list *list, const struct docroot *root, int dir,
    const char *path, size_t max)
{
	struct dirent *entry;
	struct stat st;
	DIR *d;
	int r;

	*list = (struct list){ .n = 0 };
	d = open_list(dir);
	if (d == NULL)
		return -1;
	for (r = 0; r == 0 && (entry = readdir(d)) != NULL;) {
		if (docroot_look(root, dir, path, entry->d_name, &st) < 0)
			continue;
		list->more = list->n == max;
		if (list->more)
			break;
		r = list_add(list, entry->d_name, &st);
	}
	closedir(d);
	if (r < 0)
		list_free(list);
	else if (list->n > 0)
		qsort(list->entry, list->n, sizeof *list->entry, by_name);
	return r;
}

/* "./" in front: a name may look like a scheme */
static int
put_entry(struct buf *b, const struct entry *e)
{
	char stamp[STAMP] = "";
	struct tm tm;
	time_t t;

	t = (time_t)e->mtime;
	if (gmtime_r(&t, &tm) != NULL)
		strftime(stamp, sizeof stamp, "%Y-%m-%d %H:%M:%S", &tm);
	if (buf_puts(b, "<tr><td><a href=\"./") < 0 ||
	    request_escape(b, e->name, strlen(e->name)) < 0 ||
	    buf_puts(b, e->dir ? "/\">" : "\">") < 0 ||
	    listing_text(b, e->name, strlen(e->name)) < 0 ||
	    buf_puts(b, e->dir ? "/</a></td><td>" : "</a></td><td>") < 0 ||
	    (!e->dir && buf_printf(b, "%lld", (long long)e->size) < 0))
		return -1;
	return buf_printf(b, "</td><td>%s</td></tr>\n", stamp);
}

static int
put_list(struct buf *b, const struct list *list, const char *path)
{
	size_t i;

	if (buf_puts(b, "\n<title>/") < 0 ||
	    listing_text(b, path, strlen(path)) < 0 || buf_puts(b, style) < 0 ||
	    listing_text(b, path, strlen(path)) < 0 || buf_puts(b, head) < 0 ||
	    (*path != '\0' && buf_puts(b, up) < 0))
		return -1;
	for (i = 0; i < list->n && b->max - b->len > 2 * ENTRY_BYTES; i++)
		if (put_entry(b, &list->entry[i]) < 0)
			return -1;
	if (list->more || i < list->n)
		return buf_puts(b, more);
	return buf_puts(b, end);
}

int
listing_put(struct buf *b, const struct docroot *root, int dir,
    const char *path, size_t max)
{
	struct list list;
	int r;

	if (list_read(&list, root, dir, path, max) < 0)
		return -1;
	r = put_list(b, &list, path);
	list_free(&list);
	return r;
}
