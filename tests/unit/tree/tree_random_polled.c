#define BACKEND NULL
/* tree_random_polled.c - tests of any names and whatever happens, by polling */
#include "tree_random.c" /* NOLINT(bugprone-suspicious-include) */
