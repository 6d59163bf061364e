/*
 * plain: show a Git tree as it is, byte for byte.
 *
 * Reads the tree and writes what the base generation does not have. Everything that input can drive
 * is bounded before it is read; what is wrong with the tree becomes findings. Symbolic links are
 * checked afterwards, on the finished tree (links.h).
 */
#ifndef BUILD_PLAIN_H
#define BUILD_PLAIN_H

#include <stdint.h>

#include "src/base/oid.h"
#include "src/snap/segment.h"

struct builder;
struct diag;
struct err;
struct job_limits;
struct numbers;
struct repo;

struct plain_spec {
	struct repo *repo;
	struct oid tree; /* the folder to show */
	const struct job_limits *limits;
	uint32_t uid, gid;
	struct numbers *numbers;
	const struct segment_set *set;
	place base_root, base_index; /* PLACE_NONE: nothing to share with */
	unsigned readers;	     /* threads that may read ahead (prefetch.h); 0: none */
};

struct plain_result {
	place root, index;
	uint32_t next_dir;
	uint64_t changed; /* files and links that are new, other or gone */
};

/*
 * Write SPEC's tree through BUILDER, which must have been given SPEC's set. 0 and *OUT, unless
 * FINDINGS has errors: then nothing that was written is of use. Otherwise negative errno
 * (repository damaged, no memory, disk full, base damaged).
 */
int plain_build(const struct plain_spec *spec, struct builder *builder, struct diag *findings,
		struct plain_result *out, struct err *err);

#endif
