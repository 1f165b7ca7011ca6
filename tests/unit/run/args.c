/* args.c - tests of `{}` in a command */
#include <stdio.h>
#include <string.h>

#include "../test.h"
#include "run/args.h"

/* words with blanks between, as the arguments of a command */
static char **
split(const char *words)
{
	static char text[2][200], *v[2][20];
	static int which;
	size_t n;

	which = !which;
	snprintf(text[which], sizeof text[which], "%s", words);
	n = 0;
	for (v[which][n] = strtok(text[which], " "); v[which][n] != NULL;)
		v[which][++n] = strtok(NULL, " ");
	return v[which];
}

static int
is(const struct args *a, const char *want)
{
	char text[1000];
	size_t i, n;

	text[0] = '\0';
	for (i = n = 0; i < a->n; i++)
		n += (size_t)snprintf(
		    text + n, sizeof text - n, "[%s]", a->v[i]);
	if (strcmp(text, want) == 0 && a->v[a->n] == NULL)
		return 1;
	printf("args: %s\nwant: %s\n", text, want);
	return 0;
}

int
main(void)
{
	char **command, **none;
	struct args a = { 0 }, paths = { 0 };
	char path[20];
	int i;

	command = split("cc {} -o{} x {}");
	none = split("cc a{} {}b {,}");
	ok(args_wanted(command), "an argument that is {} wants paths");
	ok(!args_wanted(none), "one that only holds it does not");
	args_fill(&a, none, &paths);
	ok(is(&a, "[cc][a{}][{}b][{,}]"), "and stays as it is");
	args_free(&a);
	args_fill(&a, command, &paths);
	ok(is(&a, "[cc][-o{}][x]"), "without paths it disappears");
	args_free(&a);
	args_add_path(&paths, "a b");
	args_add_path(&paths, "-f");
	args_add_path(&paths, "-");
	args_add_path(&paths, "./-f");
	args_fill(&a, command, &paths);
	ok(is(&a, "[cc][a b][./-f][./-][./-f][-o{}][x][a b][./-f][./-][./-f]"),
	    "each becomes all paths, none of which looks like an option");
	args_free(&a);
	ok(a.n == 0 && a.v == NULL, "what was freed is empty");
	for (i = 0; i < 1000; i++) {
		snprintf(path, sizeof path, "%d", i);
		args_add(&a, path);
	}
	ok(a.n == 1000 && strcmp(a.v[999], "999") == 0 && a.v[1000] == NULL,
	    "there may be many");
	args_free(&a);
	args_free(&paths);
	return test_end();
}
