/*
 * The operators of expressions: which types go together. Numbers are number.c's, `%` on strings is
 * format_percent.c's; what is left is to put sequences together and to repeat them.
 */
#include "src/jinja/object.h"

#include <string.h>

#include "src/base/buf.h"
#include "src/jinja/format.h"
#include "src/jinja/markup.h"
#include "src/jinja/number.h"
#include "src/jinja/run.h"
#include "src/jinja/text.h"

static const char *const symbols[] = {
		[OP_ADD] = "+",
		[OP_SUB] = "-",
		[OP_MUL] = "*",
		[OP_DIV] = "/",
		[OP_FLOORDIV] = "//",
		[OP_MOD] = "%",
		[OP_POW] = "** or pow()",
};

static int unsupported(struct run *run, enum object_op op, struct object a, struct object b)
{
	return run_fail(run, FAULT_RUNTIME, "unsupported operand type(s) for %s: '%s' and '%s'",
			symbols[op], object_type(a), object_type(b));
}

static int concat_texts(struct run *run, struct object a, struct object b, struct object *out)
{
	bool is_markup = a.is_markup || b.is_markup;
	struct text *text;
	char *data;
	size_t len;

	if (is_markup && (markup_escape(run, a, &a) < 0 || markup_escape(run, b, &b) < 0))
		return -1;
	len = a.text->len + b.text->len;
	if (len > RUN_TEXT_MAX)
		return run_fail(run, FAULT_LIMIT, "a string longer than %u bytes", RUN_TEXT_MAX);
	text = run_alloc(run, sizeof(*text) + len + 1);
	if (!text)
		return -1;
	data = (char *)(text + 1);
	memcpy(data, a.text->data, a.text->len);
	memcpy(data + a.text->len, b.text->data, b.text->len);
	*text = (struct text){.data = data, .len = len, .chars = a.text->chars + b.text->chars};
	*out = (struct object){.kind = OBJECT_STRING, .is_markup = is_markup, .text = text};
	return 0;
}

/* A list or tuple with room for COUNT items and none of them. */
static int sequence_new(struct run *run, enum object_kind kind, uint64_t count, struct object *out)
{
	struct list *list;

	if (count > RUN_REPEAT_MAX)
		return run_fail(run, FAULT_LIMIT, "a %s of more than %d items",
				kind == OBJECT_LIST ? "list" : "tuple", RUN_REPEAT_MAX);
	if (run_charge(run, count) < 0)
		return -1;
	list = run_alloc(run, sizeof(*list));
	if (!list)
		return -1;
	list->items = run_alloc(run, count * sizeof(*list->items));
	if (!list->items)
		return -1;
	list->cap = count;
	*out = (struct object){.kind = kind, .list = list};
	return 0;
}

static void sequence_add(struct list *to, const struct list *from)
{
	if (from->count > 0)
		memcpy(to->items + to->count, from->items, from->count * sizeof(*from->items));
	to->count += from->count;
}

static int concat_lists(struct run *run, struct object a, struct object b, struct object *out)
{
	struct list *x = list_of(run, a), *y = list_of(run, b);
	struct object both;

	if (!x || !y || sequence_new(run, a.kind, x->count + y->count, &both) < 0)
		return -1;
	sequence_add(both.list, x);
	sequence_add(both.list, y);
	*out = both;
	return 0;
}

static int add(struct run *run, struct object a, struct object b, struct object *out)
{
	if (a.kind == OBJECT_STRING && b.kind == OBJECT_STRING)
		return concat_texts(run, a, b, out);
	if (a.kind == b.kind && (a.kind == OBJECT_LIST || a.kind == OBJECT_TUPLE))
		return concat_lists(run, a, b, out);
	if (a.kind == OBJECT_STRING || a.kind == OBJECT_LIST || a.kind == OBJECT_TUPLE)
		return run_fail(run, FAULT_RUNTIME, "can only concatenate %s (not \"%s\") to %s",
				object_type(a), object_type(b), object_type(a));
	return unsupported(run, OP_ADD, a, b);
}

