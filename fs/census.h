/*
 * census: the thread of a server that waits for the kernel to tell of opens, and has them noted (intake.h).
 * Asynchronous: no reader ever waits for it.
 */
#ifndef FS_CENSUS_H
#define FS_CENSUS_H

#include "fs/views.h"

struct census;
struct err;
struct intake;

#define CENSUS_WORKER (VIEWS_WORKERS - 1) /* its number towards the views */

/* All borrowed. */
struct census_source {
	struct intake *intake;
	struct views *views;
	int queue_fd; /* the intake's: what to wait for */
};

int census_start(const struct census_source *source, struct census **out, struct err *err);
void census_end(struct census *census); /* and join it; NULL is fine */

#endif
