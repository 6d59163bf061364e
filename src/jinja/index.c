/*
 * Attributes, items and slices, with the sandbox's rules: what starts with an underscore is a key
 * of a dict or nothing, what has two in front and behind is Python's own and never to be had.
 */
#include "src/jinja/index.h"

#include <stdio.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/str.h"
#include "src/base/utf8.h"
#include "src/jinja/call.h"
#include "src/jinja/lazy.h"
#include "src/jinja/number.h"
#include "src/jinja/range.h"
#include "src/jinja/run.h"
#include "src/jinja/text.h"

/* How Jinja2 calls OBJECT in "... has no attribute". */
static const char *type_words(struct object object, char words[static 80])
{
	if (object.kind == OBJECT_NONE)
		return "None";
	(void)snprintf(words, 80, "%s object", object_type(object));
	return words;
}

struct object index_no_attribute(struct run *run, struct object object, const struct text *name)
{
	struct undefined *undefined;
	struct object because;
	char words[80];

	because = object_undefined_because(
			run, "'%s' has no attribute '%s'", type_words(object, words), name->data);
	if (object.kind != OBJECT_DICT)
		return because;
	undefined = run_alloc(run, sizeof(*undefined));
	if (!undefined)
		return because;
	*undefined = *because.undefined;
	undefined->dict = object.dict;
	undefined->key = name;
	return (struct object){.undefined = undefined};
}

static int no_element(struct run *run, struct object object, struct object key, struct object *out)
{
	struct buf text = BUF_INIT;
	char words[80];
	int rc;

	if (key.kind == OBJECT_STRING) {
		*out = index_no_attribute(run, object, key.text);
		return 0;
	}
	rc = object_repr(run, key, &text);
	if (rc == 0)
		*out = object_undefined_because(run, "%s has no element %s",
				type_words(object, words), buf_str(&text));
	buf_release(&text);
	return rc;
}

static bool is_internal(const struct text *name)
{
	return name->len > 4 && memcmp(name->data, "__", 2) == 0 &&
			memcmp(name->data + name->len - 2, "__", 2) == 0;
}

/* A name of a named tuple's item. */
static bool find_named(const struct list *list, const struct text *name, struct object *out)
{
	size_t i;

	for (i = 0; list->names && i < list->count; i++) {
		if (text_equal_z(name, list->names[i])) {
			*out = list->items[i];
			return true;
		}
	}
	return false;
}

/* What Python's getattr() finds; the keys of a dict are not among it. */
int index_find_attribute(struct run *run, struct object object, const struct text *name,
		struct object *out, bool *found)
{
	if (is_internal(name)) {
		*out = object_undefined_because(run,
				"access to attribute '%s' of '%s' object is unsafe", name->data,
				object_type(object));
		*found = true;
		return 0;
	}
	if (object.kind == OBJECT_NATIVE) {
		*found = false;
		if (!object.native->class->attribute)
			return 0;
		return object.native->class->attribute(run, object, name, out, found);
	}
	if (object.kind == OBJECT_TUPLE && find_named(object.list, name, out)) {
		*found = true;
		return 0;
	}
	return method_find(run, object, name, out, found);
}

/* Undefined: itself where undefined values chain. */
static int of_undefined(struct run *run, struct object object, struct object *out)
{
	if (run->undefined != UNDEFINED_CHAINABLE || !object_is_strict(run, object))
		return object_undefined_fail(run, object);
	*out = object;
	return 0;
}

int object_attribute(
		struct run *run, struct object object, const struct text *name, struct object *out)
{
	const struct object key = {.kind = OBJECT_STRING, .text = name};
	bool found;

	if (object.kind == OBJECT_UNDEFINED)
		return of_undefined(run, object, out);
	if (index_find_attribute(run, object, name, out, &found) < 0)
		return -1;
	if (!found && object.kind == OBJECT_DICT &&
			dict_get(run, object.dict, key, out, &found) < 0)
		return -1;
	if (!found)
		*out = index_no_attribute(run, object, name);
	return 0;
}

