#define WATCHED_BY watch_kqueue
/* tree_kqueue_random.c - tests of any names and whatever happens, by kqueue */
#include "tree_random.c" /* NOLINT(bugprone-suspicious-include) */
