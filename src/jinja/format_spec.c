/*
 * A number is laid out in parts, as Python's formatter does it: fill, sign, prefix (0x), digits of
 * the integer with separators, and the rest (point, fraction, exponent, percent sign). Filling with
 * zeros behind the sign counts as more digits when these are grouped: "{:08,}" of 1234 is
 * 0,001,234.
 */
#include "src/jinja/format_spec.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/str.h"
#include "src/base/utf8.h"
#include "src/jinja/format.h"
#include "src/jinja/number.h"
#include "src/jinja/run.h"
#include "src/jinja/text.h"
#include "src/value/number.h"

struct parts {
	char sign; /* 0: none */
	const char *prefix;
	const char *digits;
	size_t digit_count;
	const char *rest;
	size_t rest_len;
	size_t group; /* digits between separators */
};

static void fill(struct buf *out, uint32_t code, int64_t count)
{
	for (; count > 0; count--)
		utf8_add(out, code);
}

/* PAD more columns left of, right of or around what ADDED is going to be. */
static int64_t left_share(char align, int64_t pad)
{
	if (align == '<')
		return 0;
	return align == '^' ? pad / 2 : pad;
}

/*
 * The digits, grouped and filled with zeros up to MIN_WIDTH columns, backwards into OUT: the same
 * steps as CPython's _PyUnicode_InsertThousandsGrouping.
 */
static void group_backwards(const struct format_spec *spec, const struct parts *parts,
		int64_t min_width, struct buf *out)
{
	int64_t remaining = (int64_t)parts->digit_count, size, used, i;
	bool is_first = true;

	do {
		size = remaining > min_width ? remaining : min_width;
		if (size < 1)
			size = 1;
		if (spec->grouping && size > (int64_t)parts->group)
			size = (int64_t)parts->group;
		if (!is_first)
			buf_add_char(out, spec->grouping);
		used = remaining < size ? remaining : size;
		for (i = 0; i < used; i++)
			buf_add_char(out, parts->digits[--remaining]);
		for (i = used; i < size; i++)
			buf_add_char(out, '0');
		min_width -= size;
		if (remaining <= 0 && min_width <= 0)
			break;
		min_width -= 1;
		is_first = false;
	} while (true);
}

static void add_backwards(struct buf *out, const struct buf *text)
{
	size_t i;

	for (i = text->len; i > 0; i--)
		buf_add_char(out, text->data[i - 1]);
}

static int lay_out(struct run *run, const struct format_spec *spec, const struct parts *parts,
		struct buf *out)
{
	int64_t around = (parts->sign != 0) + (int64_t)strlen(parts->prefix) +
			(int64_t)parts->rest_len;
	bool has_zeros = spec->fill == '0' && spec->align == '=';
	struct buf digits = BUF_INIT;
	int64_t pad, left = 0;
	int rc;

	if (parts->digit_count > 0 || has_zeros)
		group_backwards(spec, parts, has_zeros ? spec->width - around : 0, &digits);
	pad = spec->width - around - (int64_t)digits.len;
	if (pad < 0)
		pad = 0;
	if (spec->align != '=')
		left = left_share(spec->align ? spec->align : '>', pad);
	fill(out, spec->fill, left);
	if (parts->sign)
		buf_add_char(out, parts->sign);
	buf_add_str(out, parts->prefix);
	if (spec->align == '=')
		fill(out, spec->fill, left = pad);
	add_backwards(out, &digits);
	buf_add(out, parts->rest, parts->rest_len);
	fill(out, spec->fill, pad - left);
	rc = buf_ok(&digits) ? 0 : run_fail(run, FAULT_MEMORY, "out of memory");
	buf_release(&digits);
	return rc < 0 ? -1 : run_charge(run, out->len / 64);
}

static char sign_of(const struct format_spec *spec, bool is_negative)
{
	if (is_negative)
		return '-';
	return spec->sign == '+' || spec->sign == ' ' ? spec->sign : '\0';
}

