/*
 * leases: which processes go on with the view before the last switch, because they are in the middle of
 * reading several files. The essay is in leases.c; which view a request gets is requests.c, how opens
 * become known is intake.h.
 *
 * For any thread of a server, but for those functions that say otherwise.
 */
#ifndef FS_LEASES_H
#define FS_LEASES_H

#include <stdbool.h>
#include <stdint.h>

struct leases;
struct node;
struct segment_set;
struct state;
struct view;

/* All borrowed. NULL: no memory. */
struct leases *leases_new(struct state *state, const struct segment_set *set);
void leases_free(struct leases *leases); /* NULL is fine */

/* Are there any? False also for NULL. */
bool leases_are_on(const struct leases *leases);

/* PROCESS has opened NODE, or (NULL) something that belongs to no revision. */
void leases_note(struct leases *leases, uint32_t process, const struct node *node);

/* Some opens will never be known: nobody may rely on leases for a moment. */
void leases_lose(struct leases *leases);

/*
 * THREAD asks for something, in a view of EPOCH; with IS_OPEN that counts as an open. True: its process
 * has a lease on the view before the one that is settling. All opens up to now must be noted.
 */
bool leases_ask(struct leases *leases, uint32_t thread, uint32_t epoch, bool is_open);

/* --- for the thread that switches --- */

/* Before the flip from PREVIOUS to a view of the next epoch; what was opened up to now is noted. */
void leases_begin(struct leases *leases, const struct view *previous);

/* Whether to go on waiting. */
typedef bool leases_go_fn(void *arg);

/* After the flip: wait until UNTIL (monotonic), and until nobody has a lease on what was before. */
void leases_wait(struct leases *leases, uint64_t until, leases_go_fn *go, void *arg);

/* Until then an open may show that it began before the flip; monotonic. */
uint64_t leases_due_ns(struct leases *leases);

/* And then it is over. */
void leases_end(struct leases *leases);

/* --- for a server that begins --- */

/* Has its predecessor left leases that are in force? Then OUT is what they are on. */
bool leases_resume(struct leases *leases, struct view *out);

#endif
