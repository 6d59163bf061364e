/*
 * from_json: json.loads(). Stricter than YAML, which takes most of JSON for its own, and in two
 * ways more lenient: NaN and Infinity are numbers, and of equal keys the last one wins.
 *
 * Source: ECMA-404, and Python's json module where that goes beyond.
 */
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/utf8.h"
#include "src/jinja/ansible.h"
#include "src/jinja/convert.h"
#include "src/jinja/number.h"
#include "src/jinja/run.h"
#include "src/jinja/text.h"

struct json {
	struct run *run;
	const struct text *text;
	const char *p; /* NUL behind the end */
	unsigned depth;
};

static int read_value(struct json *json, struct object *out);

/* EXPECTED at the place that was reached. */
static int fail(const struct json *json, const char *expected)
{
	size_t offset = (size_t)(json->p - json->text->data), line = 1, start = 0, i;

	for (i = 0; i < offset; i++) {
		if (json->text->data[i] == '\n') {
			line++;
			start = i + 1;
		}
	}
	return run_fail(json->run, FAULT_RUNTIME, "from_json: %s: line %zu column %zu", expected,
			line, text_count_chars(json->text->data + start, offset - start) + 1);
}

static void skip_blanks(struct json *json)
{
	json->p += strspn(json->p, " \t\n\r");
}

static bool take(struct json *json, const char *word)
{
	if (strncmp(json->p, word, strlen(word)) != 0)
		return false;
	json->p += strlen(word);
	return true;
}

/* --- strings --- */

static bool read_unit(struct json *json, uint32_t *unit)
{
	char digits[5] = {0};

	memcpy(digits, json->p, strnlen(json->p, 4));
	if (strspn(digits, "0123456789abcdefABCDEF") != 4)
		return false;
	*unit = (uint32_t)strtoul(digits, NULL, 16);
	json->p += 4;
	return true;
}

/* Behind "\u". */
static int read_unicode(struct json *json, struct buf *out)
{
	uint32_t unit, low;

	if (!read_unit(json, &unit))
		return fail(json, "Invalid \\uXXXX escape");
	if (unit >= 0xd800 && unit <= 0xdfff) {
		if (unit >= 0xdc00 || !take(json, "\\u") || !read_unit(json, &low) ||
				low < 0xdc00 || low > 0xdfff)
			return fail(json, "half a surrogate pair is no character");
		unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
	}
	utf8_add(out, unit);
	return 0;
}

static int read_escape(struct json *json, struct buf *out)
{
	static const char letters[] = "\"\\/bfnrt", codes[] = "\"\\/\b\f\n\r\t";
	char letter = *json->p;
	const char *found = letter ? strchr(letters, letter) : NULL;

	if (letter == 'u') {
		json->p++;
		return read_unicode(json, out);
	}
	if (!found)
		return fail(json, "Invalid \\escape");
	json->p++;
	buf_add_char(out, codes[found - letters]);
	return 0;
}

/* Behind the first quote. */
static int read_string(struct json *json, struct object *out)
{
	const char *end = json->text->data + json->text->len;
	struct buf buf = BUF_INIT;
	int rc = 0;

	while (rc == 0 && *json->p != '"') {
		if (json->p >= end)
			rc = fail(json, "Unterminated string");
		else if ((unsigned char)*json->p < ' ')
			rc = fail(json, "Invalid control character");
		else if (take(json, "\\"))
			rc = read_escape(json, &buf);
		else
			buf_add_char(&buf, *json->p++);
	}
	if (rc < 0) {
		buf_release(&buf);
		return rc;
	}
	json->p++;
	return object_string_buf(json->run, &buf, out);
}

/* --- numbers --- */

static const char *skip_digits(const char *p)
{
	return p + strspn(p, "0123456789");
}

