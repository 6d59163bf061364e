/*
 * What has become visible is written down: state.yaml first, then the history. What nobody needs
 * any more is given up, in three steps: an overlay that does not name a generation is published,
 * keeper and server are told to drop it, and its files are removed. Sweeping waits until no builder
 * runs: what a builder has sealed but not yet published looks like a leftover.
 */
#include "src/engine/core.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/clock.h"
#include "src/base/err.h"
#include "src/base/log.h"
#include "src/base/str.h"
#include "src/base/vec.h"
#include "src/build/builds.h"
#include "src/engine/bound.h"
#include "src/engine/gate.h"
#include "src/engine/history.h"
#include "src/engine/hooks.h"
#include "src/engine/metrics.h"
#include "src/engine/probation.h"
#include "src/engine/switch.h"
#include "src/snap/diff.h"
#include "src/snap/store.h"

#define SPARED_MAX (8 + PINS_MAX)

void record_save(struct engine *engine)
{
	struct err err = ERR_INIT;

	trusting_save(engine);
	if (saved_store(engine->settings.state_dir, &engine->saved, &err) < 0) {
		if (strcmp(engine->trouble, err.text) != 0)
			log_error("%s", err.text);
		str_copy(engine->trouble, sizeof(engine->trouble), err.text);
	} else {
		engine->trouble[0] = '\0';
	}
}

static int count_change(void *arg, const struct diff_event *event)
{
	int64_t *count = arg;
	const struct node *node = event->to ? event->to : event->from;

	if (event->kind != DIFF_DIR && node->kind != NODE_DIR)
		++*count;
	return 0;
}

static int64_t count_changes(
		struct engine *engine, const struct generation *from, const struct generation *to)
{
	int64_t count = 0;

	if (!from)
		return (int64_t)to->files;
	if (diff_trees(store_set(engine->store), from->root, to->root, true, count_change, &count) <
			0)
		return -1;
	return count;
}

void record_history(struct engine *engine, const struct oid *commit, const char *result,
		int64_t time, const char *reason)
{
	const struct generation *kept =
			kept_find_commit(&engine->kept, commit, engine->settings_hash);
	const struct about *about = &engine->about;
	bool is_about = !kept && oid_equal(&about->commit, commit);
	const struct history_entry entry = {
			.time = time,
			.commit = *commit,
			.result = result,
			.by = engine->cause.by,
			.reason = reason,
			.author = kept		   ? kept->author
					: is_about ? about->author
						   : "",
			.subject = kept		   ? kept->subject
					: is_about ? about->subject
						   : "",
	};
	struct err err = ERR_INIT;

	if (history_add(engine->history, &entry, &err) < 0)
		log_warn("%s", err.text);
}

/* What SHOWING stood for has become visible after FROM (NULL: nothing was, or it is not loaded). */
static void record_switch(
		struct engine *engine, const struct generation *from, const struct showing *showing)
{
	const struct generation *generation = showing->generation;
	struct saved *saved = &engine->saved;
	uint64_t now = clock_mono_ms(), since = engine->cause.since_ms;
	const struct log_event event = {
			.event = "switch",
			.revision = &generation->commit,
			.previous = &saved->last_switch.from,
			.result = HISTORY_OK,
			.ref = decide_ref(engine),
			.by = engine->cause.by,
			.reason = engine->cause.reason,
			.changed = &saved->last_switch.changed,
			.took_ms = &saved->last_switch.took_ms,
	};
	char hex[OID_HEX_SIZE];

	saved->last_switch = (struct last_switch){
			.time = clock_wall_s(),
			.from = saved->served.commit,
			.to = generation->commit,
			.changed = count_changes(engine, from, generation),
			.took_ms = since > 0 ? (int64_t)(now - since) : -1,
			.flip_us = showing->flip_us,
			.rendered = generation->number == engine->made ? engine->rendered : 0,
	};
	metrics_count(engine->shared, METRIC_SWITCH_OK);
	if (since > 0)
		metrics_observe(engine->shared, METRIC_SWITCH_SECONDS, now - since);
	if (saved->served.generation > 0)
		saved->previous = saved->served;
	saved->served_since = saved->last_switch.time;
	engine->switched_ms = now;
	engine->crashes = 0;
	oid_format(&generation->commit, hex);
	engine->complained = (struct oid){0};
	log_event(LOG_INFO, &event, "serving %s (%s), files changed: %lld", hex,
			engine->cause.reason, (long long)saved->last_switch.changed);
}

