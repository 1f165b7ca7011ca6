#define WATCHED_BY watch_kqueue
/* tree_kqueue.c - tests of the remembered tree, told by kqueue */
#include "tree.c" /* NOLINT(bugprone-suspicious-include) */
