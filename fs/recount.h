/*
 * recount: find out which counts of lookups are too high. The essay is in recount.c.
 */
#ifndef FS_RECOUNT_H
#define FS_RECOUNT_H

#include <stdbool.h>
#include <stdint.h>

struct segment_set;
struct state;

/* How to ask the kernel. Each may block: not for a worker, and not under a lock. */
struct recount {
	struct state *state;
	const struct segment_set *set; /* both borrowed */
	/* Does the kernel know node INO? True also when that cannot be told. */
	bool (*is_known)(void *arg, uint64_t ino);
	/* Wait until the lookups that are under way in folder INO are over, for the kernel too. */
	void (*settle)(void *arg, uint64_t ino);
	bool (*may_go_on)(void *arg);
	void *arg;
};

/* Is there a dropped segment whose count may be too high? */
bool recount_is_due(const struct state *state);

/*
 * Set the counts of those to 0 of which the kernel knows no node. Every request that was begun before
 * they were dropped must have been answered. False: it was not to go on, and nothing was changed.
 */
bool recount_run(const struct recount *recount);

#endif
