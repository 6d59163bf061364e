/*
 * views: what a request sees, and who is still looking. The view that is visible lies in the shared
 * state; the one that is about to be (between PREPARE and FLIP) only here: a server that dies in
 * between leaves the old one. The switch itself is publish.h.
 *
 * A handler brackets its work with views_enter() and views_leave(), from any of VIEWS_WORKERS threads.
 * One thread at a time calls the others.
 */
#ifndef FS_VIEWS_H
#define FS_VIEWS_H

#include <stdbool.h>
#include <stdint.h>

#include "src/link/state.h"

#define VIEWS_WORKERS 16

struct views;

/* What one request sees; constant while it runs. */
struct views_pair {
	struct view current;
	struct view next; /* only while is_pending */
	bool is_pending;
	struct view previous; /* only while is_settling */
	bool is_settling;     /* names that were changed by the last flip are not to be kept yet */
};

struct views *views_new(struct state *state); /* STATE is borrowed; NULL: no memory */
void views_free(struct views *views);	      /* NULL is fine */

/* Begin a request on worker WORKER; false when there is no view yet (leave all the same). */
bool views_enter(struct views *views, unsigned worker, struct views_pair *out);
void views_leave(struct views *views, unsigned worker); /* only after the reply was written */

/* Wait until every handler that has entered before this call has left. */
void views_grace(struct views *views);

/* PREPARE: every request that enters from now on sees NEXT as pending, and no older one runs. */
void views_prepare(struct views *views, const struct view *next);

/*
 * FLIP: NEXT is what is visible, nothing is pending; returns its sequence. With SETTLES what was visible
 * until now stays known as the previous view, until views_settle().
 */
uint64_t views_flip(struct views *views, const struct view *next, bool settles);
void views_settle(struct views *views);

/* For a server that begins: what its predecessor has flipped from PREVIOUS has not settled yet. */
void views_resume(struct views *views, const struct view *previous);

#endif