/* Digits of MAGNITUDE in BASE, from the end of ROOM backwards; where they begin. */
static char *digits_of(uint64_t magnitude, unsigned base, bool is_upper, char room[static 72])
{
	const char *digits = is_upper ? "0123456789ABCDEF" : "0123456789abcdef";
	char *at = room + 71;

	*at = '\0';
	do {
		*--at = digits[magnitude % base];
		magnitude /= base;
	} while (magnitude > 0);
	return at;
}

static unsigned base_of(char type)
{
	switch (type) {
	case 'b':
		return 2;
	case 'o':
		return 8;
	case 'x':
	case 'X':
		return 16;
	default:
		return 10;
	}
}

static const char *prefix_of(const struct format_spec *spec)
{
	if (!spec->is_alternate)
		return "";
	switch (spec->type) {
	case 'b':
		return "0b";
	case 'o':
		return "0o";
	case 'x':
		return "0x";
	case 'X':
		return "0X";
	default:
		return "";
	}
}

int format_integer(
		struct run *run, const struct format_spec *spec, int64_t integer, struct buf *out)
{
	uint64_t magnitude = integer < 0 ? -(uint64_t)integer : (uint64_t)integer;
	unsigned base = base_of(spec->type);
	struct parts parts = {.prefix = prefix_of(spec), .rest = "", .group = base == 10 ? 3 : 4};
	char room[72];

	parts.sign = sign_of(spec, integer < 0);
	parts.digits = digits_of(magnitude, base, spec->type == 'X', room);
	parts.digit_count = strlen(parts.digits);
	return lay_out(run, spec, &parts, out);
}

/*
 * Without a type but with a precision: `g`, but with an exponent one place earlier, and never bare.
 */
static void add_general(const struct format_spec *spec, double real, struct buf *text)
{
	int precision = spec->precision > 0 ? (int)spec->precision : 1, exponent;
	char *end;

	buf_printf(text, "%.*e", precision - 1, real);
	if (!buf_ok(text))
		return;
	end = strchr(text->data, 'e');
	exponent = atoi(end + 1);
	if (exponent >= -4 && exponent < precision - 1) {
		buf_clear(text);
		buf_printf(text, "%.*f", precision - 1 - exponent, real);
		if (!buf_ok(text))
			return;
		while (!spec->is_alternate && text->data[text->len - 1] == '0' &&
				text->data[text->len - 2] != '.')
			text->data[--text->len] = '\0';
		return;
	}
	if (!spec->is_alternate && precision > 1) {
		char *keep = end;

		while (keep[-1] == '0')
			keep--;
		if (keep[-1] == '.')
			keep--;
		memmove(keep, end, strlen(end) + 1);
		text->len -= (size_t)(end - keep);
	}
}

static void add_float(const struct format_spec *spec, double real, struct buf *text)
{
	char shortest[NUMBER_TEXT_SIZE], type = spec->type, format[8];
	int precision = spec->precision < 0 ? 6 : (int)spec->precision;

	if (!type && spec->precision < 0) {
		number_format(real, shortest);
		buf_add_str(text, shortest);
		return;
	}
	if (!type) {
		add_general(spec, real, text);
		return;
	}
	if (type == '%') {
		real *= 100;
		type = 'f';
	}
	if (type == 'n')
		type = 'g';
	if (!isfinite(real)) {
		buf_add_str(text, isnan(real) ? "nan" : "inf");
		if (isupper((unsigned char)type) && buf_ok(text)) {
			for (char *at = text->data; *at; at++)
				*at = (char)toupper((unsigned char)*at);
		}
	} else {
		(void)snprintf(format, sizeof(format), "%%%s.*%c", spec->is_alternate ? "#" : "",
				type);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		buf_printf(text, format, precision, real);
#pragma GCC diagnostic pop
	}
	if (spec->type == '%')
		buf_add_char(text, '%');
}

static bool is_zero(const struct buf *text)
{
	return strspn(text->data, "0.") == strcspn(text->data, "eE%");
}

