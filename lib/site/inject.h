/* inject.h - where in a page the script's tag goes */
#ifndef INJECT_H
#define INJECT_H

#include <stdbool.h>
#include <stddef.h>

/* what the first bytes of a page tell */
struct inject {
	size_t place; /* the tag goes in front of this byte */
	bool document; /* it has a doctype, <html> or <head> */
	bool wide; /* UTF-16: nothing may be put in */
};

/* look at the n bytes that a page starts with */
struct inject inject_look(const char *html, size_t n);

#endif
