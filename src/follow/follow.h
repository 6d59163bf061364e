/*
 * follow: where does the ref point? It decides nothing: each answer goes to a callback.
 *
 * A repository on this machine (follow_local.c) is asked when something in it changed (inotify), and every
 * POLL_MS as a safety net; an answer is there at once. One on another machine (follow_remote.c) is
 * fetched into its mirror every POLL_MS by a process of its own; an answer takes as long as that does.
 */
#ifndef FOLLOW_FOLLOW_H
#define FOLLOW_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "src/base/err.h"
#include "src/base/oid.h"
#include "src/git/repo.h"

struct fetch_job;
struct fetches;
struct follow;
struct loop;
struct resolver;

/* One look. */
struct follow_answer {
	int rc;			 /* 0, or negative errno: the source could not be asked */
	struct err err;		 /* why, in words */
	char full[REF_NAME_MAX]; /* full name of the ref */
	struct oid commit;
	uint64_t asked_ms; /* monotonic: when what caused this look was noticed */
	uint64_t next_ms;  /* until it is tried again, after a failure; 0: not known */
};

/* Must not free FOLLOW. */
typedef void follow_fn(void *arg, const struct follow_answer *answer);

/* A change to REF is done (RC 0), or was refused (ERR says why) and everything is as it was. */
typedef void follow_changed_fn(void *arg, const char *ref, int rc, const struct err *err);

/* Fill in what a fetch needs besides the ref; the strings are borrowed during the call that starts it. */
typedef void follow_job_fn(void *arg, struct fetch_job *job);

struct follow_spec {
	const char *program, *name; /* for the resolver; copied, like the next two */
	const char *repository, *ref;
	uint64_t poll_ms; /* 0: never */
	follow_fn *fn;
	follow_changed_fn *changed;
	void *arg;

	/* A remote: */
	struct fetches *fetches; /* NULL: REPOSITORY is the source itself; else the mirror; borrowed */
	follow_job_fn *prepare;
	bool (*may_tidy)(void *arg); /* nobody reads the mirror now */
};

/* Begins with follow_now(), not before. */
int follow_new(struct loop *loop, const struct follow_spec *spec, struct follow **out,
		struct err *err);
void follow_free(struct follow *follow); /* NULL is fine */

/*
 * Look now, whatever look is under way; one of a remote that stands still is begun anew. The number of a look
 * that begins no earlier than this call: when it is done the callback has run. With a repository on this machine
 * that is when this returns.
 */
uint64_t follow_now(struct follow *follow);
bool follow_is_done(const struct follow *follow, uint64_t look);

/* Follow REF from now on, if it can be found: the callback `changed` tells. Look again after that. */
void follow_change(struct follow *follow, const char *ref);

/* Whom to ask about the same repository. */
struct resolver *follow_resolver(struct follow *follow);

/* Somebody is about to read the repository for a while: leave its files where they are. */
void follow_calm(struct follow *follow);

#endif
