/*
 * sole: one engine, with its builders, writes to a state directory at a time.
 *
 * An engine that is killed leaves builders behind for a moment. The lock is held through a descriptor that
 * they inherit, so who gets it knows that all of them have ended.
 */
#ifndef ENGINE_SOLE_H
#define ENGINE_SOLE_H

struct err;

#define SOLE_WAIT_MS 5000 /* for predecessors to end, which have been killed by then */

/* *FD is the caller's (close-on-exec), and the lock lasts as long as it, or a copy, is open. 0; -EBUSY. */
int sole_take(const char *state_dir, int *fd, struct err *err);

#endif
