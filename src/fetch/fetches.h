/*
 * fetches: fetcher processes, one job at a time: a mirror has one writer.
 */
#ifndef FETCH_FETCHES_H
#define FETCH_FETCHES_H

#include <stdbool.h>

struct err;
struct fetch_job;
struct fetch_result;
struct fetches;
struct loop;

/* The job is over; RESULT lives during the call. A fetcher that crashed or said nonsense gives FETCH_FAILED. */
typedef void fetches_fn(void *arg, const struct fetch_result *result);

/* After a cancelled job: its process has ended. */
typedef void fetches_idle_fn(void *arg);

struct fetches_spec {
	struct loop *loop;
	const char *program; /* absolute path of refmount; borrowed */
	const char *name;    /* of the mount; borrowed */
	int lock;	     /* that fetchers hold as well (engine/sole.h); borrowed */
};

int fetches_new(const struct fetches_spec *spec, struct fetches **out, struct err *err);
void fetches_free(struct fetches *fetches); /* kills what runs; NULL is fine */

/* Who is told that the next job can be started. */
void fetches_on_idle(struct fetches *fetches, fetches_idle_fn *fn, void *arg);

/* Start JOB (borrowed during the call). -EAGAIN: one is still running, or ending. */
int fetches_start(struct fetches *fetches, const struct fetch_job *job, fetches_fn *fn, void *arg,
		struct err *err);

/* Kill what runs; its function is not called. */
void fetches_cancel(struct fetches *fetches);

bool fetches_are_idle(const struct fetches *fetches);

#endif
