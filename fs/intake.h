/*
 * intake: takes the kernel's queue of opens (mark.h), and notes each: which process goes on with what
 * (leases.h), and who has opened which file (src/link/opens.h). Whoever comes first does it: the census,
 * a worker that must know, the thread that switches.
 *
 * For any thread of a server that has the queue's descriptor in its table, and keeps the segments of all views
 * mapped (views.h) or is the one that switches.
 */
#ifndef FS_INTAKE_H
#define FS_INTAKE_H

#include <stdbool.h>

struct err;
struct intake;
struct leases;
struct segment_set;
struct state;

/* All borrowed. */
struct intake_source {
	struct state *state;
	const struct segment_set *set;
	struct leases *leases;
	int queue_fd; /* -1: there is none, and nothing to do */
};

int intake_new(const struct intake_source *source, struct intake **out, struct err *err);
void intake_free(struct intake *intake); /* NULL is fine */

/* Note what a predecessor has taken and not noted. Before anything else is done. */
void intake_recover(struct intake *intake);

/*
 * Can it be done without sending a message? The first time it cannot, which a worker must not wait for.
 */
bool intake_is_ready(const struct intake *intake);

#define INTAKE_BATCH 64

/* Take and note some of what the kernel has queued: so many, at most INTAKE_BATCH; 0: there was nothing. */
unsigned intake_take(struct intake *intake);

/* All of it. After this whatever was opened before the call is noted. */
void intake_drain(struct intake *intake);

#endif
