/*
 * pauses: how long a remote is left alone between two looks.
 *
 * Polls have a jitter, so that a thousand nodes that were started together do not come together for
 * ever. After failures the pauses double, up to PAUSES_MAX_MS.
 */
#ifndef FOLLOW_PAUSES_H
#define FOLLOW_PAUSES_H

#include <stdint.h>

#define PAUSES_FAILED_MIN_MS  1000
#define PAUSES_MAX_MS	      (5ull * 60 * 1000)
#define PAUSES_JITTER_PERCENT 10

/* Until the next look by itself, after FAILURES in a row; 0: there is none, since POLL_MS is 0. */
uint64_t pauses_next(uint64_t poll_ms, unsigned failures);

#endif
