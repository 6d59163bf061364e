#include "fs/views.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#define GRACE_STEP_NS 50000

/* Each on a cache line of its own: it is written twice a request. */
struct worker {
	_Alignas(64) _Atomic uint64_t turns; /* odd: inside a handler */
};

struct views {
	struct state *state; /* borrowed */
	/*
	 * The pending view, or NULL. Two places in turn, so that a handler may still read the one of
	 * the switch before; the grace period of this switch ends that before the next one writes.
	 */
	_Atomic(const struct view *) pending;
	struct view next[2];
	unsigned turn;
	/* The view before the last flip, or NULL; two places for the same reason. */
	_Atomic(const struct view *) settling;
	struct view previous[2];
	unsigned settle_turn;
	struct worker workers[VIEWS_WORKERS];
};

struct views *views_new(struct state *state)
{
	struct views *views = aligned_alloc(_Alignof(struct views), sizeof(*views));

	if (!views)
		return NULL;
	*views = (struct views){.state = state};
	return views;
}

void views_free(struct views *views)
{
	free(views);
}

/*
 * The order matters. Pending is read before current: a handler that finds nothing pending, because the
 * switch has just ended, then finds the new view. The other way round it could take the old view for a
 * lasting one. A handler that finds nothing pending because PREPARE has yet to come is waited for,
 * since it has announced itself before (all of these are sequentially consistent). What is settling
 * is stored before the flip, so whoever finds nothing pending after a flip finds that.
 */
bool views_enter(struct views *views, unsigned worker, struct views_pair *out)
{
	const struct view *pending, *settling;

	assert(worker < VIEWS_WORKERS);
	atomic_fetch_add(&views->workers[worker].turns, 1);
	pending = atomic_load(&views->pending);
	out->is_pending = pending != NULL;
	if (pending)
		out->next = *pending;
	settling = atomic_load(&views->settling);
	out->is_settling = settling != NULL;
	if (settling)
		out->previous = *settling;
	return state_view(views->state, &out->current);
}

void views_leave(struct views *views, unsigned worker)
{
	atomic_fetch_add(&views->workers[worker].turns, 1);
}

void views_grace(struct views *views)
{
	const struct timespec step = {.tv_nsec = GRACE_STEP_NS};
	uint64_t turns;
	unsigned i;

	for (i = 0; i < VIEWS_WORKERS; i++) {
		turns = atomic_load(&views->workers[i].turns);
		while (turns % 2 && atomic_load(&views->workers[i].turns) == turns)
			(void)nanosleep(&step, NULL);
	}
}

void views_prepare(struct views *views, const struct view *next)
{
	struct view *place = &views->next[views->turn++ % 2];

	*place = *next;
	atomic_store(&views->pending, place);
	views_grace(views);
}

uint64_t views_flip(struct views *views, const struct view *next, bool settles)
{
	struct view *place = &views->previous[views->settle_turn % 2];
	uint64_t sequence;

	if (settles && state_view(views->state, place)) {
		views->settle_turn++;
		atomic_store(&views->settling, place);
	}
	sequence = state_flip(views->state, next);
	atomic_store(&views->pending, NULL);
	return sequence;
}

void views_resume(struct views *views, const struct view *previous)
{
	struct view *place = &views->previous[views->settle_turn++ % 2];

	*place = *previous;
	atomic_store(&views->settling, place);
}

void views_settle(struct views *views)
{
	atomic_store(&views->settling, NULL);
}
