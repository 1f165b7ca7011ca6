#define _XOPEN_SOURCE 700
/* tree_start.c - tests of the tree: the start, and changes at any moment */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../test.h"
#include "watched.h"

enum { FILES = 12, ROUNDS = 50 };

/* ---- what is found ---- */

static void
test_found(void)
{
	set_scene("mkdir -p d/e; echo 1 >a; echo 1 >d/e/b; echo 1 >d/c~; "
		  "ln -s a l");
	grow_old();
	w.also = "fwcusL";
	watch("**");
	ok(sent("") && w.tree->nfiles == 3 && w.tree->dirs.n == 3,
	    "files that were there before send no events");
	ok(tree_due(w.tree) == TREE_NEVER, "after the start nothing is due");
	unwatch();
	watch_with((struct tree_options){ .contents = 1 }, "** ; a");
	ok(sent("fa:3 fd/e/b:1 fl:1"),
	    "a rule that wants their contents gets each of them");
	scratch_sh("mkdir x; echo 1 >x/f");
	settle();
	ok(strstr(events(), "fx/f") == NULL, "but not those that come later");
	unwatch();
	watch_with((struct tree_options){ .contents = 2 }, "** ; a");
	ok(sent("fa:3"), "another rule does not");
	unwatch();
	w.also = NULL;
}

/* If polling, only its contents show the next write to a young file. */
static void
test_found_young(void)
{
	set_scene("echo 1 >a");
	grow_old();
	scratch_put("b", "1");
	w.also = "f";
	watch_or_poll(true, "*");
	ok(sent("fb"), "if polling, a racy file is found at the start");
	unwatch();
	w.also = NULL;
}

/* ---- at any moment ---- */

static unsigned long seed;

static unsigned
dice(unsigned n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}

static void
save(int file, char name[8])
{
	int fd;

	snprintf(name, 8, "d%d/%c", file % 3, 'a' + file);
	if (dice(3) == 0) {
		scratch_put("../new", "2");
		if (rename("../new", name) < 0)
			exit(2);
		return;
	}
	fd = open(name, O_WRONLY | (dice(2) == 0 ? O_TRUNC : O_APPEND));
	if (fd < 0 || write(fd, "2", 1) != 1)
		exit(2);
	close(fd);
}

static void
go_on(void)
{
	if (dice(3) == 0)
		tree_hear(w.tree);
	if (dice(2) == 0)
		tree_scan(w.tree, 0);
}

/* Save some files, each once; are just these sent as changed? */
static bool
saves_are_sent(void)
{
	bool is_saved[FILES] = { false };
	char want[200], name[8];
	size_t len;
	int dir, file;

	for (file = (int)dice(4); file < FILES; file += 1 + (int)dice(4)) {
		go_on();
		save(file, name);
		is_saved[file] = true;
	}
	go_on();
	settle();
	want[0] = '\0';
	len = 0;
	for (dir = 0; dir < 3; dir++)
		for (file = 0; file < FILES; file++)
			if (is_saved[file] && file % 3 == dir)
				len += (size_t)snprintf(want + len,
				    sizeof want - len, "%s*d%d/%c",
				    len == 0 ? "" : " ", dir, 'a' + file);
	return sent(want);
}

static const char files[] = "mkdir d0 d1 d2; for f in 0/a 1/b 2/c 0/d 1/e 2/f "
			    "0/g 1/h 2/i 0/j 1/k 2/l; do echo 111 >d$f; done";

static void
test_saves(void)
{
	int round;
	bool is_right;

	is_right = true;
	for (round = 0; round < ROUNDS && is_right; round++) {
		seed = (unsigned long)round;
		set_scene(files);
		watch("**");
		is_right = sent("") && saves_are_sent() && is_true();
		unwatch();
	}
	ok(is_right, "each save, whenever it comes, is sent once");
}

/* During the start a save may come before its file is known. */
static void
test_saves_at_start(void)
{
	char name[8], sign[10];
	const char *lines;
	bool is_known, is_right;
	int round, file;

	is_right = true;
	for (round = 0; round < ROUNDS && is_right; round++) {
		seed = (unsigned long)round;
		set_scene(files);
		set_rules("**");
		w.tree = open_tree((struct tree_options){ 0 });
		for (file = (int)dice(5); file > 0; file--)
			tree_scan(w.tree, 0);
		is_known = w.tree->nfiles == FILES;
		save((int)dice(FILES), name);
		go_on();
		settle();
		lines = events();
		snprintf(sign, sizeof sign, "*%s", name);
		is_right = (is_known ? strcmp(lines, sign) == 0
				     : *lines == '\0' ||
				       strcmp(lines, sign) == 0) &&
		    is_true();
		unwatch();
	}
	ok(is_right, "a save during the start is known or sent");
}

int
main(void)
{
	scratch_begin();
	test_found();
	test_found_young();
	test_saves();
	test_saves_at_start();
	scratch_end();
	return test_end();
}
