/*
 * FORMAT % ARGUMENTS: "%[(key)][flags][width][.precision]type".
 */
#include "src/jinja/format.h"

#include <ctype.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/str.h"
#include "src/base/utf8.h"
#include "src/jinja/format_spec.h"
#include "src/jinja/markup.h"
#include "src/jinja/number.h"
#include "src/jinja/run.h"
#include "src/jinja/text.h"

struct percent {
	struct run *run;
	bool is_markup; /* the format: what is put in is escaped */
	struct object args;
	size_t next; /* of a tuple; 1 behind the only one otherwise */
	const char *at, *end;
};

/* One directive. */
struct directive {
	struct format_spec spec;
	bool is_left, has_zeros;
	struct object keyed; /* by "(key)", else absent */
	bool has_key;
};

static int next_argument(struct percent *percent, struct object *out)
{
	struct object args = percent->args;

	if (args.kind == OBJECT_TUPLE ? percent->next >= args.list->count : percent->next > 0)
		return run_fail(percent->run, FAULT_RUNTIME,
				"not enough arguments for format string");
	*out = args.kind == OBJECT_TUPLE ? args.list->items[percent->next] : args;
	percent->next++;
	return 0;
}

/* "(key)"; parentheses inside must match. */
static int parse_key(struct percent *percent, struct directive *directive)
{
	const char *start = ++percent->at;
	struct object key;
	bool found = false;
	int open = 1;

	for (; percent->at < percent->end; percent->at++) {
		open += (*percent->at == '(') - (*percent->at == ')');
		if (open == 0)
			break;
	}
	if (open > 0)
		return run_fail(percent->run, FAULT_RUNTIME, "incomplete format key");
	if (percent->args.kind != OBJECT_DICT)
		return run_fail(percent->run, FAULT_RUNTIME, "format requires a mapping");
	if (object_string(percent->run, start, (size_t)(percent->at - start), &key) < 0 ||
			dict_get(percent->run, percent->args.dict, key, &directive->keyed, &found) <
					0)
		return -1;
	if (!found)
		return run_fail(percent->run, FAULT_RUNTIME, "the mapping has no key '%s'",
				key.text->data);
	percent->at++;
	directive->has_key = true;
	return 0;
}

/* A number, or a star for the next argument. */
static int parse_number(struct percent *percent, int64_t *out)
{
	struct object arg;
	int64_t number = 0;

	if (percent->at < percent->end && *percent->at == '*') {
		percent->at++;
		if (next_argument(percent, &arg) < 0)
			return -1;
		if (!number_is_int(arg))
			return run_fail(percent->run, FAULT_RUNTIME, "* wants int");
		number = number_int(arg);
	} else {
		while (percent->at < percent->end && isdigit((unsigned char)*percent->at) &&
				number <= FORMAT_WIDTH_MAX)
			number = number * 10 + (*percent->at++ - '0');
	}
	if (number > FORMAT_WIDTH_MAX || number < -FORMAT_WIDTH_MAX)
		return run_fail(percent->run, FAULT_LIMIT,
				"a width or precision of more than %d in a format",
				FORMAT_WIDTH_MAX);
	*out = number;
	return 0;
}

static void parse_flags(struct percent *percent, struct directive *directive)
{
	for (; percent->at < percent->end; percent->at++) {
		switch (*percent->at) {
		case '-':
			directive->is_left = true;
			break;
		case '+':
			directive->spec.sign = '+';
			break;
		case ' ':
			if (directive->spec.sign != '+')
				directive->spec.sign = ' ';
			break;
		case '#':
			directive->spec.is_alternate = true;
			break;
		case '0':
			directive->has_zeros = true;
			break;
		default:
			return;
		}
	}
}

