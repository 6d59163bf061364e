#include "src/jinja/filters.h"

#include <string.h>

#include "src/base/buf.h"
#include "src/jinja/getter.h"
#include "src/jinja/list.h"
#include "src/jinja/run.h"
#include "src/jinja/text.h"

static int self_items(struct run *run, const struct call *call, struct list **out)
{
	return object_items(run, call->self, out);
}

static int no_arguments(struct run *run, const struct call *call)
{
	return call_bind(run, call, NULL, 0, 0, NULL);
}

/* The items from START up to END as a new list. */
static int part(struct run *run, const struct list *items, size_t start, size_t end,
		struct object *out)
{
	size_t i;

	if (object_list(run, out) < 0)
		return -1;
	for (i = start; i < end; i++) {
		if (list_append(run, out->list, items->items[i]) < 0)
			return -1;
	}
	return run_charge(run, 1 + end - start);
}

int filter_list(struct run *run, const struct call *call, struct object *out)
{
	struct list *items;

	if (no_arguments(run, call) < 0 || self_items(run, call, &items) < 0)
		return -1;
	return part(run, items, 0, items->count, out);
}

static int fill_up(struct run *run, struct list *list, int64_t count, struct object filler)
{
	while ((int64_t)list->count < count) {
		if (list->count >= RUN_REPEAT_MAX)
			return run_fail(run, FAULT_LIMIT, "a list of more than %d items",
					RUN_REPEAT_MAX);
		if (run_charge(run, 1) < 0 || list_append(run, list, filler) < 0)
			return -1;
	}
	return 0;
}

static bool is_given(struct object filler)
{
	return !is_absent(filler) && filler.kind != OBJECT_NONE;
}

/* Python's batches of none: one empty list in front, then all of it. */
static int batch(struct run *run, const struct list *items, int64_t size, struct object filler,
		struct list *batches)
{
	struct object row;
	size_t from = 0, end;

	if (size == 0 && items->count > 0 &&
			(object_list(run, &row) < 0 || list_append(run, batches, row) < 0))
		return -1;
	for (; from < items->count; from = end) {
		end = items->count;
		if (size > 0 && (uint64_t)size < end - from)
			end = from + (size_t)size;
		if (part(run, items, from, end, &row) < 0 || list_append(run, batches, row) < 0)
			return -1;
		if (end == items->count && is_given(filler) &&
				fill_up(run, row.list, size, filler) < 0)
			return -1;
	}
	return 0;
}

int filter_batch(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"linecount"}, {"fill_with"}};
	struct list *items, *batches = list_new(run, 0);
	struct object args[2];
	int64_t size;

	if (!batches || call_bind(run, call, params, 2, 1, args) < 0 ||
			self_items(run, call, &items) < 0 || arg_int(run, args[0], 0, &size) < 0 ||
			batch(run, items, size, args[1], batches) < 0)
		return -1;
	return object_generator(run, "generator", batches, out);
}

static int slice(struct run *run, const struct list *items, int64_t count, struct object filler,
		struct list *slices)
{
	int64_t length = (int64_t)items->count, size = length / count, longer = length % count, i;
	size_t from = 0, end;
	struct object row;

	for (i = 0; i < count; i++) {
		if (i >= RUN_REPEAT_MAX)
			return run_fail(run, FAULT_LIMIT, "more than %d slices", RUN_REPEAT_MAX);
		end = from + (size_t)size + (i < longer);
		if (part(run, items, from, end, &row) < 0 || list_append(run, slices, row) < 0)
			return -1;
		if (i >= longer && is_given(filler) && list_append(run, row.list, filler) < 0)
			return -1;
		from = end;
	}
	return 0;
}

int filter_slice(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"slices"}, {"fill_with"}};
	struct list *items, *slices = list_new(run, 0);
	struct object args[2];
	int64_t count;

	if (!slices || call_bind(run, call, params, 2, 1, args) < 0 ||
			self_items(run, call, &items) < 0 || arg_int(run, args[0], 0, &count) < 0)
		return -1;
	if (count == 0)
		return run_fail(run, FAULT_RUNTIME, "integer division or modulo by zero");
	if (count > 0 && slice(run, items, count, args[1], slices) < 0)
		return -1;
	return object_generator(run, "generator", slices, out);
}

static bool is_generator(struct object object)
{
	return object.kind == OBJECT_ITERATOR && !object.iterator->view_of;
}

/* Of a generator only one item is taken; of a string only one character is made. */
int filter_first(struct run *run, const struct call *call, struct object *out)
{
	struct iterator *iterator = call->self.iterator;
	struct list *items;

	if (no_arguments(run, call) < 0)
		return -1;
	if (is_generator(call->self)) {
		if (iterator->next < iterator->items->count) {
			*out = iterator->items->items[iterator->next++];
			return 0;
		}
	} else if (call->self.kind == OBJECT_STRING) {
		if (call->self.text->len > 0)
			return text_part(run, call->self.text, 0, 1, out);
	} else {
		if (self_items(run, call, &items) < 0)
			return -1;
		if (items->count > 0) {
			*out = items->items[0];
			return 0;
		}
	}
	*out = object_undefined_because(run, "No first item, sequence was empty.");
	return 0;
}

