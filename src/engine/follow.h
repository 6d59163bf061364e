/*
 * follow: where does the ref point? Asks the repository on this machine when something in it
 * changed (inotify), and every POLL_MS as a safety net. It decides nothing: each answer goes to a
 * callback.
 *
 * Nothing runs while nothing happens. A repository that is not there is looked for when its nearest
 * existing parent folder changes, and at each poll.
 */
#ifndef ENGINE_FOLLOW_H
#define ENGINE_FOLLOW_H

#include <stdint.h>

#include "src/base/err.h"
#include "src/base/oid.h"
#include "src/git/repo.h"

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
};

/* Must not free FOLLOW. */
typedef void follow_fn(void *arg, const struct follow_answer *answer);

struct follow_spec {
	const char *program, *name; /* for the resolver; copied, like the others */
	const char *source, *ref;
	uint64_t poll_ms; /* 0: never */
	follow_fn *fn;
	void *arg;
};

/* Begins with follow_now(), not before. */
int follow_new(struct loop *loop, const struct follow_spec *spec, struct follow **out,
		struct err *err);
void follow_free(struct follow *follow); /* NULL is fine */

/* Look now: the callback has run when this returns. */
void follow_now(struct follow *follow);

/*
 * Follow REF from now on, if it can be found: 0 (look again with follow_now), or negative errno,
 * and everything is as it was.
 */
int follow_change(struct follow *follow, const char *ref, struct err *err);

/* Whom to ask about the same repository. */
struct resolver *follow_resolver(struct follow *follow);

#endif
