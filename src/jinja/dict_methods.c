#include "src/jinja/method.h"

#include <string.h>

#include "src/jinja/call.h"
#include "src/jinja/run.h"

static struct dict *self_dict(struct run *run, const struct call *call)
{
	return dict_of(run, call->self);
}

static int no_arguments(struct run *run, const struct call *call)
{
	return call_bind(run, call, NULL, 0, 0, NULL);
}

static int view(struct run *run, const struct call *call, const char *type, struct object *out)
{
	if (no_arguments(run, call) < 0 || object_generator(run, type, NULL, out) < 0)
		return -1;
	out->iterator->view_of = call->self.dict;
	return 0;
}

static int dict_items(struct run *run, const struct call *call, struct object *out)
{
	return view(run, call, "dict_items", out);
}

static int dict_keys(struct run *run, const struct call *call, struct object *out)
{
	return view(run, call, "dict_keys", out);
}

static int dict_values(struct run *run, const struct call *call, struct object *out)
{
	return view(run, call, "dict_values", out);
}

static int dict_clear(struct run *run, const struct call *call, struct object *out)
{
	struct dict *dict = self_dict(run, call);

	*out = object_none();
	if (!dict || no_arguments(run, call) < 0)
		return -1;
	*dict = (struct dict){0};
	return 0;
}

/* The pairs of FROM, a dict, into TO. */
static int add_all(struct run *run, struct dict *to, struct object from)
{
	struct dict *dict = dict_of(run, from);
	size_t i;

	for (i = 0; dict && i < dict->count; i++) {
		if (run_charge(run, 1) < 0 ||
				dict_set(run, to, dict->pairs[i].key, dict->pairs[i].value) < 0)
			return -1;
	}
	return dict ? 0 : -1;
}

/* An iterable of pairs into TO. */
static int add_pairs(struct run *run, struct dict *to, struct object from)
{
	struct list *items, *pair;
	size_t i;

	if (object_items(run, from, &items) < 0)
		return -1;
	for (i = 0; i < items->count; i++) {
		if (!object_is_iterable(items->items[i]))
			return run_fail(run, FAULT_RUNTIME,
					"cannot convert dictionary update sequence element #%zu to "
					"a sequence",
					i);
		if (run_charge(run, 1) < 0 || object_items(run, items->items[i], &pair) < 0)
			return -1;
		if (pair->count != 2)
			return run_fail(run, FAULT_RUNTIME,
					"dictionary update sequence element #%zu has length %zu; "
					"2 is required",
					i, pair->count);
		if (dict_set(run, to, pair->items[0], pair->items[1]) < 0)
			return -1;
	}
	return 0;
}

int dict_update(struct run *run, struct dict *dict, const struct call *call)
{
	struct object key = {.kind = OBJECT_STRING}, from;
	size_t i;

	if (call->count > 1)
		return run_fail(run, FAULT_RUNTIME, "%s expected at most 1 argument, got %zu",
				call->name, call->count);
	if (call->count == 1) {
		from = call->args[0];
		if (from.kind == OBJECT_UNDEFINED) /* asked for keys(), even if it is lenient */
			return object_undefined_fail(run, from);
		if (from.kind == OBJECT_DICT ? add_all(run, dict, from) < 0
					     : add_pairs(run, dict, from) < 0)
			return -1;
	}
	for (i = 0; i < call->keyword_count; i++) {
		key.text = call->keywords[i].name;
		if (dict_set(run, dict, key, call->keywords[i].value) < 0)
			return -1;
	}
	return 0;
}

static int dict_update_method(struct run *run, const struct call *call, struct object *out)
{
	struct dict *dict = self_dict(run, call);

	*out = object_none();
	return dict ? dict_update(run, dict, call) : -1;
}

static int dict_copy(struct run *run, const struct call *call, struct object *out)
{
	if (no_arguments(run, call) < 0 || object_dict(run, out) < 0)
		return -1;
	return add_all(run, out->dict, call->self);
}

/* KEY and DEFAULT by position; what is not given is absent. */
static int key_and_default(struct run *run, const struct call *call, struct object args[2])
{
	static const struct param params[] = {{"key"}, {"default"}};

	if (call->keyword_count > 0)
		return run_fail(run, FAULT_RUNTIME, "%s() takes no keyword arguments", call->name);
	return call_bind(run, call, params, 2, 1, args);
}

static int dict_get_method(struct run *run, const struct call *call, struct object *out)
{
	struct object args[2];
	bool found;

	if (key_and_default(run, call, args) < 0 ||
			dict_get(run, call->self.dict, args[0], out, &found) < 0)
		return -1;
	if (!found)
		*out = is_absent(args[1]) ? object_none() : args[1];
	return 0;
}

static int dict_pop(struct run *run, const struct call *call, struct object *out)
{
	struct object args[2];
	bool found;

	if (key_and_default(run, call, args) < 0 ||
			dict_remove(run, call->self.dict, args[0], out, &found) < 0)
		return -1;
	if (found)
		return 0;
	if (is_absent(args[1]))
		return run_fail(run, FAULT_RUNTIME, "pop(): there is no such key");
	*out = args[1];
	return 0;
}

static int dict_popitem(struct run *run, const struct call *call, struct object *out)
{
	struct dict *dict = self_dict(run, call);
	struct object pair[2];
	bool found;

	if (!dict || no_arguments(run, call) < 0)
		return -1;
	if (dict->count == 0)
		return run_fail(run, FAULT_RUNTIME, "popitem(): dictionary is empty");
	pair[0] = dict->pairs[dict->count - 1].key;
	if (dict_remove(run, dict, pair[0], &pair[1], &found) < 0)
		return -1;
	return object_tuple(run, pair, 2, out);
}

static int dict_setdefault(struct run *run, const struct call *call, struct object *out)
{
	struct object args[2];
	bool found;

	if (key_and_default(run, call, args) < 0 || !self_dict(run, call) ||
			dict_get(run, call->self.dict, args[0], out, &found) < 0)
		return -1;
	if (found)
		return 0;
	*out = is_absent(args[1]) ? object_none() : args[1];
	return dict_set(run, call->self.dict, args[0], *out);
}

const struct function dict_methods[] = {
		{"clear", dict_clear},
		{"copy", dict_copy},
		{"get", dict_get_method},
		{"items", dict_items},
		{"keys", dict_keys},
		{"pop", dict_pop},
		{"popitem", dict_popitem},
		{"setdefault", dict_setdefault},
		{"update", dict_update_method},
		{"values", dict_values},
};
const size_t dict_method_count = sizeof(dict_methods) / sizeof(*dict_methods);
