#include "src/jinja/filters.h"

#include <string.h>

#include "src/jinja/getter.h"
#include "src/jinja/list.h"
#include "src/jinja/run.h"
#include "src/jinja/sort.h"

/* A copy that may be sorted. */
static struct list *copy_of(struct run *run, const struct list *items)
{
	struct list *copy = list_new(run, items->count);

	if (!copy)
		return NULL;
	for (; copy->count < items->count; copy->count++)
		copy->items[copy->count] = items->items[copy->count];
	return copy;
}

/* The keys that "a,b" yields for each of ITEMS: lists, which compare as such. */
static int many_keys(struct run *run, const struct getter *getters, size_t count,
		const struct list *items, struct list **out)
{
	struct list *keys = list_new(run, items->count), *key;
	size_t i, j;

	for (i = 0; keys && i < items->count; i++) {
		key = list_new(run, count);
		if (!key)
			return -1;
		for (j = 0; j < count; j++) {
			if (getter_get(run, &getters[j], items->items[i], &key->items[j]) < 0)
				return -1;
		}
		key->count = count;
		keys->items[i] = (struct object){.kind = OBJECT_LIST, .list = key};
		keys->count++;
	}
	*out = keys;
	return keys ? 0 : -1;
}

int filter_sort(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"reverse"}, {"case_sensitive"}, {"attribute"}};
	struct list *items, *copy, *keys;
	bool is_reversed, is_sensitive;
	struct getter *getters;
	struct object args[3];
	size_t i, count;

	if (call_bind(run, call, params, 3, 0, args) < 0 ||
			arg_bool(run, args[0], false, &is_reversed) < 0 ||
			arg_bool(run, args[1], false, &is_sensitive) < 0 ||
			getter_init_many(run, args[2], &getters, &count) < 0 ||
			object_items(run, call->self, &items) < 0)
		return -1;
	for (i = 0; i < count; i++)
		getters[i].ignores_case = !is_sensitive;
	copy = copy_of(run, items);
	if (!copy)
		return -1;
	if (count == 1 ? getter_map(run, getters, copy, &keys) < 0
		       : many_keys(run, getters, count, copy, &keys) < 0)
		return -1;
	*out = (struct object){.kind = OBJECT_LIST, .list = copy};
	return sort_items(run, keys->items, copy->items, copy->count,
			(is_reversed ? SORT_REVERSED : 0) | (count == 1 ? SORT_IN_LISTS : 0));
}

/* The arguments that sort-like filters share: case_sensitive and attribute. */
static int get_arguments(struct run *run, const struct call *call, struct getter *getter)
{
	static const struct param params[] = {{"case_sensitive"}, {"attribute"}};
	struct object args[2];
	bool is_sensitive;

	if (call_bind(run, call, params, 2, 0, args) < 0 ||
			arg_bool(run, args[0], false, &is_sensitive) < 0 ||
			getter_init(run, args[1], getter) < 0)
		return -1;
	getter->ignores_case = !is_sensitive;
	return 0;
}

/* The first item whose key is less than all others, or greater with OP ">". */
static int extreme(struct run *run, const struct call *call, const char *op, struct object *out)
{
	struct getter getter;
	struct list *items, *keys;
	size_t i, best = 0;
	int order, wanted = op[0] == '<' ? -1 : 1;

	if (get_arguments(run, call, &getter) < 0 || object_items(run, call->self, &items) < 0 ||
			getter_map(run, &getter, items, &keys) < 0)
		return -1;
	if (keys->count == 0) {
		*out = object_undefined_because(run, "No aggregated item, sequence was empty.");
		return 0;
	}
	for (i = 1; i < keys->count; i++) {
		if (object_compare(run, keys->items[i], keys->items[best], op, &order) < 0)
			return -1;
		if (order == wanted)
			best = i;
	}
	*out = items->items[best];
	return 0;
}

int filter_max(struct run *run, const struct call *call, struct object *out)
{
	return extreme(run, call, ">", out);
}

int filter_min(struct run *run, const struct call *call, struct object *out)
{
	return extreme(run, call, "<", out);
}

int filter_unique(struct run *run, const struct call *call, struct object *out)
{
	struct list *items, *kept = list_new(run, 0);
	struct object seen, key, ignored;
	struct getter getter;
	bool found;
	size_t i;

	if (!kept || get_arguments(run, call, &getter) < 0 ||
			object_items(run, call->self, &items) < 0 || object_dict(run, &seen) < 0)
		return -1;
	for (i = 0; i < items->count; i++) {
		if (getter_get(run, &getter, items->items[i], &key) < 0 ||
				dict_get(run, seen.dict, key, &ignored, &found) < 0)
			return -1;
		if (found)
			continue;
		if (dict_set(run, seen.dict, key, object_none()) < 0 ||
				list_append(run, kept, items->items[i]) < 0)
			return -1;
	}
	return object_generator(run, "generator", kept, out);
}

