/*
 * str() and repr(). A container that is being printed already prints as "[...]" within itself; the
 * ones that are open lie in a chain on the C stack, whose length is bounded.
 */
#include "src/jinja/print.h"

#include <stdio.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/str.h"
#include "src/jinja/character.h"
#include "src/jinja/compare.h"
#include "src/jinja/run.h"
#include "src/jinja/text.h"
#include "src/value/number.h"

struct frame {
	const void *container;
	const struct frame *up;
	unsigned depth;
};

static int repr(struct run *run, struct object object, const struct frame *up, struct buf *out);

void print_int(int64_t integer, struct buf *out)
{
	char digits[24], *at = digits + sizeof(digits);
	uint64_t rest = integer < 0 ? -(uint64_t)integer : (uint64_t)integer;

	do {
		*--at = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (integer < 0)
		*--at = '-';
	buf_add(out, at, (size_t)(digits + sizeof(digits) - at));
}

static void print_float(double real, struct buf *out)
{
	char text[NUMBER_TEXT_SIZE];

	number_format(real, text);
	buf_add_str(out, text);
}

/* A code point that cannot stand for itself between QUOTEs. */
static void add_escaped(uint32_t code, char quote, struct buf *out)
{
	if (code == (uint32_t)quote || code == '\\') {
		buf_add_char(out, '\\');
		buf_add_char(out, (char)code);
	} else if (code == '\n') {
		buf_add_str(out, "\\n");
	} else if (code == '\r') {
		buf_add_str(out, "\\r");
	} else if (code == '\t') {
		buf_add_str(out, "\\t");
	} else if (code < 0x100) {
		buf_printf(out, "\\x%02x", code);
	} else if (code < 0x10000) {
		buf_printf(out, "\\u%04x", code);
	} else {
		buf_printf(out, "\\U%08x", code);
	}
}

void print_quoted(const struct text *text, struct buf *out)
{
	bool has_single = memchr(text->data, '\'', text->len) != NULL;
	char quote = has_single && !memchr(text->data, '"', text->len) ? '"' : '\'';
	const char *at = text->data, *end = at + text->len, *start;
	uint32_t code;

	buf_add_char(out, quote);
	while (at < end) {
		start = at;
		code = str_next_code(&at, end);
		if (code == (uint32_t)quote || code == '\\' || !character_is_printable(code))
			add_escaped(code, quote, out);
		else
			buf_add(out, start, (size_t)(at - start));
	}
	buf_add_char(out, quote);
}

static int repr_string(struct object string, struct buf *out)
{
	if (string.is_markup)
		buf_add_str(out, "Markup(");
	print_quoted(string.text, out);
	if (string.is_markup)
		buf_add_char(out, ')');
	return 0;
}

/* Enter CONTAINER: 1 and DOTS printed when it is open already. */
static int enter(struct run *run, const void *container, const struct frame *up,
		struct frame *frame, struct buf *out, const char *dots)
{
	const struct frame *at;

	for (at = up; at; at = at->up) {
		if (at->container == container) {
			buf_add_str(out, dots);
			return 1;
		}
	}
	*frame = (struct frame){.container = container, .up = up, .depth = up ? up->depth + 1 : 1};
	if (frame->depth > OBJECT_DEPTH_MAX)
		return run_fail(run, FAULT_LIMIT, "printed deeper than %d levels",
				OBJECT_DEPTH_MAX);
	return 0;
}

static int repr_items(struct run *run, const struct list *list, const struct frame *frame,
		struct buf *out)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (i > 0)
			buf_add_str(out, ", ");
		if (run_charge(run, 1) < 0 || repr(run, list->items[i], frame, out) < 0)
			return -1;
		if (out->len > RUN_TEXT_MAX)
			return text_check(run, out);
	}
	return 0;
}

static int repr_list(struct run *run, struct object object, const struct frame *up, struct buf *out)
{
	struct list *list = list_of(run, object);
	bool is_tuple = object.kind == OBJECT_TUPLE;
	struct frame frame;
	int rc;

	if (!list)
		return -1;
	rc = enter(run, list, up, &frame, out, is_tuple ? "(...)" : "[...]");
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	buf_add_char(out, is_tuple ? '(' : '[');
	if (repr_items(run, list, &frame, out) < 0)
		return -1;
	if (is_tuple && list->count == 1)
		buf_add_char(out, ',');
	buf_add_char(out, is_tuple ? ')' : ']');
	return 0;
}

