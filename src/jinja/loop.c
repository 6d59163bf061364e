/*
 * Loops. Items are taken one by one, because Python does so: the condition of a loop sees what
 * its body did in the turn before, a list that grows goes on, and `loop.last` looks one item
 * ahead. Ranges are counted, everything else is a list by the time it is looped over.
 */
#include <string.h>

#include "src/jinja/eval.h"
#include "src/jinja/range.h"
#include "src/jinja/text.h"

struct loop {
	struct eval *eval;
	const struct for_loop *node;
	struct activation *inside; /* where the variables are */
	const struct range *range; /* or ITEMS */
	struct list *items;
	size_t next;
	const struct dict *dict; /* looped over: its size must not change */
	size_t dict_count;
	bool is_tested;		/* ITEMS passed the condition already */
	int64_t index0, length; /* length -1: not known yet */
	bool has_ahead, is_at_end;
	struct object before, current, ahead;
	struct object changed; /* what changed() was called with, a tuple; absent at first */
	unsigned depth0;
	struct activation *outside; /* of a recursive loop */
	struct native cycle, change;
};

/* --- items --- */

static int loop_over(struct loop *loop, struct object iterable)
{
	if (iterable.kind == OBJECT_RANGE) {
		loop->range = iterable.range;
		return 0;
	}
	if (iterable.kind == OBJECT_DICT)
		loop->dict = iterable.dict;
	else if (iterable.kind == OBJECT_ITERATOR)
		loop->dict = iterable.iterator->view_of;
	if (object_items(loop->eval->run, iterable, &loop->items) < 0)
		return -1;
	if (loop->dict)
		loop->dict_count = loop->dict->count;
	return 0;
}

/* The next item whatever the condition says; false: there is none. */
static bool take_raw(struct loop *loop, struct object *out)
{
	if (loop->range) {
		if (loop->next >= (size_t)loop->range->count)
			return false;
		*out = object_int(range_at(loop->range, (int64_t)loop->next));
	} else {
		if (loop->next >= loop->items->count)
			return false;
		*out = loop->items->items[loop->next];
	}
	loop->next++;
	return true;
}

/* What was assigned to TARGET, tuples where it has parentheses. */
static int read_target(struct eval *eval, const struct target *target, struct object *out)
{
	struct object *items;

	if (target->kind != TARGET_TUPLE) {
		*out = *eval_slot(eval, target->ref);
		return 0;
	}
	items = run_alloc(eval->run, target->count * sizeof(*items));
	if (!items)
		return -1;
	for (size_t i = 0; i < target->count; i++) {
		if (read_target(eval, target->items[i], &items[i]) < 0)
			return -1;
	}
	return object_tuple(eval->run, items, target->count, out);
}

/* An item that passes the condition is put together again from the variables, as Jinja2 does it. */
static int passes(struct loop *loop, struct object *item, bool *out)
{
	struct eval *eval = loop->eval;
	struct activation *now = eval->now;
	int rc;

	eval->now = loop->inside;
	rc = eval_assign(eval, loop->node->test_target, *item, false);
	if (rc == 0)
		rc = eval_truth(eval, loop->node->test, out);
	if (rc == 0 && *out)
		rc = read_target(eval, loop->node->test_target, item);
	eval->now = now;
	return rc;
}

static int take(struct loop *loop, struct object *out, bool *found)
{
	for (;;) {
		if (run_charge(loop->eval->run, 1) < 0)
			return -1;
		if (loop->dict && loop->dict->count != loop->dict_count)
			return run_fail(loop->eval->run, FAULT_RUNTIME,
					"dictionary changed size during iteration: loop over "
					"'...|list'");
		*found = take_raw(loop, out);
		if (!*found || !loop->node->test || loop->is_tested)
			return 0;
		if (passes(loop, out, found) < 0)
			return -1;
		if (*found)
			return 0;
	}
}

static int look_ahead(struct loop *loop)
{
	if (loop->has_ahead || loop->is_at_end)
		return 0;
	if (take(loop, &loop->ahead, &loop->has_ahead) < 0)
		return -1;
	loop->is_at_end = !loop->has_ahead;
	return 0;
}

static int loop_next(struct loop *loop, bool *found)
{
	struct object item;

	*found = loop->has_ahead;
	if (loop->has_ahead)
		item = loop->ahead;
	else if (take(loop, &item, found) < 0)
		return -1;
	if (!*found)
		return 0;
	loop->has_ahead = false;
	loop->is_at_end = false;
	loop->index0++;
	loop->before = loop->current;
	loop->current = item;
	return 0;
}

/* With a condition the rest has to pass it first. */
static int count_tested(struct loop *loop)
{
	struct run *run = loop->eval->run;
	struct object rest, item;
	bool found = true;

	if (object_list(run, &rest) < 0)
		return -1;
	for (;;) {
		if (take(loop, &item, &found) < 0)
			return -1;
		if (!found)
			break;
		if (list_append(run, rest.list, item) < 0)
			return -1;
	}
	loop->items = rest.list;
	loop->range = NULL;
	loop->dict = NULL;
	loop->next = 0;
	loop->is_tested = true;
	loop->length = (int64_t)rest.list->count + loop->index0 + 1 + loop->has_ahead;
	return 0;
}

