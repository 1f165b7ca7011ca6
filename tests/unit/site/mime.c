/* mime.c - tests of what a file is, told by its name */
#include <string.h>

#include "../test.h"
#include "site/mime.h"

static int
is(const char *name, const char *type)
{
	return strcmp(mime_type(name), type) == 0;
}

int
main(void)
{
	ok(is("a/x.css", "text/css") && is("x.svg", "image/svg+xml") &&
		is("x.woff2", "font/woff2"),
	    "the extension tells what a file is");
	ok(is("x.HTML", mime_type("y.html")) && is("a.b.Png", "image/png"),
	    "the last one, of either case");
	ok(is("x", "application/octet-stream") &&
		is("html", "application/octet-stream") &&
		is("x.", "application/octet-stream") &&
		is("x.nope", "application/octet-stream"),
	    "what has none that is known is bytes");
	ok(is("LICENSE", "text/plain") && is("a/Makefile", "text/plain") &&
		is("a.LICENSE/x", "application/octet-stream") &&
		is("site.yml", "text/plain") && is("a.tsx", "text/plain"),
	    "texts that people look at are texts");
	ok(mime_is_text("text/plain") && !mime_is_text("image/svg+xml"),
	    "texts may have a charset");
	ok(mime_is_page(mime_type("x.htm")) &&
		mime_is_page(mime_type("x.html")) &&
		!mime_is_page(mime_type("x.txt")) &&
		!mime_is_page(mime_type("x")),
	    "only two are of pages");
	return test_end();
}
