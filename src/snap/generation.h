/*
 * generation: the header of one snapshot. Which commit, which root, which segments; everything that
 * has to be known before the tree itself is read.
 */
#ifndef SNAP_GENERATION_H
#define SNAP_GENERATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/oid.h"
#include "src/snap/segment.h"

struct buf;
struct err;

#define GENERATION_SEGMENTS_MAX	 128
#define GENERATION_SEGMENTS_GOOD 64	       /* over this many: compaction */
#define GENERATION_DEAD_MIN	 (1024 * 1024) /* fewer unused bytes than this are never worth one */
#define GENERATION_TEXT_MAX	 256	       /* bytes of author and subject, with NUL */

/*
 * How much of a segment a generation uses. A reference is a record of the tree or the index that
 * lies in the segment, or a file or link in another segment whose contents lie in it; bytes are the
 * sizes of those records, and of all contents once for each file that has them.
 */
struct segment_use {
	uint32_t number;
	uint64_t references;
	uint64_t live_bytes;
	uint64_t size_bytes; /* of the whole segment */
};

struct generation {
	uint32_t number; /* also the number of the segment that was written for it */
	struct oid commit;
	struct oid tree;		  /* Git tree id of what is shown */
	int64_t time;			  /* committer time, seconds UTC */
	char author[GENERATION_TEXT_MAX]; /* "A U Thor <author@example.com>", valid UTF-8 */
	char subject[GENERATION_TEXT_MAX];
	uint64_t settings; /* hash of what else shapes the tree: path, owner, facts */
	place root, index;
	uint32_t next_dir; /* first folder number that was never used up to here */
	uint64_t files, bytes;
	uint64_t changed; /* files that differ from the generation it was built upon */
	uint32_t segment_count;
	struct segment_use segments[GENERATION_SEGMENTS_MAX]; /* sorted by number */
};

/* Append the sealed form to OUT: magic, version, fields, XXH3. */
void generation_encode(const struct generation *generation, struct buf *out);

/* 0 or -EBADMSG with the reason; total, OUT untouched on failure. */
int generation_decode(const void *data, size_t len, struct generation *out, struct err *err);

/*
 * Count GENERATION's segments, from its root and index and from the generation it was built upon
 * (BASE, with right counts; NULL: none): what is in one of the two only is added or taken away, so
 * the cost is that of the change. Segments without references are left out. SET must hold both. 0,
 * -EIO, -ENOSPC (over GENERATION_SEGMENTS_MAX: compact), -ENOMEM; GENERATION is untouched on
 * failure.
 */
int generation_count_segments(const struct segment_set *set, const struct generation *base,
		struct generation *generation);

/* The same figures from a walk of the whole tree: for tests, and for one written from nothing. */
int generation_recount(const struct segment_set *set, struct generation *generation);

/* True when the next segment should be written from nothing: too many, or mostly unused ones. */
bool generation_wants_compaction(const struct generation *generation);

#endif
