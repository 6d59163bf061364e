/*
 * Make visible what was decided. Each PUBLISH carries a generation and the virtual files that
 * belong to it, so that `.status` and the tree change in one step. What is only known once a switch
 * was answered (how long it took, its line in the history) is told by a second overlay.
 */
#include "src/engine/core.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/base/err.h"
#include "src/base/filter.h"
#include "src/base/landlock.h"
#include "src/base/log.h"
#include "src/base/loop.h"
#include "src/base/notify.h"
#include "src/base/str.h"
#include "src/build/builds.h"
#include "src/engine/delta.h"
#include "src/engine/gate.h"
#include "src/engine/history.h"
#include "src/engine/hooks.h"
#include "src/engine/leaseholders.h"
#include "src/engine/listener.h"
#include "src/engine/live.h"
#include "src/engine/metrics.h"
#include "src/engine/probation.h"
#include "src/engine/status.h"
#include "src/engine/switch.h"
#include "src/follow/resolver.h"
#include "src/http/talk.h"
#include "src/node/operations.h"
#include "src/snap/store.h"
#include "src/trust/signatures.h"

#define SPARE_AFTER_MS 20
#define SILENT_POLLS   3
#define SILENT_MS      90000 /* without a poll */

bool present_is_settled(const struct engine *engine)
{
	if (switcher_is_cut(engine->switcher))
		return true;
	return !switcher_is_busy(engine->switcher) && !engine->is_stale &&
			engine->target == engine->visible;
}

/* --- facts --- */

static int64_t count_behind(struct engine *engine, const struct oid *served)
{
	const struct oid *desired = &engine->saved.desired;
	uint64_t count = 0;

	if (oid_is_zero(desired))
		return -1;
	if (oid_equal(served, desired))
		return 0;
	if (oid_equal(served, &engine->behind_from) && oid_equal(desired, &engine->behind_to) &&
			engine->behind >= 0)
		return engine->behind;
	engine->behind_from = *served;
	engine->behind_to = *desired;
	engine->behind = -1;
	if (engine->follow &&
			resolver_count(follow_resolver(engine->follow), served, desired, &count,
					NULL) == 0)
		engine->behind = (int64_t)count;
	return engine->behind;
}

static bool is_silent(const struct engine *engine)
{
	uint64_t poll = engine->settings.poll_ms;
	uint64_t limit = poll > 0 ? SILENT_POLLS * poll : SILENT_MS;

	return engine->saved.last_sync.error[0] && clock_mono_ms() - engine->asked_ms > limit;
}

uint64_t present_age_left(const struct engine *engine)
{
	uint64_t most = engine->settings.max_age_ms;
	uint64_t age = engine->unasked_ms + (clock_mono_ms() - engine->asked_ms);

	if (most == 0)
		return UINT64_MAX;
	return age < most ? most - age : 0;
}

static const char *text_or_null(const char *text)
{
	return text[0] ? text : NULL;
}

/* The goal, when TARGET is it, counts as reached: these facts appear together with it. */
static bool reaches_goal(const struct engine *engine)
{
	return engine->goal.is_active && oid_equal(&engine->goal.commit, &engine->target->commit);
}

struct hold present_hold(const struct engine *engine)
{
	const struct goal *goal = &engine->goal;
	const struct hold_terms terms = {
			.by = goal->by,
			.reason = goal->reason,
			.for_ms = goal->for_ms,
	};
	struct hold hold = engine->saved.hold;

	if (reaches_goal(engine))
		hold_begin(&hold, &goal->commit, &terms, clock_wall_s(), clock_mono_ms());
	return hold;
}

/* They need to know who reads. */
static const char *no_leases(const struct engine *engine)
{
	if (engine->settings.lease_ms == 0)
		return "turned off (lease=0)";
	if (!reading_why_not(engine) && atomic_load(&engine->shared->leases.is_off))
		return "not at the last switch: opens came too fast to be counted";
	return reading_why_not(engine);
}

static const char *no_watchers(const struct engine *engine)
{
	const struct state *shared = engine->shared;

	if (atomic_load(&shared->watchers))
		return NULL;
	return shared->watchers_reason[0] ? shared->watchers_reason : "not known yet";
}

/* What facts point into. */
struct ground {
	struct hold hold;
	struct last_switch last;
	struct hook_report hooks[OPERATIONS_MAX];
	char hook_trouble[CORE_TEXT_MAX];
};

