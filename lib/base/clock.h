/* clock.h - the time that only goes forward */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

/* milliseconds since some moment in the past, never going back */
int64_t clock_ms(void);

/* nanoseconds since 1970 on the clock that stamps files */
int64_t clock_wall_ns(void);

#endif
