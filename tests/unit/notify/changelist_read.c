#define _XOPEN_SOURCE 700
/* changelist_read.c - tests of a list that is read from a descriptor */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "../scratch.h"
#include "../test.h"
#include "notify/changelist.h"

static struct changelist_reader reader;
static char got[1000];

static void
on_record(const struct changelist_record *record)
{
	static const char signs[] = { [CHANGELIST_PATH] = '+',
		[CHANGELIST_REPORT] = '!',
		[CHANGELIST_ANY] = '*',
		[CHANGELIST_END] = '.' };
	size_t n;

	n = strlen(got);
	snprintf(got + n, sizeof got - n, "%c%s ", signs[record->kind],
	    record->kind == CHANGELIST_PATH ? record->text : "");
}

/* Return true if the records are these, up to the end of the list. */
static bool
reads(int fd, const char *want)
{
	int result;

	got[0] = '\0';
	while ((result = changelist_read(&reader, fd, on_record)) > 0)
		;
	if (strcmp(got, want) == 0)
		return result == 0;
	printf("read: %s\nwant: %s\n", got, want);
	return false;
}

int
main(void)
{
	int fd, ends[2];

	scratch_begin();
	scratch_put("list", "a\nb c\n\n! x\n*\nlast");
	fd = open("list", O_RDONLY);
	changelist_begin(&reader, '\n');
	ok(reads(fd, "+a +b c . ! * +last "),
	    "a list is read to its end, though its last line has none");
	ok(reads(fd, ""), "an empty list is no change");
	close(fd);
	if (pipe(ends) < 0 || write(ends[1], "x\ny\0\0z", 6) != 6)
		return 2;
	got[0] = '\0';
	changelist_begin(&reader, '\0');
	ok(changelist_read(&reader, ends[0], on_record) == 1 &&
		strcmp(got, "+x\ny . ") == 0,
	    "a pipe is read as far as records have come");
	close(ends[1]);
	ok(reads(ends[0], "+z "),
	    "a record without its end comes with the end");
	close(ends[0]);
	ok(changelist_read(&reader, ends[0], on_record) == -1 && errno == EBADF,
	    "a descriptor that cannot be read is an error");
	scratch_end();
	return test_end();
}
