#include "src/engine/gate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/base/loop.h"
#include "src/base/str.h"
#include "src/base/vec.h"
#include "src/engine/changes.h"
#include "src/engine/core.h"
#include "src/engine/history.h"
#include "src/engine/scene.h"
#include "src/engine/switch.h"
#include "src/node/commands.h"
#include "src/node/operations.h"
#include "src/snap/node.h"
#include "src/snap/store.h"

#define CHANGED_FILE "candidate.changed"

enum check_state { CHECK_NONE, CHECK_DUE, CHECK_RUNNING };

struct check {
	struct gate *gate;
	const struct operation *operation;
	struct command_run *run; /* CHECK_RUNNING */
	enum check_state state;
};

struct gate {
	struct engine *engine;
	struct loop_source *timer; /* what has to be done outside of a choice */
	struct check *checks;	   /* one for each of the node's, in their order */
	size_t count;

	uint32_t number; /* generation that is checked; 0: none */
	struct oid commit;
	bool is_wanted;	 /* by the choice that is being made */
	bool is_running; /* it could be seen, so checks have been started */
	struct changes changes;
	struct diag findings;
	char trouble[CORE_TEXT_MAX]; /* why a check could not be tried; "": nothing */

	uint32_t *admitted; /* owned: numbers of generations that are kept */
	size_t admitted_count, admitted_cap;
};

/* --- what was admitted --- */

static bool was_served(const struct engine *engine, const struct oid *commit)
{
	const struct history_entry *entry;
	size_t i;

	for (i = 0; (entry = history_get(engine->history, i)) != NULL; i++) {
		if (strcmp(entry->result, HISTORY_OK) == 0 && oid_equal(&entry->commit, commit))
			return true;
	}
	return false;
}

bool gate_is_open(const struct gate *gate, const struct generation *generation)
{
	const struct engine *engine = gate->engine;
	size_t i;

	if (gate->count == 0 || generation == engine->visible)
		return true;
	for (i = 0; i < gate->admitted_count; i++) {
		if (gate->admitted[i] == generation->number)
			return true;
	}
	/* What this process has built is new, even if its commit is not: secrets may have changed. */
	return generation->number < engine->first_number && was_served(engine, &generation->commit);
}

/* Without memory it is checked again the next time. */
static void admit(struct gate *gate)
{
	size_t i, count = 0;

	for (i = 0; i < gate->admitted_count; i++) {
		if (kept_find(&gate->engine->kept, gate->admitted[i]))
			gate->admitted[count++] = gate->admitted[i];
	}
	gate->admitted_count = count;
	if (vec_reserve(&gate->admitted, &gate->admitted_cap, count + 1, sizeof(uint32_t)) == 0)
		gate->admitted[gate->admitted_count++] = gate->number;
}

/* --- the end --- */

/* Back to nothing; what runs is killed. */
static void leave(struct gate *gate)
{
	size_t i;

	for (i = 0; i < gate->count; i++) {
		if (gate->checks[i].state == CHECK_RUNNING)
			command_cancel(gate->checks[i].run);
		gate->checks[i].state = CHECK_NONE;
	}
	scene_remove(gate->engine, CHANGED_FILE);
	loop_timer_clear(gate->timer);
	changes_release(&gate->changes);
	diag_release(&gate->findings);
	gate->trouble[0] = '\0';
	gate->number = 0;
	gate->is_running = false;
	gate->engine->must_present = true; /* it is no candidate any more */
}

/* All have said what they have to say. */
static void finish(struct gate *gate)
{
	struct engine *engine = gate->engine;
	struct diag findings = gate->findings;
	char trouble[CORE_TEXT_MAX];
	const struct oid commit = gate->commit;

	gate->findings = (struct diag)DIAG_INIT;
	str_copy(trouble, sizeof(trouble), gate->trouble);
	if (findings.count == 0 && !trouble[0])
		admit(gate);
	leave(gate);
	if (findings.count > 0)
		decide_refused(engine, &commit, &findings, NULL);
	else if (trouble[0])
		decide_refused(engine, &commit, NULL, trouble);
	diag_release(&findings);
	decide_next(engine);
}

/* --- checks that run --- */

static void on_checked(void *arg, const struct command_result *result)
{
	struct check *check = arg;
	struct gate *gate = check->gate;
	struct buf text = BUF_INIT;

	check->state = CHECK_NONE;
	if (!command_succeeded(result)) {
		command_explain(result, check->operation->command.timeout_ms, &text);
		diag_add(&gate->findings, DIAG_ERROR, NULL, 0, 0, "check '%s': %s",
				check->operation->name, buf_str(&text));
		buf_release(&text);
	}
	loop_timer_set(gate->timer, 0);
}

