/*
 * What the source says, and what that means: contact, a ref that moved, or a failure that is told and outlived.
 */
#include "src/engine/core.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/clock.h"
#include "src/base/log.h"
#include "src/base/str.h"
#include "src/engine/metrics.h"

#define LAST_SYNC_MS 1000 /* a look that found nothing new is shown after this */
#define CONTACT_S    600  /* between two times that a contact is written down */

static void source_failed(struct engine *engine, const struct follow_answer *answer)
{
	struct last_sync *sync = &engine->saved.last_sync;
	bool is_new = strcmp(sync->error, answer->err.text) != 0;
	const struct log_event event = {
			.event = "sync", .result = "failed", .ref = decide_ref(engine)};

	if (is_new && !engine->is_failed)
		log_event(LOG_WARNING, &event, "source: %s", answer->err.text);
	str_copy(sync->error, sizeof(sync->error), answer->err.text);
	sync->next_time =
			answer->next_ms ? sync->time + (int64_t)(answer->next_ms + 500) / 1000 : 0;
	if (!engine->target && oid_is_zero(&engine->saved.desired))
		(void)decide_fail_start(engine, 2, answer->err.text);
	else if (!engine->target)
		decide_next(engine); /* what was wanted last may be at hand */
	if (is_new)
		present_now(engine);
}

static void ref_moved(struct engine *engine, const struct follow_answer *answer)
{
	bool is_first = oid_is_zero(&engine->saved.desired) && !engine->target;

	engine->saved.desired = answer->commit;
	engine->saved.desired_since = clock_wall_s();
	engine->accepted = (struct oid){0};
	if (!engine->is_urgent)
		debounce_note(&engine->debounce, clock_mono_ms());
	if (!engine->goal.is_active) {
		engine->cause.since_ms = answer->asked_ms;
		str_copy(engine->cause.by, sizeof(engine->cause.by), answer->full);
		str_copy(engine->cause.reason, sizeof(engine->cause.reason),
				is_first ? "mounted" : "ref moved");
	}
	if (!oid_equal(&engine->saved.rejected, &answer->commit)) {
		engine->saved.rejected = (struct oid){0};
		engine->saved.is_condemned = false;
		diag_release(&engine->saved.findings);
	}
}

/*
 * A node that starts without a network shall know how old what it serves is; that is worth a write now
 * and then where it matters.
 */
static void note_contact(struct engine *engine)
{
	int64_t now = engine->saved.last_sync.ok_time;

	engine->asked_ms = clock_mono_ms();
	engine->unasked_ms = 0;
	if (engine->settings.max_age_ms == 0 || now - engine->contact_time < CONTACT_S)
		return;
	engine->contact_time = now;
	record_save(engine);
}

void looking_answer(void *arg, const struct follow_answer *answer)
{
	struct engine *engine = arg;
	struct last_sync *sync = &engine->saved.last_sync;
	bool was_failing = sync->error[0] != '\0';
	const struct log_event works_again = {
			.event = "sync", .result = "ok", .ref = decide_ref(engine)};

	metrics_count(engine->shared, answer->rc < 0 ? METRIC_SYNC_FAILED : METRIC_SYNC_OK);
	metrics_observe(engine->shared, METRIC_SYNC_SECONDS, clock_mono_ms() - answer->asked_ms);
	decide_on_secrets(engine);
	trusting_look(engine);
	sync->time = clock_wall_s();
	present_within(engine, LAST_SYNC_MS);
	drifting_look(engine);
	if (answer->rc < 0) {
		source_failed(engine, answer);
		tickets_check(engine);
		return;
	}
	if (was_failing)
		log_event(LOG_INFO, &works_again, "source: works again");
	sync->error[0] = '\0';
	sync->ok_time = sync->time;
	note_contact(engine);
	str_copy(engine->ref_full, sizeof(engine->ref_full), answer->full);
	engine->problem[0] = '\0';
	if (!oid_equal(&answer->commit, &engine->saved.desired))
		ref_moved(engine, answer);
	else if (!was_failing && engine->target == engine->visible && engine->visible &&
			oid_equal(&engine->visible->commit, decide_wanted(engine)) &&
			trusting_is_sure(engine, decide_wanted(engine))) {
		engine->is_urgent = false;
		tickets_check(engine); /* nothing new: the timer shows the time of it */
		return;
	}
	engine->is_urgent = false;
	decide_next(engine);
}

void looking_follow(struct engine *engine, const char *ref)
{
	const struct log_event event = {.event = "follow", .ref = ref};
	char *copy = strdup(ref);

	log_event(LOG_INFO, &event, "following '%s' from now on", ref);
	if (copy) {
		free(engine->saved.ref);
		engine->saved.ref = copy;
	}
	engine->saved.tip = (struct oid){0};	 /* its history is another one */
	engine->saved.desired = (struct oid){0}; /* not known before it is asked */
	decide_retry(engine);
	record_save(engine);
	engine->must_present = true;
}
