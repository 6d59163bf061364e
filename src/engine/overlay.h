/*
 * overlay: the virtual files of a mount as one more small tree, in a memory file: `.status`,
 * `.drift` and `.refmount/`. The server shows it laid over the generation and formats nothing
 * itself.
 */
#ifndef ENGINE_OVERLAY_H
#define ENGINE_OVERLAY_H

#include <stdint.h>

#include "src/base/buf.h"
#include "src/base/oid.h"
#include "src/snap/segment.h"

struct err;
struct kept;
struct segment_set;

/* The files; overlay.c has their names. */
enum text {
	TEXT_STATUS, /* in the root; the others are in .refmount */
	TEXT_DRIFT,  /* likewise */
	TEXT_STATUS_JSON,
	TEXT_DRIFT_JSON,
	TEXT_REVISION,
	TEXT_HISTORY,
	TEXT_HISTORY_JSON,
	TEXT_DIFF,
	TEXT_READERS,
	TEXT_METRICS,
	TEXT_COUNT
};

struct texts {
	struct buf of[TEXT_COUNT];
};

#define TEXTS_INIT                                                                                 \
	{                                                                                          \
		{                                                                                  \
			BUF_INIT                                                                   \
		}                                                                                  \
	}

void texts_release(struct texts *texts);

struct overlay_spec {
	uint32_t number; /* of the segment, with SEGMENT_OVERLAY */
	uint32_t uid, gid;
	int64_t time;		   /* of the files, seconds UTC */
	const struct texts *texts; /* NULL: none of them, and a bare tree */
	const struct kept *kept;   /* each is pinned below .refmount/at/, once a commit */
	uint32_t shown;		   /* that of CURRENT, if several have its commit; 0: none */
	uint32_t candidate;	   /* this one is pinned as .refmount/candidate instead; 0: none */
	struct oid current, previous; /* zero: no such link */
};

struct overlay {
	int fd; /* sealed, the caller's */
	place root, index;
	place bare_root,
			bare_index; /* a tree without files, to lie below it when nothing is served */
};

int overlay_make(const struct overlay_spec *spec, struct overlay *out, struct err *err);

#endif
