/*
 * What is wanted? In this order: what somebody asked for just now (the goal), what is held, where
 * the ref points. If that commit is kept it becomes the target at once; else a builder makes it,
 * unless it was rejected or could not be tried, which lasts until the ref moves, the next poll, or
 * `sync`. Only when nothing has to be built for the tree, what somebody wants to look at is.
 *
 * A commit that is wanted because of the ref has to descend from the last one of that ref that was
 * accepted (`saved.tip`), not from the one that is served: after `switch` or `rollback` these
 * differ. The builder checks it for what it builds; for what is kept it is checked here.
 */
#include "src/engine/core.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/base/log.h"
#include "src/base/loop.h"
#include "src/base/str.h"
#include "src/build/builds.h"
#include "src/build/job.h"
#include "src/engine/credentials.h"
#include "src/engine/gate.h"
#include "src/engine/history.h"
#include "src/engine/metrics.h"
#include "src/engine/switch.h"
#include "src/follow/resolver.h"
#include "src/snap/node.h"
#include "src/snap/store.h"

#define PROGRESS_MS 200 /* a build that takes longer is shown as Progressing */

bool decide_follows_ref(const struct engine *engine)
{
	return !engine->goal.is_active && !engine->saved.hold.is_active;
}

const struct oid *decide_wanted(const struct engine *engine)
{
	if (engine->goal.is_active)
		return &engine->goal.commit;
	if (engine->saved.hold.is_active)
		return &engine->saved.hold.revision;
	return &engine->saved.desired;
}

const char *decide_ref(const struct engine *engine)
{
	return engine->ref_full[0] ? engine->ref_full : engine->saved.ref;
}

bool decide_fail_start(struct engine *engine, int status, const char *text)
{
	if (engine->target || engine->is_adopted || engine->is_failed)
		return false;
	engine->is_failed = true;
	switcher_fail(engine->switcher, status, text);
	return true;
}

static void set_problem(struct engine *engine, const struct oid *commit, const char *text)
{
	const struct log_event event = {.event = "switch", .revision = commit, .result = "failed"};

	if (!oid_equal(commit, &engine->complained)) {
		log_event(LOG_WARNING, &event, "%s", text);
		metrics_count(engine->shared, METRIC_SWITCH_FAILED);
	}
	engine->complained = *commit; /* it is tried again at each poll: one line is enough */
	engine->problem_commit = *commit;
	str_copy(engine->problem, sizeof(engine->problem), text);
}

static void first_line(const struct diag *findings, char *out, size_t size)
{
	struct diag first = {.items = findings->items, .count = findings->count > 0 ? 1 : 0};
	struct buf text = BUF_INIT;

	diag_format(&first, &text);
	if (text.len > 0)
		text.data[text.len - 1] = '\0';
	str_copy(out, size, buf_str(&text));
	buf_release(&text);
}

/* FAILED's text: a sentence, then the findings. */
static void fail_rejected(
		struct engine *engine, const struct oid *commit, const struct diag *findings)
{
	struct buf text = BUF_INIT;
	char hex[OID_HEX_SIZE];

	oid_format(commit, hex);
	buf_printf(&text, "commit %.12s of '%s' is rejected:\n", hex, decide_ref(engine));
	diag_format(findings, &text);
	(void)decide_fail_start(engine, 1, buf_str(&text));
	buf_release(&text);
}

static void copy_findings(const struct diag *from, struct diag *to)
{
	struct buf bytes = BUF_INIT;

	diag_encode(from, &bytes);
	if (!buf_ok(&bytes) || diag_decode(to, bytes.data, bytes.len) < 0) {
		diag_release(to);
		diag_add(to, DIAG_ERROR, NULL, 0, 0, "the findings could not be kept");
	}
	buf_release(&bytes);
}

/* Rejected once more, because somebody asked to try again: that is no news. */
static bool is_no_news(const struct engine *engine, const struct oid *commit, const char *result)
{
	const struct history_entry *last = history_get(engine->history, 0);

	return last && strcmp(last->result, result) == 0 && oid_equal(&last->commit, commit);
}

/* RESULT is what history says. */
static void mark_bad(struct engine *engine, const struct oid *commit, const struct diag *findings,
		const char *result)
{
	char hex[OID_HEX_SIZE], line[CORE_TEXT_MAX];
	const struct log_event event = {
			.event = strcmp(result, HISTORY_REJECTED) == 0 ? "reject" : "rollback",
			.revision = commit,
			.result = result,
			.ref = decide_ref(engine),
			.reason = line,
	};

	engine->saved.rejected = *commit;
	engine->saved.is_condemned = strcmp(result, HISTORY_ROLLED_BACK) == 0;
	copy_findings(findings, &engine->saved.findings);
	engine->must_present = true;
	if (is_no_news(engine, commit, result))
		return;
	oid_format(commit, hex);
	first_line(findings, line, sizeof(line));
	log_event(LOG_WARNING, &event, "commit %s is %s: %s", hex, result, line);
	metrics_count(engine->shared, METRIC_SWITCH_REJECTED);
	if (!engine->target)
		return; /* the mount does not start: that is no history */
	record_history(engine, commit, result, clock_wall_s(), line);
	record_save(engine);
}

