/* generation.c - the last broadcast, and the generation that counts them */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "push/generation.h"

void
generation_init(struct generation *g, uint32_t boot, int64_t now)
{
	*g = (struct generation){ .boot = boot,
		.since = now,
		.report = { .max = UPDATE_REPORT + CHANGELIST_RECORD + 1 } };
	update_init(&g->last);
}

void
generation_free(struct generation *g)
{
	update_free(&g->last);
	buf_free(&g->report);
}

/* A letter without a report tells that all is well again. */
static void
add_report(struct generation *g, struct update *update)
{
	if (!update->lettered ||
	    (update->report.len == 0 && g->report.len == 0))
		return;
	buf_free(&g->report);
	g->report = update->report;
	update->report = (struct buf){ .max = g->report.max };
	g->reports++;
}

void
generation_add(struct generation *g, struct update *update, int64_t now)
{
	add_report(g, update);
	if (update->kind == UPDATE_NONE) {
		update_free(update);
		return;
	}
	g->n++;
	if (update->kind != UPDATE_STYLE)
		g->reload = g->n;
	g->since = now;
	update_free(&g->last);
	g->last = *update;
	update_init(update);
}

const struct update *
generation_since(const struct generation *g, uint64_t n)
{
	static const struct update any[] = {
		[UPDATE_STYLE] = { .kind = UPDATE_STYLE, .unknown = true },
		[UPDATE_RELOAD] = { .kind = UPDATE_RELOAD, .unknown = true }
	};

	if (g->n - n == 1)
		return &g->last;
	return &any[g->reload > n ? UPDATE_RELOAD : UPDATE_STYLE];
}

void
generation_name(const struct generation *g, char name[GENERATION_NAME])
{
	snprintf(
	    name, GENERATION_NAME, "%08" PRIx32 "-%" PRIu64, g->boot, g->n);
}

uint64_t
generation_find(const struct generation *g, const char *name, size_t len)
{
	char boot[GENERATION_NAME];
	int64_t n;
	size_t i;

	i = (size_t)snprintf(boot, sizeof boot, "%08" PRIx32 "-", g->boot);
	if (len <= i || len > i + 19 || memcmp(name, boot, i) != 0)
		return g->n;
	if (str_digits(name + i, len - i, &n) < len - i)
		return g->n;
	return (uint64_t)n < g->n ? (uint64_t)n : g->n;
}

int64_t
generation_age(const struct generation *g, int64_t now)
{
	return now > g->since ? now - g->since : 0;
}

int
generation_put(const struct generation *g, struct buf *b, int64_t now)
{
	char name[GENERATION_NAME];

	generation_name(g, name);
	return buf_printf(b,
	    "\"generation\":\"%s\",\"age\":%lld,\"reload\":%" PRIu64
	    ",\"broken\":%s",
	    name, (long long)generation_age(g, now), g->reload,
	    g->report.len > 0 ? "true" : "false");
}