static void reach_goal(struct engine *engine)
{
	const struct hold *hold = &engine->saved.hold;
	const struct log_event event = {
			.event = "hold",
			.revision = &hold->revision,
			.by = hold->by,
			.reason = hold->reason,
	};

	engine->saved.hold = present_hold(engine);
	engine->goal.is_active = false;
	engine->goals_done = engine->goal.serial;
	asking_arm(engine);
	log_event(LOG_INFO, &event, "held by %s%s%s", hold->by, hold->reason[0] ? ": " : "",
			hold->reason);
}

/* Numbers of what must not be given up now. */
static size_t spared(const struct engine *engine, uint32_t out[static SPARED_MAX])
{
	const struct generation *held = kept_find_commit(
			&engine->kept, &engine->saved.hold.revision, engine->settings_hash);
	const struct generation *previous = kept_find_commit(
			&engine->kept, &engine->saved.previous.commit, engine->settings_hash);
	const struct generation *fallback = kept_find_commit(
			&engine->kept, &engine->saved.on_probation.fallback, engine->settings_hash);
	const struct generation *pinned;
	size_t count = 0, i;

	out[count++] = engine->visible->number;
	out[count++] = engine->target->number;
	if (previous)
		out[count++] = previous->number;
	if (held)
		out[count++] = held->number;
	if (fallback)
		out[count++] = fallback->number;
	if (engine->showing.generation)
		out[count++] = engine->showing.generation->number;
	if (engine->task.build)
		out[count++] = engine->task.base;
	if (gate_is_busy(engine->gate))
		out[count++] = gate_number(engine->gate);
	for (i = 0; i < engine->pins.count; i++) {
		pinned = kept_find_commit(&engine->kept, &engine->pins.items[i].commit,
				engine->settings_hash);
		if (pinned)
			out[count++] = pinned->number;
	}
	return count;
}

static size_t steps_ago(void *arg, const struct oid *commit)
{
	const struct history *history = arg;
	const struct history_entry *entry;
	size_t i;

	for (i = 0; (entry = history_get(history, i)) != NULL; i++) {
		if (strcmp(entry->result, HISTORY_OK) == 0 && oid_equal(&entry->commit, commit))
			return i;
	}
	return SIZE_MAX;
}

static int doom(struct engine *engine, const struct generation *victim)
{
	const struct doomed doomed = {.number = victim->number, .commit = victim->commit};
	int rc;

	rc = vec_reserve(&engine->doomed, &engine->doomed_cap, engine->doomed_count + 1,
			sizeof(*engine->doomed));
	if (rc < 0)
		return rc;
	engine->doomed[engine->doomed_count++] = doomed;
	kept_remove(&engine->kept, doomed.number);
	engine->must_present = true;
	return 0;
}

/* Numbers of what is mounted somewhere else, at most MAX of them. */
static size_t in_use(const struct engine *engine, uint32_t *out, size_t max)
{
	struct bound bound = BOUND_INIT;
	const struct generation *item;
	size_t count = 0, i, j;

	bound_find(&bound, engine->settings.mountpoint);
	for (i = 0; i < engine->kept.count && count < max; i++) {
		item = engine->kept.items[i];
		for (j = 0; j < bound.count && !oid_equal(&bound.commits[j], &item->commit); j++)
			;
		if (j < bound.count)
			out[count++] = item->number;
	}
	return count;
}

void record_unpin(struct engine *engine, uint32_t number)
{
	const struct generation *generation = kept_find(&engine->kept, number);
	uint32_t numbers[SPARED_MAX + BOUND_MAX];
	size_t count = spared(engine, numbers);

	if (!generation || steps_ago(engine->history, &generation->commit) != SIZE_MAX)
		return;
	count += in_use(engine, numbers + count, BOUND_MAX);
	while (count > 0) {
		if (numbers[--count] == number)
			return;
	}
	(void)doom(engine, generation);
}

/* Who else uses what is looked up only when something is to go: that reads all mount tables. */
void record_trim(struct engine *engine)
{
	uint32_t numbers[SPARED_MAX + BOUND_MAX];
	size_t most = engine->settings.history < 2 ? 2 : engine->settings.history, used;
	struct kept_rule rule = {
			.settings = engine->settings_hash,
			.limit = most + engine->pins.count,
			.spared = numbers,
			.spared_count = spared(engine, numbers),
			.age = steps_ago,
			.arg = engine->history,
	};
	struct generation *victim;

	if (!kept_victim(&engine->kept, &rule))
		return;
	used = in_use(engine, numbers + rule.spared_count, BOUND_MAX);
	rule.spared_count += used;
	rule.limit += used;
	while ((victim = kept_victim(&engine->kept, &rule)) != NULL) {
		if (doom(engine, victim) < 0)
			return;
	}
}