/* What is between the percent sign and the type. */
static int parse(struct percent *percent, struct directive *directive)
{
	*directive = (struct directive){.spec = {.fill = ' ', .width = -1, .precision = -1}};
	if (percent->at < percent->end && *percent->at == '(' && parse_key(percent, directive) < 0)
		return -1;
	parse_flags(percent, directive);
	if (parse_number(percent, &directive->spec.width) < 0)
		return -1;
	if (directive->spec.width < 0) {
		directive->is_left = true;
		directive->spec.width = -directive->spec.width;
	}
	if (percent->at < percent->end && *percent->at == '.') {
		percent->at++;
		if (parse_number(percent, &directive->spec.precision) < 0)
			return -1;
		if (directive->spec.precision < 0)
			directive->spec.precision = 0;
	}
	if (percent->at < percent->end && strchr("hlL", *percent->at))
		percent->at++;
	if (percent->at == percent->end)
		return run_fail(percent->run, FAULT_RUNTIME, "incomplete format");
	return 0;
}

static int wrong_type(struct percent *percent, char type, const char *wanted, struct object arg)
{
	return run_fail(percent->run, FAULT_RUNTIME, "%%%c format: %s is required, not %s", type,
			wanted, object_type(arg));
}

/* Digits with a precision are filled up with zeros, behind the sign. */
static int put_integer(struct percent *percent, const struct directive *directive, char type,
		int64_t integer, struct buf *out)
{
	struct format_spec digits = directive->spec, field = directive->spec;
	struct buf text = BUF_INIT;
	struct object string;
	int64_t around;
	int rc;

	digits.type = type == 'i' || type == 'u' ? 'd' : type;
	if (directive->spec.precision < 0 || directive->has_zeros) {
		digits.align = directive->is_left ? '<' : '>';
		if (directive->has_zeros && !directive->is_left) {
			digits.fill = '0';
			digits.align = '=';
		}
	}
	if (directive->spec.precision < 0)
		return format_integer(percent->run, &digits, integer, out);

	around = (integer < 0 || digits.sign) + (digits.is_alternate && type != 'd' ? 2 : 0);
	if (digits.fill != '0' || digits.width < digits.precision + around)
		digits.width = digits.precision + around;
	digits.fill = '0';
	digits.align = '=';
	rc = format_integer(percent->run, &digits, integer, &text);
	if (rc < 0) {
		buf_release(&text);
		return -1;
	}
	if (object_string_buf(percent->run, &text, &string) < 0)
		return -1;
	field.precision = -1;
	field.align = directive->is_left ? '<' : '>';
	return format_text(percent->run, &field, string.text, out);
}

static int add_integer(struct percent *percent, const struct directive *directive, char type,
		struct object arg, struct buf *out)
{
	bool is_decimal = strchr("diu", type) != NULL;
	int64_t integer;

	if (arg.kind == OBJECT_UNDEFINED)
		return object_undefined_fail(percent->run, arg);
	if (arg.kind == OBJECT_FLOAT && is_decimal) {
		if (number_truncate(percent->run, arg.real, &integer) < 0)
			return -1;
	} else if (number_is_int(arg)) {
		integer = number_int(arg);
	} else {
		return wrong_type(percent, type, is_decimal ? "a real number" : "an integer", arg);
	}
	return put_integer(percent, directive, type, integer, out);
}

static int add_float(struct percent *percent, struct directive *directive, char type,
		struct object arg, struct buf *out)
{
	if (arg.kind == OBJECT_UNDEFINED)
		return object_undefined_fail(percent->run, arg);
	if (!number_is(arg))
		return run_fail(percent->run, FAULT_RUNTIME, "must be real number, not %s",
				object_type(arg));
	directive->spec.type = type;
	directive->spec.align = directive->is_left ? '<' : '>';
	if (directive->has_zeros && !directive->is_left) {
		directive->spec.fill = '0';
		directive->spec.align = '=';
	}
	return format_float(percent->run, &directive->spec, number_real(arg), out);
}

static int add_character(struct percent *percent, struct directive *directive, struct object arg,
		struct buf *out)
{
	struct buf text = BUF_INIT;
	int64_t code;