int format_float(struct run *run, const struct format_spec *spec, double real, struct buf *out)
{
	struct parts parts = {.prefix = "", .group = 3};
	bool is_negative = signbit(real) && !isnan(real);
	struct buf text = BUF_INIT;
	int rc;

	if (spec->precision > 0 && run_charge(run, (uint64_t)spec->precision) < 0)
		return -1;
	if (!isfinite(real) && !spec->type)
		buf_add_str(&text, isnan(real) ? "nan" : "inf");
	else
		add_float(spec, fabs(real), &text);
	if (text_check(run, &text) < 0) {
		buf_release(&text);
		return -1;
	}
	if (spec->no_negative_zero && is_zero(&text))
		is_negative = false;
	parts.sign = sign_of(spec, is_negative);
	parts.digits = text.data;
	parts.digit_count = strspn(text.data, "0123456789");
	parts.rest = text.data + parts.digit_count;
	parts.rest_len = text.len - parts.digit_count;
	rc = lay_out(run, spec, &parts, out);
	buf_release(&text);
	return rc;
}

int format_text(struct run *run, const struct format_spec *spec, const struct text *text,
		struct buf *out)
{
	size_t chars = text->chars;
	int64_t pad, left;

	if (spec->precision >= 0 && (uint64_t)spec->precision < chars)
		chars = (size_t)spec->precision;
	pad = spec->width - (int64_t)chars;
	if (pad < 0)
		pad = 0;
	left = left_share(spec->align ? spec->align : '<', pad);
	fill(out, spec->fill, left);
	buf_add(out, text->data, text_offset(text, chars));
	fill(out, spec->fill, pad - left);
	return run_charge(run, 1 + out->len / 64);
}

/* --- the specification itself --- */

struct reader {
	const char *at, *end;
};

static bool take(struct reader *reader, char c)
{
	if (reader->at == reader->end || *reader->at != c)
		return false;
	reader->at++;
	return true;
}

static char take_any(struct reader *reader, const char *set)
{
	if (reader->at == reader->end || !*reader->at || !strchr(set, *reader->at))
		return '\0';
	return *reader->at++;
}

/* A number, or -1 when there is none. */
static int take_number(struct run *run, struct reader *reader, int64_t *out)
{
	int64_t number = -1;

	while (reader->at < reader->end && isdigit((unsigned char)*reader->at)) {
		number = (number < 0 ? 0 : number) * 10 + (*reader->at++ - '0');
		if (number > FORMAT_WIDTH_MAX)
			return run_fail(run, FAULT_LIMIT,
					"a width or precision of more than %d in a format",
					FORMAT_WIDTH_MAX);
	}
	*out = number;
	return 0;
}

static void take_align(struct reader *reader, struct format_spec *spec)
{
	const char *next = reader->at;
	uint32_t code;

	if (reader->at == reader->end)
		return;
	code = str_next_code(&next, reader->end);
	if (next < reader->end && *next && strchr("<>^=", *next)) {
		spec->fill = code;
		spec->align = *next;
		reader->at = next + 1;
	} else {
		spec->align = take_any(reader, "<>^=");
	}
}

static int parse(struct run *run, const char *data, size_t len, char default_align,
		struct format_spec *spec)
{
	struct reader reader = {data, data + len};
	bool has_fill;

	*spec = (struct format_spec){.fill = ' ', .width = -1, .precision = -1};
	take_align(&reader, spec);
	has_fill = reader.at - data > 1;
	spec->sign = take_any(&reader, "+- ");
	spec->no_negative_zero = take(&reader, 'z');
	spec->is_alternate = take(&reader, '#');
	if (!has_fill && take(&reader, '0')) {
		spec->fill = '0';
		if (!spec->align && default_align == '>')
			spec->align = '=';
	}
	if (take_number(run, &reader, &spec->width) < 0)
		return -1;
	spec->grouping = take_any(&reader, ",_");
	if (spec->grouping && take_any(&reader, ",_"))
		return run_fail(run, FAULT_RUNTIME, "Cannot specify both ',' and '_'.");
	if (take(&reader, '.')) {
		if (take_number(run, &reader, &spec->precision) < 0)
			return -1;
		if (spec->precision < 0)
			return run_fail(run, FAULT_RUNTIME, "Format specifier missing precision");
	}
	if (reader.end - reader.at > 1)
		return run_fail(run, FAULT_RUNTIME, "Invalid format specifier");
	if (reader.at < reader.end)
		spec->type = *reader.at;
	return 0;
}

