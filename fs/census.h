/*
 * census: the thread of a server that reads the kernel's queue of opens (mark.h) and notes in the shared
 * state who has opened what (src/link/opens.h). Asynchronous: no reader ever waits for it.
 */
#ifndef FS_CENSUS_H
#define FS_CENSUS_H

#include "fs/views.h"

struct census;
struct err;
struct leases;
struct segment_set;
struct state;

#define CENSUS_WORKER (VIEWS_WORKERS - 1) /* its number towards the views */

/* All borrowed; the thread has the descriptors as its own. */
struct census_source {
	struct state *state;
	const struct segment_set *set;
	struct views *views;
	struct leases *leases;
	int queue_fd;
	int thread_queue_fd; /* LEASES' own; -1: none */
};

int census_start(const struct census_source *source, struct census **out, struct err *err);
void census_end(struct census *census); /* and join it; NULL is fine */

#endif
