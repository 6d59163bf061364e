#include "src/engine/hooks.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/base/err.h"
#include "src/base/log.h"
#include "src/base/loop.h"
#include "src/base/str.h"
#include "src/engine/changes.h"
#include "src/engine/core.h"
#include "src/engine/probation.h"
#include "src/engine/scene.h"
#include "src/node/command.h"
#include "src/node/commands.h"
#include "src/node/operations.h"
#include "src/snap/node.h"
#include "src/snap/store.h"

#define CHANGED_FILE   "hooks.changed"
#define PAUSE_FIRST_MS 1000

static_assert(SAVED_HOOKS_MAX == OPERATIONS_MAX, "every hook can be due");
static_assert(SAVED_NAME_MAX > OPERATIONS_NAME_MAX, "every name fits");

struct hook {
	const struct operation *operation;
	bool is_due;
	struct oid since;  /* the revision that it last ran for, if it is due; zero: not known */
	unsigned failures; /* since it became due for what is visible, or was asked to try again */
	uint64_t next_ms;  /* monotonic: not before that */
	int64_t at;
	bool has_run, has_failed; /* the last time */
	char message[CORE_TEXT_MAX];
};

struct hooks {
	struct engine *engine;
	struct hook *items;
	size_t count;
	struct loop_source *timer;
	struct hook *running; /* NULL: none */
	struct command_run *run;
	struct oid revision; /* that RUNNING runs for */
	bool is_overtaken;   /* RUNNING became due again meanwhile */
};

/* --- what is remembered --- */

static void remember(struct hooks *hooks)
{
	struct saved *saved = &hooks->engine->saved;
	size_t i;

	saved->due_count = 0;
	for (i = 0; i < hooks->count; i++) {
		const struct hook *hook = &hooks->items[i];
		struct due_hook *due = &saved->due[saved->due_count];

		if (!hook->is_due)
			continue;
		str_copy(due->name, sizeof(due->name), hook->operation->name);
		due->since = hook->since;
		saved->due_count++;
	}
}

/* One whose name has changed meanwhile is another one, and those that are no more are forgotten. */
static void recall(struct hooks *hooks)
{
	const struct saved *saved = &hooks->engine->saved;
	size_t i, j;

	for (i = 0; i < hooks->count; i++) {
		struct hook *hook = &hooks->items[i];

		for (j = 0; j < saved->due_count && !hook->is_due; j++) {
			if (strcmp(saved->due[j].name, hook->operation->name) != 0)
				continue;
			hook->is_due = true;
			hook->since = saved->due[j].since;
		}
	}
}

/* --- what is due --- */

static void mark(struct hook *hook, const struct oid *since)
{
	if (!hook->is_due)
		hook->since = *since;
	hook->is_due = true;
	hook->failures = 0;
	hook->next_ms = 0;
}

void hooks_mark(struct hooks *hooks, const struct generation *from, const struct generation *to)
{
	struct engine *engine = hooks->engine;
	struct changes changes = CHANGES_INIT;
	struct err err = ERR_INIT;
	bool is_known = from != NULL;
	size_t i;

	if (hooks->count == 0 || engine->saved.served.generation == 0)
		return;
	if (from &&
			changes_collect(store_set(engine->store), from->root, to->root, &changes,
					&err) < 0) {
		log_warn("hooks: %s", err.text);
		is_known = false;
	}
	for (i = 0; i < hooks->count; i++) {
		struct hook *hook = &hooks->items[i];

		/* One that failed is not done with what it missed: a switch is another occasion. */
		if (is_known && !hook->is_due && !changes_concern(&changes, hook->operation))
			continue;
		mark(hook, &engine->saved.served.commit);
		hooks->is_overtaken |= hook == hooks->running;
	}
	changes_release(&changes);
	remember(hooks);
}

static bool is_given_up(const struct hook *hook)
{
	return hook->failures > hook->operation->retries;
}

/* The first that may run; or NULL, and then *WAIT_MS is until there may be one, UINT64_MAX: never. */
static struct hook *next(struct hooks *hooks, uint64_t *wait_ms)
{
	uint64_t now = clock_mono_ms();
	size_t i;

	*wait_ms = UINT64_MAX;
	for (i = 0; i < hooks->count; i++) {
		struct hook *hook = &hooks->items[i];

		if (!hook->is_due || is_given_up(hook))
			continue;
		if (hook->next_ms <= now)
			return hook;
		if (hook->next_ms - now < *wait_ms)
			*wait_ms = hook->next_ms - now;
	}
	return NULL;
}

/* --- running --- */

static void failed(const struct hooks *hooks, struct hook *hook, const char *text)
{
	const struct log_event event = {
			.event = "hook",
			.revision = &hooks->revision,
			.result = "failed",
			.hook = hook->operation->name,
	};
	uint64_t pause = PAUSE_FIRST_MS;
	unsigned i;

	for (i = 0; i < hook->failures && pause < HOOKS_PAUSE_MAX_MS; i++)
		pause *= 2;
	if (pause > HOOKS_PAUSE_MAX_MS)
		pause = HOOKS_PAUSE_MAX_MS;
	hook->failures++;
	hook->next_ms = clock_mono_ms() + pause;
	hook->has_failed = true;
	hook->at = clock_wall_s();
	str_copy(hook->message, sizeof(hook->message), text);
	log_event(LOG_WARNING, &event, "hook '%s': %s%s", hook->operation->name, text,
			is_given_up(hook) ? "; it is not tried again before the next switch" : "");
}

