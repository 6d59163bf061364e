/*
 * requests: from the device to the handlers and back, in a way that survives the server. Owns the
 * worker threads; the essay is in requests.c.
 */
#ifndef FS_REQUESTS_H
#define FS_REQUESTS_H

#include <stdint.h>

struct door;
struct err;
struct fuse_session;
struct intake;
struct leases;
struct requests;
struct segment_set;
struct state;
struct views;

#define REQUESTS_WORKERS 4

/* What requests are answered from; all borrowed. */
struct requests_source {
	int device_fd; /* what SESSION answers through */
	struct fuse_session *session;
	struct state *state;
	const struct segment_set *set;
	struct views *views;
	struct door *door;
	struct leases *leases;
	struct intake *intake;
	int tell_fd; /* an eventfd, written when there is news of one of the two kinds below */
};

int requests_new(const struct requests_source *source, struct requests **out, struct err *err);
void requests_free(struct requests *requests); /* not while workers run; NULL is fine */

/*
 * Agree with the kernel (the very first server), or take up what was agreed; then answer what a
 * predecessor left over. Needs a visible view. 0; -ENODEV: unmounted already; others.
 */
int requests_begin(struct requests *requests, struct err *err);

/*
 * Start the workers. END_FD (an eventfd, borrowed) is written once they have ended, which they do when
 * the mount is gone.
 */
int requests_start(struct requests *requests, int end_fd, struct err *err);
void requests_join(struct requests *requests);

/* News: contents were read. After this call the next read is news again. */
void requests_reads_over(struct requests *requests);

/*
 * News: somebody has written into the pages that the kernel holds of this node, through a mount that
 * root made writable or a shared mapping. It was refused, but the pages have to go. 0: no (more).
 */
uint64_t requests_spoiled(struct requests *requests);

#endif