/* Each pair of DICT as a tuple, and what it is sorted by. */
static int pairs_and_keys(struct run *run, const struct dict *dict, bool by_value,
		const struct getter *getter, struct list *lists[2])
{
	struct object both[2];
	size_t i;

	lists[0] = list_new(run, dict->count);
	lists[1] = list_new(run, dict->count);
	if (!lists[0] || !lists[1])
		return -1;
	for (i = 0; i < dict->count; i++) {
		both[0] = dict->pairs[i].key;
		both[1] = dict->pairs[i].value;
		if (object_tuple(run, both, 2, &lists[0]->items[i]) < 0 ||
				getter_get(run, getter, both[by_value], &lists[1]->items[i]) < 0)
			return -1;
		lists[0]->count = lists[1]->count = i + 1;
	}
	return 0;
}

int filter_dictsort(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"case_sensitive"}, {"by"}, {"reverse"}};
	bool is_sensitive, is_reversed, by_value;
	struct getter getter = {0};
	const struct text *by;
	struct object args[3];
	struct list *lists[2];
	struct dict *dict;

	if (call_bind(run, call, params, 3, 0, args) < 0 ||
			arg_bool(run, args[0], false, &is_sensitive) < 0 ||
			arg_text(run, args[1], "key", &by) < 0 ||
			arg_bool(run, args[2], false, &is_reversed) < 0)
		return -1;
	by_value = strcmp(by->data, "value") == 0;
	if (!by_value && strcmp(by->data, "key") != 0)
		return run_fail(run, FAULT_RUNTIME,
				"You can only sort by either \"key\" or \"value\"");
	if (call->self.kind == OBJECT_UNDEFINED)
		return object_undefined_fail(run, call->self);
	if (call->self.kind != OBJECT_DICT)
		return run_fail(run, FAULT_RUNTIME, "'%s' object has no attribute 'items'",
				object_type(call->self));
	dict = dict_of(run, call->self);
	getter.ignores_case = !is_sensitive;
	if (!dict || pairs_and_keys(run, dict, by_value, &getter, lists) < 0)
		return -1;
	*out = (struct object){.kind = OBJECT_LIST, .list = lists[0]};
	return sort_items(run, lists[1]->items, lists[0]->items, lists[0]->count,
			is_reversed ? SORT_REVERSED : 0);
}

static int group_new(struct run *run, struct object key, struct list *members, struct object *out)
{
	static const char *const names[] = {"grouper", "list"};
	const struct object both[] = {key, {.kind = OBJECT_LIST, .list = members}};

	if (object_tuple(run, both, 2, out) < 0)
		return -1;
	out->list->names = names;
	return 0;
}

/*
 * ITEMS and KEYS are sorted; a group for each run of equal keys, named by NAMER of its first item.
 */
static int group(struct run *run, const struct list *items, const struct list *keys,
		const struct getter *namer, struct list *groups)
{
	struct list *members = NULL;
	struct object name, object;
	bool same = false;
	size_t i;

	for (i = 0; i < items->count; i++) {
		if (i > 0 && object_equal(run, keys->items[i - 1], keys->items[i], &same) < 0)
			return -1;
		if (!same) {
			members = list_new(run, 0);
			if (!members || getter_get(run, namer, items->items[i], &name) < 0 ||
					group_new(run, name, members, &object) < 0 ||
					list_append(run, groups, object) < 0)
				return -1;
		}
		if (list_append(run, members, items->items[i]) < 0)
			return -1;
	}
	return 0;
}

int filter_groupby(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"attribute"}, {"default"}, {"case_sensitive"}};
	struct list *items, *copy, *keys;
	struct getter getter, namer;
	struct object args[3];
	bool is_sensitive;

	if (call_bind(run, call, params, 3, 1, args) < 0 ||
			arg_bool(run, args[2], false, &is_sensitive) < 0 ||
			getter_init(run, args[0], &getter) < 0 ||
			object_items(run, call->self, &items) < 0)
		return -1;
	if (args[1].kind != OBJECT_NONE)
		getter.fallback = args[1];
	namer = getter;
	getter.ignores_case = !is_sensitive;
	copy = copy_of(run, items);
	if (!copy || getter_map(run, &getter, copy, &keys) < 0 ||
			sort_items(run, keys->items, copy->items, copy->count, 0) < 0 ||
			object_list(run, out) < 0)
		return -1;
	return group(run, copy, keys, &namer, out->list);
}