static int repeat_text(struct run *run, struct object string, uint64_t times, struct object *out)
{
	struct buf text = BUF_INIT;
	uint64_t i;

	if (string.text->len > 0 && times > RUN_TEXT_MAX / string.text->len)
		return run_fail(run, FAULT_LIMIT, "a string longer than %u bytes", RUN_TEXT_MAX);
	if (run_charge(run, string.text->len * times / 64) < 0)
		return -1;
	buf_reserve(&text, string.text->len * times);
	for (i = 0; string.text->len > 0 && i < times; i++)
		buf_add(&text, string.text->data, string.text->len);
	if (object_string_buf(run, &text, out) < 0)
		return -1;
	out->is_markup = string.is_markup;
	return 0;
}

static int repeat_list(struct run *run, struct object object, uint64_t times, struct object *out)
{
	struct list *list = list_of(run, object);
	struct object many;
	uint64_t count;

	if (!list)
		return -1;
	if (__builtin_mul_overflow(list->count, times, &count))
		count = UINT64_MAX;
	if (sequence_new(run, object.kind, count, &many) < 0)
		return -1;
	while (many.list->count < count)
		sequence_add(many.list, list);
	*out = many;
	return 0;
}

static int multiply(struct run *run, struct object a, struct object b, struct object *out)
{
	struct object sequence = number_is_int(a) ? b : a, times = number_is_int(a) ? a : b;
	uint64_t count;

	if (!number_is_int(times)) {
		if (a.kind == OBJECT_STRING || a.kind == OBJECT_LIST || a.kind == OBJECT_TUPLE)
			return run_fail(run, FAULT_RUNTIME,
					"can't multiply sequence by non-int of type '%s'",
					object_type(b));
		return unsupported(run, OP_MUL, a, b);
	}
	count = number_int(times) < 0 ? 0 : (uint64_t)number_int(times);
	if (sequence.kind == OBJECT_STRING)
		return repeat_text(run, sequence, count, out);
	if (sequence.kind == OBJECT_LIST || sequence.kind == OBJECT_TUPLE)
		return repeat_list(run, sequence, count, out);
	return unsupported(run, OP_MUL, a, b);
}

int object_binary(struct run *run, enum object_op op, struct object a, struct object b,
		struct object *out)
{
	if (number_is(a) && number_is(b))
		return number_binary(run, op, a, b, out);
	if (a.kind == OBJECT_UNDEFINED)
		return object_undefined_fail(run, a);
	if (op == OP_MOD && a.kind == OBJECT_STRING)
		return format_percent(run, a, b, out);
	if (b.kind == OBJECT_UNDEFINED)
		return object_undefined_fail(run, b);
	if (op == OP_ADD)
		return add(run, a, b, out);
	if (op == OP_MUL)
		return multiply(run, a, b, out);
	return unsupported(run, op, a, b);
}

int object_negate(struct run *run, struct object object, struct object *out)
{
	if (object.kind == OBJECT_FLOAT) {
		*out = object_float(-object.real);
		return 0;
	}
	if (number_is_int(object))
		return number_binary(run, OP_SUB, object_int(0), object, out);
	if (object.kind == OBJECT_UNDEFINED)
		return object_undefined_fail(run, object);
	return run_fail(run, FAULT_RUNTIME, "bad operand type for unary -: '%s'",
			object_type(object));
}

int object_plus(struct run *run, struct object object, struct object *out)
{
	if (object.kind == OBJECT_UNDEFINED)
		return object_undefined_fail(run, object);
	if (!number_is(object))
		return run_fail(run, FAULT_RUNTIME, "bad operand type for unary +: '%s'",
				object_type(object));
	*out = object.kind == OBJECT_BOOL ? object_int(object.boolean) : object;
	return 0;
}
