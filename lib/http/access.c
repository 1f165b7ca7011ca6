/* access.c - whose requests are answered: Host, Origin and Sec-Fetch-Site */
#include <string.h>

#include "base/str.h"
#include "http/access.h"

/* 127.0.0.0/8 in its usual form; 127.1 and the like are no Host of ours */
static bool
loopback(struct span h)
{
	int64_t v;
	size_t i, n;
	int parts;

	if (h.n < 4 || memcmp(h.p, "127.", 4) != 0)
		return false;
	parts = 0;
	for (i = 4; i < h.n; i++) {
		n = str_digits(h.p + i, h.n - i, &v);
		i += n;
		if (n == 0 || v > 255 ||
		    (i < h.n && (h.p[i] != '.' || i + 1 == h.n)))
			return false;
		parts++;
	}
	return parts == 3;
}

static bool
localhost(struct span h)
{
	static const char name[] = "localhost";
	const size_t len = sizeof name - 1;

	if (h.n < len || !str_is(h.p + h.n - len, len, name))
		return false;
	return h.n == len || h.p[h.n - len - 1] == '.';
}

/* are all bytes of s among these, ASCII case aside? */
static bool
made_of(struct span s, const char *chars)
{
	unsigned char c;
	size_t i;

	for (i = 0; i < s.n; i++) {
		c = str_lower((unsigned char)s.p[i]);
		if (c == '\0' || strchr(chars, c) == NULL)
			return false;
	}
	return s.n > 0;
}

/* One colon is a port, which does not belong here; two are IPv6. */
bool
access_name(struct span name)
{
	const char *colon;

	colon = memchr(name.p, ':', name.n);
	if (colon == NULL)
		return made_of(name, "abcdefghijklmnopqrstuvwxyz0123456789.-_");
	return memchr(colon + 1, ':', name.n - (size_t)(colon + 1 - name.p)) !=
	    NULL &&
	    made_of(name, "abcdef0123456789:.");
}

int
access_allow(struct access *a, char *name)
{
	size_t n;

	n = strlen(name);
	if (strcmp(name, "*") == 0) {
		a->any = true;
		return 0;
	}
	if (strcmp(name, "null") == 0) {
		a->null = true;
		return 0;
	}
	if (n > 2 && name[0] == '[' && name[n - 1] == ']') {
		name[n - 1] = '\0';
		name++;
		n -= 2;
	}
	if (!access_name((struct span){ name, n }) || strcmp(name, ".") == 0 ||
	    strncmp(name, "..", 2) == 0)
		return -1;
	a->hosts[a->n++] = name;
	return 0;
}

bool
access_is_loopback(struct span host)
{
	bool literal;

	if (host.p == NULL || !span_split_host(&host, &literal))
		return false;
	if (literal)
		return span_is(host, "::1");
	if (host.n > 1 && host.p[host.n - 1] == '.')
		host.n--;
	return localhost(host) || loopback(host);
}

/* ".dev.test" is that name and all below it. */
static bool
is_allowed(const char *allowed, struct span host)
{
	size_t n;

	n = strlen(allowed);
	if (*allowed != '.')
		return span_is(host, allowed);
	return span_is(host, allowed + 1) ||
	    (host.n > n && str_is(host.p + host.n - n, n, allowed));
}

bool
access_host(const struct access *a, struct span host, const char *local)
{
	struct span name;
	bool literal;
	size_t i;

	name = host;
	if (host.p == NULL || !span_split_host(&name, &literal) ||
	    !access_name(name))
		return false;
	if (a->any)
		return true;
	if (local != NULL && span_is(name, local))
		return true;
	for (i = 0; i < a->n; i++)
		if (is_allowed(a->hosts[i], name))
			return true;
	return access_is_loopback(host);
}

bool
access_origin(const struct access *a, struct span origin, const char *local)
{
	static const char *const schemes[] = { "http://", "https://" };
	struct span host;
	size_t i, len;

	if (span_is(origin, "null"))
		return a->null;
	for (i = 0; i < 2; i++) {
		len = strlen(schemes[i]);
		if (origin.n <= len || !str_is(origin.p, len, schemes[i]))
			continue;
		host = (struct span){ origin.p + len, origin.n - len };
		return access_host(a, host, local);
	}
	return false;
}

/* Extensions of browsers bring LiveReload to pages that know nothing of it. */
static bool
extension(struct span origin)
{
	static const char *const schemes[] = { "chrome-extension://",
		"moz-extension://", "safari-web-extension://" };
	size_t i, len;

	for (i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
		len = strlen(schemes[i]);
		if (origin.n > len && str_is(origin.p, len, schemes[i]))
			return true;
	}
	return false;
}

bool
access_is_script(const struct request *r)
{
	return span_is(r->path, "/reload.js") ||
	    span_is(r->path, "/livereload.js");
}

/* A person follows a link to us: the page that holds it can't read the answer. */
static bool
navigation(const struct request *r)
{
	struct span dest;

	dest = request_field(r, "sec-fetch-dest", 0);
	return span_is(request_field(r, "sec-fetch-mode", 0), "navigate") &&
	    (span_is(dest, "document") || span_is(dest, "iframe") ||
		span_is(dest, "frame"));
}

bool
access_allows(
    const struct access *a, const struct request *r, const char *local)
{
	struct span origin;

	if (!access_host(a, r->host, local))
		return false;
	origin = request_field(r, "origin", 0);
	if (origin.p != NULL)
		return access_origin(a, origin, local) ||
		    (extension(origin) &&
			(access_is_script(r) ||
			    span_is(r->path, "/livereload")));
	if (!span_is(request_field(r, "sec-fetch-site", 0), "cross-site"))
		return true;
	return r->method < METHOD_POST &&
	    (access_is_script(r) ||
		(navigation(r) && !span_is(r->path, "/changed")));
}
