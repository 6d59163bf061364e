/*
 * live_compare: files elsewhere that should equal those of the mount, and how they differ. Looks and
 * compares, now, and remembers nothing: live.h does.
 *
 * A live path may be a file or a folder; of a folder, everything below counts, and what the mount
 * does not have there is `extra`. Links at the live path itself are followed if the mount has a file
 * there, so a link into the mount is no drift.
 *
 * It reads files of the node and may block on them (a dead network file system): not for a process
 * that must go on.
 */
#ifndef ENGINE_LIVE_COMPARE_H
#define ENGINE_LIVE_COMPARE_H

#include <stdbool.h>
#include <stddef.h>

#include "src/snap/node.h"

struct live_file;

#define LIVE_DRIFT_MAX 1000 /* differences that are told; the walk ends there */

/* How the names of what live_apply.h makes end; such files are never extra. */
#define LIVE_BACKUP ".refmount-bak" /* what was displaced */
#define LIVE_NEW    ".refmount-new" /* not complete yet */

bool live_is_ours(const char *name);

/* The worst that is true of a file. */
enum live_state {
	LIVE_MISSING = 1,
	LIVE_MODIFIED, /* contents, target, or something of another kind */
	LIVE_MODE,
	LIVE_OWNER,
	LIVE_EXTRA, /* the mount has nothing there */
	LIVE_UNREADABLE,
};

const char *live_state_name(enum live_state state); /* "modified"; "" for what is none */

/* One difference; lives during the call. */
struct live_difference {
	enum live_state state;
	const char *path;	 /* in the mount */
	const char *live;	 /* absolute */
	const struct node *node; /* what the mount has there; NULL for LIVE_EXTRA */
};

/* A non-zero return ends the walk and becomes its result. */
typedef int live_compare_fn(void *arg, const struct live_difference *difference);

/*
 * Call FN for each difference between FILES and the tree at ROOT, in order. 0, FN's result, -ENOMEM,
 * or -EIO where the tree is damaged.
 */
int live_compare(const struct segment_set *set, place root, const struct live_file *files,
		size_t count, live_compare_fn *fn, void *arg);

#endif