static int not_reversible(struct run *run, struct object object)
{
	return run_fail(run, FAULT_RUNTIME, "'%s' object is not reversible", object_type(object));
}

int filter_last(struct run *run, const struct call *call, struct object *out)
{
	struct list *items;

	if (no_arguments(run, call) < 0)
		return -1;
	if (is_generator(call->self) || call->self.kind == OBJECT_NATIVE)
		return not_reversible(run, call->self);
	if (call->self.kind == OBJECT_STRING && call->self.text->len > 0)
		return text_part(run, call->self.text, call->self.text->chars - 1,
				call->self.text->chars, out);
	if (self_items(run, call, &items) < 0)
		return -1;
	if (items->count > 0)
		*out = items->items[items->count - 1];
	else
		*out = object_undefined_because(run, "No last item, sequence was empty.");
	return 0;
}

static const char *reversed_type(struct object object)
{
	switch (object.kind) {
	case OBJECT_LIST:
		return "list_reverseiterator";
	case OBJECT_RANGE:
		return "range_iterator";
	case OBJECT_DICT:
		return "dict_reversekeyiterator";
	default:
		return "reversed";
	}
}

int filter_reverse(struct run *run, const struct call *call, struct object *out)
{
	const struct object backwards[3] = {object_none(), object_none(), object_int(-1)};
	struct list *items;
	struct object copy;

	if (no_arguments(run, call) < 0)
		return -1;
	if (call->self.kind == OBJECT_STRING)
		return object_slice(run, call->self, backwards, out);
	if (!object_is_iterable(call->self))
		return run_fail(run, FAULT_RUNTIME, "argument must be iterable");
	if (self_items(run, call, &items) < 0 || part(run, items, 0, items->count, &copy) < 0)
		return -1;
	list_reverse(copy.list);
	if (is_generator(call->self) || call->self.kind == OBJECT_NATIVE) {
		*out = copy;
		return 0;
	}
	return object_generator(run, reversed_type(call->self), copy.list, out);
}

int filter_items(struct run *run, const struct call *call, struct object *out)
{
	struct object view;
	struct list *items = list_new(run, 0);

	if (!items || no_arguments(run, call) < 0)
		return -1;
	if (call->self.kind != OBJECT_UNDEFINED) {
		if (call->self.kind != OBJECT_DICT)
			return run_fail(run, FAULT_RUNTIME,
					"Can only get item pairs from a mapping.");
		if (object_generator(run, "dict_items", NULL, &view) < 0)
			return -1;
		view.iterator->view_of = call->self.dict;
		if (object_items(run, view, &items) < 0)
			return -1;
	}
	return object_generator(run, "generator", items, out);
}

static int join(struct run *run, const struct list *items, const struct getter *getter,
		const struct text *separator, struct buf *out)
{
	struct object item;
	size_t i;

	for (i = 0; i < items->count; i++) {
		if (i > 0)
			buf_add(out, separator->data, separator->len);
		if (getter_get(run, getter, items->items[i], &item) < 0 ||
				object_str(run, item, out) < 0)
			return -1;
		if (out->len > RUN_TEXT_MAX)
			break;
	}
	return run_charge(run, items->count * (1 + separator->len / 64));
}

int filter_join(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"d"}, {"attribute"}};
	struct object args[2], separator;
	struct buf text = BUF_INIT;
	struct getter getter;
	struct list *items;

	if (call_bind(run, call, params, 2, 0, args) < 0 || getter_init(run, args[1], &getter) < 0)
		return -1;
	if (is_absent(args[0]) ? object_string_z(run, "", &separator) < 0
			       : object_to_string(run, args[0], &separator) < 0)
		return -1;
	if (self_items(run, call, &items) < 0)
		return -1;
	if (join(run, items, &getter, separator.text, &text) < 0) {
		buf_release(&text);
		return -1;
	}
	return object_string_buf(run, &text, out);
}

int filter_sum(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"attribute"}, {"start"}};
	struct object args[2], sum, item;
	struct getter getter;
	struct list *items;
	size_t i;

	if (call_bind(run, call, params, 2, 0, args) < 0 ||
			getter_init(run, args[0], &getter) < 0 || self_items(run, call, &items) < 0)
		return -1;
	sum = is_absent(args[1]) ? object_int(0) : args[1];
	if (sum.kind == OBJECT_STRING)
		return run_fail(run, FAULT_RUNTIME,
				"sum() can't sum strings [use ''.join(seq) instead]");
	for (i = 0; i < items->count; i++) {
		if (getter_get(run, &getter, items->items[i], &item) < 0 ||
				object_binary(run, OP_ADD, sum, item, &sum) < 0)
			return -1;
	}
	*out = sum;
	return 0;
}
