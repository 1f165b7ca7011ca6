/* test.h - what every unit test is written with */
#ifndef TEST_H
#define TEST_H

#include <stdio.h>

static int test_failed;

/* a fact that must hold, named as a sentence */
#define ok(fact, name) test_ok((fact) != 0, name, __FILE__, __LINE__)

static inline void
test_ok(int fact, const char *name, const char *file, int line)
{
	if (fact)
		printf("ok '%s'\n", name);
	else
		printf("FAIL '%s' (%s:%d)\n", name, file, line);
	test_failed += !fact;
	fflush(stdout);
}

/* what main returns */
static inline int
test_end(void)
{
	return test_failed != 0;
}

#endif
