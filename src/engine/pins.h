/*
 * pins: revisions that somebody wants to look at for a while, without anything being switched. A few,
 * for a few minutes; each is built if it is not kept, is found below .refmount/at/ meanwhile, and
 * goes after that, unless it has been served.
 *
 * Pure: which ones there are, and until when. Building and giving up is done by those who know the
 * generations (decide.c, record.c).
 */
#ifndef ENGINE_PINS_H
#define ENGINE_PINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/oid.h"

#define PINS_MAX 4		    /* at a time; one more takes the place of the oldest */
#define PIN_MS	 (2ull * 60 * 1000) /* how long, from when it was last asked for or was built */

struct pin {
	struct oid commit;
	uint64_t until_ms; /* monotonic */
	uint32_t number;   /* of the generation that was built for it; 0: none yet */
};

struct pins {
	struct pin items[PINS_MAX]; /* the one that ends first comes first */
	size_t count;
};

#define PINS_INIT                                                                                  \
	{                                                                                          \
		0                                                                                  \
	}

/* COMMIT is asked for at NOW_MS. *LOST is the pin that had to go for it; its number is 0 if none did. */
void pins_add(struct pins *pins, const struct oid *commit, uint64_t now_ms, struct pin *lost);

/* COMMIT was built as generation NUMBER: its time begins. Nothing, if it is not pinned any more. */
void pins_built(struct pins *pins, const struct oid *commit, uint32_t number, uint64_t now_ms);

void pins_remove(struct pins *pins, const struct oid *commit); /* absent is fine */

const struct pin *pins_find(const struct pins *pins, const struct oid *commit); /* or NULL */

/* Take out one whose time is over: false when there is none. */
bool pins_expire(struct pins *pins, uint64_t now_ms, struct pin *out);

/* Milliseconds until the next one expires; UINT64_MAX: there is none. */
uint64_t pins_remaining_ms(const struct pins *pins, uint64_t now_ms);

#endif
