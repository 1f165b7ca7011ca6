/* news.c - what listeners are told: what kind, which paths, which report */
#include <string.h>

#include "base/str.h"
#include "base/utf8.h"
#include "push/news.h"

void
news_init(struct news *news)
{
	*news = (struct news){ .paths = { .max = NEWS_BYTES },
		.report = { .max = NEWS_REPORT + CHANGELIST_RECORD + 1 } };
}

void
news_free(struct news *news)
{
	buf_free(&news->paths);
	buf_free(&news->report);
	news_init(news);
}

/* Styles and images are put into a page in place, anything else reloads it. */
static enum news_kind
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
			return NEWS_STYLE;
	}
	return NEWS_RELOAD;
}

static void
raise_to(struct news *news, enum news_kind kind)
{
	if (kind > news->kind)
		news->kind = kind;
}

void
news_some(struct news *news, enum news_kind kind)
{
	raise_to(news, kind);
	news->unknown = true;
	news->npaths = 0;
	buf_free(&news->paths);
}

const char *
news_next_path(const struct news *news, const char *path)
{
	const char *end;

	if (news->paths.len == 0)
		return NULL;
	end = (const char *)buf_head(&news->paths) + news->paths.len;
	path = path == NULL ? (const char *)buf_head(&news->paths)
			    : path + strlen(path) + 1;
	return path < end ? path : NULL;
}

static bool
is_known(const struct news *news, const char *path, size_t n)
{
	const char *p;

	for (p = NULL; (p = news_next_path(news, p)) != NULL;)
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
news_path(struct news *news, const char *path, size_t n)
{
	if (n == 0 || memchr(path, '\0', n) != NULL || !is_utf8(path, n)) {
		news_some(news, NEWS_RELOAD);
		return;
	}
	raise_to(news, kind_of(path, n));
	if (news->unknown || is_known(news, path, n))
		return;
	if (++news->npaths > NEWS_PATHS || buf_put(&news->paths, path, n) < 0 ||
	    buf_put(&news->paths, "", 1) < 0)
		news_some(news, news->kind);
}

/* The last lines are kept whole, as far as they are no longer than all. */
static void
put_line(struct buf *report, const char *text, size_t n)
{
	const unsigned char *line;
	size_t cut;

	if (buf_put(report, text, n) < 0 || buf_put(report, "\n", 1) < 0 ||
	    report->len <= NEWS_REPORT)
		return;
	cut = report->len - NEWS_REPORT;
	line = memchr(buf_head(report) + cut - 1, '\n', report->len - cut);
	if (line != NULL)
		cut = (size_t)(line - buf_head(report)) + 1;
	buf_drop(report, cut);
}

bool
news_record(struct news *news, const struct changelist_record *record)
{
	switch (record->kind) {
	case CHANGELIST_PATH:
		news_path(news, record->text, record->n);
		break;
	case CHANGELIST_REPORT:
		put_line(&news->report, record->text, record->n);
		break;
	case CHANGELIST_ANY:
		news_some(news, NEWS_RELOAD);
		break;
	case CHANGELIST_END:
		return true;
	case CHANGELIST_MORE:
		return false;
	}
	news->lettered = true;
	return false;
}

void
news_read(struct news *news, void *list, size_t n)
{
	struct changelist_reader reader;
	struct changelist_record record;
	size_t used;
	char *p;

	changelist_begin(
	    &reader, n > 0 && memchr(list, '\0', n) != NULL ? '\0' : '\n');
	for (p = list; n > 0; p += used, n -= used) {
		used = changelist_feed(&reader, p, n, &record);
		news_record(news, &record);
	}
	changelist_finish(&reader, &record);
	news_record(news, &record);
	if (!news->lettered)
		news_some(news, NEWS_RELOAD);
}

const char *
news_word(enum news_kind kind)
{
	static const char *const words[] = { [NEWS_NONE] = "none",
		[NEWS_STYLE] = "style",
		[NEWS_RELOAD] = "reload" };

	return words[kind];
}

const char *
news_subject(const struct news *news)
{
	const char *path;

	path = news_next_path(news, NULL);
	return path != NULL && news_next_path(news, path) == NULL
	    ? path
	    : news_word(news->kind);
}
