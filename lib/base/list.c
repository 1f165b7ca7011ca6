/* list.c - a doubly linked list of things that contain their node */
#include "base/list.h"

void
list_append(struct list *l, struct list_node *node, void *item)
{
	list_remove(node);
	*node = (struct list_node){ .list = l, .prev = l->last, .item = item };
	if (l->last == NULL)
		l->first = node;
	else
		l->last->next = node;
	l->last = node;
	l->n++;
}

void
list_remove(struct list_node *node)
{
	struct list *l;

	l = node->list;
	if (l == NULL)
		return;
	if (node->prev == NULL)
		l->first = node->next;
	else
		node->prev->next = node->next;
	if (node->next == NULL)
		l->last = node->prev;
	else
		node->next->prev = node->prev;
	l->n--;
	*node = (struct list_node){ .list = NULL };
}

void *
list_first(const struct list *l)
{
	return l->first == NULL ? NULL : l->first->item;
}

void *
list_next(const struct list_node *node)
{
	return node->next == NULL ? NULL : node->next->item;
}
