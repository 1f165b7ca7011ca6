/* news.h - what listeners are told, and the generation that counts it */
#ifndef NEWS_H
#define NEWS_H

#include <stdint.h>

enum { NEWS_NAME = 32 }; /* bytes of a generation as text, with a NUL */

/* each is worth more than those before it */
enum news_kind { NEWS_NONE, NEWS_STYLE, NEWS_RELOAD };

/* boot tells runs of the server apart, n counts the broadcasts of this one */
struct generation {
	uint32_t boot;
	uint64_t n;
	uint64_t reload; /* n of the last that was of more than styles */
	int64_t since; /* ms of the last broadcast, of the start until then */
};

/* two pieces of news as one */
enum news_kind news_merge(enum news_kind a, enum news_kind b);

/* style or reload, as messages say it */
const char *news_word(enum news_kind kind);

/* one broadcast more, of this kind */
void news_next(struct generation *g, enum news_kind kind, int64_t now);

/* boot-n, such as 9f3c01d2-17, with a NUL */
void news_name(const struct generation *g, char name[NEWS_NAME]);

/* ms since the last broadcast, never negative */
int64_t news_age(const struct generation *g, int64_t now);

#endif