static int unknown_type(struct run *run, const struct format_spec *spec, struct object object)
{
	return run_fail(run, FAULT_RUNTIME, "Unknown format code '%c' for object of type '%s'",
			spec->type, object_type(object));
}

static int cannot_group(struct run *run, const struct format_spec *spec)
{
	return run_fail(run, FAULT_RUNTIME, "Cannot specify '%c' with '%c'.", spec->grouping,
			spec->type);
}

static int string_value(
		struct run *run, struct object object, struct format_spec *spec, struct buf *out)
{
	if (spec->type && spec->type != 's')
		return unknown_type(run, spec, object);
	if (spec->sign || spec->no_negative_zero)
		return run_fail(run, FAULT_RUNTIME, "Sign not allowed in string format specifier");
	if (spec->is_alternate)
		return run_fail(run, FAULT_RUNTIME,
				"Alternate form (#) not allowed in string format specifier");
	if (spec->align == '=')
		return run_fail(run, FAULT_RUNTIME,
				"'=' alignment not allowed in string format specifier");
	if (spec->grouping) {
		spec->type = 's';
		return cannot_group(run, spec);
	}
	return format_text(run, spec, object.text, out);
}

static int character_value(struct run *run, int64_t code, struct format_spec *spec, struct buf *out)
{
	struct buf bytes = BUF_INIT;
	struct object string;

	if (spec->sign)
		return run_fail(run, FAULT_RUNTIME,
				"Sign not allowed with integer format specifier 'c'");
	if (spec->is_alternate)
		return run_fail(run, FAULT_RUNTIME,
				"Alternate form (#) not allowed with integer format specifier "
				"'c'");
	if (code < 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		return run_fail(run, FAULT_RUNTIME, "%%c arg not in range(0x110000)");
	utf8_add(&bytes, (uint32_t)code);
	if (object_string_buf(run, &bytes, &string) < 0)
		return -1;
	if (!spec->align)
		spec->align = '>';
	else if (spec->align == '=')
		spec->align = '>';
	return format_text(run, spec, string.text, out);
}

static int integer_value(
		struct run *run, struct object object, struct format_spec *spec, struct buf *out)
{
	if (spec->type && !strchr("bcdoxXneEfFgG%", spec->type))
		return unknown_type(run, spec, object);
	if (spec->type && strchr("eEfFgG%", spec->type))
		return format_float(run, spec, number_real(object), out);
	if (spec->precision >= 0)
		return run_fail(run, FAULT_RUNTIME,
				"Precision not allowed in integer format specifier");
	if (spec->no_negative_zero)
		return run_fail(run, FAULT_RUNTIME,
				"Negative zero coercion (z) not allowed in format specifier with "
				"integer");
	if (spec->grouping && spec->type &&
			!(spec->grouping == '_' && strchr("bdoxX", spec->type)) &&
			spec->type != 'd')
		return cannot_group(run, spec);
	if (spec->type == 'c')
		return character_value(run, number_int(object), spec, out);
	return format_integer(run, spec, number_int(object), out);
}

static int real_value(
		struct run *run, struct object object, struct format_spec *spec, struct buf *out)
{
	if (spec->type && !strchr("eEfFgGn%", spec->type))
		return unknown_type(run, spec, object);
	if (spec->grouping && spec->type == 'n')
		return cannot_group(run, spec);
	return format_float(run, spec, object.real, out);
}

int format_value(struct run *run, struct object object, const char *spec, size_t len,
		struct buf *out)
{
	bool is_number = number_is(object);
	struct format_spec parsed;

	if (len == 0)
		return object_str(run, object, out);
	if (object.kind == OBJECT_UNDEFINED && object_is_strict(run, object))
		return object_undefined_fail(run, object);
	if (!is_number && object.kind != OBJECT_STRING)
		return run_fail(run, FAULT_RUNTIME,
				"unsupported format string passed to %s.__format__",
				object_type(object));
	if (parse(run, spec, len, is_number ? '>' : '<', &parsed) < 0)
		return -1;
	if (object.kind == OBJECT_STRING)
		return string_value(run, object, &parsed, out);
	if (object.kind == OBJECT_FLOAT)
		return real_value(run, object, &parsed, out);
	return integer_value(run, object, &parsed, out);
}
