/* hash.c - tests of hash tables */
#include "base/hash.h"

#include <stdbool.h>
#include <stdlib.h>

#include "../test.h"

enum { MANY = 100000 };

struct thing {
	struct hash_node node;
	int key;
};

static struct thing things[MANY];

static struct thing *
find(const struct hash *h, int key)
{
	struct hash_node *n;

	for (n = hash_first(h, hash_number((uint64_t)key)); n != NULL;
	     n = hash_next(n))
		if (((struct thing *)n)->key == key)
			return (struct thing *)n;
	return NULL;
}

static void
test_hashes(void)
{
	static const char zeros[20];
	uint64_t sum;
	bool differ;
	size_t i;

	ok(hash_number(1) != hash_number(2), "numbers have different hashes");
	ok(hash_string("ab") == hash_bytes("ab", 2) &&
		hash_string("ab") != hash_string("ba"),
	    "the hash of a string is that of its bytes in their order");
	differ = true;
	for (i = 0, sum = 1; i < sizeof zeros; i++) {
		differ = differ && hash_bytes(zeros, i) != sum;
		sum = hash_bytes(zeros, i);
	}
	ok(differ, "different numbers of zero bytes have different hashes");
	ok(hash_string("12345678") != hash_string("12345679") &&
		hash_string("123456789") != hash_string("12345678a"),
	    "the last byte matters, in a whole word and after it");
}

static void
test_empty(void)
{
	struct hash h = { 0 };

	ok(hash_first(&h, 1) == NULL, "an empty table has nothing");
	things[0].key = 5;
	ok(hash_add(&h, &things[0].node, hash_number(5)) == 0 &&
		find(&h, 5) == &things[0] && find(&h, 6) == NULL,
	    "a node is found, and others are not");
	hash_remove(&h, &things[0].node);
	ok(h.n == 0 && h.buckets == NULL && hash_first(&h, 1) == NULL,
	    "with its last node a table frees its buckets");
}

static void
test_many(void)
{
	struct hash h = { 0 };
	int i, found;

	for (i = 0; i < MANY; i++) {
		things[i].key = i;
		if (hash_add(&h, &things[i].node, hash_number((uint64_t)i)) < 0)
			break;
	}
	for (i = found = 0; i < MANY; i++)
		found += find(&h, i) == &things[i];
	ok(found == MANY && h.n == MANY, "each of many nodes is found");
	for (i = 0; i < MANY; i += 2)
		hash_remove(&h, &things[i].node);
	for (i = found = 0; i < MANY; i++)
		found += find(&h, i) == (i % 2 == 0 ? NULL : &things[i]);
	ok(found == MANY, "nodes are removed and the others stay");
	for (i = 1; i < MANY; i += 2)
		hash_remove(&h, &things[i].node);
	ok(h.n == 0 && h.buckets == NULL, "all can be removed");
}

/* Different keys may have one hash; others are in the same bucket only. */
static void
test_collisions(void)
{
	struct hash h = { 0 };
	struct hash_node *n;
	int i, of_seven;

	for (i = 0; i < 6; i++)
		hash_add(&h, &things[i].node, i % 2 == 0 ? 7 : 7 + 4096);
	for (of_seven = 0, n = hash_first(&h, 7); n != NULL; n = hash_next(n))
		of_seven += n == &things[0].node || n == &things[2].node ||
		    n == &things[4].node;
	ok(of_seven == 3, "all nodes of a hash are found, and only those");
	hash_remove(&h, &things[2].node);
	hash_remove(&h, &things[5].node);
	for (of_seven = 0, n = hash_first(&h, 7); n != NULL; n = hash_next(n))
		of_seven += n == &things[0].node || n == &things[4].node;
	ok(of_seven == 2, "a node in the middle of a bucket can be removed");
	hash_remove(&h, &things[0].node);
	hash_remove(&h, &things[4].node);
	hash_remove(&h, &things[1].node);
	hash_remove(&h, &things[3].node);
	ok(h.n == 0, "and the others after it");
}

/* If a removal walked through the bucket this would take many seconds. */
static void
test_one_hash(void)
{
	struct hash h = { 0 };
	int i;

	for (i = 0; i < MANY; i++)
		hash_add(&h, &things[i].node, 7);
	for (i = 0; i < MANY; i++)
		hash_remove(&h, &things[i].node);
	ok(h.n == 0, "many nodes of one hash are removed in any order");
}

int
main(void)
{
	test_hashes();
	test_empty();
	test_many();
	test_collisions();
	test_one_hash();
	return test_end();
}
