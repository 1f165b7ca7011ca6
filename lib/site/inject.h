/* inject.h - the script in pages: whose, and where its tag goes */
#ifndef INJECT_H
#define INJECT_H

#include <stdbool.h>
#include <stddef.h>

#include "http/request.h"

/* what the first bytes of a page tell */
struct inject {
	size_t place; /* the tag goes in front of this byte */
	bool document; /* it has a doctype, <html> or <head> */
	bool wide; /* UTF-16: nothing may be put in */
};

/*
 * Return what decides whether a page has the script, as a line of a head.  A document
 * has it for scripts, too, and they are to find it in the browser's cache.
 */
const char *inject_vary(bool document);

/* Return true if a page of our own is wanted, such as a list. */
bool inject_wants_page(const struct request *r);

/*
 * Return true if a page is to have the script.  One that is shown has it; one that
 * a script or a tool asks for only if it is a document, since a fragment goes into
 * another page.
 */
bool inject_wanted(const struct inject *page, const struct request *r);

/* look at the n bytes that a page starts with */
struct inject inject_look(const char *html, size_t n);

#endif
