/* inject.c - tests of where the script's tag goes */
#include <string.h>

#include "../test.h"
#include "site/inject.h"

/* the tag would stand at the bar */
static bool
at_bar(const char *marked)
{
	char html[1000];
	const char *bar;
	size_t n;

	bar = strchr(marked, '|');
	n = (size_t)(bar - marked);
	memcpy(html, marked, n);
	memcpy(html + n, bar + 1, strlen(bar + 1) + 1);
	return inject_look(html, strlen(html)).place == n;
}

static bool
document(const char *html)
{
	return inject_look(html, strlen(html)).document;
}

static void
test_place(void)
{
	ok(at_bar("<!doctype html><html><head>|<title>"),
	    "it goes after the head");
	ok(at_bar("<!DOCTYPE HTML PUBLIC \"x\">\n<HTML LANG=en>\n<HEAD >|"),
	    "letters may be of either case");
	ok(at_bar("<head data-x=\"a>b\" b='>'>|<title>"),
	    "the value of an attribute may hold a >");
	ok(at_bar("<head data-x=it's>|<title>"),
	    "a quote within a value is no quote");
	ok(at_bar("<!-- <head> --><!doctype html><!--x--><head>|"),
	    "a head in a comment is none");
	ok(at_bar("<!--><head>|") && at_bar("<!---><head>|"),
	    "odd short comments end where browsers end them");
	ok(at_bar("<?xml version=\"1.0\"?>\n<!doctype html>\n<head>|"),
	    "a processing instruction may come first");
	ok(at_bar("<!doctype html>|<p>x<script>'<head>'</script>"),
	    "a head in a script is none; after the doctype then");
	ok(at_bar("<!doctype html>|<html><body>x"),
	    "after the doctype where there is no head");
	ok(at_bar("<!doctype html>|<header>x</header>"), "a header is no head");
	ok(at_bar("|<p>x") && at_bar("|") && at_bar("|text <head>"),
	    "in front where there is neither");
	ok(at_bar("\xef\xbb\xbf|<p>x") &&
		at_bar("\xef\xbb\xbf<!doctype html><head>|"),
	    "a byte order mark stays first");
	ok(at_bar("|<!-- never ends <head>") && at_bar("|<head data-x=\"") &&
		at_bar("|<!doctype") && at_bar("|<"),
	    "what never ends is no place");
}

static void
test_document(void)
{
	ok(document("<!doctype html>x") && document("<html><body>") &&
		document(" \n<!-- x --><HEAD>"),
	    "a document is known by its start");
	ok(!document("<div>x</div>") && !document("") &&
		!document("<header>x") && !document("x <html>"),
	    "a part of one is not a document");
	ok(inject_look("\xff\xfe<\0h\0", 6).wide &&
		inject_look("\xfe\xff\0<", 4).wide &&
		!inject_look("<p>", 3).wide,
	    "UTF-16 is told apart");
}

int
main(void)
{
	test_place();
	test_document();
	return test_end();
}
