#define _POSIX_C_SOURCE 200809L
/* listing.c - what is in a directory, as the rest of a page */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http.h"
#include "listing.h"

/* a name's first byte tells a directory, '/', from a file, ' ' */
struct names {
	char **name;
	size_t n;
};

int
listing_text(struct buf *b, const char *s, size_t n)
{
	size_t i;
	int r;

	for (i = 0, r = 0; i < n && r == 0; i++)
		switch (s[i]) {
		case '<':
			r = buf_puts(b, "&lt;");
			break;
		case '&':
			r = buf_puts(b, "&amp;");
			break;
		case '"':
			r = buf_puts(b, "&quot;");
			break;
		default:
			r = buf_put(b, s + i, 1);
		}
	return r;
}

static int
by_name(const void *a, const void *b)
{
	const char *const *x, *const *y;

	x = a;
	y = b;
	if ((*x)[0] != (*y)[0])
		return (*x)[0] == '/' ? -1 : 1;
	return strcmp(*x, *y);
}

static void
names_free(struct names *list)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		free(list->name[i]);
	free(list->name);
}

/* one entry, if it may be seen; -1 if memory is out */
static int
names_add(struct names *list, const struct root *root, const char *path,
    const char *name)
{
	char whole[ROOT_PATH];
	struct stat st;
	char *copy;
	int n;

	n = snprintf(whole, sizeof whole, "%s/%s", path, name);
	if (name[0] == '.' || n < 0 || (size_t)n >= sizeof whole ||
	    root_stat(root, whole, &st) < 0)
		return 0;
	copy = malloc(strlen(name) + 2);
	if (copy == NULL)
		return -1;
	copy[0] = S_ISDIR(st.st_mode) ? '/' : ' ';
	memcpy(copy + 1, name, strlen(name) + 1);
	list->name[list->n++] = copy;
	return 0;
}

static int
names_read(struct names *list, const struct root *root, int fd,
    const char *path, size_t max)
{
	struct dirent *entry;
	DIR *dir;
	int r;

	*list = (struct names){ malloc((max + 1) * sizeof *list->name), 0 };
	dir = list->name == NULL ? NULL : fdopendir(fd);
	if (dir == NULL) {
		close(fd);
		free(list->name);
		return -1;
	}
	r = 0;
	while (r == 0 && list->n < max && (entry = readdir(dir)) != NULL)
		r = names_add(list, root, path, entry->d_name);
	closedir(dir);
	if (r < 0)
		names_free(list);
	else
		qsort(list->name, list->n, sizeof *list->name, by_name);
	return r;
}

/* "./" in front: a name may look like a scheme */
static int
put_entry(struct buf *b, const char *name)
{
	const char *end;

	end = name[0] == '/' ? "/" : "";
	name++;
	if (buf_puts(b, "<li><a href=\"./") < 0 ||
	    http_escape(b, name, strlen(name)) < 0 ||
	    buf_printf(b, "%s\">", end) < 0 ||
	    listing_text(b, name, strlen(name)) < 0)
		return -1;
	return buf_printf(b, "%s</a></li>\n", end);
}

int
listing_put(struct buf *b, const struct root *root, int fd, const char *path,
    size_t max)
{
	struct names list;
	size_t i;
	int r;

	if (names_read(&list, root, fd, path, max) < 0)
		return -1;
	buf_puts(b, "\n<title>/");
	listing_text(b, path, strlen(path));
	buf_puts(b, "</title>\n</head>\n<body>\n<h1>/");
	listing_text(b, path, strlen(path));
	buf_puts(b, "</h1>\n<ul>\n");
	r = *path == '\0' ? 0
			  : buf_puts(b, "<li><a href=\"../\">../</a></li>\n");
	for (i = 0; i < list.n && r == 0; i++)
		r = put_entry(b, list.name[i]);
	names_free(&list);
	return r < 0 ? -1 : buf_puts(b, "</ul>\n</body>\n</html>\n");
}
