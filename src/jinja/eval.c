#include "src/jinja/eval.h"

#include <assert.h>
#include <string.h>

#include "src/jinja/text.h"

#define STACK_FIRST 256 /* slots */

const struct undefined eval_unresolved = {0};

int eval_fail_at(struct eval *eval, uint32_t at)
{
	if (eval->is_placed)
		return -1;
	eval->is_placed = true;
	eval->fault_template = eval->now ? eval->now->template : NULL;
	eval->fault_at = at;
	return -1;
}

/*
 * Slots on the stack; when it is full, a larger one takes its place, and the old one stays in use
 * below.
 */
static struct object *stack_push(struct eval *eval, uint32_t count)
{
	size_t cap = eval->stack_cap ? eval->stack_cap * 2 : STACK_FIRST;
	struct object *slots;

	if (!eval->stack || eval->stack_cap - eval->stack_used < count) {
		while (cap < count)
			cap *= 2;
		eval->stack = run_alloc(eval->run, cap * sizeof(*eval->stack));
		eval->stack_cap = eval->stack ? cap : 0;
		eval->stack_used = 0;
		if (!eval->stack)
			return NULL;
	}
	slots = eval->stack + eval->stack_used;
	eval->stack_used += count;
	if (count > 0)
		memset(slots, 0, count * sizeof(*slots));
	return slots;
}

int activation_enter(
		struct eval *eval, struct activation *activation, uint32_t count, bool is_captured)
{
	if (run_enter(eval->run) < 0)
		return -1;
	activation->slots = is_captured ? run_alloc(eval->run, count * sizeof(struct object))
					: stack_push(eval, count);
	if (!activation->slots) {
		run_leave(eval->run);
		return -1;
	}
	eval->now = activation;
	return 0;
}

void activation_leave(
		struct eval *eval, struct activation *activation, uint32_t count, bool is_captured)
{
	/* A stack that was left for a larger one is not gone back to. */
	if (!is_captured && activation->slots >= eval->stack &&
			activation->slots + count == eval->stack + eval->stack_used)
		eval->stack_used -= count;
	run_leave(eval->run);
}

struct object *eval_slot(struct eval *eval, struct slot_ref ref)
{
	struct activation *activation = eval->now;

	for (; ref.hops > 0; ref.hops--)
		activation = activation->up;
	return &activation->slots[ref.index];
}

void eval_load(struct eval *eval, const struct scope *scope, size_t count)
{
	struct object *slots = eval->now->slots;
	const struct load *load = scope->loads;

	for (const struct load *end = load + count; load < end; load++) {
		if (load->kind == LOAD_ALIAS)
			slots[load->slot] = *eval_slot(eval, load->source);
		else
			slots[load->slot] = (struct object){.undefined = load->kind == LOAD_RESOLVE
							? &eval_unresolved
							: NULL};
	}
}

int eval_missing(
		struct eval *eval, const struct name *name, struct slot_ref ref, struct object *out)
{
	struct activation *activation = eval->now;
	struct object *slot;
	bool found;

	for (; ref.hops > 0; ref.hops--)
		activation = activation->up;
	slot = &activation->slots[ref.index];
	if (slot->undefined == &eval_unresolved) {
		if (context_find(eval, activation->context, name, out, &found) < 0)
			return -1;
		if (found) {
			*slot = *out;
			return 0;
		}
		slot->undefined = NULL;
	}
	*out = slot->undefined ? *slot : object_undefined(eval->run, name->text.data);
	return eval->run->has_failed ? -1 : 0;
}

int eval_fail_output(struct eval *eval)
{
	if (!buf_ok(eval->out))
		return run_fail(eval->run, FAULT_MEMORY, "no memory");
	return run_fail(eval->run, FAULT_LIMIT, "the output is larger than %zu bytes",
			eval->out_max);
}

int eval_capture(struct eval *eval, size_t start, struct object *out)
{
	int rc = eval_check_output(eval);

	if (rc == 0)
		rc = object_string(
				eval->run, buf_str(eval->out) + start, eval->out->len - start, out);
	eval->out->len = start;
	if (eval->out->data)
		eval->out->data[start] = '\0';
	return rc;
}

/* Generators, views and ranges print as lists in Ansible. */
static int print_as_list(struct eval *eval, struct object object)
{
	struct object list = {.kind = OBJECT_LIST};

	if (object_items(eval->run, object, &list.list) < 0)
		return -1;
	return object_repr(eval->run, list, eval->out);
}

int eval_print(struct eval *eval, struct object object)
{
	int rc = 0;

	if (object.kind == OBJECT_STRING)
		eval_append(eval, object.text);
	else if (object.kind == OBJECT_NONE && eval->run->is_ansible)
		return 0;
	else if ((object.kind == OBJECT_ITERATOR || object.kind == OBJECT_RANGE) &&
			eval->run->is_ansible)
		rc = print_as_list(eval, object);
	else
		rc = object_str(eval->run, object, eval->out);
	return rc < 0 ? rc : eval_check_output(eval);
}

/* --- assignments --- */

static int unpack(struct eval *eval, const struct target *target, struct object value,
		bool is_exported)
{
	struct list *items;

	if (!object_is_iterable(value) && value.kind != OBJECT_UNDEFINED)
		return run_fail(eval->run, FAULT_RUNTIME,
				"cannot assign a '%s' to %zu names: it cannot be iterated",
				object_type(value), target->count);
	if (object_items(eval->run, value, &items) < 0)
		return -1;
	if (items->count != target->count)
		return run_fail(eval->run, FAULT_RUNTIME,
				"%s values to unpack (expected %zu, got %zu)",
				items->count < target->count ? "not enough" : "too many",
				target->count, items->count);
	for (size_t i = 0; i < target->count; i++) {
		if (eval_assign(eval, target->items[i], items->items[i], is_exported) < 0)
			return -1;
	}
	return 0;
}

static int assign_attribute(struct eval *eval, const struct target *target, struct object value)
{
	struct object *slot = eval_slot(eval, target->ref), owner = *slot;

	if (slot->kind == OBJECT_UNDEFINED &&
			eval_missing(eval, target->name, target->ref, &owner) < 0)
		return -1;
	if (!namespace_is(owner))
		return run_fail(eval->run, FAULT_RUNTIME,
				"cannot assign to '%s.%s': '%s' is no namespace",
				target->name->text.data, target->attribute->text.data,
				target->name->text.data);
	return owner.native->class->set(eval->run, owner, &target->attribute->text, value);
}

int eval_assign(struct eval *eval, const struct target *target, struct object value,
		bool is_exported)
{
	switch (target->kind) {
	case TARGET_TUPLE:
		return unpack(eval, target, value, is_exported);
	case TARGET_ATTRIBUTE:
		return assign_attribute(eval, target, value);
	case TARGET_NAME:
		break;
	}
	*eval_slot(eval, target->ref) = value;
	if (!target->is_exported)
		return 0;
	return context_set(eval, eval->now->context, target->name, value,
			is_exported && target->name->text.data[0] != '_');
}
