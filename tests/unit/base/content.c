#define _XOPEN_SOURCE 700
/* content.c - tests of what a file holds, as a number */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../scratch.h"
#include "../test.h"
#include "base/content.h"

enum { MANY = 40000 };

static uint64_t sums[MANY];
static size_t n;

static int
by_value(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* is no sum among those so far there twice, or 0? */
static int
all_differ(void)
{
	size_t i;

	qsort(sums, n, sizeof sums[0], by_value);
	for (i = 0; i < n; i++)
		if (sums[i] == 0 || (i > 0 && sums[i] == sums[i - 1]))
			return 0;
	return n > 100;
}

/* What differs by little is what a weak sum would take for the same. */
static void
test_sums(void)
{
	unsigned char data[200];
	char text[40];
	size_t i, j;

	memset(data, 0, sizeof data);
	for (n = i = 0; i < sizeof data; i++)
		sums[n++] = content_sum(data, i);
	ok(all_differ(), "zeros are told by how many there are");
	for (n = i = 0; i < 8 * sizeof data; i++) {
		data[i / 8] ^= (unsigned char)(1 << i % 8);
		sums[n++] = content_sum(data, sizeof data);
		data[i / 8] ^= (unsigned char)(1 << i % 8);
	}
	ok(all_differ(), "any one bit makes a difference");
	for (n = i = 0; i < 160; i++)
		for (j = 0; j < i; j++) {
			data[i] ^= 0x80;
			data[j] ^= 0x80;
			sums[n++] = content_sum(data, sizeof data);
			data[i] ^= 0x80;
			data[j] ^= 0x80;
		}
	ok(all_differ(), "so do any two");
	for (n = 0; n < MANY; n++) {
		snprintf(text, sizeof text, "version = %zu\n", n);
		sums[n] = content_sum(text, strlen(text));
	}
	ok(all_differ(), "and numbers in a text");
	for (i = 0; i < sizeof data; i++)
		data[i] = (unsigned char)i;
	ok(content_sum(data, 77) == content_sum(data, 77) &&
		content_sum(data + 1, 8) != content_sum(data, 8),
	    "what is the same has the same sum");
	memmove(data + 1, data, 100);
	data[100] = 99;
	ok(content_sum(data + 1, 99) != content_sum(data, 99) &&
		content_sum("abcdefgh12345678", 16) !=
		    content_sum("12345678abcdefgh", 16),
	    "order is of the essence");
}

/* a file of so many bytes, and whether its sum is that of the bytes */
static int
sums_up(size_t size)
{
	unsigned char *data;
	size_t i;
	int right;
	FILE *f;

	data = malloc(size + 1);
	for (i = 0; i < size; i++)
		data[i] = (unsigned char)(i * i >> 7);
	f = fopen("file", "w");
	fwrite(data, 1, size, f);
	fclose(f);
	right = content_of(AT_FDCWD, "file", 0, 1000000) ==
	    content_sum(data, size);
	free(data);
	return right;
}

static void
test_files(void)
{
	static const size_t sizes[] = { 0, 1, 7, 8, 9, 4096, 65535, 65536,
		65537, 131072, 200001 };
	size_t i;
	int right, dir;

	right = 1;
	for (i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
		right = right && sums_up(sizes[i]);
	ok(right, "a file of any length has the sum of its bytes");
	ok(content_of(AT_FDCWD, "file", 0, 200001) != 0 &&
		content_of(AT_FDCWD, "file", 0, 200000) == 0 && errno == EFBIG,
	    "one that is too long has none");
	scratch_sh("mkdir d; echo 1 >d/a; ln -s a d/l; mkfifo d/f");
	dir = open("d", O_RDONLY | O_DIRECTORY);
	ok(content_of(dir, "a", O_NOFOLLOW, 100) == content_sum("1\n", 2),
	    "it may be given by its directory");
	ok(content_of(dir, "l", 0, 100) == content_sum("1\n", 2) &&
		content_of(dir, "l", O_NOFOLLOW, 100) == 0 && errno == ELOOP,
	    "a link is followed or not, as is asked for");
	ok(content_of(dir, "x", 0, 100) == 0 && errno == ENOENT,
	    "what is not there has none");
	ok(content_of(dir, "f", 0, 100) == 0 && errno == EINVAL &&
		content_of(AT_FDCWD, "d", 0, 100) == 0 && errno == EINVAL &&
		content_of(AT_FDCWD, "/dev/null", 0, 100) == 0 &&
		errno == EINVAL,
	    "nor have a FIFO, which is not waited for, a directory, a device");
	close(dir);
}

/* The kernel may say that a file is empty which is not. */
static void
test_odd(void)
{
	struct stat st;

	if (stat("/proc/self/status", &st) < 0)
		return;
	ok(st.st_size == 0 &&
		content_of(AT_FDCWD, "/proc/self/status", 0, 100000) !=
		    content_sum("", 0),
	    "a file is read to its end, whatever its size is said to be");
	ok(content_of(AT_FDCWD, "/proc/self/status", 0, 10) == 0 &&
		errno == EFBIG,
	    "or until that is too much");
}

int
main(void)
{
	scratch_begin();
	test_sums();
	test_files();
	test_odd();
	scratch_end();
	return test_end();
}