static void on_swept(void *arg, uint32_t number)
{
	struct engine *engine = arg;

	switcher_drop_segment(engine->switcher, number);
}

static bool is_doomed(const struct engine *engine, uint32_t number)
{
	size_t i;

	for (i = 0; i < engine->doomed_count; i++) {
		if (engine->doomed[i].number == number)
			return true;
	}
	return false;
}

/*
 * Records that nobody knows are of builds that were cancelled when they were nearly done, or, when
 * the mount has got another source, of the old one. Older ones may just have been unreadable for a
 * while.
 */
static void remove_strays(struct engine *engine)
{
	uint32_t *numbers = NULL;
	uint32_t first = engine->has_new_source ? 0 : engine->first_number;
	int i, count;

	count = store_list(engine->store, &numbers, NULL);
	for (i = 0; i < count; i++) {
		if (numbers[i] >= first && !kept_find(&engine->kept, numbers[i]) &&
				!is_doomed(engine, numbers[i]))
			(void)store_remove(engine->store, numbers[i], NULL);
	}
	free(numbers);
}

void record_cleanup(void *arg)
{
	struct engine *engine = arg;
	struct err err = ERR_INIT;

	if (!engine->needs_sweep || !engine->visible || !builds_are_idle(engine->builds))
		return;
	engine->needs_sweep = false;
	remove_strays(engine);
	if (store_sweep(engine->store, on_swept, engine, &err) < 0)
		log_warn("%s", err.text);
}

/* The first COUNT doomed generations can be found nowhere any more. */
void record_removal(struct engine *engine, size_t count)
{
	struct err err = ERR_INIT;
	size_t i;

	if (count == 0)
		return;
	for (i = 0; i < count; i++) {
		switcher_drop_generation(engine->switcher, engine->doomed[i].number,
				&engine->doomed[i].commit);
		if (store_remove(engine->store, engine->doomed[i].number, &err) < 0)
			log_warn("%s", err.text);
	}
	engine->doomed_count -= count;
	memmove(engine->doomed, engine->doomed + count,
			engine->doomed_count * sizeof(*engine->doomed));
	engine->needs_sweep = true;
}

/* What has to follow from a switch; before anything of it is written down. */
static void mark_consequences(struct engine *engine, const struct generation *from,
		const struct generation *to, bool is_return)
{
	const struct saved *saved = &engine->saved;

	if (!from)
		from = kept_find(&engine->kept, saved->served.generation);
	if (saved->served.generation != to->number)
		hooks_mark(engine->hooks, from, to);
	if (!oid_equal(&saved->served.commit, &to->commit))
		probation_mark(engine->probation, to, is_return);
}

/* Write down what has become true. */
void record_visible(struct engine *engine, const struct showing *showing)
{
	struct saved *saved = &engine->saved;
	struct generation *generation = showing->generation;
	struct generation *from = engine->visible;
	bool is_switch = !oid_equal(&saved->served.commit, &generation->commit);
	bool is_goal = showing->goal > 0 && engine->goal.is_active &&
			showing->goal == engine->goal.serial;
	bool is_new_tip = showing->is_of_ref && !oid_equal(&saved->tip, &generation->commit) &&
			oid_equal(&saved->desired, &generation->commit);
	bool is_changed = is_switch || is_goal || is_new_tip ||
			saved->served.generation != generation->number;

	engine->visible = generation;
	mark_consequences(engine, from, generation,
			is_goal && strcmp(engine->goal.verb, "rollback") == 0);
	if (is_switch)
		record_switch(engine, from, showing);
	if (is_goal)
		reach_goal(engine);
	if (is_new_tip)
		saved->tip = generation->commit;
	saved->served.commit = generation->commit;
	saved->served.generation = generation->number;
	if (is_changed)
		record_save(engine);
	if (is_switch)
		record_history(engine, &generation->commit, HISTORY_OK, saved->served_since,
				engine->cause.reason);
	engine->must_present |= is_switch;
	hooks_go(engine->hooks);
	if (from != generation)
		drifting_look(engine);
}
