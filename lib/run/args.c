/* args.c - the arguments of a command, `{}` among them */
#include <stdlib.h>
#include <string.h>

#include "run/args.h"

static bool
isplace(const char *arg)
{
	return strcmp(arg, "{}") == 0;
}

bool
args_wanted(char *const command[])
{
	for (; *command != NULL; command++)
		if (isplace(*command))
			return true;
	return false;
}

/* Append prefix and arg as one; room for the final NULL is kept. */
static int
add(struct args *a, const char *prefix, const char *arg)
{
	size_t n, np, cap;
	char **v, *copy;

	if (a->n + 1 >= a->cap) {
		cap = a->cap == 0 ? 16 : a->cap * 2;
		v = realloc(a->v, cap * sizeof *v);
		if (v == NULL)
			return -1;
		a->v = v;
		a->cap = cap;
	}
	np = strlen(prefix);
	n = strlen(arg) + 1;
	copy = malloc(np + n);
	if (copy == NULL)
		return -1;
	memcpy(copy, prefix, np);
	memcpy(copy + np, arg, n);
	a->v[a->n++] = copy;
	a->v[a->n] = NULL;
	return 0;
}

int
args_add(struct args *a, const char *arg)
{
	return add(a, "", arg);
}

int
args_add_path(struct args *a, const char *path)
{
	return add(a, *path == '-' ? "./" : "", path);
}

int
args_fill(struct args *a, char *const command[], const struct args *paths)
{
	size_t i;

	for (; *command != NULL; command++) {
		if (!isplace(*command)) {
			if (args_add(a, *command) < 0)
				return -1;
			continue;
		}
		for (i = 0; i < paths->n; i++)
			if (args_add(a, paths->v[i]) < 0)
				return -1;
	}
	return 0;
}

void
args_free(struct args *a)
{
	while (a->n > 0)
		free(a->v[--a->n]);
	free(a->v);
	*a = (struct args){ 0 };
}
