#define _XOPEN_SOURCE 700
/* tree_twice.c - tests of the tree: names that a directory lists twice */
#include <dirent.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* A directory that changes while it is read may list a name twice. */
static int
list_twice(const char *path, struct dirent ***list,
    int (*filter)(const struct dirent *),
    int (*compare)(const struct dirent **, const struct dirent **))
{
	struct dirent **names;
	size_t size;
	int i, n;

	n = scandir(path, &names, filter, compare);
	if (n < 0)
		return n;
	*list = calloc((size_t)n * 2 + 1, sizeof **list);
	for (i = 0; i < n; i++) {
		size = offsetof(struct dirent, d_name) +
		    strlen(names[i]->d_name) + 1;
		(*list)[2 * i] = names[i];
		(*list)[2 * i + 1] = malloc(sizeof(struct dirent));
		memcpy((*list)[2 * i + 1], names[i], size);
	}
	free(names);
	return n * 2;
}

#define scandir list_twice
#include "../../../lib/tree/scan.c" /* NOLINT(bugprone-suspicious-include) */
#undef scandir

#include "../test.h"
#include "watched.h"

static void
test_twice(bool polls)
{
	set_scene("mkdir d; echo 1 >a; echo 1 >d/f; ln -s a l; ln -s d cur");
	watch_or_poll(polls, "** cur/*");
	ok(sent("") && w.tree->nfiles == 4 && w.tree->dirs.n == 3,
	    "at the start each name is there once");
	settle();
	ok(sent("") && is_true(), "a scan changes nothing");
	grow_old();
	scratch_sh("mkdir e; for i in 1 2 3 4 5; do echo 1 >e/$i; done; "
		   "ln -s ../a e/l; mkdir e/x; echo 1 >e/x/f");
	settle();
	/* Their creation may be sent twice, but nothing else is. */
	ok(w.n >= 7 && strpbrk(events(), "-*!") == NULL &&
		w.tree->nfiles == 11 && w.tree->dirs.n == 5 && is_true(),
	    "new names are created and remembered once");
	grow_old();
	scratch_sh("echo 22 >a; echo 22 >e/3; rm e/5 e/x/f");
	settle();
	ok(sent("*a *e/3 *e/l *l -e/5 -e/x/f") && is_true(),
	    "changes are sent once");
	unwatch();
}

int
main(void)
{
	scratch_begin();
	test_twice(false);
	test_twice(true);
	scratch_end();
	return test_end();
}
