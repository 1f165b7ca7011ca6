/* watch.c - a backend: which one there is */
#include <stddef.h>

#include "tree/watch.h"

const struct watch_backend *
watch_here(void)
{
	return watch_kqueue.open != NULL ? &watch_kqueue : &watch_inotify;
}
