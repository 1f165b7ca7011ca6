/* watch.c - a backend: which one there is */
#include <stddef.h>

#include "watch.h"

const struct watch_backend *
watch_here(void)
{
	return watch_kqueue.open != NULL ? &watch_kqueue : &watch_inotify;
}