void decide_reject(struct engine *engine, const struct oid *commit, const struct diag *findings)
{
	mark_bad(engine, commit, findings, HISTORY_REJECTED);
}

void decide_fall_back(struct engine *engine, struct generation *fallback,
		const struct diag *findings, const char *why)
{
	const struct oid commit = engine->visible->commit;

	if (!trusting_vouches(engine, &fallback->commit))
		fallback = engine->visible; /* rather what is signed and no good */
	asking_go_back(engine, &fallback->commit, why);
	mark_bad(engine, &commit, findings, HISTORY_ROLLED_BACK);
	str_copy(engine->cause.reason, sizeof(engine->cause.reason), why);
	engine->cause.since_ms = clock_mono_ms();
	engine->target = fallback;
}

/* Does COMMIT, which is kept, descend from the last accepted one? */
static bool descends(struct engine *engine, const struct oid *commit)
{
	const struct oid *tip = &engine->saved.tip;
	struct diag findings = DIAG_INIT;
	char from[OID_HEX_SIZE], to[OID_HEX_SIZE];
	struct err err = ERR_INIT;
	int rc = resolver_is_ancestor(follow_resolver(engine->follow), tip, commit, &err);

	if (rc > 0) {
		engine->accepted = *commit;
		return true;
	}
	if (rc < 0) {
		set_problem(engine, commit, err.text);
		return false;
	}
	oid_format(tip, from);
	oid_format(commit, to);
	diag_add(&findings, DIAG_ERROR, NULL, 0, 0,
			"'%s' does not descend from the served '%s'; `refmount switch MOUNT %.12s "
			"--accept` accepts it, `-o allow_rewind` every rewind",
			to, from, to);
	decide_reject(engine, commit, &findings);
	diag_release(&findings);
	return false;
}

/* May the ref's COMMIT be served, as far as its ancestry is concerned and can be told here? */
static bool is_allowed(struct engine *engine, const struct oid *commit)
{
	const struct oid *tip = &engine->saved.tip;

	if (oid_equal(&engine->saved.rejected, commit))
		return false;
	if (engine->settings.allow_rewind || oid_is_zero(tip) || oid_equal(tip, commit) ||
			oid_equal(&engine->accepted, commit))
		return true;
	if (!kept_find_commit(&engine->kept, commit, engine->settings_hash))
		return true; /* the builder looks */
	return descends(engine, commit);
}

/* The ref may move again: wait until it is quiet. */
static bool is_restless(struct engine *engine)
{
	uint64_t left = debounce_left(
			&engine->debounce, engine->settings.debounce_ms, clock_mono_ms());

	if (left == 0 || !engine->target)
		return false;
	loop_timer_set(engine->debounce_timer, left);
	return true;
}

void decide_on_debounce_timer(void *arg)
{
	decide_next(arg);
}

void decide_hurry(struct engine *engine)
{
	debounce_end(&engine->debounce);
	engine->is_urgent = true;
}

static void stop_task(struct engine *engine)
{
	if (!engine->task.build)
		return;
	build_cancel(engine->task.build);
	engine->task.build = NULL;
	engine->needs_sweep = true;
}

static uint32_t base_for(const struct engine *engine)
{
	const struct generation *item = engine->visible ? engine->visible : engine->target;
	size_t i = engine->kept.count;

	while (i > 0 && (!item || item->settings != engine->settings_hash))
		item = engine->kept.items[--i];
	return item && item->settings == engine->settings_hash ? item->number : 0;
}

static void start_task(struct engine *engine, const struct oid *commit, uint32_t base, bool is_pin);

/* Load what a builder says it has made. */
static int adopt(struct engine *engine, const struct task *task, const struct result *result,
		struct err *err)
{
	struct generation *loaded;
	int rc;

