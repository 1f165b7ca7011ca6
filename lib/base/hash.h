/* hash.h - a hash table of things that contain their node */
#ifndef HASH_H
#define HASH_H

#include <stddef.h>
#include <stdint.h>

/*
 * The table owns its buckets only; the things in it belong to the caller, who
 * compares keys itself:
 *
 *	for (n = hash_first(h, key); n != NULL; n = hash_next(n))
 *		if (is_the_one(n))
 *			return n;
 */

/* A member of each thing in the table. */
struct hash_node {
	struct hash_node *next; /* in the bucket */
	struct hash_node **link; /* the pointer to this node */
	uint64_t hash; /* of its key */
};

/* Starts as { 0 }. */
struct hash {
	struct hash_node **buckets; /* a power of two, or NULL while empty */
	size_t n, nbuckets;
};

/* Mix the bits of a number, so that similar numbers get distant hashes. */
uint64_t hash_number(uint64_t n);

/* Return the hash of n bytes. */
uint64_t hash_bytes(const void *data, size_t n);

/* Return the hash of a string. */
uint64_t hash_string(const char *s);

/* Add a node; 0, or -1 with errno ENOMEM. */
int hash_add(struct hash *h, struct hash_node *node, uint64_t hash);

/*
 * Take a node out, and free the buckets with the last one.  The cost does not
 * depend on how many nodes have the same hash.
 */
void hash_remove(struct hash *h, struct hash_node *node);

/* Return the first node with this hash, or the next such node, or NULL. */
struct hash_node *hash_first(const struct hash *h, uint64_t hash);
struct hash_node *hash_next(const struct hash_node *node);

#endif
