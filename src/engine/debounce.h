/*
 * debounce: a ref that moves again and again is followed once it has been quiet for a while; but not
 * later than a few times that while after it first moved, or a repository that is never quiet would
 * never be followed. Pure.
 */
#ifndef ENGINE_DEBOUNCE_H
#define ENGINE_DEBOUNCE_H

#include <stdint.h>

#define DEBOUNCE_FACTOR 10 /* so many times the while is the longest */

struct debounce {
	uint64_t first_ms, last_ms; /* monotonic: when it moved; 0: nothing waits */
};

#define DEBOUNCE_INIT                                                                              \
	{                                                                                          \
		0                                                                                  \
	}

void debounce_note(struct debounce *debounce, uint64_t now_ms); /* it has moved */
void debounce_end(struct debounce *debounce);			/* wait no longer */

/* Milliseconds to wait; 0: none, then nothing waits any more. */
uint64_t debounce_left(struct debounce *debounce, uint64_t quiet_ms, uint64_t now_ms);

#endif