	if (result->number != task->number || !oid_equal(&result->commit, &task->commit))
		return err_set(err, EPROTO, "the builder built something else");
	loaded = malloc(sizeof(*loaded));
	if (!loaded)
		return err_sys(err, ENOMEM, "load generation");
	rc = store_load(engine->store, task->number, loaded, err);
	if (rc == 0 &&
			(!oid_equal(&loaded->commit, &task->commit) ||
					loaded->settings != engine->settings_hash))
		rc = err_set(err, EPROTO, "the builder built something else");
	if (rc == 0 && !kept_add(&engine->kept, loaded))
		rc = err_sys(err, ENOMEM, "load generation");
	if (rc == 0) {
		if (task->is_of_ref)
			engine->accepted = task->commit;
		if (task->is_pin)
			pinning_built(engine, &task->commit, task->number);
		if (loaded->next_dir > engine->saved.next_dir)
			engine->saved.next_dir = loaded->next_dir;
		engine->made = loaded->number;
		engine->rendered = result->rendered;
		engine->must_present = true;
	}
	free(loaded);
	return rc;
}

static void could_not(struct engine *engine, const struct task *task, const char *sentence)
{
	if (task->is_pin) {
		pinning_failed(engine, &task->commit, NULL, sentence);
	} else if (engine->goal.is_active && oid_equal(&task->commit, &engine->goal.commit)) {
		engine->goal.is_active = false;
		tickets_failed(engine, engine->goal.serial, NULL, sentence);
	} else {
		set_problem(engine, &task->commit, sentence);
		(void)decide_fail_start(engine, 2, sentence);
	}
}

static void rejected(struct engine *engine, const struct task *task, const struct diag *findings)
{
	if (task->is_pin) {
		pinning_failed(engine, &task->commit, findings, NULL);
		return;
	}
	if (engine->goal.is_active && oid_equal(&task->commit, &engine->goal.commit)) {
		engine->goal.is_active = false;
		tickets_failed(engine, engine->goal.serial, findings, NULL);
		return;
	}
	decide_reject(engine, &task->commit, findings);
	fail_rejected(engine, &task->commit, findings);
}

void decide_refused(struct engine *engine, const struct oid *commit, const struct diag *findings,
		const char *sentence)
{
	const struct task task = {.commit = *commit};

	if (findings)
		rejected(engine, &task, findings);
	else
		could_not(engine, &task, sentence);
}

static void on_built(void *arg, const struct result *result)
{
	struct engine *engine = arg;
	const struct task task = engine->task;
	struct err err = ERR_INIT;

	engine->task.build = NULL;
	engine->about.commit = task.commit;
	str_copy(engine->about.author, sizeof(engine->about.author), result->author);
	str_copy(engine->about.subject, sizeof(engine->about.subject), result->subject);
	if (result->kind == RESULT_REJECTED) {
		rejected(engine, &task, &result->findings);
	} else if (result->kind == RESULT_DONE) {
		if (adopt(engine, &task, result, &err) < 0)
			could_not(engine, &task, err.text);
	} else if ((result->code == EIO || result->code == EBADMSG) && task.base > 0) {
		log_warn("building on generation %u failed, building anew: %s", task.base,
				result->error);
		start_task(engine, &task.commit, 0, task.is_pin);
	} else {
		could_not(engine, &task, result->error);
	}
	if (result->kind != RESULT_DONE)
		engine->needs_sweep = true;
	decide_next(engine);
}

/* Strings are borrowed: the job must not be released. */
static struct job job_for(const struct engine *engine, const struct oid *commit, uint32_t base,
		bool is_of_ref)
{
	const struct settings *settings = &engine->settings;
	struct job job = JOB_INIT;

	job.kind = JOB_BUILD;
	job.repository = settings->repository;
	job.state_dir = settings->state_dir;
	job.folder = settings->folder;
	job.facts = settings->facts;
	job.secrets = settings->secrets;
	job.commit = *commit;
	job.allow_rewind = settings->allow_rewind;
	if (is_of_ref && !oid_equal(&engine->accepted, commit))
		job.served = engine->saved.tip;
	job.base = base;
	job.number = engine->saved.next_generation;
	job.first_dir = engine->saved.next_dir;
	job.uid = settings->uid;
	job.gid = settings->gid;
	job.limits.files = settings->limit_files;
	job.limits.file_bytes = settings->limit_file_bytes;
	job.limits.total_bytes = settings->limit_total_bytes;
	return job;
}

static void start_task(struct engine *engine, const struct oid *commit, uint32_t base, bool is_pin)
{
	bool is_of_ref = !is_pin && decide_follows_ref(engine);
	struct job job = job_for(engine, commit, base, is_of_ref);
	struct task task = {
			.commit = *commit,
			.number = job.number,
			.base = base,
			.is_of_ref = is_of_ref,
			.is_pin = is_pin,
			.started_ms = clock_mono_ms(),
	};
	struct err err = ERR_INIT;

	job.is_aside = is_pin;
	follow_calm(engine->follow);
	if (builds_start(engine->builds, &job, on_built, engine, &task.build, &err) < 0) {
		could_not(engine, &task, err.text);
		return;
	}
	engine->task = task;
	engine->saved.next_generation++;
	present_within(engine, PROGRESS_MS);
}

