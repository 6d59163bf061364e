/*
 * hold: the mount stays at one revision because somebody said so, until they say otherwise or the
 * time they gave is over.
 *
 * When a hold ends is decided by the monotonic clock, so a step of the wall clock neither ends nor
 * prolongs it. Only over a restart the wall clock has to be believed, and then never for more than
 * the time that was asked for.
 */
#ifndef ENGINE_HOLD_H
#define ENGINE_HOLD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "src/base/oid.h"

#define HOLD_REASON_MAX 512 /* bytes with NUL */
#define HOLD_BY_MAX	64  /* bytes with NUL */

struct hold {
	bool is_active;
	struct oid revision;
	char reason[HOLD_REASON_MAX]; /* "" when none was given */
	char by[HOLD_BY_MAX];
	int64_t since, until; /* seconds UTC; UNTIL 0: no end */
	uint64_t deadline_ms; /* monotonic; 0: no end */
};

#define HOLD_INIT                                                                                  \
	{                                                                                          \
		0                                                                                  \
	}

struct hold_terms {
	const char *by, *reason; /* REASON may be NULL */
	uint64_t for_ms;	 /* 0: no end */
};

/*
 * A hold at REVISION from NOW_S (wall) and NOW_MS (monotonic) on. The texts are copied, cut to
 * size.
 */
void hold_begin(struct hold *hold, const struct oid *revision, const struct hold_terms *terms,
		int64_t now_s, uint64_t now_ms);
void hold_end(struct hold *hold);

/* After a restart: set the monotonic deadline from the wall clock times. */
void hold_restore(struct hold *hold, int64_t now_s, uint64_t now_ms);

/* Milliseconds until it ends: 0 when it should have; UINT64_MAX without an end or a hold. */
uint64_t hold_remaining_ms(const struct hold *hold, uint64_t now_ms);

/* The name of user UID, or "uid N", cut to SIZE bytes. */
void hold_user_name(uid_t uid, char *out, size_t size);

#endif
