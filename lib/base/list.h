/* list.h - a doubly linked list of things that contain their node */
#ifndef LIST_H
#define LIST_H

#include <stddef.h>

/*
 * The things belong to the caller.  A node is in one list at most, but a thing
 * may have several nodes.
 */

/* Starts as { 0 }. */
struct list {
	struct list_node *first, *last;
	size_t n;
};

/* A member of each thing in a list; starts as { 0 }. */
struct list_node {
	struct list *list; /* or NULL */
	struct list_node *next, *prev;
	void *item; /* the thing */
};

/* Append an item; its node leaves the list in which it was. */
void list_append(struct list *l, struct list_node *node, void *item);

/* Remove a node from its list, if it is in one. */
void list_remove(struct list_node *node);

/* Return the first item, or the one after that of a node; or NULL. */
void *list_first(const struct list *l);
void *list_next(const struct list_node *node);

#endif
