/* hash.c - a hash table of things that contain their node */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

enum { FIRST_BUCKETS = 64 /* a power of two */ };

uint64_t
hash_number(uint64_t n)
{
	n = (n ^ (n >> 32)) * 0xd6e8feb86659fd93;
	n = (n ^ (n >> 32)) * 0xd6e8feb86659fd93;
	return n ^ (n >> 32);
}

uint64_t
hash_bytes(const void *data, size_t n)
{
	const unsigned char *p;
	uint64_t hash, word;

	hash = n;
	for (p = data; n >= sizeof word; n -= sizeof word, p += sizeof word) {
		memcpy(&word, p, sizeof word);
		hash = hash_number(hash ^ word);
	}
	word = 0;
	memcpy(&word, p, n);
	return hash_number(hash ^ word);
}

uint64_t
hash_string(const char *s)
{
	return hash_bytes(s, strlen(s));
}

static struct hash_node **
bucket_of(const struct hash *h, uint64_t hash)
{
	return &h->buckets[hash & (h->nbuckets - 1)];
}

static void
link_node(struct hash *h, struct hash_node *node)
{
	struct hash_node **bucket;

	bucket = bucket_of(h, node->hash);
	node->next = *bucket;
	node->link = bucket;
	if (node->next != NULL)
		node->next->link = &node->next;
	*bucket = node;
}

static int
grow_table(struct hash *h)
{
	struct hash old;
	struct hash_node *node, *next;
	size_t i;

	old = *h;
	h->nbuckets = old.nbuckets == 0 ? FIRST_BUCKETS : old.nbuckets * 2;
	h->buckets = calloc(h->nbuckets, sizeof(struct hash_node *));
	if (h->buckets == NULL) {
		*h = old;
		return -1;
	}
	for (i = 0; i < old.nbuckets; i++)
		for (node = old.buckets[i]; node != NULL; node = next) {
			next = node->next;
			link_node(h, node);
		}
	free(old.buckets);
	return 0;
}

int
hash_add(struct hash *h, struct hash_node *node, uint64_t hash)
{
	if (h->n >= h->nbuckets && grow_table(h) < 0)
		return -1;
	node->hash = hash;
	link_node(h, node);
	h->n++;
	return 0;
}

void
hash_remove(struct hash *h, struct hash_node *node)
{
	*node->link = node->next;
	if (node->next != NULL)
		node->next->link = node->link;
	if (--h->n > 0)
		return;
	free(h->buckets);
	*h = (struct hash){ 0 };
}

static struct hash_node *
find_from(struct hash_node *node, uint64_t hash)
{
	while (node != NULL && node->hash != hash)
		node = node->next;
	return node;
}

struct hash_node *
hash_first(const struct hash *h, uint64_t hash)
{
	return h->nbuckets == 0 ? NULL : find_from(*bucket_of(h, hash), hash);
}

struct hash_node *
hash_next(const struct hash_node *node)
{
	return find_from(node->next, node->hash);
}
