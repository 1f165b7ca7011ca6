#define POLLS true
/* tree_random_polled.c - tests of the tree: random changes, by polling */
#define disturb(number) ((void)(number))
#define settle_all() settle()
#include "tree_random.c" /* NOLINT(bugprone-suspicious-include) */
