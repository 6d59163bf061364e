/*
 * switch: makes a generation visible, by messages to keeper and server. It decides nothing and
 * forgets nothing: which segments the other side has, which overlay is shown, which PUBLISH is
 * unanswered.
 *
 * At most one PUBLISH is unanswered at a time; one that a dead server has not answered is repeated
 * to its successor, to whom it does no harm if it was carried out already.
 */
#ifndef ENGINE_SWITCH_H
#define ENGINE_SWITCH_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct generation;
struct oid;
struct message;
struct overlay;
struct state;
struct store;
struct switcher;

/* LINK, SHARED and STORE are borrowed. */
int switcher_new(int link, struct state *shared, struct store *store, struct switcher **out,
		struct err *err);
void switcher_free(struct switcher *switcher); /* NULL is fine */

/* The other end is gone: nothing can be sent any more. */
void switcher_cut(struct switcher *switcher);
bool switcher_is_cut(const struct switcher *switcher);

/* Let it be reached below at/: its segments and then itself, as far as they were not sent yet. */
int switcher_announce(
		struct switcher *switcher, const struct generation *generation, struct err *err);

/* The number of the next overlay, never used before in the life of the mount. */
uint32_t switcher_overlay_number(struct switcher *switcher);

/*
 * Make GENERATION (NULL: OVERLAY's bare tree) and overlay NUMBER visible; FLAGS as of MESSAGE_PUBLISH.
 * OVERLAY's descriptor is closed in any case. None may be unanswered.
 */
int switcher_publish(struct switcher *switcher, const struct generation *generation,
		uint32_t number, const struct overlay *overlay, uint32_t flags, struct err *err);
bool switcher_is_busy(const struct switcher *switcher); /* a PUBLISH is unanswered */
void switcher_repeat(struct switcher *switcher);	/* send it again */

/*
 * Wait for its answer no longer. The server may have carried it out or not: publish what shall be visible, soon.
 */
void switcher_abandon(struct switcher *switcher);

/*
 * MESSAGE is a PUBLISHED: true if it answers ours, which is then answered; overlays that are not
 * shown any more are dropped.
 */
bool switcher_answer(struct switcher *switcher, const struct message *message);

/*
 * They are not kept any more; call after a PUBLISH whose overlay does not name them was answered.
 */
void switcher_drop_generation(struct switcher *switcher, uint32_t number, const struct oid *commit);
void switcher_drop_segment(struct switcher *switcher, uint32_t number);

/* The mount cannot start: exit STATUS and TEXT for whoever waits for it. */
void switcher_fail(struct switcher *switcher, int status, const char *text);

/* What is visible says all there is to say; only the first time matters. */
void switcher_ready(struct switcher *switcher);

/* Ask the keeper to unmount: 0 or negative errno; the answer is REFUSED or the end of the link. */
int switcher_quit(struct switcher *switcher, bool is_lazy);

/*
 * Ask the keeper to go on as PROGRAM, a refmount-fs, with an engine of SETTINGS_FD (borrowed): 0 or
 * negative errno; the answer is REFUSED or our end.
 */
int switcher_upgrade(struct switcher *switcher, const char *program, int settings_fd);

#endif