static void collect_hooks(const struct hooks *hooks, struct ground *ground, struct facts *out)
{
	size_t i;

	for (i = 0; i < hooks_count(hooks); i++)
		ground->hooks[i] = hooks_report(hooks, i);
	hooks_complain(hooks, ground->hook_trouble, sizeof(ground->hook_trouble));
	out->hooks = ground->hooks;
	out->hook_count = hooks_count(hooks);
	out->hook_trouble = ground->hook_trouble;
}

static const char *no_http(const struct engine *engine)
{
	return engine->listener ? listener_trouble(engine->listener) : "not configured";
}

/* Fetchers need both, builders only the first. */
static const char *no_sandbox(const struct engine *engine)
{
	const char *why = filter_missing();

	return why || !engine->fetches ? why : landlock_missing();
}

/* As it is once TARGET is visible. Points into ENGINE and GROUND. */
static void collect(struct engine *engine, const struct generation *target, struct ground *ground,
		struct facts *out)
{
	struct last_switch *last = &ground->last;
	const struct saved *saved = &engine->saved;
	bool is_switch = !oid_equal(&target->commit, &saved->served.commit);

	reading_look(engine, target);
	buf_clear(&engine->leases);
	leaseholders_text(engine->shared, &engine->kept, &engine->leases);
	ground->hold = target == engine->target ? present_hold(engine) : saved->hold;
	*last = saved->last_switch;
	if (is_switch)
		*last = (struct last_switch){
				.time = clock_wall_s(),
				.from = saved->served.commit,
				.to = target->commit,
				.changed = -1,
				.took_ms = -1,
				.flip_us = -1,
				.rendered = -1,
		};
	trusting_doubt(engine, engine->doubt, sizeof(engine->doubt));
	*out = (struct facts){
			.mount = engine->settings.mountpoint,
			.source = engine->settings.source,
			.mirror = engine->settings.is_remote ? engine->settings.repository : NULL,
			.ref = decide_ref(engine),
			.of_node = engine->settings.facts,
			.generation = target,
			.signer = signatures_signer(engine->signatures, &target->commit),
			.served_since = is_switch ? last->time : saved->served_since,
			.desired = saved->desired,
			.desired_since = saved->desired_since,
			.behind = count_behind(engine, &target->commit),
			.hold = &ground->hold,
			.last_sync = &saved->last_sync,
			.last_switch = last,
			.rejected = saved->rejected,
			.findings = &saved->findings,
			.delta = &engine->delta,
			.leases = &engine->leases,
			.problem = text_or_null(engine->problem),
			.live = engine->live ? live_found(engine->live) : NULL,
			.trouble = text_or_null(engine->trouble),
			.notice = text_or_null(engine->notice),
			.doubt = text_or_null(engine->doubt),
			.is_silent = is_silent(engine),
			.is_aged = present_age_left(engine) == 0,
			.is_building = engine->task.build && !engine->task.is_pin,
			.is_checking = gate_is_busy(engine->gate),
			.keeper = atomic_load(&engine->shared->keeper),
			.server = atomic_load(&engine->shared->server),
			.engine = atomic_load(&engine->shared->engine),
			.http = engine->listener ? listener_pid(engine->listener) : 0,
			.restarts = atomic_load(&engine->shared->server_restarts) +
					atomic_load(&engine->shared->engine_restarts),
			.no_watchers = no_watchers(engine),
			.no_http = no_http(engine),
			.no_sandbox = no_sandbox(engine),
			.probation_until = probation_until(engine->probation),
			.fallback = saved->on_probation.fallback,
			.no_readers = reading_why_not(engine),
			.no_leases = no_leases(engine),
			.readers = &engine->readers,
	};
	collect_hooks(engine->hooks, ground, out);
}

