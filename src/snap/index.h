/*
 * index: from a folder's number to its record, for one generation.
 *
 * A radix tree over the 32 bits of the number, 32 ways a level, in records like everything else. It
 * is as high as its largest number needs. A new generation copies only the path to what changed and
 * shares the rest.
 */
#ifndef SNAP_INDEX_H
#define SNAP_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "src/snap/segment.h"

struct builder;

/* The record of folder DIR, in *OUT: 0, -ENOENT, -EIO. PLACE_NONE is an empty index. */
int index_find(const struct segment_set *set, place index, uint32_t dir, place *out);

struct index_change {
	uint32_t dir;
	place to; /* PLACE_NONE: the folder is gone; one that never was is fine */
};

/*
 * Write through BUILDER what is new in the index that has all of CHANGES (sorted by dir, no
 * duplicates) applied to BASE (PLACE_NONE: empty): *OUT is the place of the new index, BASE itself
 * if nothing changed, PLACE_NONE if nothing is left. 0, -EINVAL (CHANGES out of order), -EIO,
 * -ENOMEM, or the builder's error.
 */
int index_update(struct builder *builder, place base, const struct index_change *changes,
		uint32_t count, place *out);

/* A record of SIZE bytes at AT is in one index only. A non-zero return ends the comparison. */
typedef int index_record_fn(void *arg, place at, uint32_t size, bool is_new);

/*
 * Call FN for the records of the index itself (not those of the folders) that are in only one of
 * FROM and TO: 0, FN's result or -EIO.
 */
int index_compare(const struct segment_set *set, place from, place to, index_record_fn *fn,
		void *arg);

#endif
