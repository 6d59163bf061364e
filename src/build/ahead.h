/*
 * ahead: which blobs a build is going to read, told before it gets there.
 *
 * The same walk as that of plain.c, beside the base, but of the trees alone, and it judges nothing.
 * It is a forecast: it may name a blob that is never asked for (the path turned out to be bad) and
 * end early. Whoever uses it may gain time by it, and nothing else.
 */
#ifndef BUILD_AHEAD_H
#define BUILD_AHEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "src/base/oid.h"
#include "src/snap/segment.h"

struct ahead;
struct repo;

struct ahead_spec {
	struct repo *repo; /* borrowed, as the set */
	struct oid tree;
	const struct segment_set *set;
	place base_root;      /* PLACE_NONE: none */
	uint64_t max_entries; /* of all folders together; the forecast ends there */
};

/* NULL: no memory. */
struct ahead *ahead_new(const struct ahead_spec *spec);
void ahead_free(struct ahead *ahead); /* NULL is fine */

/* The next file's blob that was not named before; false at the end, and ever after. */
bool ahead_next(struct ahead *ahead, struct oid *out);

#endif
