#include "src/engine/probation.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/base/log.h"
#include "src/base/loop.h"
#include "src/engine/core.h"
#include "src/engine/scene.h"
#include "src/node/command.h"
#include "src/node/commands.h"
#include "src/node/operations.h"

#define CHANGED_FILE "probation.changed"

struct probation {
	struct engine *engine;
	const struct probation_rule *rule;
	struct loop_source *timer;
	struct command_run *run; /* NULL: it does not run just now */
	bool is_fresh;		 /* nothing of it is over yet */
	bool has_begun;
	uint64_t until_ms, next_ms; /* monotonic; once it has begun */
};

static bool is_due(const struct probation *probation)
{
	const struct engine *engine = probation->engine;

	return engine->saved.on_probation.until > 0 && engine->visible &&
			oid_equal(&engine->visible->commit, &engine->saved.on_probation.commit);
}

/* Nothing is on probation any more. The caller writes that down. */
static void leave(struct probation *probation)
{
	command_cancel(probation->run);
	probation->run = NULL;
	probation->has_begun = false;
	loop_timer_clear(probation->timer);
	scene_remove(probation->engine, CHANGED_FILE);
	probation->engine->saved.on_probation = (struct on_probation){0};
}

/* --- how it ends --- */

static void pass(struct probation *probation)
{
	struct engine *engine = probation->engine;
	const struct log_event event = {
			.event = "probation",
			.revision = &engine->visible->commit,
			.result = "passed",
	};
	char hex[OID_HEX_SIZE];

	oid_format(&engine->visible->commit, hex);
	log_event(LOG_INFO, &event, "%s has passed its probation", hex);
	leave(probation);
	record_save(engine);
	present_now(engine);
}

/*
 * What is saved stays until the switch back is done (probation_mark): an engine that is killed before that
 * has to find it.
 */
static void fail(struct probation *probation, const char *text)
{
	struct engine *engine = probation->engine;
	struct generation *fallback = kept_find_commit(
			&engine->kept, &engine->saved.on_probation.fallback, engine->settings_hash);
	const struct log_event event = {
			.event = "probation",
			.revision = &engine->visible->commit,
			.result = "failed",
	};
	struct diag findings = DIAG_INIT;

	if (!fallback) {
		log_event(LOG_ERR, &event, "probation: %s; there is nothing to go back to", text);
		leave(probation);
		record_save(engine);
		return;
	}
	diag_add(&findings, DIAG_ERROR, NULL, 0, 0, "probation: %s", text);
	decide_fall_back(engine, fallback, &findings, "probation failed");
	diag_release(&findings);
}

/* --- while it lasts --- */

/* Until the next time; the last one is when its time is over. */
static uint64_t pause_ms(const struct probation *probation, uint64_t now)
{
	uint64_t next = probation->next_ms;

	if (next > probation->until_ms)
		next = probation->until_ms;
	return next > now ? next - now : 0;
}

static void on_ended(void *arg, const struct command_result *result)
{
	struct probation *probation = arg;
	uint64_t now = clock_mono_ms();
	struct buf text = BUF_INIT;

	probation->run = NULL;
	if (command_succeeded(result)) {
		if (now >= probation->until_ms)
			pass(probation);
		else
			loop_timer_set(probation->timer, pause_ms(probation, now));
		return;
	}
	command_explain(result, probation->rule->command.timeout_ms, &text);
	fail(probation, buf_str(&text));
	buf_release(&text);
	decide_next(probation->engine);
}

static int start(struct probation *probation, struct err *err)
{
	struct engine *engine = probation->engine;
	const struct scene_spec spec = {
			.revision = &engine->visible->commit,
			.previous = &engine->saved.on_probation.fallback,
			.changed = CHANGED_FILE,
	};
	struct scene scene;
	const struct command_order order = {
			.command = &probation->rule->command,
			.scene = &scene.told,
			.fn = on_ended,
			.arg = probation,
	};
	int rc;

	rc = scene_make(engine, &spec, &scene);
	if (rc < 0)
		(void)err_sys(err, -rc, "start it");
	else
		rc = commands_start(engine->commands, &order, &probation->run, err);
	scene_release(&scene);
	return rc;
}

/* A machine that cannot start the command says nothing about the commit: that is tried again. */
static void on_timer(void *arg)
{
	struct probation *probation = arg;
	uint64_t every = probation->rule->every_ms;
	struct err err = ERR_INIT;

	if (!is_due(probation) || probation->run)
		return;
	probation->next_ms = clock_mono_ms() + every;
	if (start(probation, &err) < 0) {
		log_warn("probation: %s", err.text);
		loop_timer_set(probation->timer, every);
	}
}

/* --- how it begins --- */

void probation_mark(struct probation *probation, const struct generation *to, bool is_return)
{
	struct saved *saved = &probation->engine->saved;
	const struct oid from = saved->served.commit;
	const struct oid proven =
			saved->on_probation.until > 0 ? saved->on_probation.fallback : from;
	bool is_fall = oid_equal(&to->commit, &proven) ||
			(oid_equal(&from, &saved->rejected) &&
					oid_equal(&to->commit, &saved->previous.commit));

	leave(probation);
	if (!probation->rule->command.argv || saved->served.generation == 0 || is_return || is_fall)
		return;
	probation->is_fresh = true;
	saved->on_probation = (struct on_probation){
			.commit = to->commit,
			.fallback = proven,
			.until = clock_wall_s() + (int64_t)(probation->rule->for_ms / 1000) + 1,
	};
}

/* What was left of it when the engine ended, by the clock on the wall, and no longer than all of it. */
static uint64_t remaining_ms(const struct probation *probation)
{
	int64_t left = probation->engine->saved.on_probation.until - clock_wall_s();
	uint64_t all = probation->rule->for_ms;

	if (probation->is_fresh)
		return all;
	if (left <= 0)
		return 0;
	return (uint64_t)left * 1000 < all ? (uint64_t)left * 1000 : all;
}

void probation_go(struct probation *probation)
{
	struct saved *saved = &probation->engine->saved;
	struct err err = ERR_INIT;
	uint64_t left_ms;

	if (probation->has_begun || !is_due(probation))
		return;
	probation->has_begun = true;
	if (scene_write_since(probation->engine, CHANGED_FILE, &saved->on_probation.fallback,
			    &err) < 0)
		log_warn("probation: %s", err.text);
	left_ms = remaining_ms(probation);
	probation->is_fresh = false;
	probation->until_ms = clock_mono_ms() + left_ms;
	saved->on_probation.until = clock_wall_s() + (int64_t)(left_ms / 1000) + 1;
	record_save(probation->engine);
	loop_timer_set(probation->timer, 0);
}

int64_t probation_until(const struct probation *probation)
{
	return is_due(probation) ? probation->engine->saved.on_probation.until : 0;
}

/* --- life --- */

int probation_new(struct engine *engine, struct probation **out, struct err *err)
{
	struct probation *probation = calloc(1, sizeof(*probation));
	int rc;

	if (!probation)
		return err_sys(err, ENOMEM, "probation");
	probation->engine = engine;
	probation->rule = &engine->operations->probation;
	rc = loop_add_timer(engine->loop, on_timer, probation, &probation->timer, err);
	if (rc < 0) {
		free(probation);
		return rc;
	}
	if (!probation->rule->command.argv)
		engine->saved.on_probation = (struct on_probation){0};
	*out = probation;
	return 0;
}

void probation_free(struct probation *probation)
{
	if (!probation)
		return;
	command_cancel(probation->run);
	scene_remove(probation->engine, CHANGED_FILE);
	loop_remove(probation->timer);
	free(probation);
}
