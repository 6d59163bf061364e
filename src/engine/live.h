/*
 * live: files elsewhere that should equal those of the mount. Watches them, has them compared by a
 * child (live_compare.h), and remembers what differs.
 *
 * A child, because reading files of the node may block for ever; one that does is ended after
 * LIVE_DEADLINE_MS, and the finding is that. Watched are the folders in which the files lie: a change
 * is known at once, except deep below a live folder, where the next poll finds it.
 */
#ifndef ENGINE_LIVE_H
#define ENGINE_LIVE_H

#include <stdbool.h>
#include <stddef.h>

#include "src/engine/live_compare.h"

struct err;
struct live;
struct live_file;
struct loop;

#define LIVE_DEADLINE_MS 30000
#define LIVE_QUIET_MS	 50 /* changes that come together cause one look */

struct live_item {
	enum live_state state;
	char *path, *live; /* owned */
};

/* What the last look found. */
struct live_list {
	struct live_item *items; /* owned */
	size_t count, cap;
};

/* What happened to FILE when it was applied: ERROR says why not, "" for done. */
typedef void live_applied_fn(void *arg, const char *live, const char *error);

struct live_spec {
	struct loop *loop;
	const struct live_file *files; /* borrowed */
	size_t count;
	void (*on_change)(void *arg); /* something has changed: have a look (live_check) */
	void (*on_found)(void *arg);  /* the look is over: live_found() has the answer */
	live_applied_fn *on_applied;  /* before on_found, for each file that was written or not */
	void *arg;
};

int live_new(const struct live_spec *spec, struct live **out, struct err *err);
void live_free(struct live *live); /* ends the child; NULL is fine */

/*
 * Compare with the tree at ROOT; with APPLY, write over what differs first. One look at a time: while
 * one goes on this does nothing, and on_change is called again when it is over.
 */
void live_check(struct live *live, const struct segment_set *set, place root, bool apply);

bool live_is_busy(const struct live *live);
const struct live_list *live_found(const struct live *live); /* never NULL */
const char *live_trouble(const struct live *live); /* why the last look failed; "": it did not */

#endif
