/*
 * workers: processes of ours with one job each: builders, fetchers, verifiers. A job is bytes, the
 * answer is bytes, then the process ends. What they mean, and whether an answer makes sense, is the
 * business of whoever uses this (build/builds.h).
 *
 * A job travels over a stream socket, descriptor 3 of the worker, that is shut down behind it, the
 * answer likewise, so the end of the stream is the end of the message. Answers are untrusted.
 *
 * Each worker is the leader of a session of its own and is killed together with whatever it started.
 */
#ifndef BASE_WORKERS_H
#define BASE_WORKERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct buf;
struct err;
struct loop;
struct worker;
struct workers;

#define WORKER_FD_ENGINE 3 /* the worker's end of the socket */

/* How a worker ended. */
struct worker_answer {
	const void *data; /* during the call only */
	size_t len;	  /* 0: it did not answer, or said more than it may; then: */
	bool is_late;	  /* it was killed at the deadline */
	int status;	  /* as of waitpid(2) */
};

/*
 * The job is over and the worker gone. One that was killed by somebody else gets a second try
 * before this is called.
 */
typedef void worker_fn(void *arg, const struct worker_answer *answer);

/* JOB, taken up once more: what is different for the second process; 0 or -errno, then there is none. */
typedef int worker_again_fn(struct buf *job);

/* No worker has a job any more, cancelled ones included. */
typedef void workers_idle_fn(void *arg);

struct workers_spec {
	struct loop *loop;
	const char *program; /* absolute path of refmount; borrowed like the other texts */
	const char *role;    /* argv[0] is "refmount: ROLE NAME" */
	const char *name;    /* of the mount */
	int lock; /* that workers hold as well (engine/sole.h), their descriptor 4; -1: none */
	uint64_t deadline_ms;
	size_t answer_max;	  /* bytes */
	size_t most;		  /* that run at a time */
	worker_again_fn *again;	  /* or NULL: nothing is */
	workers_idle_fn *on_idle; /* or NULL */
	void *arg;
};

int workers_new(const struct workers_spec *spec, struct workers **out, struct err *err);
void workers_free(struct workers *workers); /* kills what runs; NULL is fine */

/* Keep a worker waiting, already executed, so that the next job costs no start of a program. */
void workers_warm(struct workers *workers);

/*
 * Start JOB, whose bytes are taken out of the buffer in any case; they have to fit into a socket's
 * buffer. -EAGAIN: too many run. *OUT is valid until FN or worker_cancel.
 */
int workers_start(struct workers *workers, struct buf *job, worker_fn *fn, void *arg,
		struct worker **out, struct err *err);

/* Kill it; FN is not called. NULL is fine. */
void worker_cancel(struct worker *worker);

bool workers_are_idle(const struct workers *workers);

#endif