static void start(struct gate *gate, struct check *check)
{
	struct engine *engine = gate->engine;
	const struct oid none = {0}, *previous = engine->visible ? &engine->visible->commit : &none;
	struct err err = ERR_INIT;
	const struct scene_spec spec = {
			.revision = &gate->commit,
			.previous = previous,
			.is_candidate = true,
			.changed = CHANGED_FILE,
	};
	struct scene scene;
	const struct command_order order = {
			.command = &check->operation->command,
			.scene = &scene.told,
			.is_candidate = true,
			.fn = on_checked,
			.arg = check,
	};
	int rc;

	rc = scene_make(engine, &spec, &scene);
	if (rc < 0)
		(void)err_sys(&err, -rc, "start it");
	else
		rc = commands_start(engine->commands, &order, &check->run, &err);
	if (rc == 0)
		check->state = CHECK_RUNNING;
	else
		(void)snprintf(gate->trouble, sizeof(gate->trouble), "check '%.100s': %.800s",
				check->operation->name, err.text);
	scene_release(&scene);
}

static size_t count_running(const struct gate *gate)
{
	size_t i, running = 0;

	for (i = 0; i < gate->count; i++)
		running += gate->checks[i].state == CHECK_RUNNING;
	return running;
}

/* Start what is due, as far as it may run now. False: nothing runs any more. */
static bool go_on(struct gate *gate)
{
	size_t i, running = count_running(gate);

	for (i = 0; i < gate->count && running < GATE_PARALLEL && !gate->trouble[0]; i++) {
		if (gate->checks[i].state != CHECK_DUE)
			continue;
		start(gate, &gate->checks[i]);
		running += gate->checks[i].state == CHECK_RUNNING;
	}
	return running > 0;
}

static void on_timer(void *arg)
{
	struct gate *gate = arg;

	if (gate->number > 0 && !go_on(gate))
		finish(gate);
}

/* --- the beginning --- */

static int look_for_changes(struct gate *gate, const struct generation *generation, struct err *err)
{
	const struct engine *engine = gate->engine;
	int rc;

	rc = changes_collect(store_set(engine->store),
			engine->visible ? engine->visible->root : PLACE_NONE, generation->root,
			&gate->changes, err);
	if (rc == 0)
		rc = scene_write(engine, CHANGED_FILE, &gate->changes, err);
	return rc;
}

static size_t mark_due(struct gate *gate)
{
	size_t i, due = 0;

	for (i = 0; i < gate->count; i++) {
		struct check *check = &gate->checks[i];

		if (gate->engine->visible && !changes_concern(&gate->changes, check->operation))
			continue;
		check->state = CHECK_DUE;
		due++;
	}
	return due;
}

/* True: there is nothing to check. */
static bool begin(struct gate *gate, const struct generation *generation)
{
	struct err err = ERR_INIT;

	gate->number = generation->number;
	gate->commit = generation->commit;
	if (look_for_changes(gate, generation, &err) < 0) {
		str_copy(gate->trouble, sizeof(gate->trouble), err.text);
		loop_timer_set(gate->timer, 0);
		return false;
	}
	if (mark_due(gate) > 0) {
		gate->engine->must_present = true; /* it has to be seen first */
		return false;
	}
	admit(gate);
	leave(gate);
	return true;
}

/* Can the candidate be found in the mount? */
static bool is_shown(const struct engine *engine)
{
	return (engine->visible || engine->is_bare) && !engine->must_present &&
			!switcher_is_busy(engine->switcher);
}

bool gate_check(struct gate *gate, const struct generation *generation)
{
	gate->is_wanted = true;
	if (gate->number != generation->number) {
		if (gate->number > 0)
			leave(gate);
		return begin(gate, generation);
	}
	if (!gate->is_running && is_shown(gate->engine)) {
		gate->is_running = true;
		loop_timer_set(gate->timer, 0);
	}
	return false;
}

void gate_begin_choice(struct gate *gate)
{
	gate->is_wanted = false;
}

void gate_end_choice(struct gate *gate)
{
	if (gate->number > 0 && !gate->is_wanted)
		leave(gate);
}

bool gate_is_busy(const struct gate *gate)
{
	return gate->number > 0;
}

uint32_t gate_number(const struct gate *gate)
{
	return gate->number;
}

/* --- life --- */

int gate_new(struct engine *engine, struct gate **out, struct err *err)
{
	const struct operations *operations = engine->operations;
	struct gate *gate = calloc(1, sizeof(*gate));
	size_t i;
	int rc;

	if (!gate)
		return err_sys(err, ENOMEM, "checks");
	gate->engine = engine;
	gate->count = operations->check_count;
	gate->checks = calloc(gate->count + 1, sizeof(*gate->checks));
	rc = gate->checks ? loop_add_timer(engine->loop, on_timer, gate, &gate->timer, err)
			  : err_sys(err, ENOMEM, "checks");
	if (rc < 0) {
		gate_free(gate);
		return rc;
	}
	for (i = 0; i < gate->count; i++) {
		gate->checks[i].gate = gate;
		gate->checks[i].operation = &operations->checks[i];
	}
	*out = gate;
	return 0;
}

void gate_free(struct gate *gate)
{
	if (!gate)
		return;
	if (gate->number > 0)
		leave(gate);
	loop_remove(gate->timer);
	free(gate->checks);
	free(gate->admitted);
	free(gate);
}