/* An index from the end counts down from COUNT; false when there is no such item. */
static bool place_of(int64_t index, size_t count, size_t *place)
{
	if (index < 0)
		index += (int64_t)count;
	if (index < 0 || (uint64_t)index >= count)
		return false;
	*place = (size_t)index;
	return true;
}

static int find_in_list(struct run *run, struct object object, int64_t index, struct object *out,
		bool *found)
{
	struct list *list = object.list;
	size_t place;

	if (list->lazy && index >= 0)
		return lazy_get_index(run, list, (uint64_t)index, out, found);
	list = list_of(run, object);
	if (!list)
		return -1;
	*found = place_of(index, list->count, &place);
	if (*found)
		*out = list->items[place];
	return 0;
}

static int find_index(struct run *run, struct object object, int64_t index, struct object *out,
		bool *found)
{
	const struct range *range = object.range;
	size_t place;

	*found = false;
	switch (object.kind) {
	case OBJECT_LIST:
	case OBJECT_TUPLE:
		return find_in_list(run, object, index, out, found);
	case OBJECT_STRING:
		*found = place_of(index, object.text->chars, &place);
		if (!*found)
			return 0;
		if (text_part(run, object.text, place, place + 1, out) < 0)
			return -1;
		out->is_markup = object.is_markup;
		return 0;
	case OBJECT_RANGE:
		*found = place_of(index, (size_t)range->count, &place);
		if (*found)
			*out = object_int(range_at(range, (int64_t)place));
		return 0;
	default:
		return 0;
	}
}

/* What Python's subscription finds; false also for what it refuses with a TypeError. */
static int find_item(struct run *run, struct object object, struct object key, struct object *out,
		bool *found)
{
	*found = false;
	if (object.kind == OBJECT_DICT) {
		if (key.kind == OBJECT_LIST || key.kind == OBJECT_DICT)
			return 0; /* unhashable: no such key */
		return dict_get(run, object.dict, key, out, found);
	}
	if (number_is_int(key))
		return find_index(run, object, number_int(key), out, found);
	return 0;
}

int object_item(struct run *run, struct object object, struct object key, struct object *out)
{
	bool found;

	if (object.kind == OBJECT_UNDEFINED)
		return of_undefined(run, object, out);
	if (find_item(run, object, key, out, &found) < 0)
		return -1;
	if (!found && key.kind == OBJECT_STRING &&
			index_find_attribute(run, object, key.text, out, &found) < 0)
		return -1;
	if (!found)
		return no_element(run, object, key, out);
	return 0;
}

/* A slice resolved against a length: COUNT items from START on, STEP apart. */
struct span {
	int64_t start, stop, step, count;
};

static int bound_of(struct run *run, struct object bound, int64_t fallback, int64_t *out)
{
	if (bound.kind == OBJECT_NONE) {
		*out = fallback;
		return 0;
	}
	if (bound.kind == OBJECT_UNDEFINED)
		return object_undefined_fail(run, bound);
	if (!number_is_int(bound))
		return run_fail(run, FAULT_RUNTIME,
				"slice indices must be integers or None or have an __index__ "
				"method");
	*out = number_int(bound);
	return 0;
}

/* A bound within LOW to HIGH, counted from the end when negative. */
static int64_t clamp(int64_t bound, int64_t length, int64_t low, int64_t high)
{
	if (bound < 0)
		bound += length;
	if (bound < low)
		return low;
	return bound > high ? high : bound;
}

/* As PySlice_AdjustIndices. */
static int resolve(
		struct run *run, const struct object bounds[3], int64_t length, struct span *span)
{
	int64_t start, stop, step, low, high;

