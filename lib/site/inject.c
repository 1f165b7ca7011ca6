/* inject.c - the script in pages: whose, and where its tag goes */
#include <string.h>

#include "base/str.h"
#include "site/inject.h"

static bool
blank(char c)
{
	return c != '\0' && strchr(" \t\r\n\f", c) != NULL;
}

/* does s start with this, ASCII case aside? */
static bool
starts(const char *s, size_t n, const char *t)
{
	return n >= strlen(t) && str_is(s, strlen(t), t);
}

/* is it this tag, and not one whose name only starts so? */
static bool
tag(const char *s, size_t n, const char *t)
{
	size_t len;

	len = strlen(t);
	return n > len && starts(s, n, t) &&
	    (blank(s[len]) || s[len] == '>' || s[len] == '/');
}

/* the bytes up to and with this text, or 0 if it is not there */
static size_t
until(const char *s, size_t n, const char *t)
{
	size_t i, len;

	len = strlen(t);
	for (i = 0; i + len <= n; i++)
		if (memcmp(s + i, t, len) == 0)
			return i + len;
	return 0;
}

/* the bytes of a tag up to and with its '>', or 0; a value may hold one */
static size_t
tag_size(const char *s, size_t n)
{
	char quote, before;
	size_t i;

	quote = before = '\0';
	for (i = 1; i < n; i++) {
		if (quote != '\0')
			quote = s[i] == quote ? '\0' : quote;
		else if (s[i] == '>')
			return i + 1;
		else if ((s[i] == '"' || s[i] == '\'') && before == '=')
			quote = s[i];
		if (!blank(s[i]))
			before = s[i];
	}
	return 0;
}

/*
 * The bytes of what may come before <head> and says nothing about the place:
 * blanks, comments (<!--> is a whole one) and processing instructions.
 */
static size_t
noise(const char *s, size_t n)
{
	size_t len;

	if (blank(*s))
		return 1;
	if (starts(s, n, "<!-->"))
		return 5;
	if (starts(s, n, "<!--->"))
		return 6;
	if (starts(s, n, "<!--")) {
		len = until(s + 4, n - 4, "-->");
		return len > 0 ? len + 4 : 0;
	}
	if (starts(s, n, "<?"))
		return until(s, n, ">");
	return 0;
}

struct inject
inject_look(const char *html, size_t n)
{
	struct inject page = { 0 };
	size_t i, len;

	page.wide = starts(html, n, "\xff\xfe") || starts(html, n, "\xfe\xff");
	i = starts(html, n, "\xef\xbb\xbf") ? 3 : 0;
	page.place = i;
	for (; i < n; i += len) {
		len = noise(html + i, n - i);
		if (len > 0)
			continue;
		if (starts(html + i, n - i, "<!doctype")) {
			len = until(html + i, n - i, ">");
			page.document = true;
			page.place = len > 0 ? i + len : page.place;
		} else if (tag(html + i, n - i, "<html")) {
			len = tag_size(html + i, n - i);
			page.document = true;
		} else if (tag(html + i, n - i, "<head")) {
			len = tag_size(html + i, n - i);
			page.document = true;
			page.place = len > 0 ? i + len : page.place;
			break;
		}
		if (len == 0)
			break;
	}
	return page;
}

/* ---- for whom ---- */

const char *
inject_vary(bool document)
{
	return document
	    ? "Vary: HX-Request, Turbo-Frame, X-Requested-With\r\n"
	    : "Vary: Accept, HX-Request, Sec-Fetch-Dest, Turbo-Frame, "
	      "Upgrade-Insecure-Requests, X-Requested-With\r\n";
}

/* Return true if a browser says that the response will be shown. */
static bool
is_navigation(const struct request *r)
{
	struct span dest;

	dest = request_field(r, "sec-fetch-dest", 0);
	return span_is(dest, "document") || span_is(dest, "iframe") ||
	    span_is(dest, "frame") ||
	    (dest.p == NULL &&
		request_field(r, "upgrade-insecure-requests", 0).p != NULL);
}

/* Return true if the client may be a script or a tool that wants a page. */
static bool
may_want_page(const struct request *r)
{
	static const char *const fragments[] = { "hx-request", "turbo-frame",
		"x-requested-with" };
	struct span dest;
	size_t i;

	dest = request_field(r, "sec-fetch-dest", 0);
	if (dest.p != NULL)
		return span_is(dest, "empty");
	for (i = 0; i < sizeof fragments / sizeof fragments[0]; i++)
		if (request_field(r, fragments[i], 0).p != NULL)
			return false;
	return request_field(r, "accept", 0).p == NULL ||
	    request_lists(r, "accept", "text/html") ||
	    request_lists(r, "accept", "*/*");
}

bool
inject_wants_page(const struct request *r)
{
	return is_navigation(r) || may_want_page(r);
}

bool
inject_wanted(const struct inject *page, const struct request *r)
{
	return !page->wide &&
	    (is_navigation(r) || (page->document && may_want_page(r)));
}
