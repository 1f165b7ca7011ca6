/* args.h - the arguments of a command, `{}` among them */
#ifndef ARGS_H
#define ARGS_H

#include <stdbool.h>
#include <stddef.h>

/* A growing list of arguments; v[n] is NULL if n > 0.  Starts as { 0 }. */
struct args {
	char **v;
	size_t n, cap;
};

/* Return true if one of these arguments is `{}`. */
bool args_wanted(char *const command[]);

/*
 * Append a copy of an argument; a path that begins with `-` gets `./` in front.
 * Returns 0, or -1: out of memory.
 */
int args_add(struct args *a, const char *arg);
int args_add_path(struct args *a, const char *path);

/* Append the command with these paths in place of each `{}`; as args_add. */
int args_fill(struct args *a, char *const command[], const struct args *paths);

/* Free the arguments; the list is empty afterwards. */
void args_free(struct args *a);

#endif
