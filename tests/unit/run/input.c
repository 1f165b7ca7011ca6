#define _XOPEN_SOURCE 700
/* input.c - tests of changes that come as a list */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "../scratch.h"
#include "../test.h"
#include "run/input.h"

static struct input input;
static char got[1000];

static void
on_record(void *arg, const struct changelist_record *record)
{
	static const char signs[] = { [CHANGELIST_PATH] = '+',
		[CHANGELIST_REPORT] = '!',
		[CHANGELIST_ANY] = '*',
		[CHANGELIST_END] = '.' };
	size_t n;

	(void)arg;
	n = strlen(got);
	snprintf(got + n, sizeof got - n, "%c%s ", signs[record->kind],
	    record->kind == CHANGELIST_PATH ? record->text : "");
}

/* read until the end: what came, and the last result */
static int
reads(const char *want)
{
	int result;

	got[0] = '\0';
	while ((result = input_read(&input, on_record, NULL)) > 0)
		;
	if (strcmp(got, want) == 0)
		return result == 0;
	printf("read: %s\nwant: %s\n", got, want);
	return 0;
}

int
main(void)
{
	int ends[2];

	scratch_begin();
	ok(input_open(&input, "none", '\n') < 0 && errno == ENOENT,
	    "a list that is not there can't be opened");
	scratch_put("list", "a\nb c\n\n! x\n*\nlast");
	ok(input_open(&input, "list", '\n') == 0 &&
		reads("+a +b c . ! * +last "),
	    "a list is read to its end, though its last line has none");
	close(input.fd);
	scratch_put("list", "");
	ok(input_open(&input, "list", '\n') == 0 && reads(""),
	    "an empty list is no change");
	close(input.fd);
	if (pipe(ends) < 0 || dup2(ends[0], STDIN_FILENO) < 0 ||
	    write(ends[1], "x\ny\0\0z", 6) != 6)
		return 2;
	got[0] = '\0';
	ok(input_open(&input, "-", '\0') == 0 &&
		input_read(&input, on_record, NULL) == 1 &&
		strcmp(got, "+x\ny . ") == 0,
	    "standard input is read as far as it has come");
	close(ends[1]);
	ok(reads("+z "), "and what was begun ends with it");
	close(STDIN_FILENO);
	ok(input_read(&input, on_record, NULL) == -1 && errno == EBADF,
	    "what can't be read is an error");
	scratch_end();
	return test_end();
}
