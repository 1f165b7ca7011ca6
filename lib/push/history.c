/* history.c - the last broadcast, and the generation that counts them */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "push/history.h"

void
history_init(struct history *h, uint32_t boot, int64_t now)
{
	*h = (struct history){ .boot = boot,
		.since = now,
		.report = { .max = UPDATE_REPORT + CHANGELIST_RECORD + 1 } };
	update_init(&h->last);
}

void
history_free(struct history *h)
{
	update_free(&h->last);
	buf_free(&h->report);
}

/* A letter without a report tells that all is well again. */
static void
add_report(struct history *h, struct update *update)
{
	if (!update->lettered ||
	    (update->report.len == 0 && h->report.len == 0))
		return;
	buf_free(&h->report);
	h->report = update->report;
	update->report = (struct buf){ .max = h->report.max };
	h->reports++;
}

void
history_add(struct history *h, struct update *update, int64_t now)
{
	add_report(h, update);
	if (update->kind == UPDATE_NONE) {
		update_free(update);
		return;
	}
	h->n++;
	if (update->kind != UPDATE_STYLE)
		h->reload = h->n;
	h->since = now;
	update_free(&h->last);
	h->last = *update;
	update_init(update);
}

const struct update *
history_since(const struct history *h, uint64_t n)
{
	static const struct update any[] = {
		[UPDATE_STYLE] = { .kind = UPDATE_STYLE, .unknown = true },
		[UPDATE_RELOAD] = { .kind = UPDATE_RELOAD, .unknown = true }
	};

	if (h->n - n == 1)
		return &h->last;
	return &any[h->reload > n ? UPDATE_RELOAD : UPDATE_STYLE];
}

void
history_name(const struct history *h, char name[HISTORY_NAME])
{
	snprintf(name, HISTORY_NAME, "%08" PRIx32 "-%" PRIu64, h->boot, h->n);
}

uint64_t
history_find(const struct history *h, const char *name, size_t len)
{
	char boot[HISTORY_NAME];
	uint64_t n;
	size_t i, digit;

	i = (size_t)snprintf(boot, sizeof boot, "%08" PRIx32 "-", h->boot);
	if (len <= i || len > i + 19 || memcmp(name, boot, i) != 0)
		return h->n;
	for (n = 0; i < len; i++) {
		digit = (size_t)(name[i] - '0');
		if (digit > 9)
			return h->n;
		n = n * 10 + digit;
	}
	return n < h->n ? n : h->n;
}

int64_t
history_age(const struct history *h, int64_t now)
{
	return now > h->since ? now - h->since : 0;
}

int
history_put(const struct history *h, struct buf *b, int64_t now)
{
	char name[HISTORY_NAME];

	history_name(h, name);
	return buf_printf(b,
	    "\"generation\":\"%s\",\"age\":%lld,\"reload\":%" PRIu64
	    ",\"broken\":%s",
	    name, (long long)history_age(h, now), h->reload,
	    h->report.len > 0 ? "true" : "false");
}