static int loop_length(struct loop *loop, int64_t *out)
{
	if (loop->length < 0 && loop->node->test) {
		if (count_tested(loop) < 0)
			return -1;
	} else if (loop->length < 0) {
		loop->length = loop->range ? loop->range->count : (int64_t)loop->items->count;
	}
	*out = loop->length;
	return 0;
}

/* --- the object --- */

static int get_neighbour(struct loop *loop, enum loop_attribute attribute, struct object *out)
{
	bool is_previous = attribute == LOOP_PREVITEM;

	if (!is_previous && look_ahead(loop) < 0)
		return -1;
	if (is_previous ? loop->index0 > 0 : loop->has_ahead)
		*out = is_previous ? loop->before : loop->ahead;
	else
		*out = object_undefined_because(loop->eval->run, "there is no %s item",
				is_previous ? "previous" : "next");
	return loop->eval->run->has_failed ? -1 : 0;
}

static int get_length(struct loop *loop, enum loop_attribute attribute, struct object *out)
{
	int64_t length;

	if (loop_length(loop, &length) < 0)
		return -1;
	if (attribute == LOOP_REVINDEX)
		length -= loop->index0;
	else if (attribute == LOOP_REVINDEX0)
		length -= loop->index0 + 1;
	*out = object_int(length);
	return 0;
}

int eval_loop_attribute(struct eval *eval, struct object object, enum loop_attribute attribute,
		struct object *out)
{
	struct loop *loop = object.native->data;

	(void)eval;
	switch (attribute) {
	case LOOP_INDEX:
	case LOOP_INDEX0:
		*out = object_int(loop->index0 + (attribute == LOOP_INDEX));
		return 0;
	case LOOP_DEPTH:
	case LOOP_DEPTH0:
		*out = object_int((int64_t)loop->depth0 + (attribute == LOOP_DEPTH));
		return 0;
	case LOOP_FIRST:
		*out = object_bool(loop->index0 == 0);
		return 0;
	case LOOP_LAST:
		*out = object_bool(false);
		if (look_ahead(loop) < 0)
			return -1;
		out->boolean = loop->is_at_end;
		return 0;
	case LOOP_PREVITEM:
	case LOOP_NEXTITEM:
		return get_neighbour(loop, attribute, out);
	case LOOP_CYCLE:
	case LOOP_CHANGED:
		*out = (struct object){.kind = OBJECT_NATIVE,
				.native = attribute == LOOP_CYCLE ? &loop->cycle : &loop->change};
		return 0;
	default:
		return get_length(loop, attribute, out);
	}
}

static int attribute_by_name(struct run *run, struct object self, const struct text *name,
		struct object *out, bool *found)
{
	static const char *const names[] = {"index", "index0", "revindex", "revindex0", "first",
			"last", "length", "depth", "depth0", "previtem", "nextitem", "cycle",
			"changed"};

	*found = false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!text_equal_z(name, names[i]))
			continue;
		*found = true;
		return eval_loop_attribute(
				run->eval, self, (enum loop_attribute)(LOOP_INDEX + (int)i), out);
	}
	return 0;
}

static int call_cycle(
		struct run *run, struct object self, const struct call *call, struct object *out)
{
	const struct loop *loop = self.native->data;

	if (call->keyword_count > 0)
		return run_fail(run, FAULT_RUNTIME, "cycle() takes no keyword arguments");
	if (call->count == 0)
		return run_fail(run, FAULT_RUNTIME, "cycle() needs the items to cycle through");
	*out = call->args[(size_t)loop->index0 % call->count];
	return 0;
}

static int call_changed(
		struct run *run, struct object self, const struct call *call, struct object *out)
{
	struct loop *loop = self.native->data;
	struct object now;
	bool is_same = false;

	if (call->keyword_count > 0)
		return run_fail(run, FAULT_RUNTIME, "changed() takes no keyword arguments");
	if (object_tuple(run, call->args, call->count, &now) < 0)
		return -1;
	if (!is_absent(loop->changed) && object_equal(run, loop->changed, now, &is_same) < 0)
		return -1;
	if (!is_same)
		loop->changed = now;
	*out = object_bool(!is_same);
	return 0;
}

static int print_loop(struct run *run, struct object self, struct buf *out)
{
	struct loop *loop = self.native->data;
	int64_t length;

	(void)run;
	if (loop_length(loop, &length) < 0)
		return -1;
	buf_printf(out, "<LoopContext %lld/%lld>", (long long)loop->index0 + 1, (long long)length);
	return 0;
}

static int length_of(struct run *run, struct object self, int64_t *length)
{
	(void)run;
	return loop_length(self.native->data, length);
}

static int call_loop(
		struct run *run, struct object self, const struct call *call, struct object *out);

