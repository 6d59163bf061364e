/*
 * Revisions that somebody looks at, beside the one that is served: below .refmount/at/ for a while,
 * never visible in the tree itself. Building one waits until nothing has to be built for the tree,
 * and makes way for that: folder numbers are given by one build at a time (src/build/numbers.h).
 */
#include "src/engine/core.h"

#include "src/base/clock.h"
#include "src/base/loop.h"
#include "src/engine/pins.h"

static void arm(struct engine *engine)
{
	uint64_t left = pins_remaining_ms(&engine->pins, clock_mono_ms());

	if (left == UINT64_MAX)
		loop_timer_clear(engine->pin_timer);
	else
		loop_timer_set(engine->pin_timer, left);
}

static void drop(struct engine *engine, const struct pin *pin, const char *sentence)
{
	if (pin->number > 0)
		record_unpin(engine, pin->number);
	else
		tickets_pin_failed(engine, &pin->commit, NULL, sentence);
}

void pinning_ask(struct engine *engine, const struct oid *commit)
{
	struct pin lost;

	pins_add(&engine->pins, commit, clock_mono_ms(), &lost);
	if (!oid_is_zero(&lost.commit))
		drop(engine, &lost, "too many revisions are asked for at once");
	arm(engine);
	decide_next(engine);
}

bool pinning_next(const struct engine *engine, struct oid *out)
{
	const struct pins *pins = &engine->pins;
	size_t i;

	for (i = 0; i < pins->count; i++) {
		if (kept_find_commit(&engine->kept, &pins->items[i].commit, engine->settings_hash))
			continue;
		*out = pins->items[i].commit;
		return true;
	}
	return false;
}

void pinning_built(struct engine *engine, const struct oid *commit, uint32_t number)
{
	pins_built(&engine->pins, commit, number, clock_mono_ms());
	arm(engine);
}

void pinning_failed(struct engine *engine, const struct oid *commit, const struct diag *findings,
		const char *sentence)
{
	pins_remove(&engine->pins, commit);
	arm(engine);
	tickets_pin_failed(engine, commit, findings, sentence);
}

void pinning_on_timer(void *arg)
{
	struct engine *engine = arg;
	struct pin pin;

	while (pins_expire(&engine->pins, clock_mono_ms(), &pin))
		drop(engine, &pin, "it could not be built in time");
	arm(engine);
	decide_next(engine);
}