static int repr_dict(struct run *run, struct object object, const struct frame *up, struct buf *out)
{
	struct dict *dict = dict_of(run, object);
	struct frame frame;
	size_t i;
	int rc;

	if (!dict)
		return -1;
	rc = enter(run, dict, up, &frame, out, "{...}");
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	buf_add_char(out, '{');
	for (i = 0; i < dict->count; i++) {
		if (i > 0)
			buf_add_str(out, ", ");
		if (run_charge(run, 1) < 0 || repr(run, dict->pairs[i].key, &frame, out) < 0)
			return -1;
		buf_add_str(out, ": ");
		if (repr(run, dict->pairs[i].value, &frame, out) < 0)
			return -1;
		if (out->len > RUN_TEXT_MAX)
			return text_check(run, out);
	}
	buf_add_char(out, '}');
	return 0;
}

/* Generators print as the list of what is left, views with their type around it. */
static int repr_iterator(
		struct run *run, struct object object, const struct frame *up, struct buf *out)
{
	const struct iterator *iterator = object.iterator;
	struct object list = {.kind = OBJECT_LIST};

	if (object_items(run, object, &list.list) < 0)
		return -1;
	if (iterator->view_of)
		buf_printf(out, "%s(", iterator->type);
	if (repr_list(run, list, up, out) < 0)
		return -1;
	if (iterator->view_of)
		buf_add_char(out, ')');
	return 0;
}

static void repr_range(const struct range *range, struct buf *out)
{
	buf_add_str(out, "range(");
	print_int(range->start, out);
	buf_add_str(out, ", ");
	print_int(range->stop, out);
	if (range->step != 1) {
		buf_add_str(out, ", ");
		print_int(range->step, out);
	}
	buf_add_char(out, ')');
}

static int print_native(struct run *run, struct object object, struct buf *out)
{
	const struct native_class *class = object.native->class;

	if (class->print)
		return class->print(run, object, out);
	return run_fail(run, FAULT_RUNTIME, "a %s cannot be printed", class->type);
}

static int repr(struct run *run, struct object object, const struct frame *up, struct buf *out)
{
	switch (object.kind) {
	case OBJECT_UNDEFINED:
		buf_add_str(out, "Undefined");
		return 0;
	case OBJECT_NONE:
		buf_add_str(out, "None");
		return 0;
	case OBJECT_BOOL:
		buf_add_str(out, object.boolean ? "True" : "False");
		return 0;
	case OBJECT_INT:
		print_int(object.integer, out);
		return 0;
	case OBJECT_FLOAT:
		print_float(object.real, out);
		return 0;
	case OBJECT_STRING:
		if (run_charge(run, object.text->len / 64) < 0)
			return -1;
		return repr_string(object, out);
	case OBJECT_LIST:
	case OBJECT_TUPLE:
		return repr_list(run, object, up, out);
	case OBJECT_DICT:
		return repr_dict(run, object, up, out);
	case OBJECT_RANGE:
		repr_range(object.range, out);
		return 0;
	case OBJECT_ITERATOR:
		return repr_iterator(run, object, up, out);
	case OBJECT_NATIVE:
		if (object.native->class->repr)
			return object.native->class->repr(run, object, out);
		return print_native(run, object, out);
	}
	return 0;
}

int object_repr(struct run *run, struct object object, struct buf *out)
{
	return repr(run, object, NULL, out);
}

int object_str(struct run *run, struct object object, struct buf *out)
{
	switch (object.kind) {
	case OBJECT_STRING:
		buf_add(out, object.text->data, object.text->len);
		return run_charge(run, object.text->len / 64);
	case OBJECT_UNDEFINED:
		if (object_is_strict(run, object))
			return object_undefined_fail(run, object);
		return 0;
	case OBJECT_NATIVE:
		return print_native(run, object, out);
	default:
		return repr(run, object, NULL, out);
	}
}

int object_to_string(struct run *run, struct object object, struct object *out)
{
	struct buf text = BUF_INIT;

	if (object.kind == OBJECT_STRING) {
		*out = object;
		return 0;
	}
	if (object_str(run, object, &text) < 0) {
		buf_release(&text);
		return -1;
	}
	return object_string_buf(run, &text, out);
}