static const struct native_class loop_class = {.type = "LoopContext",
		.call = call_loop,
		.attribute = attribute_by_name,
		.print = print_loop,
		.length = length_of};
static const struct native_class cycle_class = {.type = "method", .call = call_cycle};
static const struct native_class changed_class = {.type = "method", .call = call_changed};

bool eval_is_loop(struct object object)
{
	return object.kind == OBJECT_NATIVE && object.native->class == &loop_class;
}

static void loop_init(struct loop *loop, struct eval *eval, const struct for_loop *node)
{
	*loop = (struct loop){.eval = eval, .node = node, .index0 = -1, .length = -1};
	loop->cycle = (struct native){.class = &cycle_class, .data = loop};
	loop->change = (struct native){.class = &changed_class, .data = loop};
}

/* --- turns --- */

/* One turn with the current item. */
static int loop_turn(struct loop *loop)
{
	struct eval *eval = loop->eval;
	const struct scope *scope = &loop->node->scope;
	const struct target *target = loop->node->target;

	if (target->kind == TARGET_NAME)
		eval->now->slots[target->ref.index] = loop->current;
	else if (eval_assign(eval, target, loop->current, false) < 0)
		return eval_fail_at(eval, target->at);
	eval_load(eval, scope, loop->index0 == 0 ? scope->count : scope->each);
	return eval_body(eval, loop->node->body);
}

/* All turns, in the activation that is entered; `else` if no turn came to its end. */
static int loop_execute(struct loop *loop)
{
	struct eval *eval = loop->eval;
	const struct for_loop *node = loop->node;
	bool found, is_empty = true;
	int rc = 0;

	loop->inside = eval->now;
	if (node->test)
		eval_load(eval, &node->test_scope, node->test_scope.count);
	while (rc != FLOW_BREAK) {
		if (loop_next(loop, &found) < 0)
			return eval_fail_at(eval, node->iterable->at);
		if (!found)
			break;
		rc = loop_turn(loop);
		if (rc < 0)
			return rc;
		if (rc == 0)
			is_empty = false;
	}
	if (!is_empty || !node->otherwise)
		return 0;
	eval_load(eval, &node->else_scope, node->else_scope.count);
	return eval_body(eval, node->otherwise);
}

/* A turn of a recursive loop deeper; what it prints goes to the output. */
static int loop_descend(struct loop *loop, struct object iterable)
{
	struct eval *eval = loop->eval;
	struct activation *outer = eval->now;
	struct activation *inside = run_alloc(eval->run, sizeof(*inside));
	struct object object;
	int rc;

	if (!inside || loop_over(loop, iterable) < 0 ||
			object_native(eval->run, &loop_class, loop, &object) < 0)
		return -1;
	*inside = (struct activation){.up = loop->outside,
			.context = loop->outside->context,
			.template = loop->outside->template};
	if (activation_enter(eval, inside, loop->node->slot_count, true) < 0)
		return -1;
	inside->slots[loop->node->loop_slot] = object;
	rc = loop_execute(loop);
	if (rc >= 0)
		activation_leave(eval, inside, loop->node->slot_count, true);
	eval->now = outer;
	return rc;
}

static int call_loop(
		struct run *run, struct object self, const struct call *call, struct object *out)
{
	const struct loop *above = self.native->data;
	size_t start = run->eval->out->len;
	struct loop *loop;

	if (!above->node->is_recursive)
		return run_fail(run, FAULT_RUNTIME,
				"the loop must have the 'recursive' marker to be called "
				"recursively");
	if (call->count != 1 || call->keyword_count > 0)
		return run_fail(run, FAULT_RUNTIME, "loop() takes one argument: what to loop over");
	loop = run_alloc(run, sizeof(*loop));
	if (!loop)
		return -1;
	loop_init(loop, run->eval, above->node);
	loop->depth0 = above->depth0 + 1;
	loop->outside = above->outside;
	if (loop_descend(loop, call->args[0]) < 0)
		return -1;
	return eval_capture(run->eval, start, out);
}

static int run_recursive(struct eval *eval, const struct for_loop *node, struct object iterable)
{
	struct loop *loop = run_alloc(eval->run, sizeof(*loop));

	if (!loop)
		return -1;
	loop_init(loop, eval, node);
	loop->outside = eval->now;
	return loop_descend(loop, iterable);
}

int eval_loop(struct eval *eval, const struct for_loop *node)
{
	struct loop local, *loop = &local;
	struct object iterable, object;

	if (eval_expr(eval, node->iterable, &iterable) < 0)
		return -1;
	if (node->is_recursive)
		return run_recursive(eval, node, iterable);
	if (node->has_loop) {
		loop = run_alloc(eval->run, sizeof(*loop));
		if (!loop || object_native(eval->run, &loop_class, loop, &object) < 0)
			return -1;
		eval->now->slots[node->loop_slot] = object;
	}
	loop_init(loop, eval, node);
	if (loop_over(loop, iterable) < 0)
		return eval_fail_at(eval, node->iterable->at);
	return loop_execute(loop);
}
