/* ingest.c - requests that broadcast an update, in the ways of their clients */
#include <string.h>

#include "push/ingest.h"

/* ---- /changed of LiveReload ---- */

/* "a.css,b.css" */
static void
take_paths(struct update *update, const char *paths, size_t n)
{
	const char *comma;
	size_t len;

	for (; n > 0; paths += len, n -= len) {
		comma = memchr(paths, ',', n);
		len = comma == NULL ? n : (size_t)(comma - paths);
		if (len > 0)
			update_path(update, paths, len);
		len += comma != NULL;
	}
}

/* The values called files of a=b&files=c,d, which are changed in place. */
static void
take_form(struct update *update, char *form, size_t n)
{
	static const char name[] = "files=";
	struct span value;
	size_t len, i;
	char *end;
	long bytes;

	for (; n > 0; form += len, n -= len) {
		end = memchr(form, '&', n);
		len = end == NULL ? n : (size_t)(end - form);
		if (len >= sizeof name - 1 &&
		    memcmp(form, name, sizeof name - 1) == 0) {
			value = (struct span){ form + sizeof name - 1,
				len - (sizeof name - 1) };
			for (i = sizeof name - 1; i < len; i++)
				if (form[i] == '+')
					form[i] = ' ';
			bytes = request_unescape(value, form);
			if (bytes < 0)
				update_some(update, UPDATE_RELOAD);
			else
				take_paths(update, form, (size_t)bytes);
		}
		len += end != NULL;
	}
}

/* The list may be in the query or in a form. */
static void
changed(const struct request *r, char *body, size_t n, struct update *update)
{
	char query[REQUEST_HEAD_MAX];

	if (r->query.n > 1 && r->query.n <= sizeof query) {
		memcpy(query, r->query.p + 1, r->query.n - 1);
		take_form(update, query, r->query.n - 1);
	}
	take_form(update, body, n);
	if (update->kind == UPDATE_NONE)
		update_some(update, UPDATE_RELOAD);
}

/* ---- the others ---- */

static void
listed(const struct request *r, char *body, size_t n, struct update *update)
{
	(void)r;
	update_read(update, body, n);
}

static void
anything(const struct request *r, char *body, size_t n, struct update *update)
{
	(void)r;
	(void)body;
	(void)n;
	update_some(update, UPDATE_RELOAD);
}

static const struct {
	const char *path;
	const char *methods; /* as Allow has them */
	bool get; /* a GET does it, too */
	void (*read)(const struct request *r, char *body, size_t n,
	    struct update *update);
} resources[] = {
	{ "/reload", "GET, HEAD, OPTIONS, POST", false, listed },
	{ "/changed", "GET, OPTIONS, POST", true, changed },
	{ "/__bext/admin/api/bundle/reload", "OPTIONS, POST", false, anything },
	{ "/__bext/admin/api/bundle/fast-reload", "OPTIONS, POST", false,
	    anything },
};
enum { RESOURCES = sizeof resources / sizeof resources[0] };

/* the trigger at the path, or RESOURCES */
static size_t
find(const struct request *r)
{
	size_t i;

	for (i = 0; i < RESOURCES && !span_is(r->path, resources[i].path); i++)
		;
	return i;
}

const char *
ingest_methods(const struct request *r)
{
	size_t i;

	i = find(r);
	return i < RESOURCES ? resources[i].methods : NULL;
}

bool
ingest_wants(const struct request *r)
{
	size_t i;

	i = find(r);
	return i < RESOURCES &&
	    (r->method == METHOD_POST ||
		(r->method == METHOD_GET && resources[i].get));
}

void
ingest_read(
    const struct request *r, void *body, size_t n, struct update *update)
{
	resources[find(r)].read(r, body, n, update);
}