	directive->spec.align = directive->is_left ? '<' : '>';
	directive->spec.precision = -1;
	if (arg.kind == OBJECT_UNDEFINED)
		return object_undefined_fail(percent->run, arg);
	if (arg.kind == OBJECT_STRING && arg.text->chars == 1)
		return format_text(percent->run, &directive->spec, arg.text, out);
	if (!number_is_int(arg))
		return run_fail(percent->run, FAULT_RUNTIME, "%%c requires int or char");
	code = number_int(arg);
	if (code < 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		return run_fail(percent->run, FAULT_RUNTIME, "%%c arg not in range(0x110000)");
	utf8_add(&text, (uint32_t)code);
	if (object_string_buf(percent->run, &text, &arg) < 0)
		return -1;
	return format_text(percent->run, &directive->spec, arg.text, out);
}

static int add_text(struct percent *percent, struct directive *directive, char type,
		struct object arg, struct buf *out)
{
	struct run *run = percent->run;
	struct buf text = BUF_INIT;
	int rc = 0;

	if (type == 's')
		rc = object_to_string(run, arg, &arg);
	else if (type == 'r')
		rc = object_repr(run, arg, &text);
	else
		rc = format_ascii(run, arg, &text);
	if (rc < 0) {
		buf_release(&text);
		return -1;
	}
	if (type != 's' && object_string_buf(run, &text, &arg) < 0)
		return -1;
	if (percent->is_markup && markup_escape(run, arg, &arg) < 0)
		return -1;
	directive->spec.align = directive->is_left ? '<' : '>';
	return format_text(run, &directive->spec, arg.text, out);
}

static int add_directive(struct percent *percent, struct buf *out)
{
	struct directive directive;
	struct object arg;
	char type;

	if (percent->at < percent->end && *percent->at == '%') {
		percent->at++;
		buf_add_char(out, '%');
		return 0;
	}
	if (parse(percent, &directive) < 0)
		return -1;
	type = *percent->at++;
	arg = directive.keyed;
	if (!directive.has_key && next_argument(percent, &arg) < 0)
		return -1;
	/* Markup wraps its arguments, so that they are no integers any more. */
	if (percent->is_markup && strchr("oxXc", type))
		return wrong_type(percent, type, "an integer", arg);
	switch (type) {
	case 's':
	case 'r':
	case 'a':
		return add_text(percent, &directive, type, arg, out);
	case 'd':
	case 'i':
	case 'u':
	case 'o':
	case 'x':
	case 'X':
		return add_integer(percent, &directive, type, arg, out);
	case 'e':
	case 'E':
	case 'f':
	case 'F':
	case 'g':
	case 'G':
		return add_float(percent, &directive, type, arg, out);
	case 'c':
		return add_character(percent, &directive, arg, out);
	default:
		return run_fail(percent->run, FAULT_RUNTIME, "unsupported format character '%c'",
				type & 0x7f);
	}
}

static int format_all(struct percent *percent, struct buf *out)
{
	const char *start;

	while (percent->at < percent->end) {
		start = percent->at;
		while (percent->at < percent->end && *percent->at != '%')
			percent->at++;
		buf_add(out, start, (size_t)(percent->at - start));
		if (percent->at == percent->end)
			break;
		percent->at++;
		if (run_charge(percent->run, 1) < 0 || add_directive(percent, out) < 0 ||
				text_check(percent->run, out) < 0)
			return -1;
	}
	return 0;
}

/* What Python takes for a mapping may have more in it than the format asks for. */
static bool may_have_more(struct object args)
{
	return args.kind == OBJECT_DICT || args.kind == OBJECT_LIST || args.kind == OBJECT_RANGE ||
			args.kind == OBJECT_UNDEFINED;
}

int format_percent(struct run *run, struct object format, struct object args, struct object *out)
{
	struct percent percent = {.run = run,
			.is_markup = format.is_markup,
			.args = args,
			.at = format.text->data,
			.end = format.text->data + format.text->len};
	struct buf text = BUF_INIT;
	size_t count = args.kind == OBJECT_TUPLE ? args.list->count : 1;
	int rc;

	rc = format_all(&percent, &text);
	if (rc == 0 && percent.next < count && !may_have_more(args))
		rc = run_fail(run, FAULT_RUNTIME,
				"not all arguments converted during string formatting");
	if (rc < 0) {
		buf_release(&text);
		return -1;
	}
	if (object_string_buf(run, &text, out) < 0)
		return -1;
	out->is_markup = format.is_markup;
	return 0;
}
