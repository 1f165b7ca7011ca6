/* clock.h - the clocks for deadlines and for the stamps of files */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

/* Milliseconds since some moment in the past; never goes back. */
int64_t clock_ms(void);

/* Nanoseconds since 1970 on the clock that stamps files. */
int64_t clock_wall_ns(void);

#endif
