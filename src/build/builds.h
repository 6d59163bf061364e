/*
 * builds: builder processes (workers.h), one for each job. One more is kept waiting. Results are
 * untrusted.
 */
#ifndef BUILD_BUILDS_H
#define BUILD_BUILDS_H

#include <stdbool.h>
#include <sys/types.h>

struct build;
struct builds;
struct err;
struct job;
struct loop;
struct result;

#define BUILDS_MAX	  8	 /* running at a time */
#define BUILD_DEADLINE_MS 120000 /* of the wall clock; CPU and memory are limited in the builder */

/*
 * The job is over; RESULT lives during the call. A builder that crashed or ran out of time or
 * memory gives RESULT_REJECTED with a finding that says so (one that was killed gets a second try),
 * one that said nonsense RESULT_FAILED. The build is gone.
 */
typedef void build_fn(void *arg, const struct result *result);

/* No build runs any more, cancelled ones included: leftovers may be swept. */
typedef void builds_idle_fn(void *arg);

struct builds_spec {
	struct loop *loop;
	const char *program; /* absolute path of refmount; borrowed */
	const char *name;    /* of the mount; borrowed */
	int lock;	     /* that builders hold as well (engine/sole.h); borrowed */
	builds_idle_fn *on_idle;
	void *arg;
};

int builds_new(const struct builds_spec *spec, struct builds **out, struct err *err);
void builds_free(struct builds *builds); /* kills what runs; NULL is fine */

/* Keep a builder waiting; best called when nothing else is to be done. */
void builds_warm(struct builds *builds);

/*
 * Start JOB (borrowed during the call). -EAGAIN: too many run. *OUT is valid until FN or
 * build_cancel.
 */
int builds_start(struct builds *builds, const struct job *job, build_fn *fn, void *arg,
		struct build **out, struct err *err);

/* Kill it; FN is not called. NULL is fine. */
void build_cancel(struct build *build);

bool builds_are_idle(const struct builds *builds);

#endif