static int read_number(struct json *json, struct object *out)
{
	const char *start = json->p, *digits = start + (*start == '-'), *end;
	struct text text = {.data = start};
	bool is_float = false, is_too_large = false;
	int64_t integer = 0;

	end = *digits == '0' ? digits + 1 : skip_digits(digits);
	if (end == digits)
		return fail(json, "Expecting value");
	if (end[0] == '.' && skip_digits(end + 1) > end + 1) {
		end = skip_digits(end + 1);
		is_float = true;
	}
	if (end[0] == 'e' || end[0] == 'E') {
		const char *exponent = end + 1 + (end[1] == '-' || end[1] == '+');

		if (skip_digits(exponent) > exponent) {
			end = skip_digits(exponent);
			is_float = true;
		}
	}
	text.len = text.chars = (size_t)(end - start);
	if (!is_float && (!number_parse_int(&text, 10, &integer, &is_too_large) || is_too_large))
		return fail(json, "an integer beyond 64 bits");
	*out = is_float ? object_float(strtod(start, NULL)) : object_int(integer);
	json->p = end;
	return 0;
}

/* --- containers --- */

static int read_list(struct json *json, struct object *out)
{
	struct object item;

	if (object_list(json->run, out) < 0)
		return -1;
	skip_blanks(json);
	if (take(json, "]"))
		return 0;
	for (;;) {
		if (read_value(json, &item) < 0 || list_append(json->run, out->list, item) < 0)
			return -1;
		skip_blanks(json);
		if (take(json, "]"))
			return 0;
		if (!take(json, ","))
			return fail(json, "Expecting ',' delimiter");
	}
}

static int read_dict(struct json *json, struct object *out)
{
	struct object key, value;

	if (object_dict(json->run, out) < 0)
		return -1;
	skip_blanks(json);
	if (take(json, "}"))
		return 0;
	for (;;) {
		skip_blanks(json);
		if (!take(json, "\""))
			return fail(json, "Expecting property name enclosed in double quotes");
		if (read_string(json, &key) < 0)
			return -1;
		skip_blanks(json);
		if (!take(json, ":"))
			return fail(json, "Expecting ':' delimiter");
		if (read_value(json, &value) < 0 || dict_set(json->run, out->dict, key, value) < 0)
			return -1;
		skip_blanks(json);
		if (take(json, "}"))
			return 0;
		if (!take(json, ","))
			return fail(json, "Expecting ',' delimiter");
	}
}

static int read_container(struct json *json, struct object *out)
{
	int rc;

	if (json->depth >= CONVERT_DEPTH_MAX)
		return run_fail(json->run, FAULT_LIMIT, "from_json: nested deeper than %d levels",
				CONVERT_DEPTH_MAX);
	json->depth++;
	rc = *json->p++ == '[' ? read_list(json, out) : read_dict(json, out);
	json->depth--;
	return rc;
}

static int read_value(struct json *json, struct object *out)
{
	if (run_charge(json->run, 1) < 0)
		return -1;
	skip_blanks(json);
	if (take(json, "\""))
		return read_string(json, out);
	if (*json->p == '[' || *json->p == '{')
		return read_container(json, out);
	if (take(json, "null"))
		*out = object_none();
	else if (take(json, "true"))
		*out = object_bool(true);
	else if (take(json, "false"))
		*out = object_bool(false);
	else if (take(json, "NaN"))
		*out = object_float(strtod("nan", NULL));
	else if (take(json, "Infinity"))
		*out = object_float(strtod("inf", NULL));
	else if (take(json, "-Infinity"))
		*out = object_float(strtod("-inf", NULL));
	else
		return read_number(json, out);
	return 0;
}

int filter_from_json(struct run *run, const struct call *call, struct object *out)
{
	struct json json = {.run = run};
	struct object value;

	if (call_bind(run, call, NULL, 0, 0, NULL) < 0 ||
			arg_text(run, call->self, "", &json.text) < 0 ||
			run_charge(run, 1 + json.text->len / 16) < 0)
		return -1;
	json.p = json.text->data;
	if (read_value(&json, &value) < 0)
		return -1;
	skip_blanks(&json);
	if (json.p < json.text->data + json.text->len)
		return fail(&json, "Extra data");
	*out = value;
	return 0;
}
