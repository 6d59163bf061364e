/*
 * publish: make another view visible, at once and for everybody. The essay is in publish.c.
 */
#ifndef FS_PUBLISH_H
#define FS_PUBLISH_H

struct err;
struct fuse_session;
struct message;
struct segment_set;
struct state;
struct views;

struct publish {
	struct fuse_session *session; /* NULL: the kernel knows nothing yet */
	struct state *state;
	const struct segment_set *set;
	struct views *views;
}; /* all borrowed */

/*
 * Make REQUEST->view visible and fill REPLY (a PUBLISHED message). Blocks while the kernel is busy with
 * the names that change: never call it from a handler or under a lock. On failure, told in
 * REPLY->code and ERR, nothing has changed.
 */
int publish_run(const struct publish *publish, const struct message *request, struct message *reply,
		struct err *err);

/*
 * The generation called NAME below at/ is not kept any more: the kernel shall let go of what it knows of it,
 * and with that of its segments.
 */
void publish_drop(const struct publish *publish, const char *name);

#endif
