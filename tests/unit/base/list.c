/* list.c - tests of the doubly linked list */
#include "base/list.h"
#include "../test.h"

struct thing {
	char name;
	struct list_node node, other;
};

static struct thing things[4] = { { .name = 'a' }, { .name = 'b' },
	{ .name = 'c' }, { .name = 'd' } };

/* Are these the things in the list, in this order, and in both directions? */
static int
holds(const struct list *l, const char *names)
{
	const struct list_node *node;
	const struct thing *t;
	size_t n;

	n = 0;
	for (t = list_first(l); t != NULL; t = list_next(&t->node))
		if (names[n++] != t->name)
			return 0;
	if (names[n] != '\0' || l->n != n)
		return 0;
	for (node = l->last; node != NULL; node = node->prev)
		if (((const struct thing *)node->item)->name != names[--n])
			return 0;
	return n == 0;
}

static void
append(struct list *l, int i)
{
	list_append(l, &things[i].node, &things[i]);
}

int
main(void)
{
	struct list l = { 0 }, other = { 0 };
	int i;

	ok(holds(&l, ""), "a list begins empty");
	list_remove(&things[0].node);
	ok(things[0].node.list == NULL,
	    "a node in no list is removed from none");
	for (i = 0; i < 4; i++)
		append(&l, i);
	ok(holds(&l, "abcd"), "items are in the order in which they came");
	list_remove(&things[1].node);
	ok(holds(&l, "acd"), "one in the middle is removed");
	list_remove(&things[0].node);
	ok(holds(&l, "cd"), "so is the first");
	list_remove(&things[3].node);
	ok(holds(&l, "c"), "and the last");
	append(&l, 0);
	append(&l, 2);
	ok(holds(&l, "ac"), "an item that is appended again moves to the end");
	append(&other, 0);
	ok(holds(&l, "c") && holds(&other, "a"),
	    "appended to another list it leaves the first one");
	list_append(&other, &things[0].other, &things[0]);
	ok(things[0].node.list == &other && things[0].other.list == &other,
	    "an item with two nodes is in two places");
	list_remove(&things[0].other);
	list_remove(&things[0].node);
	list_remove(&things[2].node);
	ok(holds(&l, "") && holds(&other, ""), "lists become empty again");
	return test_end();
}
