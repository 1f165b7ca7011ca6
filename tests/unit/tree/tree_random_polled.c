#define POLLS true
/* tree_random_polled.c - tests of the tree: the same by polling */
#include "tree_random.c" /* NOLINT(bugprone-suspicious-include) */
