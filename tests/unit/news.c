/* news.c - tests of news and generations */
#include <string.h>

#include "news.h"
#include "test.h"

int
main(void)
{
	struct generation g = { .boot = 0x9f3c, .since = 100 };
	char name[NEWS_NAME];

	ok(news_merge(NEWS_STYLE, NEWS_RELOAD) == NEWS_RELOAD &&
		news_merge(NEWS_RELOAD, NEWS_STYLE) == NEWS_RELOAD &&
		news_merge(NEWS_NONE, NEWS_STYLE) == NEWS_STYLE &&
		news_merge(NEWS_NONE, NEWS_NONE) == NEWS_NONE,
	    "reload goes over style, style over nothing");
	ok(strcmp(news_word(NEWS_STYLE), "style") == 0 &&
		strcmp(news_word(NEWS_RELOAD), "reload") == 0,
	    "both have their word");
	news_name(&g, name);
	ok(strcmp(name, "00009f3c-0") == 0, "a generation has a name");
	news_next(&g, NEWS_RELOAD, 400);
	news_name(&g, name);
	ok(strcmp(name, "00009f3c-1") == 0 && g.reload == 1,
	    "a broadcast makes it the next");
	news_next(&g, NEWS_STYLE, 500);
	ok(g.n == 2 && g.reload == 1, "styles leave the last reload as it was");
	ok(news_age(&g, 1734) == 1234 && news_age(&g, 0) == 0,
	    "its age is never negative");
	g.boot = UINT32_MAX;
	g.n = UINT64_MAX;
	news_name(&g, name);
	ok(strcmp(name, "ffffffff-18446744073709551615") == 0,
	    "the longest name fits");
	return test_end();
}
