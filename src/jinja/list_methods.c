#include "src/jinja/method.h"

#include <string.h>

#include "src/jinja/call.h"
#include "src/jinja/list.h"
#include "src/jinja/number.h"
#include "src/jinja/run.h"
#include "src/jinja/sort.h"

/* Every one of these changes or looks through all of it: closed lists are opened first. */
static struct list *self_list(struct run *run, const struct call *call)
{
	return list_of(run, call->self);
}

static int no_arguments(struct run *run, const struct call *call)
{
	return call_bind(run, call, NULL, 0, 0, NULL);
}

static int one_argument(
		struct run *run, const struct call *call, const char *name, struct object *arg)
{
	const struct param params[] = {{name}};

	return call_bind(run, call, params, 1, 1, arg);
}

static int list_append_method(struct run *run, const struct call *call, struct object *out)
{
	struct object item;

	*out = object_none();
	if (one_argument(run, call, "object", &item) < 0)
		return -1;
	return list_append(run, call->self.list, item);
}

static int list_clear(struct run *run, const struct call *call, struct object *out)
{
	struct list *list = self_list(run, call);

	*out = object_none();
	if (!list || no_arguments(run, call) < 0)
		return -1;
	list->count = 0;
	return 0;
}

static int list_copy(struct run *run, const struct call *call, struct object *out)
{
	const struct object whole[3] = {object_none(), object_none(), object_none()};

	if (no_arguments(run, call) < 0)
		return -1;
	return object_slice(run, call->self, whole, out);
}

static int list_count(struct run *run, const struct call *call, struct object *out)
{
	struct list *list = self_list(run, call);
	struct object item;
	int64_t count = 0;
	bool same;
	size_t i;

	if (!list || one_argument(run, call, "value", &item) < 0)
		return -1;
	for (i = 0; i < list->count; i++) {
		if (run_charge(run, 1) < 0 || object_equal(run, list->items[i], item, &same) < 0)
			return -1;
		count += same;
	}
	*out = object_int(count);
	return 0;
}

/*
 * Whose items are LIST's own: the list that is extended by itself does not grow while it is read.
 */
static int list_extend(struct run *run, const struct call *call, struct object *out)
{
	struct list *list = self_list(run, call), *items;
	struct object iterable;
	size_t i, count;

	*out = object_none();
	if (!list || one_argument(run, call, "iterable", &iterable) < 0 ||
			object_items(run, iterable, &items) < 0)
		return -1;
	count = items->count;
	for (i = 0; i < count; i++) {
		if (run_charge(run, 1) < 0 || list_append(run, list, items->items[i]) < 0)
			return -1;
	}
	return 0;
}

static size_t clamp(int64_t index, size_t count)
{
	if (index < 0)
		index += (int64_t)count;
	if (index < 0)
		return 0;
	return (uint64_t)index > count ? count : (size_t)index;
}

static int list_index(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"value"}, {"start"}, {"stop"}};
	struct list *list = self_list(run, call);
	struct object args[3];
	int64_t start, stop;
	size_t i, end;
	bool same;

	if (!list || call_bind(run, call, params, 3, 1, args) < 0 ||
			arg_int(run, args[1], 0, &start) < 0 ||
			arg_int(run, args[2], INT64_MAX, &stop) < 0)
		return -1;
	end = clamp(stop, list->count);
	for (i = clamp(start, list->count); i < end; i++) {
		if (run_charge(run, 1) < 0 || object_equal(run, list->items[i], args[0], &same) < 0)
			return -1;
		if (same) {
			*out = object_int((int64_t)i);
			return 0;
		}
	}
	return run_fail(run, FAULT_RUNTIME, "the value is not in the %s", object_type(call->self));
}

static int list_insert(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"index"}, {"object"}};
	struct list *list = self_list(run, call);
	struct object args[2];
	int64_t index;
	size_t at;

	*out = object_none();
	if (!list || call_bind(run, call, params, 2, 2, args) < 0 ||
			arg_int(run, args[0], 0, &index) < 0)
		return -1;
	at = clamp(index, list->count);
	if (run_charge(run, (list->count - at) / 8) < 0 || list_append(run, list, args[1]) < 0)
		return -1;
	memmove(&list->items[at + 1], &list->items[at],
			(list->count - 1 - at) * sizeof(*list->items));
	list->items[at] = args[1];
	return 0;
}

static int remove_at(struct run *run, struct list *list, size_t at)
{
	list->count--;
	memmove(&list->items[at], &list->items[at + 1], (list->count - at) * sizeof(*list->items));
	return run_charge(run, (list->count - at) / 8);
}

static int list_pop(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"index"}};
	struct list *list = self_list(run, call);
	struct object arg;
	int64_t index;

	if (!list || call_bind(run, call, params, 1, 0, &arg) < 0 ||
			arg_int(run, arg, -1, &index) < 0)
		return -1;
	if (list->count == 0)
		return run_fail(run, FAULT_RUNTIME, "pop from empty list");
	if (index < 0)
		index += (int64_t)list->count;
	if (index < 0 || (uint64_t)index >= list->count)
		return run_fail(run, FAULT_RUNTIME, "pop index out of range");
	*out = list->items[index];
	return remove_at(run, list, (size_t)index);
}

static int list_remove(struct run *run, const struct call *call, struct object *out)
{
	struct object index;

	if (list_index(run, call, &index) < 0)
		return -1;
	*out = object_none();
	return remove_at(run, call->self.list, (size_t)index.integer);
}

static int list_reverse_method(struct run *run, const struct call *call, struct object *out)
{
	struct list *list = self_list(run, call);

	*out = object_none();
	if (!list || no_arguments(run, call) < 0 || run_charge(run, list->count) < 0)
		return -1;
	list_reverse(list);
	return 0;
}

static int list_sort(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"key"}, {"reverse"}};
	struct list *list = self_list(run, call);
	struct object args[2];
	bool is_reversed;

	*out = object_none();
	if (call->count > 0)
		return run_fail(run, FAULT_RUNTIME, "sort() takes no positional arguments");
	if (!list || call_bind(run, call, params, 2, 0, args) < 0 ||
			arg_bool(run, args[1], false, &is_reversed) < 0)
		return -1;
	if (!is_absent(args[0]) && args[0].kind != OBJECT_NONE)
		return run_fail(run, FAULT_REFUSED,
				"sort() with a key is not supported; use the filter "
				"sort(attribute=...)");
	return sort_items(run, list->items, list->items, list->count,
			is_reversed ? SORT_REVERSED : 0);
}

const struct function list_methods[] = {
		{"append", list_append_method},
		{"clear", list_clear},
		{"copy", list_copy},
		{"count", list_count},
		{"extend", list_extend},
		{"index", list_index},
		{"insert", list_insert},
		{"pop", list_pop},
		{"remove", list_remove},
		{"reverse", list_reverse_method},
		{"sort", list_sort},
};
const size_t list_method_count = sizeof(list_methods) / sizeof(*list_methods);

const struct function tuple_methods[] = {
		{"count", list_count},
		{"index", list_index},
};
const size_t tuple_method_count = sizeof(tuple_methods) / sizeof(*tuple_methods);
