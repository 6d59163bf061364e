/*
 * map, select, reject: filters that call filters and tests by name for each element. Those that
 * yield generators in Python do their work at once here; all one can see of that is that a mistake
 * is found even if nobody reads the outcome.
 */
#include "src/jinja/filters.h"

#include "src/jinja/getter.h"
#include "src/jinja/list.h"
#include "src/jinja/run.h"
#include "src/jinja/text.h"

/* What is called for each element: a filter, a test, or nothing. */
struct callee {
	const struct function *function;
	struct call call; /* without self */
};

static int no_filter(struct run *run, const struct text *name)
{
	const char *reason = filter_refused(name), *suggestion;

	if (reason)
		return run_fail(run, FAULT_REFUSED, "the filter '%s' is refused: %s", name->data,
				reason);
	suggestion = filter_suggest(run, name);
	if (suggestion)
		return run_fail(run, FAULT_RUNTIME, "no filter named '%s' (did you mean '%s'?)",
				name->data, suggestion);
	return run_fail(run, FAULT_RUNTIME, "no filter named '%s'", name->data);
}

static int no_test(struct run *run, const struct text *name)
{
	const char *suggestion = test_suggest(run, name);

	if (suggestion)
		return run_fail(run, FAULT_RUNTIME, "no test named '%s' (did you mean '%s'?)",
				name->data, suggestion);
	return run_fail(run, FAULT_RUNTIME, "no test named '%s'", name->data);
}

/* The arguments of CALL from SKIP on: a name, and what it is to be called with. */
static int find_callee(struct run *run, const struct call *call, size_t skip, bool is_test,
		struct callee *out)
{
	const struct text *name;

	if (arg_text(run, call->args[skip], "", &name) < 0)
		return -1;
	out->function = is_test ? test_find(run, name) : filter_find(run, name);
	if (!out->function)
		return is_test ? no_test(run, name) : no_filter(run, name);
	out->call = *call;
	out->call.name = out->function->name;
	out->call.args = call->args + skip + 1;
	out->call.count = call->count - skip - 1;
	return 0;
}

static int apply(struct run *run, struct callee *callee, struct object item, struct object *out)
{
	int rc;

	callee->call.self = item;
	if (run_enter(run) < 0)
		return -1;
	rc = callee->function->fn(run, &callee->call, out);
	run_leave(run);
	return rc < 0 ? -1 : run_charge(run, 1);
}

/* A value that is false has no elements, whatever it is. */
static int elements(struct run *run, const struct call *call, struct list **out)
{
	bool is_true;

	if (object_truth(run, call->self, &is_true) < 0)
		return -1;
	if (!is_true) {
		*out = list_new(run, 0);
		return *out ? 0 : -1;
	}
	return object_items(run, call->self, out);
}

static int map_attribute(struct run *run, const struct call *call, const struct list *items,
		struct list **out)
{
	static const struct param params[] = {{"attribute"}, {"default"}};
	struct getter getter;
	struct object args[2];

	if (call_bind(run, call, params, 2, 1, args) < 0 || getter_init(run, args[0], &getter) < 0)
		return -1;
	if (args[1].kind != OBJECT_NONE)
		getter.fallback = args[1];
	return getter_map(run, &getter, items, out);
}

static bool has_attribute_keyword(const struct call *call)
{
	size_t i;

	for (i = 0; i < call->keyword_count; i++) {
		if (text_equal_z(call->keywords[i].name, "attribute"))
			return true;
	}
	return false;
}

static int map_filter(struct run *run, const struct call *call, const struct list *items,
		struct list *mapped)
{
	struct callee callee;
	struct object item;
	size_t i;

	if (call->count == 0)
		return run_fail(run, FAULT_RUNTIME, "map requires a filter argument");
	if (find_callee(run, call, 0, false, &callee) < 0)
		return -1;
	for (i = 0; i < items->count; i++) {
		if (apply(run, &callee, items->items[i], &item) < 0 ||
				list_append(run, mapped, item) < 0)
			return -1;
	}
	return 0;
}

int filter_map(struct run *run, const struct call *call, struct object *out)
{
	struct list *items, *mapped = list_new(run, 0);
	int rc = 0;

	if (!mapped || elements(run, call, &items) < 0)
		return -1;
	if (call->count == 0 && has_attribute_keyword(call))
		rc = map_attribute(run, call, items, &mapped);
	else if (items->count > 0)
		rc = map_filter(run, call, items, mapped);
	return rc < 0 ? -1 : object_generator(run, "generator", mapped, out);
}

/* Does the test, or the truth without one, hold for ITEM? */
static int holds(struct run *run, struct callee *callee, struct object item, bool *out)
{
	if (callee->function && apply(run, callee, item, &item) < 0)
		return -1;
	return object_truth(run, item, out);
}

/* What decides about each element. */
struct choice {
	struct getter getter;
	struct callee callee;
	bool wanted;
};

static int pick(struct run *run, struct choice *choice, const struct list *items,
		struct list *picked)
{
	struct object item;
	bool is_picked;
	size_t i;

	for (i = 0; i < items->count; i++) {
		if (getter_get(run, &choice->getter, items->items[i], &item) < 0 ||
				holds(run, &choice->callee, item, &is_picked) < 0)
			return -1;
		if (is_picked == choice->wanted && list_append(run, picked, items->items[i]) < 0)
			return -1;
	}
	return 0;
}

static int select_or_reject(struct run *run, const struct call *call, bool by_attribute,
		bool wanted, struct object *out)
{
	struct list *items, *picked = list_new(run, 0);
	struct choice choice = {.wanted = wanted};
	size_t skip = by_attribute;

	if (!picked || elements(run, call, &items) < 0)
		return -1;
	if (items->count == 0)
		return object_generator(run, "generator", picked, out);
	if (call->count < skip)
		return run_fail(run, FAULT_RUNTIME, "Missing parameter for attribute name");
	if (by_attribute && getter_init(run, call->args[0], &choice.getter) < 0)
		return -1;
	if (call->count > skip && find_callee(run, call, skip, true, &choice.callee) < 0)
		return -1;
	if (pick(run, &choice, items, picked) < 0)
		return -1;
	return object_generator(run, "generator", picked, out);
}

int filter_reject(struct run *run, const struct call *call, struct object *out)
{
	return select_or_reject(run, call, false, false, out);
}

int filter_rejectattr(struct run *run, const struct call *call, struct object *out)
{
	return select_or_reject(run, call, true, false, out);
}

int filter_select(struct run *run, const struct call *call, struct object *out)
{
	return select_or_reject(run, call, false, true, out);
}

int filter_selectattr(struct run *run, const struct call *call, struct object *out)
{
	return select_or_reject(run, call, true, true, out);
}
