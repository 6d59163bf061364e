/*
 * What people ask for comes before the ref: a goal, until it is reached or cannot be, and a hold, which
 * outlives restarts and ends by itself when it has a time. Both end when somebody asks for something
 * else.
 */
#include "src/engine/core.h"

#include "src/base/clock.h"
#include "src/base/log.h"
#include "src/base/loop.h"
#include "src/base/str.h"

#define HOLD_STEP_MS (24ull * 3600 * 1000) /* at most; then what is left is looked at again */

void asking_go_back(struct engine *engine, const struct oid *to, const char *why)
{
	struct hold *hold = &engine->saved.hold;
	uint64_t left = hold_remaining_ms(hold, clock_mono_ms());
	const struct hold before = *hold;
	const struct hold_terms terms = {
			.by = before.by,
			.reason = why,
			.for_ms = left == UINT64_MAX ? 0 : left,
	};

	if (hold->is_active && oid_equal(&hold->revision, &engine->visible->commit))
		hold_begin(hold, to, &terms, clock_wall_s(), clock_mono_ms());
}

void asking_goal(struct engine *engine, const struct goal *goal)
{
	uint64_t serial = engine->goal.serial;

	if (engine->goal.is_active)
		tickets_failed(engine, serial, NULL, "another request came later");
	trusting_renew(engine, &goal->commit);
	engine->goal = *goal;
	engine->goal.is_active = true;
	engine->goal.serial = serial + 1;
	engine->cause.since_ms = clock_mono_ms();
	str_copy(engine->cause.by, sizeof(engine->cause.by), goal->by);
	str_copy(engine->cause.reason, sizeof(engine->cause.reason),
			goal->reason[0] ? goal->reason : goal->verb);
	engine->must_present = true;
	decide_next(engine);
}

void asking_resume(struct engine *engine, const char *by, const char *reason)
{
	const struct log_event event = {
			.event = "resume",
			.revision = &engine->saved.hold.revision,
			.by = by,
			.reason = reason,
	};

	if (engine->goal.is_active) {
		engine->goal.is_active = false;
		tickets_failed(engine, engine->goal.serial, NULL, "another request came later");
	}
	if (engine->saved.hold.is_active)
		log_event(LOG_INFO, &event, "the hold ends: %s (%s)", reason, by);
	hold_end(&engine->saved.hold);
	asking_arm(engine);
	engine->cause.since_ms = clock_mono_ms();
	str_copy(engine->cause.by, sizeof(engine->cause.by), by);
	str_copy(engine->cause.reason, sizeof(engine->cause.reason), reason);
	engine->must_present = true;
	record_save(engine);
	decide_next(engine);
}

void asking_accept(
		struct engine *engine, const struct oid *commit, const char *by, const char *reason)
{
	const struct log_event event = {
			.event = "accept", .revision = commit, .by = by, .reason = reason};
	char hex[OID_HEX_SIZE];

	oid_format(commit, hex);
	log_event(LOG_INFO, &event, "%s is accepted by %s", hex, by);
	debounce_end(&engine->debounce);
	decide_retry(engine);
	engine->accepted = *commit;
	asking_resume(engine, by, reason);
}

void asking_arm(struct engine *engine)
{
	uint64_t left = hold_remaining_ms(&engine->saved.hold, clock_mono_ms());

	if (left == UINT64_MAX)
		loop_timer_clear(engine->hold_timer);
	else
		loop_timer_set(engine->hold_timer, left < HOLD_STEP_MS ? left : HOLD_STEP_MS);
}

void asking_on_timer(void *arg)
{
	struct engine *engine = arg;

	if (hold_remaining_ms(&engine->saved.hold, clock_mono_ms()) == 0)
		asking_resume(engine, engine->saved.hold.by, "the time of the hold is over");
	else
		asking_arm(engine);
}