static bool same_text(const struct texts *left, const struct texts *right, enum text which)
{
	const struct buf *a = &left->of[which], *b = &right->of[which];

	return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

/* --- publishing --- */

static struct oid previous_of(const struct engine *engine)
{
	const struct saved *saved = &engine->saved;
	struct oid previous = saved->previous.commit;

	if (saved->served.generation > 0 &&
			!oid_equal(&saved->served.commit, &engine->target->commit))
		previous = saved->served.commit;
	if (!kept_find_commit(&engine->kept, &previous, engine->settings_hash))
		previous = (struct oid){0};
	return previous;
}

/* Not before a switch, which need not wait for it: it belongs to the texts that come after. */
static void refresh_delta(struct engine *engine)
{
	const struct oid previous = previous_of(engine);
	const struct generation *to = engine->visible;
	const struct generation *from =
			kept_find_commit(&engine->kept, &previous, engine->settings_hash);
	uint32_t from_number = from ? from->number : 0;

	if (!to || to != engine->target ||
			(from_number == engine->delta_from && to->number == engine->delta_to))
		return;
	buf_clear(&engine->delta);
	engine->delta_from = from_number;
	engine->delta_to = to->number;
	engine->must_present = true;
	if (from && delta_text(store_set(engine->store), from, to, &engine->delta) < 0)
		buf_clear(&engine->delta);
}

static int announce_all(struct engine *engine, struct err *err)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < engine->kept.count && rc == 0; i++)
		rc = switcher_announce(engine->switcher, engine->kept.items[i], err);
	return rc;
}

/*
 * What is visible was damaged, or made with other settings: files that look the same by their ids need
 * not be.
 */
static bool is_outdated(const struct engine *engine)
{
	return engine->visible && engine->visible != engine->target &&
			engine->visible->settings != engine->settings_hash;
}

static int publish(struct engine *engine, const struct texts *texts, struct err *err)
{
	const struct overlay_spec spec = {
			.number = switcher_overlay_number(engine->switcher),
			.uid = engine->settings.uid,
			.gid = engine->settings.gid,
			.time = clock_wall_s(),
			.texts = texts,
			.kept = &engine->kept,
			.current = engine->target->commit,
			.previous = previous_of(engine),
			.shown = engine->target->number,
			.candidate = gate_number(engine->gate),
	};
	struct overlay overlay;
	int rc;

	rc = announce_all(engine, err);
	if (rc == 0)
		rc = overlay_make(&spec, &overlay, err);
	if (rc == 0)
		rc = switcher_publish(engine->switcher, engine->target, spec.number, &overlay,
				is_outdated(engine) ? MESSAGE_PUBLISH_ALL : 0, err);
	return rc;
}

static void present_failed(struct engine *engine, const char *sentence)
{
	if (strcmp(engine->trouble, sentence) != 0)
		log_error("%s", sentence);
	if (!engine->target)
		switcher_fail(engine->switcher, 2, sentence);
	str_copy(engine->trouble, sizeof(engine->trouble), sentence);
	if (engine->goal.is_active) {
		engine->goal.is_active = false;
		tickets_failed(engine, engine->goal.serial, NULL, sentence);
	}
	if (engine->target != engine->visible && engine->visible) {
		engine->problem_commit = engine->target->commit;
		str_copy(engine->problem, sizeof(engine->problem), sentence);
		engine->target = engine->visible;
	}
}

/* One line for whoever looks at the service (`systemctl status`). */
static void tell_manager(const struct facts *facts)
{
	struct buf line = BUF_INIT;
	char revision[OID_HEX_SIZE];

	if (!notify_is_wanted())
		return;
	oid_format(&facts->generation->commit, revision);
	buf_printf(&line, "STATUS=%.12s of %s, ", revision, facts->ref);
	status_words(facts, &line);
	(void)notify_send(buf_str(&line), -1);
	buf_release(&line);
}

/*
 * Something has to be checked before there is anything to serve: let it be seen, in a mount that shows
 * nothing else.
 */
static void present_bare(struct engine *engine)
{
	const struct overlay_spec spec = {
			.number = switcher_overlay_number(engine->switcher),
			.uid = engine->settings.uid,
			.gid = engine->settings.gid,
			.time = clock_wall_s(),
			.kept = &engine->kept,
			.candidate = gate_number(engine->gate),
	};
	struct overlay overlay;
	struct err err = ERR_INIT;
	int rc;

	if (!engine->must_present || switcher_is_busy(engine->switcher))
		return;
	engine->must_present = false;
	engine->showing = (struct showing){.doomed = engine->doomed_count};
	rc = announce_all(engine, &err);
	if (rc == 0)
		rc = overlay_make(&spec, &overlay, &err);
	if (rc == 0)
		rc = switcher_publish(engine->switcher, NULL, spec.number, &overlay, 0, &err);
	if (rc < 0)
		present_failed(engine, err.text);
}

