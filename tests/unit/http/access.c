/* access.c - tests of which Host and Origin are answered */
#include <string.h>

#include "../test.h"
#include "http/access.h"

static const char *hosts[] = { "dev.test", "10.0.0.7", "fe80::1" };
static const struct access closed = { .n = 0 };
static const struct access named = { .n = 3, .hosts = hosts };
static const char *suffix[] = { ".dev.test" };
static const struct access below = { .n = 1, .hosts = suffix };
static const struct access any = { .any = true };
static const struct access null = { .null = true };

static bool
host(const struct access *a, const char *s)
{
	return access_host(a, (struct span){ s, strlen(s) }, NULL);
}

static bool
origin(const struct access *a, const char *s)
{
	return access_origin(a, (struct span){ s, strlen(s) }, NULL);
}

static void
test_hosts(void)
{
	struct span h = { "192.168.1.5:8080", 16 };

	ok(host(&closed, "localhost") && host(&closed, "LocalHost:5678") &&
		host(&closed, "localhost.") && host(&closed, "a.b.localhost:1"),
	    "localhost and what is beneath it are ours");
	ok(host(&closed, "127.0.0.1") && host(&closed, "127.8.9.255:80") &&
		host(&closed, "[::1]") && host(&closed, "[::1]:5678"),
	    "so are the loopback addresses");
	ok(!host(&closed, "example.com") && !host(&closed, "localhost.evil") &&
		!host(&closed, "evillocalhost") &&
		!host(&closed, "127.0.0.1.evil.com") && !host(&closed, ""),
	    "names that look so are not");
	ok(!host(&closed, "127.1") && !host(&closed, "127.0.0.256") &&
		!host(&closed, "127.0.0.1.2") && !host(&closed, "127.0.0.") &&
		!host(&closed, "127..0.1") && !host(&closed, "::1") &&
		!host(&closed, "[::2]") && !host(&closed, "10.0.0.7"),
	    "nor are addresses that are written otherwise");
	ok(!host(&closed, "localhost:x") && !host(&closed, "localhost:80:80") &&
		!host(&closed, "[::1") && !host(&closed, "[::1]x"),
	    "a port is a number");
	ok(host(&named, "dev.test:80") && host(&named, "DEV.test") &&
		host(&named, "10.0.0.7") && host(&named, "[fe80::1]:80") &&
		host(&named, "localhost") && !host(&named, "x.dev.test"),
	    "what was allowed is, with any port");
	ok(host(&below, "a.dev.test:80") && host(&below, "a.b.DEV.test") &&
		host(&below, "dev.test") && !host(&below, "xdev.test") &&
		!host(&below, "dev.test.evil") && !host(&below, ".test"),
	    "a name with a dot in front is that name and all below it");
	ok(host(&any, "example.com") && !host(&any, "a:b"),
	    "any host is any that is one");
	ok(access_host(&closed, h, "192.168.1.5") &&
		!access_host(&closed, h, "192.168.1.6") &&
		!access_host(&closed, h, NULL),
	    "so is the address that was connected to");
}

static void
test_origins(void)
{
	ok(origin(&closed, "http://localhost:3000") &&
		origin(&closed, "https://127.0.0.1") &&
		origin(&closed, "http://[::1]:8080") &&
		origin(&named, "https://dev.test"),
	    "pages of our hosts may ask, at any port");
	ok(!origin(&closed, "http://evil.example") &&
		!origin(&closed, "http://localhost.evil.example") &&
		!origin(&closed, "http://localhost@evil.example") &&
		!origin(&closed, "http://evil.example/localhost") &&
		!origin(&closed, "") && !origin(&closed, "localhost"),
	    "pages of others may not");
	ok(!origin(&any, "http://evil.example\\.localhost") &&
		!origin(&closed, "http://evil.example\\.localhost") &&
		!origin(&closed, "http://a%2e.localhost") &&
		!origin(&closed, "http://a?.localhost") &&
		!origin(&closed, "http://\xc2\x9b.localhost") &&
		origin(&closed, "http://a_b.localhost"),
	    "nor may names with characters that no host has");
	ok(!origin(&closed, "chrome-extension://localhost") &&
		!origin(&any, "chrome-extension://localhost") &&
		!origin(&closed, "file://"),
	    "nor may what is no page of the web");
	ok(!origin(&closed, "null") && !origin(&any, "null") &&
		origin(&null, "null"),
	    "a page without an origin only where that is asked for");
	ok(origin(&any, "https://example.com"), "any is any");
}

