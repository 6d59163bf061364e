#include "src/jinja/object.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/str.h"
#include "src/jinja/dict.h"
#include "src/jinja/run.h"
#include "src/jinja/text.h"

/* Stands for an undefined object that there was no memory for: the run has failed by then. */
static const struct undefined undefined_without_memory = {.message = "out of memory"};

struct object object_undefined(struct run *run, const char *name)
{
	size_t len = strlen(name);
	struct undefined *undefined = run_alloc(run, sizeof(*undefined) + len + 1);
	char *copy;

	if (!undefined)
		return (struct object){.undefined = &undefined_without_memory};
	copy = (char *)(undefined + 1);
	memcpy(copy, name, len + 1);
	undefined->name = copy;
	return (struct object){.undefined = undefined};
}

struct object object_undefined_because(struct run *run, const char *fmt, ...)
{
	char whole[sizeof(run->message) + 8], text[sizeof(run->message)];
	struct undefined *undefined;
	size_t len;
	va_list ap;
	char *copy;

	va_start(ap, fmt);
	(void)vsnprintf(whole, sizeof(whole), fmt, ap);
	va_end(ap);
	str_copy(text, sizeof(text), whole);
	len = strlen(text);
	undefined = run_alloc(run, sizeof(*undefined) + len + 1);
	if (!undefined)
		return (struct object){.undefined = &undefined_without_memory};
	copy = (char *)(undefined + 1);
	memcpy(copy, text, len + 1);
	*undefined = (struct undefined){.message = copy};
	return (struct object){.undefined = undefined};
}

int object_undefined_fail(struct run *run, struct object undefined)
{
	const struct undefined *what = undefined.undefined;
	const char *near;

	if (!what)
		return run_fail(run, FAULT_UNDEFINED, "a value is undefined");
	if (what->name)
		return run_fail(run, FAULT_UNDEFINED, "'%s' is undefined", what->name);
	near = what->dict ? dict_nearest_key(what->dict, what->key) : NULL;
	if (near)
		return run_fail(run, FAULT_UNDEFINED, "%s (did you mean '%s'?)", what->message,
				near);
	return run_fail(run, FAULT_UNDEFINED, "%s", what->message);
}

bool object_is_strict(const struct run *run, struct object undefined)
{
	if (undefined.undefined && undefined.undefined->is_plain)
		return false;
	return run->undefined != UNDEFINED_LENIENT;
}

struct object object_none(void)
{
	return (struct object){.kind = OBJECT_NONE};
}

struct object object_bool(bool boolean)
{
	return (struct object){.kind = OBJECT_BOOL, .boolean = boolean};
}

struct object object_int(int64_t integer)
{
	return (struct object){.kind = OBJECT_INT, .integer = integer};
}

struct object object_float(double real)
{
	return (struct object){.kind = OBJECT_FLOAT, .real = real};
}

/* Text and bytes lie in one piece. */
int object_string(struct run *run, const char *data, size_t len, struct object *out)
{
	struct text *text;
	char *copy;

	if (len > RUN_TEXT_MAX)
		return run_fail(run, FAULT_LIMIT, "a string longer than %u bytes", RUN_TEXT_MAX);
	text = run_alloc(run, sizeof(*text) + len + 1);
	if (!text)
		return -1;
	copy = (char *)(text + 1);
	if (len > 0)
		memcpy(copy, data, len);
	text->data = copy;
	text->len = len;
	text->chars = text_count_chars(copy, len);
	assert(text_is_ascii(text) || str_is_utf8(copy, len));
	*out = (struct object){.kind = OBJECT_STRING, .text = text};
	return 0;
}

int object_string_z(struct run *run, const char *str, struct object *out)
{
	return object_string(run, str, strlen(str), out);
}

int object_string_buf(struct run *run, struct buf *buf, struct object *out)
{
	int rc = text_check(run, buf);

	if (rc == 0)
		rc = object_string(run, buf_str(buf), buf->len, out);
	buf_release(buf);
	return rc;
}

int object_list(struct run *run, struct object *out)
{
	struct list *list = run_alloc(run, sizeof(*list));

	if (!list)
		return -1;
	*out = (struct object){.kind = OBJECT_LIST, .list = list};
	return 0;
}

int object_tuple(struct run *run, const struct object *items, size_t count, struct object *out)
{
	struct list *list = run_alloc(run, sizeof(*list) + count * sizeof(*items));

	if (!list)
		return -1;
	list->items = (struct object *)(list + 1);
	list->count = list->cap = count;
	if (count > 0)
		memcpy(list->items, items, count * sizeof(*items));
	*out = (struct object){.kind = OBJECT_TUPLE, .list = list};
	return 0;
}

int object_dict(struct run *run, struct object *out)
{
	struct dict *dict = run_alloc(run, sizeof(*dict));

	if (!dict)
		return -1;
	*out = (struct object){.kind = OBJECT_DICT, .dict = dict};
	return 0;
}

/*
 * How many steps lead from START to before STOP; in 128 bits, as int64 does not hold the distance.
 */
static int range_count(struct run *run, int64_t start, int64_t stop, int64_t step, int64_t *count)
{
	__int128 distance = step > 0 ? (__int128)stop - start : (__int128)start - stop;
	__int128 stride = step > 0 ? step : -(__int128)step;

	if (step == 0)
		return run_fail(run, FAULT_RUNTIME, "range() arg 3 must not be zero");
	distance = distance <= 0 ? 0 : (distance + stride - 1) / stride;
	if (distance > RUN_REPEAT_MAX)
		return run_fail(run, FAULT_LIMIT, "a range of more than %d items", RUN_REPEAT_MAX);
	*count = (int64_t)distance;
	return 0;
}

int object_range(struct run *run, int64_t start, int64_t stop, int64_t step, struct object *out)
{
	struct range *range;
	int64_t count = 0;

	if (range_count(run, start, stop, step, &count) < 0)
		return -1;
	range = run_alloc(run, sizeof(*range));
	if (!range)
		return -1;
	*range = (struct range){.start = start, .stop = stop, .step = step, .count = count};
	*out = (struct object){.kind = OBJECT_RANGE, .range = range};
	return 0;
}

int object_generator(struct run *run, const char *type, struct list *items, struct object *out)
{
	struct iterator *iterator = run_alloc(run, sizeof(*iterator));

	if (!iterator)
		return -1;
	iterator->type = type;
	iterator->items = items;
	*out = (struct object){.kind = OBJECT_ITERATOR, .iterator = iterator};
	return 0;
}

int object_native(struct run *run, const struct native_class *class, void *data, struct object *out)
{
	struct native *native = run_alloc(run, sizeof(*native));

	if (!native)
		return -1;
	native->class = class;
	native->data = data;
	*out = (struct object){.kind = OBJECT_NATIVE, .native = native};
	return 0;
}

const char *object_type(struct object object)
{
	switch (object.kind) {
	case OBJECT_UNDEFINED:
		return "Undefined";
	case OBJECT_NONE:
		return "NoneType";
	case OBJECT_BOOL:
		return "bool";
	case OBJECT_INT:
		return "int";
	case OBJECT_FLOAT:
		return "float";
	case OBJECT_STRING:
		return object.is_markup ? "Markup" : "str";
	case OBJECT_LIST:
		return "list";
	case OBJECT_TUPLE:
		return "tuple";
	case OBJECT_DICT:
		return "dict";
	case OBJECT_RANGE:
		return "range";
	case OBJECT_ITERATOR:
		return object.iterator->type;
	case OBJECT_NATIVE:
		return object.native->class->type;
	}
	return "object";
}
