/*
 * str.format() as the sandbox of Jinja2 runs it: string.Formatter, with attributes and items looked
 * up as a template looks them up. The grammar is that of CPython's formatter_parser.
 */
#include "src/jinja/format.h"

#include <string.h>

#include "src/base/buf.h"
#include "src/base/str.h"
#include "src/base/utf8.h"
#include "src/jinja/call.h"
#include "src/jinja/markup.h"
#include "src/jinja/run.h"
#include "src/jinja/text.h"

#define NESTING_MAX 2 /* of fields within the specifications of fields: Python's */

struct formatter {
	struct run *run;
	const struct call *call;
	bool is_markup;
	bool is_numbered, is_automatic; /* once a field was {0}, or {} */
	size_t next;			/* of the automatic ones */
};

struct span {
	const char *start, *end;
};

struct field {
	struct span name, spec;
	uint32_t conversion; /* 0: none */
};

static int refuse(const struct formatter *formatter, const char *message)
{
	return run_fail(formatter->run, FAULT_RUNTIME, "%s", message);
}

/* The end of the specification at REST: its closing brace; REST goes behind it. */
static int parse_spec(const struct formatter *formatter, struct span *rest, struct span *spec)
{
	int open = 1;

	spec->start = rest->start;
	while (rest->start < rest->end) {
		if (*rest->start == '{')
			open++;
		else if (*rest->start == '}')
			open--;
		rest->start++;
		if (open == 0) {
			spec->end = rest->start - 1;
			return 0;
		}
	}
	return refuse(formatter, "unmatched '{' in format spec");
}

static int parse_name(
		const struct formatter *formatter, struct span *rest, struct span *name, char *stop)
{
	*stop = '\0';
	name->start = rest->start;
	while (rest->start < rest->end && !*stop) {
		switch (*rest->start++) {
		case '{':
			return refuse(formatter, "unexpected '{' in field name");
		case '[':
			while (rest->start < rest->end && *rest->start != ']')
				rest->start++;
			break;
		case '}':
		case ':':
		case '!':
			*stop = rest->start[-1];
			break;
		default:
			break;
		}
	}
	name->end = *stop ? rest->start - 1 : rest->start;
	return *stop ? 0 : refuse(formatter, "expected '}' before end of string");
}

/* The field behind an opening brace. */
static int parse_field(const struct formatter *formatter, struct span *rest, struct field *field)
{
	char stop;

	*field = (struct field){.spec = {"", ""}};
	field->spec.end = field->spec.start;
	if (parse_name(formatter, rest, &field->name, &stop) < 0)
		return -1;
	if (stop == '}')
		return 0;
	if (stop == '!') {
		if (rest->start >= rest->end)
			return refuse(formatter,
					"end of string while looking for conversion specifier");
		field->conversion = str_next_code(&rest->start, rest->end);
		if (rest->start < rest->end) {
			stop = *rest->start++;
			if (stop == '}')
				return 0;
			if (stop != ':')
				return refuse(formatter, "expected ':' after conversion specifier");
		}
	}
	return parse_spec(formatter, rest, &field->spec);
}

static bool is_number(struct span span, size_t *out)
{
	size_t number = 0;
	const char *at;

	if (span.start == span.end)
		return false;
	for (at = span.start; at < span.end; at++) {
		if (*at < '0' || *at > '9')
			return false;
		if (number < RUN_REPEAT_MAX)
			number = number * 10 + (size_t)(*at - '0');
	}
	*out = number;
	return true;
}

static int positional(const struct formatter *formatter, size_t index, struct object *out)
{
	if (index >= formatter->call->count)
		return run_fail(formatter->run, FAULT_RUNTIME,
				"Replacement index %zu out of range for positional args tuple",
				index);
	*out = formatter->call->args[index];
	return 0;
}

static int keyword(const struct formatter *formatter, struct span name, struct object *out)
{
	const struct call *call = formatter->call;
	const struct text text = {.data = name.start, .len = (size_t)(name.end - name.start)};
	size_t i;

	for (i = 0; i < call->keyword_count; i++) {
		if (text_equal(call->keywords[i].name, &text)) {
			*out = call->keywords[i].value;
			return 0;
		}
	}
	return run_fail(formatter->run, FAULT_RUNTIME, "format() has no argument '%.*s'",
			(int)text.len, text.data);
}

/* What the first part of a field's name stands for. */
static int first_value(
		struct formatter *formatter, struct span first, bool is_whole, struct object *out)
{
	size_t number;

	if (first.start == first.end && is_whole) {
		if (formatter->is_numbered)
			return refuse(formatter,
					"cannot switch from manual field specification "
					"to automatic field numbering");
		formatter->is_automatic = true;
		return positional(formatter, formatter->next++, out);
	}
	if (!is_number(first, &number))
		return keyword(formatter, first, out);
	if (is_whole && formatter->is_automatic)
		return refuse(formatter,
				"cannot switch from manual field specification to "
				"automatic field numbering");
	formatter->is_numbered |= is_whole;
	return positional(formatter, number, out);
}

/* One ".name" or "[key]" at AT, which moves behind it. */
static int step(struct formatter *formatter, struct span *at, struct object *value)
{
	struct run *run = formatter->run;
	bool is_attribute = *at->start == '.';
	struct span name;
	struct object key;
	size_t number;

	if (run_charge(run, 1) < 0)
		return -1;
	name.start = ++at->start;
	while (at->start < at->end &&
			(is_attribute ? *at->start != '.' && *at->start != '[' : *at->start != ']'))
		at->start++;
	name.end = at->start;
	if (!is_attribute && at->start == at->end)
		return refuse(formatter, "Missing ']' in format string");
	if (!is_attribute)
		at->start++;
	if (name.start == name.end)
		return refuse(formatter, "Empty attribute in format string");
	if (!is_attribute && at->start < at->end && *at->start != '.' && *at->start != '[')
		return refuse(formatter,
				"Only '.' or '[' may follow ']' in format field specifier");
	if (!is_attribute && is_number(name, &number))
		return object_item(run, *value, object_int((int64_t)number), value);
	if (object_string(run, name.start, (size_t)(name.end - name.start), &key) < 0)
		return -1;
	if (is_attribute)
		return object_attribute(run, *value, key.text, value);
	return object_item(run, *value, key, value);
}

