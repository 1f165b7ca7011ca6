/* news.c - what listeners are told, and the generation that counts it */
#include <inttypes.h>
#include <stdio.h>

#include "news.h"

enum news_kind
news_merge(enum news_kind a, enum news_kind b)
{
	return a > b ? a : b;
}

const char *
news_word(enum news_kind kind)
{
	static const char *const words[] = { [NEWS_NONE] = "none",
		[NEWS_STYLE] = "style",
		[NEWS_RELOAD] = "reload" };

	return words[kind];
}

void
news_next(struct generation *g, enum news_kind kind, int64_t now)
{
	g->n++;
	if (kind != NEWS_STYLE)
		g->reload = g->n;
	g->since = now;
}

void
news_name(const struct generation *g, char name[NEWS_NAME])
{
	snprintf(name, NEWS_NAME, "%08" PRIx32 "-%" PRIu64, g->boot, g->n);
}

int64_t
news_age(const struct generation *g, int64_t now)
{
	return now > g->since ? now - g->since : 0;
}
