/* update.c - what clients are sent: the kind of change, paths, a report */
#include <string.h>

#include "base/str.h"
#include "base/utf8.h"
#include "push/update.h"

void
update_init(struct update *update)
{
	*update = (struct update){ .paths = { .max = UPDATE_BYTES },
		.report = { .max = UPDATE_REPORT + CHANGELIST_RECORD + 1 } };
}

void
update_free(struct update *update)
{
	buf_free(&update->paths);
	buf_free(&update->report);
	update_init(update);
}

/* Styles and images are put into a page in place, anything else reloads it. */
static enum update_kind
kind_of(const char *path, size_t n)
{
	static const char *const styles[] = { "css", "map", "scss", "sass",
		"less", "styl", "png", "jpg", "jpeg", "gif", "svg", "webp",
		"avif", "ico" };
	size_t i, len;

	for (i = 0; i < sizeof styles / sizeof styles[0]; i++) {
		len = strlen(styles[i]);
		if (n > len && path[n - len - 1] == '.' &&
		    str_is(path + n - len, len, styles[i]))
			return UPDATE_STYLE;
	}
	return UPDATE_RELOAD;
}

static void
raise_to(struct update *update, enum update_kind kind)
{
	if (kind > update->kind)
		update->kind = kind;
}

void
update_some(struct update *update, enum update_kind kind)
{
	raise_to(update, kind);
	update->unknown = true;
	update->npaths = 0;
	buf_free(&update->paths);
}

const char *
update_next_path(const struct update *update, const char *path)
{
	const char *end;

	if (update->paths.len == 0)
		return NULL;
	end = (const char *)buf_head(&update->paths) + update->paths.len;
	path = path == NULL ? (const char *)buf_head(&update->paths)
			    : path + strlen(path) + 1;
	return path < end ? path : NULL;
}

static bool
is_known(const struct update *update, const char *path, size_t n)
{
	const char *p;

	for (p = NULL; (p = update_next_path(update, p)) != NULL;)
		if (strncmp(p, path, n) == 0 && p[n] == '\0')
			return true;
	return false;
}

static bool
is_utf8(const char *path, size_t n)
{
	struct utf8 u = { 0 };

	return utf8_feed(&u, path, n) == n && utf8_whole(&u);
}

void
update_path(struct update *update, const char *path, size_t n)
{
	if (n == 0 || memchr(path, '\0', n) != NULL || !is_utf8(path, n)) {
		update_some(update, UPDATE_RELOAD);
		return;
	}
	raise_to(update, kind_of(path, n));
	if (update->unknown || is_known(update, path, n))
		return;
	if (++update->npaths > UPDATE_PATHS ||
	    buf_put(&update->paths, path, n) < 0 ||
	    buf_put(&update->paths, "", 1) < 0)
		update_some(update, update->kind);
}

/* The last lines are kept whole, as far as they are no longer than all. */
static void
put_line(struct buf *report, const char *text, size_t n)
{
	const unsigned char *line;
	size_t cut;

	if (buf_put(report, text, n) < 0 || buf_put(report, "\n", 1) < 0 ||
	    report->len <= UPDATE_REPORT)
		return;
	cut = report->len - UPDATE_REPORT;
	line = memchr(buf_head(report) + cut - 1, '\n', report->len - cut);
	if (line != NULL)
		cut = (size_t)(line - buf_head(report)) + 1;
	buf_drop(report, cut);
}

bool
update_record(struct update *update, const struct changelist_record *record)
{
	switch (record->kind) {
	case CHANGELIST_PATH:
		update_path(update, record->text, record->n);
		break;
	case CHANGELIST_REPORT:
		put_line(&update->report, record->text, record->n);
		break;
	case CHANGELIST_ANY:
		update_some(update, UPDATE_RELOAD);
		break;
	case CHANGELIST_END:
		return true;
	case CHANGELIST_MORE:
		return false;
	}
	update->lettered = true;
	return false;
}

void
update_read(struct update *update, void *list, size_t n)
{
	struct changelist_reader reader;
	struct changelist_record record;
	size_t used;
	char *p;

	changelist_begin(
	    &reader, n > 0 && memchr(list, '\0', n) != NULL ? '\0' : '\n');
	for (p = list; n > 0; p += used, n -= used) {
		used = changelist_feed(&reader, p, n, &record);
		update_record(update, &record);
	}
	changelist_finish(&reader, &record);
	update_record(update, &record);
	if (!update->lettered)
		update_some(update, UPDATE_RELOAD);
}

const char *
update_word(enum update_kind kind)
{
	static const char *const words[] = { [UPDATE_NONE] = "none",
		[UPDATE_STYLE] = "style",
		[UPDATE_RELOAD] = "reload" };

	return words[kind];
}

const char *
update_subject(const struct update *update)
{
	const char *path;

	path = update_next_path(update, NULL);
	return path != NULL && update_next_path(update, path) == NULL
	    ? path
	    : update_word(update->kind);
}
