/*
 * clock: the clocks, and time as text.
 *
 * Deadlines and durations use the monotonic clock only, so that a step of the wall clock changes
 * nothing but the times shown.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

#define CLOCK_TEXT_SIZE sizeof("2026-11-23T09:12:44Z")

uint64_t clock_mono_ns(void);
uint64_t clock_mono_ms(void);
uint64_t clock_boot_ns(
		void); /* since boot, sleep included: what /proc counts starts of processes in */
int64_t clock_wall_s(void); /* seconds since 1970, UTC */
uint64_t clock_wall_ms(void);

void clock_pause_ns(uint64_t ns); /* so long, or until a signal is handled */

/* ISO 8601 UTC; years outside 0..9999 are clamped. */
void clock_format(int64_t wall_s, char out[static 21]);

/* The inverse; 0 or -EINVAL. */
int clock_parse(const char *text, int64_t *wall_s);

#endif