static int field_value(struct formatter *formatter, struct span name, struct object *out)
{
	struct span first = name, rest;

	first.end = name.start;
	while (first.end < name.end && *first.end != '.' && *first.end != '[')
		first.end++;
	rest = (struct span){first.end, name.end};
	if (first_value(formatter, first, rest.start == rest.end, out) < 0)
		return -1;
	while (rest.start < rest.end) {
		if (step(formatter, &rest, out) < 0)
			return -1;
	}
	return 0;
}

int format_ascii(struct run *run, struct object object, struct buf *out)
{
	struct buf text = BUF_INIT;
	const char *at, *end;
	uint32_t code;
	int rc;

	rc = object_repr(run, object, &text);
	at = buf_str(&text);
	for (end = at + text.len; rc == 0 && at < end;) {
		code = str_next_code(&at, end);
		if (code < 0x80)
			buf_add_char(out, (char)code);
		else if (code < 0x100)
			buf_printf(out, "\\x%02x", code);
		else
			buf_printf(out, code < 0x10000 ? "\\u%04x" : "\\U%08x", code);
	}
	buf_release(&text);
	return rc;
}

static int convert(struct formatter *formatter, uint32_t conversion, struct object *value)
{
	struct run *run = formatter->run;
	struct buf text = BUF_INIT;
	int rc;

	switch (conversion) {
	case 0:
		return 0;
	case 's':
		rc = object_str(run, *value, &text);
		break;
	case 'r':
		rc = object_repr(run, *value, &text);
		break;
	case 'a':
		rc = format_ascii(run, *value, &text);
		break;
	default:
		return refuse(formatter, "Unknown conversion specifier");
	}
	if (rc < 0) {
		buf_release(&text);
		return -1;
	}
	return object_string_buf(run, &text, value);
}

/* Into markup: what is markup already stays, all else is escaped. */
static int add_escaped(struct formatter *formatter, struct object value, const struct buf *spec,
		struct buf *out)
{
	struct buf text = BUF_INIT;
	int rc;

	if (value.kind == OBJECT_STRING && value.is_markup) {
		if (spec->len > 0)
			return refuse(formatter, "Unsupported format specification for Markup.");
		return object_str(formatter->run, value, out);
	}
	rc = format_value(formatter->run, value, buf_str(spec), spec->len, &text);
	if (rc == 0)
		markup_add_escaped(out, buf_str(&text), text.len);
	buf_release(&text);
	return rc;
}

static int format_all(struct formatter *formatter, struct span rest, int depth, struct buf *out);

static int add_field(
		struct formatter *formatter, const struct field *field, int depth, struct buf *out)
{
	struct buf spec = BUF_INIT;
	struct object value;
	int rc;

	rc = field_value(formatter, field->name, &value);
	if (rc == 0)
		rc = convert(formatter, field->conversion, &value);
	if (rc == 0)
		rc = format_all(formatter, field->spec, depth - 1, &spec);
	if (rc == 0 && formatter->is_markup)
		rc = add_escaped(formatter, value, &spec, out);
	else if (rc == 0)
		rc = format_value(formatter->run, value, buf_str(&spec), spec.len, out);
	buf_release(&spec);
	return rc == 0 ? text_check(formatter->run, out) : -1;
}

/* A brace at REST: doubled, it stands for itself. 1 when a field follows. */
static int brace(const struct formatter *formatter, struct span *rest, struct buf *out)
{
	char c = *rest->start++;
	bool is_doubled = rest->start < rest->end && *rest->start == c;

	if (is_doubled) {
		buf_add_char(out, c);
		rest->start++;
		return 0;
	}
	if (c == '}')
		return refuse(formatter, "Single '}' encountered in format string");
	if (rest->start == rest->end)
		return refuse(formatter, "Single '{' encountered in format string");
	return 1;
}

static int format_all(struct formatter *formatter, struct span rest, int depth, struct buf *out)
{
	struct field field;
	const char *start;
	int rc;

	if (depth < 0)
		return refuse(formatter, "Max string recursion exceeded");
	while (rest.start < rest.end) {
		start = rest.start;
		while (rest.start < rest.end && *rest.start != '{' && *rest.start != '}')
			rest.start++;
		buf_add(out, start, (size_t)(rest.start - start));
		if (rest.start == rest.end)
			break;
		rc = brace(formatter, &rest, out);
		if (rc > 0 &&
				(parse_field(formatter, &rest, &field) < 0 ||
						add_field(formatter, &field, depth, out) < 0))
			return -1;
		if (rc < 0 || run_charge(formatter->run, 1) < 0)
			return -1;
	}
	return 0;
}

int format_fields(
		struct run *run, struct object format, const struct call *call, struct object *out)
{
	struct formatter formatter = {.run = run, .call = call, .is_markup = format.is_markup};
	struct span all = {format.text->data, format.text->data + format.text->len};
	struct buf text = BUF_INIT;

	if (format_all(&formatter, all, NESTING_MAX, &text) < 0) {
		buf_release(&text);
		return -1;
	}
	if (object_string_buf(run, &text, out) < 0)
		return -1;
	out->is_markup = format.is_markup;
	return 0;
}
