/*
 * publish: make another view visible, at once and for everybody. The essay is in publish.c.
 */
#ifndef FS_PUBLISH_H
#define FS_PUBLISH_H

#include <stdbool.h>

#include "fs/changes.h"
#include "src/link/state.h"

struct err;
struct fuse_session;
struct intake;
struct leases;
struct message;
struct segment_set;
struct views;

struct publish {
	/* Borrowed. */
	struct fuse_session *session; /* NULL: the kernel knows nothing yet */
	int device_fd;		      /* what SESSION speaks through */
	struct state *state;
	const struct segment_set *set;
	struct views *views;
	struct leases *leases; /* or NULL */
	struct intake *intake;
	bool settles; /* names that change may be kept only after views_settle() */
	/* Out, after a switch: what has changed, with what the kernel knows of it, and since when. */
	struct changes changes; /* to be released by the caller */
	struct view before;
	bool has_leases; /* some may be in force: leases_wait() */
};

/* Would REQUEST change names that the kernel may have kept? */
bool publish_is_switch(const struct publish *publish, const struct message *request);

/*
 * Make REQUEST->view visible and fill REPLY (a PUBLISHED message). Blocks while the kernel is busy with
 * the names that change: never call it from a handler or under a lock. On failure, told in
 * REPLY->code and ERR, nothing has changed.
 */
int publish_run(struct publish *publish, const struct message *request, struct message *reply,
		struct err *err);

#endif