/* True: there is nothing to do about COMMIT until something changes. */
static bool is_given_up(const struct engine *engine, const struct oid *commit)
{
	if (engine->goal.is_active)
		return false;
	return oid_equal(commit, &engine->saved.rejected) ||
			(engine->problem[0] && oid_equal(commit, &engine->problem_commit));
}

/* Rather an older revision than a damaged one that cannot be built anew. */
static void avoid_damage(struct engine *engine)
{
	const struct kept *kept = &engine->kept;
	struct generation *healthy;
	size_t i;

	if (!engine->target || engine->target->settings == engine->settings_hash)
		return;
	healthy = kept_find_commit(kept, &engine->saved.previous.commit, engine->settings_hash);
	for (i = kept->count; !healthy && i-- > 0;) {
		if (kept->items[i]->settings == engine->settings_hash &&
				gate_is_open(engine->gate, kept->items[i]) &&
				trusting_vouches(engine, &kept->items[i]->commit) &&
				!pins_find(&engine->pins, &kept->items[i]->commit))
			healthy = kept->items[i];
	}
	if (!healthy)
		return;
	str_copy(engine->cause.reason, sizeof(engine->cause.reason), "what was served is damaged");
	engine->target = healthy;
}

/*
 * It was made with secrets that are no longer those of the node: shown until there is one made with
 * those of now.
 */
static bool has_old_secrets(const struct engine *engine, const struct generation *generation)
{
	return generation->number < engine->saved.secrets_from;
}

/* Set the target, if what is wanted is kept and admitted; true: COMMIT has to be built for it. */
static bool choose_target(struct engine *engine, struct oid *commit)
{
	struct generation *kept;

	/* One that is refused is no goal any more. */
	if (engine->goal.is_active && !trusting_allows(engine, &engine->goal.commit) &&
			engine->goal.is_active)
		return false;
	*commit = *decide_wanted(engine);
	if (oid_is_zero(commit))
		return false;
	if (decide_follows_ref(engine) && (is_restless(engine) || !is_allowed(engine, commit)))
		return false;
	if (!trusting_allows(engine, commit))
		return false;
	kept = kept_find_commit(&engine->kept, commit, engine->settings_hash);
	if (kept && gate_is_open(engine->gate, kept)) {
		engine->target = kept;
		if (!has_old_secrets(engine, kept))
			return false;
	}
	if (is_given_up(engine, commit)) {
		avoid_damage(engine);
		return false;
	}
	if (!kept || has_old_secrets(engine, kept))
		return true;
	if (gate_check(engine->gate, kept))
		engine->target = kept;
	return false;
}

static void choose(struct engine *engine)
{
	struct oid commit;
	bool is_pin = false, is_needed;

	gate_begin_choice(engine->gate);
	is_needed = choose_target(engine, &commit);
	gate_end_choice(engine->gate);
	if (!is_needed)
		is_needed = is_pin = pinning_next(engine, &commit);
	if (is_needed && engine->task.build && oid_equal(&engine->task.commit, &commit))
		return;
	stop_task(engine);
	if (is_needed)
		start_task(engine, &commit, base_for(engine), is_pin);
}

void decide_next(struct engine *engine)
{
	if (!engine->has_begun || engine->is_failed)
		return;
	choose(engine);
	/* A build mostly ends before anyone could read that it runs; if not, the timer tells. */
	if (engine->task.build && !engine->task.is_pin &&
			clock_mono_ms() - engine->task.started_ms < PROGRESS_MS &&
			engine->target == engine->visible) {
		tickets_check(engine);
		return;
	}
	present_now(engine);
}

/* --- what has changed --- */

bool decide_sees_secrets(struct engine *engine)
{
	uint64_t seen = credentials_look(engine->credentials);

	if (seen == engine->saved.secrets)
		return false;
	engine->saved.secrets = seen;
	engine->saved.secrets_from = engine->saved.next_generation;
	decide_retry(engine); /* what was rejected may have lacked one */
	return true;
}

void decide_on_secrets(void *arg)
{
	struct engine *engine = arg;

	if (!engine->has_begun || !decide_sees_secrets(engine))
		return;
	log_info("the secrets of this node have changed");
	engine->cause.since_ms = clock_mono_ms();
	str_copy(engine->cause.reason, sizeof(engine->cause.reason), "secrets changed");
	decide_next(engine);
}

void decide_retry(struct engine *engine)
{
	engine->saved.rejected = (struct oid){0};
	engine->saved.is_condemned = false;
	diag_release(&engine->saved.findings);
	engine->problem[0] = '\0';
}
