/*
 * leases: which threads go on with the view before the last switch, because they are in the middle of
 * reading several files. The essay is in leases.c; which view a request gets is requests.c.
 *
 * For any thread of a server, but for those functions that say otherwise.
 */
#ifndef FS_LEASES_H
#define FS_LEASES_H

#include <stdbool.h>
#include <stdint.h>

struct leases;
struct state;
struct view;

#define LEASES_LENGTHS_MAX 50 /* so many times as long as one open extends it a lease can become */

/* QUEUE_FD: opens of threads (mark.h), open in every table of descriptors; -1: there are no leases. NULL: no memory. */
struct leases *leases_new(struct state *state, int queue_fd);
void leases_free(struct leases *leases); /* NULL is fine */

/* Are there any? False also for NULL. */
bool leases_are_on(const struct leases *leases);

/* Take note of all opens that the kernel has queued. */
void leases_drain(struct leases *leases);

/*
 * THREAD asks for something, in a view of EPOCH; with IS_OPEN that counts as an open. True: it has a
 * lease on the view before the one that is settling.
 */
bool leases_ask(struct leases *leases, uint32_t thread, uint32_t epoch, bool is_open);

/* --- for the thread that switches --- */

/* Before the flip from PREVIOUS to a view of the next epoch; every earlier open is noted after it. */
void leases_begin(struct leases *leases, const struct view *previous);

/* Whether to go on waiting. */
typedef bool leases_go_fn(void *arg);

/* After the flip: wait until the last lease on what was before has ended. */
void leases_end(struct leases *leases, leases_go_fn *go, void *arg);

/* --- for a server that begins --- */

/* Has its predecessor left leases that are in force? Then OUT is what they are on. */
bool leases_resume(struct leases *leases, struct view *out);

#endif