static void succeeded(struct hooks *hooks, struct hook *hook)
{
	hook->has_failed = false;
	hook->message[0] = '\0';
	hook->since = hooks->revision;
	hook->failures = 0;
	hook->next_ms = 0;
	hook->is_due = hooks->is_overtaken;
	remember(hooks);
	record_save(hooks->engine);
}

static void on_ended(void *arg, const struct command_result *result)
{
	struct hooks *hooks = arg;
	struct hook *hook = hooks->running;
	struct buf text = BUF_INIT;

	hooks->running = NULL;
	scene_remove(hooks->engine, CHANGED_FILE);
	hook->has_run = true;
	hook->at = clock_wall_s();
	if (command_succeeded(result)) {
		succeeded(hooks, hook);
	} else if (!hooks->is_overtaken) {
		command_explain(result, hook->operation->command.timeout_ms, &text);
		failed(hooks, hook, buf_str(&text));
		buf_release(&text);
	}
	hooks_go(hooks);
	decide_next(hooks->engine);
}

static int start(struct hooks *hooks, struct hook *hook, struct err *err)
{
	struct engine *engine = hooks->engine;
	const struct scene_spec spec = {
			.revision = &engine->visible->commit,
			.previous = &hook->since,
			.changed = CHANGED_FILE,
	};
	struct scene scene;
	const struct command_order order = {
			.command = &hook->operation->command,
			.scene = &scene.told,
			.fn = on_ended,
			.arg = hooks,
	};
	int rc;

	rc = scene_write_since(engine, CHANGED_FILE, &hook->since, err);
	if (rc < 0)
		return rc;
	rc = scene_make(engine, &spec, &scene);
	if (rc < 0)
		(void)err_sys(err, -rc, "start it");
	else
		rc = commands_start(engine->commands, &order, &hooks->run, err);
	scene_release(&scene);
	if (rc < 0)
		return rc;
	hooks->running = hook;
	hooks->revision = engine->visible->commit;
	hooks->is_overtaken = false;
	hook->at = clock_wall_s();
	return 0;
}

static void on_timer(void *arg)
{
	struct hooks *hooks = arg;
	struct err err = ERR_INIT;
	struct hook *hook;
	uint64_t wait_ms;

	if (hooks->running || !hooks->engine->visible)
		return;
	hook = next(hooks, &wait_ms);
	if (!hook && wait_ms < UINT64_MAX)
		loop_timer_set(hooks->timer, wait_ms);
	if (hook && start(hooks, hook, &err) < 0) {
		failed(hooks, hook, err.text);
		hooks_go(hooks);
	}
	if (!hooks_are_pending(hooks))
		probation_go(hooks->engine->probation);
	decide_next(hooks->engine);
}

void hooks_go(struct hooks *hooks)
{
	if (!hooks->running)
		loop_timer_set(hooks->timer, 0);
}

void hooks_retry(struct hooks *hooks)
{
	size_t i;

	for (i = 0; i < hooks->count; i++) {
		if (hooks->items[i].is_due && &hooks->items[i] != hooks->running)
			mark(&hooks->items[i], &hooks->items[i].since);
	}
	hooks_go(hooks);
}

bool hooks_are_pending(const struct hooks *hooks)
{
	size_t i;

	for (i = 0; i < hooks->count; i++) {
		if (hooks->items[i].is_due && hooks->items[i].failures == 0)
			return true;
	}
	return false;
}

/* --- what is said about them --- */

void hooks_complain(const struct hooks *hooks, char *out, size_t size)
{
	size_t i;

	str_copy(out, size, "");
	for (i = 0; i < hooks->count; i++) {
		const struct hook *hook = &hooks->items[i];

		if (!hook->is_due || !hook->has_failed)
			continue;
		(void)snprintf(out, size, "hook '%s': %s", hook->operation->name, hook->message);
		return;
	}
}

size_t hooks_count(const struct hooks *hooks)
{
	return hooks->count;
}

static const char *state_of(const struct hooks *hooks, const struct hook *hook)
{
	if (hook == hooks->running)
		return "running";
	if (hook->is_due)
		return hook->has_failed ? "failed" : "due";
	return hook->has_run ? "ok" : "idle";
}

struct hook_report hooks_report(const struct hooks *hooks, size_t i)
{
	const struct hook *hook = &hooks->items[i];

	return (struct hook_report){
			.name = hook->operation->name,
			.state = state_of(hooks, hook),
			.at = hook->at,
			.message = hook->is_due && hook->has_failed ? hook->message : NULL,
	};
}

/* --- life --- */

int hooks_new(struct engine *engine, struct hooks **out, struct err *err)
{
	const struct operations *operations = engine->operations;
	struct hooks *hooks = calloc(1, sizeof(*hooks));
	size_t i;
	int rc;

	if (!hooks)
		return err_sys(err, ENOMEM, "hooks");
	hooks->engine = engine;
	hooks->count = operations->hook_count;
	hooks->items = calloc(hooks->count + 1, sizeof(*hooks->items));
	rc = hooks->items ? loop_add_timer(engine->loop, on_timer, hooks, &hooks->timer, err)
			  : err_sys(err, ENOMEM, "hooks");
	if (rc < 0) {
		hooks_free(hooks);
		return rc;
	}
	for (i = 0; i < hooks->count; i++)
		hooks->items[i].operation = &operations->hooks[i];
	recall(hooks);
	*out = hooks;
	return 0;
}

void hooks_free(struct hooks *hooks)
{
	if (!hooks)
		return;
	if (hooks->running) {
		command_cancel(hooks->run);
		scene_remove(hooks->engine, CHANGED_FILE);
	}
	loop_remove(hooks->timer);
	free(hooks->items);
	free(hooks);
}