static bool
allows(const struct access *a, const char *fields, const char *path)
{
	struct request r;
	char head[1000];

	snprintf(head, sizeof head,
	    "GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n", path, fields);
	return request_parse(head, strlen(head), &r) == 0 &&
	    access_allows(a, &r, NULL);
}

#define CROSS "Sec-Fetch-Site: cross-site\r\n"

static void
test_requests(void)
{
	ok(allows(&closed, "", "/") &&
		allows(&closed, "Sec-Fetch-Site: same-site\r\n", "/x.png") &&
		allows(&closed, "Sec-Fetch-Site: none\r\n", "/"),
	    "who comes from here is answered");
	ok(!allows(&closed, CROSS, "/x.png") &&
		!allows(&closed, CROSS "Sec-Fetch-Mode: no-cors\r\n", "/"),
	    "who comes from another site is not");
	ok(allows(&closed, CROSS, "/reload.js") &&
		allows(&closed, CROSS, "/livereload.js?snipver=1"),
	    "unless for the script");
	ok(allows(&closed,
	       CROSS "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: "
		     "document\r\n",
	       "/") &&
		!allows(&closed,
		    CROSS "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: "
			  "object\r\n",
		    "/"),
	    "or by following a link");
	ok(!allows(&closed,
	       CROSS "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: "
		     "document\r\n",
	       "/changed?files=a.css") &&
		allows(&closed, "", "/changed?files=a.css"),
	    "but no link of theirs can ring");
	ok(allows(
	       &closed, "Origin: chrome-extension://abc\r\n", "/livereload") &&
		allows(&closed, "Origin: moz-extension://abc\r\n",
		    "/livereload.js?ext=Firefox") &&
		!allows(&closed, "Origin: chrome-extension://abc\r\n",
		    "/changed") &&
		!allows(
		    &closed, "Origin: chrome-extension://\r\n", "/livereload"),
	    "extensions of browsers find what LiveReload has, and no more");
	ok(allows(&closed, CROSS "Origin: http://127.0.0.1:99\r\n", "/x") &&
		!allows(&closed, CROSS "Origin: http://evil\r\n", "/x") &&
		!allows(&closed, "Origin: http://evil\r\n", "/reload.js"),
	    "an Origin decides where there is one");
}

static bool
name(const char *s)
{
	return access_name((struct span){ s, strlen(s) });
}

static void
test_allow(void)
{
	char six[] = "[fe80::1]", host[] = "dev.test", bad[] = "[a b]";
	char all[] = "*", none[] = "null";
	const char *names[4] = { NULL };
	struct access a = { .hosts = names };

	ok(access_allow(&a, six) == 0 && strcmp(names[0], "fe80::1") == 0 &&
		access_allow(&a, host) == 0 && a.n == 2,
	    "hosts can be added, an address in brackets too");
	ok(access_allow(&a, bad) < 0 && a.n == 2, "other things can't");
	ok(access_allow(&a, none) == 0 && a.null && !a.any &&
		access_allow(&a, all) == 0 && a.any && a.n == 2,
	    "null and * mean no host");
}

int
main(void)
{
	test_allow();
	test_hosts();
	test_origins();
	test_requests();
	ok(name("dev.test") && name("10.0.0.7") && name("fe80::1") &&
		!name("dev.test:80") && !name("http://x") && !name("") &&
		!name("a b"),
	    "the names of hosts are told from other things");
	return test_end();
}