	if (bound_of(run, bounds[2], 1, &step) < 0)
		return -1;
	if (step == 0)
		return run_fail(run, FAULT_RUNTIME, "slice step cannot be zero");
	if (step == INT64_MIN)
		step = -INT64_MAX;
	low = step < 0 ? -1 : 0;
	high = step < 0 ? length - 1 : length;
	if (bound_of(run, bounds[0], INT64_MAX, &start) < 0 ||
			bound_of(run, bounds[1], INT64_MAX, &stop) < 0)
		return -1;
	if (bounds[0].kind == OBJECT_NONE)
		start = step < 0 ? high : low;
	else
		start = clamp(start, length, low, high);
	if (bounds[1].kind == OBJECT_NONE)
		stop = step < 0 ? low : high;
	else
		stop = clamp(stop, length, low, high);
	span->start = start;
	span->stop = stop;
	span->step = step;
	span->count = 0;
	if (step > 0 && start < stop)
		span->count = (stop - start - 1) / step + 1;
	else if (step < 0 && stop < start)
		span->count = (start - stop - 1) / -step + 1;
	return 0;
}

static int slice_list(struct run *run, struct object object, const struct list *list,
		const struct span *span, struct object *out)
{
	struct list *part = run_alloc(run, sizeof(*part));
	int64_t i;

	if (!part || run_charge(run, (uint64_t)span->count) < 0)
		return -1;
	part->items = run_alloc(run, (size_t)span->count * sizeof(*part->items));
	if (!part->items)
		return -1;
	for (i = 0; i < span->count; i++)
		part->items[i] = list->items[span->start + i * span->step];
	part->count = part->cap = (size_t)span->count;
	*out = (struct object){.kind = object.kind, .list = part};
	return 0;
}

/* With a step: code point by code point, forwards or backwards. */
static int slice_stepped(struct run *run, const struct text *text, const struct span *span,
		struct object *out)
{
	const char *end = text->data + text->len;
	const char *at = text->data + text_offset(text, (size_t)span->start);
	struct buf part = BUF_INIT;
	const char *next;
	int64_t i, skip;

	if (run_charge(run, text->len / 8) < 0)
		return -1;
	for (i = 0; i < span->count; i++) {
		next = at;
		utf8_add(&part, str_next_code(&next, end));
		if (i + 1 == span->count)
			break;
		for (skip = span->step; skip > 0; skip--)
			(void)str_next_code(&at, end);
		for (; skip < 0; skip++)
			(void)text_previous(&at);
	}
	return object_string_buf(run, &part, out);
}

static int slice_text(
		struct run *run, struct object string, const struct span *span, struct object *out)
{
	size_t start = (size_t)span->start;
	int rc;

	if (span->step == 1 || span->count == 0)
		rc = text_part(run, string.text, span->count > 0 ? start : 0,
				span->count > 0 ? start + (size_t)span->count : 0, out);
	else
		rc = slice_stepped(run, string.text, span, out);
	if (rc == 0)
		out->is_markup = string.is_markup;
	return rc;
}

static int slice_range(struct run *run, const struct range *range, const struct span *span,
		struct object *out)
{
	struct range *part = run_alloc(run, sizeof(*part));

	if (!part)
		return -1;
	part->start = range_at(range, span->start);
	if (__builtin_mul_overflow(range->step, span->step, &part->step))
		part->step = range->step;
	part->count = span->count;
	part->stop = range_at(range, span->stop);
	*out = (struct object){.kind = OBJECT_RANGE, .range = part};
	return 0;
}

int object_slice(struct run *run, struct object object, const struct object bounds[3],
		struct object *out)
{
	struct span span = {0};
	int64_t length;

	switch (object.kind) {
	case OBJECT_UNDEFINED:
		return of_undefined(run, object, out);
	case OBJECT_LIST:
	case OBJECT_TUPLE:
	case OBJECT_STRING:
	case OBJECT_RANGE:
		break;
	case OBJECT_DICT:
		return run_fail(run, FAULT_RUNTIME, "unhashable type: 'slice'");
	default:
		return run_fail(run, FAULT_RUNTIME, "'%s' object is not subscriptable",
				object_type(object));
	}
	if (object_length(run, object, &length) < 0 || resolve(run, bounds, length, &span) < 0)
		return -1;
	if (object.kind == OBJECT_STRING)
		return slice_text(run, object, &span, out);
	if (object.kind == OBJECT_RANGE)
		return slice_range(run, object.range, &span, out);
	return slice_list(run, object, object.list, &span, out);
}
