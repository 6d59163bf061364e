/*
 * When the engine looks who reads. The kernel tells the server of each open, and nobody tells us: looking
 * is cheap, and a text for each open would be a switch for each open. So
 *
 *  - whatever is presented counts on what is known then, which is looked up in memory;
 *  - besides, processes are looked at once in a while: soon while somebody waits for readers, each
 *    second while some are stale, and calmly as long as all is well.
 *
 * What .drift says is made visible as soon as it is known to have changed; the mere list of who has
 * opened what only from the timer.
 */
#include "src/engine/core.h"

#include "src/base/clock.h"
#include "src/base/loop.h"
#include "src/engine/tickets.h"
#include "src/link/state.h"
#include "src/snap/store.h"

#define LOOK_CALM_MS  5000
#define LOOK_STALE_MS 1000
#define LOOK_SOON_MS  20
#define NOTED_MS      50 /* after a switch: what was opened before it is noted by then */

const char *reading_why_not(const struct engine *engine)
{
	const struct state *shared = engine->shared;

	if (atomic_load(&shared->readers))
		return NULL;
	return shared->readers_reason[0] ? shared->readers_reason : "not known yet";
}

/* The newest state of affairs, as long as memory lasts. */
static void look(struct engine *engine, const struct generation *generation, bool afresh)
{
	if (reading_why_not(engine)) {
		readers_release(&engine->readers);
		return;
	}
	(void)readers_look(&engine->readers, &engine->shared->opens, afresh);
	readers_judge(&engine->readers, store_set(engine->store), generation->root);
}

void reading_look(struct engine *engine, const struct generation *generation)
{
	look(engine, generation, false);
}

bool reading_is_done(struct engine *engine)
{
	if (engine->switched_ms && clock_mono_ms() - engine->switched_ms < NOTED_MS)
		return false;
	look(engine, engine->visible, true);
	return engine->readers.stale == 0;
}

static uint64_t pace(const struct engine *engine)
{
	const struct ticket *ticket;

	for (ticket = engine->tickets; ticket; ticket = ticket->next) {
		if (ticket->wants_readers)
			return LOOK_SOON_MS;
	}
	return engine->readers.stale > 0 ? LOOK_STALE_MS : LOOK_CALM_MS;
}

void reading_arm(struct engine *engine)
{
	uint64_t now = clock_mono_ms(), due = now + pace(engine);

	if (reading_why_not(engine) || (engine->look_due_ms > 0 && engine->look_due_ms <= due))
		return;
	engine->look_due_ms = due;
	loop_timer_set(engine->look_timer, due - now);
}

void reading_on_timer(void *arg)
{
	struct engine *engine = arg;

	engine->look_due_ms = 0;
	if (engine->visible) {
		look(engine, engine->visible, true);
		engine->shows_readers = true;
		present_now(engine);
	}
	reading_arm(engine);
}
