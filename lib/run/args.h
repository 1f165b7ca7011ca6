/* args.h - the arguments of a command, `{}` among them */
#ifndef ARGS_H
#define ARGS_H

#include <stdbool.h>
#include <stddef.h>

/* Arguments under way: v[n] is NULL, where there are any. */
struct args {
	char **v;
	size_t n, cap;
};

/* is one of them `{}`? */
bool args_wanted(char *const command[]);

/*
 * Append an argument, which is copied; a path that begins with `-` gets `./`
 * in front.  0, or -1 when memory is out.
 */
int args_add(struct args *a, const char *arg);
int args_add_path(struct args *a, const char *path);

/* the command with these paths in place of each `{}`; as args_add */
int args_fill(struct args *a, char *const command[], const struct args *paths);

void args_free(struct args *a);

#endif
