#define _XOPEN_SOURCE 700
/* tree_twice.c - tests of the tree: names that readdir(3) lists twice */
#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>

/* A directory that changes while it is read may list a name twice. */
static bool at_once; /* each name, or the whole directory again */

static struct dirent *
read_twice(DIR *dir)
{
	static struct dirent *again;
	static bool is_second;
	struct dirent *entry;

	entry = again;
	again = NULL;
	if (entry != NULL)
		return entry;
	entry = readdir(dir);
	if (at_once)
		again = entry;
	else if (entry == NULL && !is_second) {
		rewinddir(dir);
		is_second = true;
		return readdir(dir);
	}
	if (entry == NULL)
		is_second = false;
	return entry;
}

#define readdir read_twice
#include "../../../lib/tree/scan.c" /* NOLINT(bugprone-suspicious-include) */
#undef readdir

#include "../test.h"
#include "watched.h"

static void
test_twice(bool polls)
{
	set_scene("mkdir d; echo 1 >a; echo 1 >d/f; ln -s a l; ln -s d cur");
	watch_or_poll(polls, "** cur/*");
	ok(sent("") && w.tree->nfiles == 4 && w.tree->ndirs == 3,
	    "at the start each name is there once");
	settle();
	ok(sent("") && is_true(), "a scan changes nothing");
	grow_old();
	scratch_sh("mkdir e; for i in 1 2 3 4 5; do echo 1 >e/$i; done; "
		   "ln -s ../a e/l; mkdir e/x; echo 1 >e/x/f");
	settle();
	/* Their creation may be sent twice, but nothing else is. */
	ok(w.n >= 7 && strpbrk(events(), "-*!") == NULL &&
		w.tree->nfiles == 11 && w.tree->ndirs == 5 && is_true(),
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
	at_once = true;
	test_twice(false);
	test_twice(true);
	scratch_end();
	return test_end();
}