/* Not compared with what is shown: a request that was counted is no reason to publish anything. */
static void add_metrics(const struct engine *engine, const struct facts *facts, struct buf *out)
{
	struct metrics metrics;

	metrics_read(engine->shared, &metrics);
	metrics_text(facts, &metrics, out);
}

void present_now(struct engine *engine)
{
	struct texts texts = TEXTS_INIT;
	struct err err = ERR_INIT;
	struct ground ground;
	struct facts facts;
	int rc;

	if (!engine->target || engine->is_failed || switcher_is_cut(engine->switcher)) {
		if (gate_is_busy(engine->gate) && !engine->target)
			present_bare(engine);
		tickets_check(engine);
		return;
	}
	engine->is_stale = switcher_is_busy(engine->switcher);
	if (engine->is_stale)
		return;
	refresh_delta(engine);
	collect(engine, engine->target, &ground, &facts);
	reading_arm(engine);
	rc = status_texts(&facts, engine->history, &texts);
	if (rc == 0 && engine->target == engine->visible && !engine->must_present &&
			same_text(&texts, &engine->shown, TEXT_STATUS) &&
			same_text(&texts, &engine->shown, TEXT_DRIFT) &&
			(!engine->shows_readers ||
					same_text(&texts, &engine->shown, TEXT_READERS))) {
		texts_release(&texts);
		engine->shows_readers = false;
		switcher_ready(engine->switcher);
		tickets_check(engine);
		return;
	}
	engine->showing = (struct showing){
			.generation = engine->target,
			.goal = reaches_goal(engine) ? engine->goal.serial : 0,
			.is_of_ref = decide_follows_ref(engine),
			.doomed = engine->doomed_count,
	};
	tell_manager(&facts);
	add_metrics(engine, &facts, &texts.of[TEXT_METRICS]);
	rc = rc < 0 ? err_sys(&err, -rc, "format .status") : publish(engine, &texts, &err);
	texts_release(&engine->shown);
	engine->shown = texts;
	engine->must_present = rc < 0;
	engine->shows_readers = false;
	if (rc < 0)
		present_failed(engine, err.text);
}

void present_abandon(struct engine *engine, const char *sentence)
{
	switcher_abandon(engine->switcher);
	engine->showing = (struct showing){0};
	engine->must_present = true;
	present_failed(engine, sentence);
}

void present_report(struct engine *engine, struct report *out)
{
	struct ground ground;
	struct facts facts;

	if (!engine->visible) {
		buf_add_str(&out->words, "nothing is served yet\n");
		return;
	}
	collect(engine, engine->visible, &ground, &facts);
	out->is_serving = true;
	out->is_ready = status_is_ready(&facts);
	status_words(&facts, &out->words);
	buf_add_char(&out->words, '\n');
	add_metrics(engine, &facts, &out->metrics);
}

void present_within(struct engine *engine, uint64_t after_ms)
{
	uint64_t due = clock_mono_ms() + after_ms;

	if (engine->status_due_ms > 0 && engine->status_due_ms <= due)
		return;
	engine->status_due_ms = due;
	loop_timer_set(engine->status_timer, after_ms);
}

void present_on_timer(void *arg)
{
	struct engine *engine = arg;

	uint64_t left;

	engine->status_due_ms = 0;
	present_now(engine);
	left = present_age_left(engine);
	if (left > 0 && left < UINT64_MAX)
		present_within(engine, left);
}

void present_answer(struct engine *engine, const struct message *message)
{
	struct showing showing = engine->showing;
	char sentence[128];

	if (!switcher_answer(engine->switcher, message))
		return;
	engine->showing = (struct showing){0};
	if (message->code != 0) {
		(void)snprintf(sentence, sizeof(sentence), "the server could not switch: %s",
				strerror(message->code));
		present_failed(engine, sentence);
	} else if (!showing.generation) {
		engine->is_bare = true;
		record_removal(engine, showing.doomed);
	} else {
		showing.flip_us = (int64_t)(message->flipped_ns / 1000);
		record_visible(engine, &showing);
		record_removal(engine, showing.doomed);
		record_trim(engine);
		start_following(engine);
		record_cleanup(engine);
		if (engine->is_adopted) /* somebody reads it already: nobody waits for more */
			switcher_ready(engine->switcher);
		loop_timer_set(engine->spare_timer, SPARE_AFTER_MS);
	}
	decide_next(engine);
}
