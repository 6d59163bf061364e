#include "src/jinja/text_methods.h"

#include <string.h>

#include "src/base/buf.h"
#include "src/base/str.h"
#include "src/base/utf8.h"
#include "src/jinja/casing.h"
#include "src/jinja/character.h"
#include "src/jinja/format.h"
#include "src/jinja/method.h"
#include "src/jinja/run.h"
#include "src/jinja/text.h"

static int change_case(
		struct run *run, const struct call *call, enum casing casing, struct object *out)
{
	if (text_arguments(run, call, 0, 0, NULL) < 0 ||
			casing_apply(run, call->self.text, casing, out) < 0)
		return -1;
	out->is_markup = call->self.is_markup && casing != CASING_FOLD;
	return 0;
}

static int text_capitalize(struct run *run, const struct call *call, struct object *out)
{
	return change_case(run, call, CASING_CAPITALIZE, out);
}

static int text_casefold(struct run *run, const struct call *call, struct object *out)
{
	return change_case(run, call, CASING_FOLD, out);
}

static int text_lower(struct run *run, const struct call *call, struct object *out)
{
	return change_case(run, call, CASING_LOWER, out);
}

static int text_swapcase(struct run *run, const struct call *call, struct object *out)
{
	return change_case(run, call, CASING_SWAP, out);
}

static int text_title(struct run *run, const struct call *call, struct object *out)
{
	return change_case(run, call, CASING_TITLE, out);
}

static int text_upper(struct run *run, const struct call *call, struct object *out)
{
	return change_case(run, call, CASING_UPPER, out);
}

/* TEXT with LEFT and RIGHT times FILL around it. */
static int pad(struct run *run, const struct text *text, const uint64_t sides[2],
		const struct text *fill, struct object *out)
{
	struct buf padded = BUF_INIT;
	uint64_t i;

	if ((sides[0] + sides[1]) * fill->len > RUN_TEXT_MAX)
		return run_fail(run, FAULT_LIMIT, "a string longer than %u bytes", RUN_TEXT_MAX);
	if (run_charge(run, (sides[0] + sides[1]) / 64) < 0)
		return -1;
	for (i = 0; i < sides[0]; i++)
		buf_add(&padded, fill->data, fill->len);
	buf_add(&padded, text->data, text->len);
	for (i = 0; i < sides[1]; i++)
		buf_add(&padded, fill->data, fill->len);
	return object_string_buf(run, &padded, out);
}

/*
 * How much TEXT lacks to be WIDTH code points; more than any string may have is an error in pad().
 */
static uint64_t missing(const struct text *text, int64_t width)
{
	uint64_t missing;

	if (width <= (int64_t)text->chars)
		return 0;
	missing = (uint64_t)width - text->chars;
	return missing > RUN_TEXT_MAX ? RUN_TEXT_MAX + 1 : missing;
}

static void center_sides(const struct text *text, int64_t width, uint64_t sides[2])
{
	uint64_t all = missing(text, width);

	sides[0] = all / 2 + (all & (uint64_t)width & 1);
	sides[1] = all - sides[0];
}

int text_center(struct run *run, const struct text *text, int64_t width, struct object *out)
{
	static const struct text space = {.data = " ", .len = 1, .chars = 1};
	uint64_t sides[2];

	center_sides(text, width, sides);
	return pad(run, text, sides, &space, out);
}

static int pad_arguments(
		struct run *run, const struct call *call, int64_t *width, const struct text **fill)
{
	static const struct text space = {.data = " ", .len = 1, .chars = 1};
	struct object args[2];

	if (text_arguments(run, call, 1, 2, args) < 0 || arg_int(run, args[0], 0, width) < 0)
		return -1;
	*fill = &space;
	if (is_absent(args[1]))
		return 0;
	if (text_argument(run, call, args[1], fill) < 0)
		return -1;
	if ((*fill)->chars != 1)
		return run_fail(run, FAULT_RUNTIME,
				"the fill character must be exactly one character long");
	return 0;
}

enum side { SIDE_LEFT, SIDE_RIGHT, SIDE_BOTH };

static int justify(struct run *run, const struct call *call, enum side padded, struct object *out)
{
	const struct text *text = call->self.text, *fill;
	uint64_t sides[2] = {0, 0};
	int64_t width;

	if (pad_arguments(run, call, &width, &fill) < 0)
		return -1;
	if (padded == SIDE_BOTH)
		center_sides(text, width, sides);
	else
		sides[padded] = missing(text, width);
	if (pad(run, text, sides, fill, out) < 0)
		return -1;
	out->is_markup = call->self.is_markup;
	return 0;
}

static int text_center_method(struct run *run, const struct call *call, struct object *out)
{
	return justify(run, call, SIDE_BOTH, out);
}

static int text_ljust(struct run *run, const struct call *call, struct object *out)
{
	return justify(run, call, SIDE_RIGHT, out);
}

static int text_rjust(struct run *run, const struct call *call, struct object *out)
{
	return justify(run, call, SIDE_LEFT, out);
}

static int text_zfill(struct run *run, const struct call *call, struct object *out)
{
	static const struct text zero = {.data = "0", .len = 1, .chars = 1};
	const struct text *text = call->self.text;
	uint64_t sides[2] = {0, 0};
	struct object arg;
	int64_t width;
	char *data, sign;

	if (text_arguments(run, call, 1, 1, &arg) < 0 || arg_int(run, arg, 0, &width) < 0)
		return -1;
	sides[0] = missing(text, width);
	if (pad(run, text, sides, &zero, out) < 0)
		return -1;
	out->is_markup = call->self.is_markup;
	data = (char *)out->text->data; /* nobody else has it yet */
	sign = text->data[0];
	if (sides[0] > 0 && (sign == '+' || sign == '-')) {
		data[sides[0]] = '0';
		data[0] = sign;
	}
	return 0;
}

static int text_expandtabs(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"tabsize"}};
	const char *at = call->self.text->data, *end = at + call->self.text->len;
	struct buf text = BUF_INIT;
	struct object arg;
	int64_t size, column = 0, fill;
	uint32_t code;

	if (call_bind(run, call, params, 1, 0, &arg) < 0 || arg_int(run, arg, 8, &size) < 0 ||
			run_charge(run, call->self.text->len / 16) < 0)
		return -1;
	while (at < end && text.len <= RUN_TEXT_MAX) {
		code = str_next_code(&at, end);
		if (code == '\t') {
			fill = size > 0 ? size - column % size : 0;
			for (column += fill; fill > 0 && text.len <= RUN_TEXT_MAX; fill--)
				buf_add_char(&text, ' ');
			continue;
		}
		utf8_add(&text, code);
		column = code == '\n' || code == '\r' ? 0 : column + 1;
	}
	if (object_string_buf(run, &text, out) < 0)
		return -1;
	out->is_markup = call->self.is_markup;
	return 0;
}

/* Every code point is what IS says, and there is one at least. */
static int test_all(
		struct run *run, const struct call *call, bool (*is)(uint32_t), struct object *out)
{
	const char *at = call->self.text->data, *end = at + call->self.text->len;
	bool all = at < end;

	while (all && at < end)
		all = is(str_next_code(&at, end));
	*out = object_bool(all);
	if (run_charge(run, call->self.text->len / 4) < 0)
		return -1;
	return text_arguments(run, call, 0, 0, NULL);
}

static bool is_alphanumeric(uint32_t code)
{
	return character_is_alpha(code) || character_is_number(code);
}

static int text_isalnum(struct run *run, const struct call *call, struct object *out)
{
	return test_all(run, call, is_alphanumeric, out);
}

static int text_isalpha(struct run *run, const struct call *call, struct object *out)
{
	return test_all(run, call, character_is_alpha, out);
}

static int text_isascii(struct run *run, const struct call *call, struct object *out)
{
	*out = object_bool(text_is_ascii(call->self.text));
	return text_arguments(run, call, 0, 0, NULL);
}

static int text_isdecimal(struct run *run, const struct call *call, struct object *out)
{
	return test_all(run, call, character_is_decimal, out);
}

static int text_isdigit(struct run *run, const struct call *call, struct object *out)
{
	return test_all(run, call, character_is_digit, out);
}

static int text_isprintable(struct run *run, const struct call *call, struct object *out)
{
	if (test_all(run, call, character_is_printable, out) < 0)
		return -1;
	out->boolean |= call->self.text->len == 0;
	return 0;
}

static int text_isspace(struct run *run, const struct call *call, struct object *out)
{
	return test_all(run, call, character_is_space, out);
}

bool text_is_cased(const struct text *text, bool (*wanted)(uint32_t), bool (*other)(uint32_t))
{
	const char *at = text->data, *end = at + text->len;
	bool is_cased = false;
	uint32_t code;

	while (at < end) {
		code = str_next_code(&at, end);
		if (other(code) || character_is_title(code))
			return false;
		is_cased |= wanted(code);
	}
	return is_cased;
}

static int test_case(struct run *run, const struct call *call, bool (*wanted)(uint32_t),
		bool (*other)(uint32_t), struct object *out)
{
	if (run_charge(run, call->self.text->len / 4) < 0)
		return -1;
	*out = object_bool(text_is_cased(call->self.text, wanted, other));
	return text_arguments(run, call, 0, 0, NULL);
}

static int text_islower(struct run *run, const struct call *call, struct object *out)
{
	return test_case(run, call, character_is_lower, character_is_upper, out);
}

static int text_isupper(struct run *run, const struct call *call, struct object *out)
{
	return test_case(run, call, character_is_upper, character_is_lower, out);
}

/* Upper or title case after what has no case, lower case after what has one. */
static int text_istitle(struct run *run, const struct call *call, struct object *out)
{
	const char *at = call->self.text->data, *end = at + call->self.text->len;
	bool is_inside = false, has_case = false, is_title = true;
	uint32_t code;

	while (is_title && at < end) {
		code = str_next_code(&at, end);
		if (character_is_upper(code) || character_is_title(code))
			is_title = !is_inside;
		else if (character_is_lower(code))
			is_title = is_inside;
		is_inside = character_is_cased(code);
		has_case |= is_inside;
	}
	*out = object_bool(is_title && has_case);
	if (run_charge(run, call->self.text->len / 4) < 0)
		return -1;
	return text_arguments(run, call, 0, 0, NULL);
}

static int text_encode(struct run *run, const struct call *call, struct object *out)
{
	(void)call;
	(void)out;
	return run_fail(run, FAULT_REFUSED, "encode() yields bytes, which templates do not have");
}

static int text_format(struct run *run, const struct call *call, struct object *out)
{
	return format_fields(run, call->self, call, out);
}

/* Names in the format are keys of the only argument, a dict. */
static int text_format_map(struct run *run, const struct call *call, struct object *out)
{
	struct call named = {.name = call->name, .self = call->self};
	struct keyword *keywords;
	struct object arg;
	struct dict *dict;
	size_t i;

	if (text_arguments(run, call, 1, 1, &arg) < 0)
		return -1;
	if (arg.kind != OBJECT_DICT)
		return run_fail(run, FAULT_RUNTIME, "format_map() takes a dict, not %s",
				object_type(arg));
	dict = dict_of(run, arg);
	keywords = dict ? run_alloc(run, dict->count * sizeof(*keywords)) : NULL;
	if (!keywords)
		return -1;
	named.keywords = keywords;
	for (i = 0; i < dict->count; i++) {
		if (dict->pairs[i].key.kind == OBJECT_STRING)
			keywords[named.keyword_count++] = (struct keyword){
					dict->pairs[i].key.text, dict->pairs[i].value};
	}
	return format_fields(run, call->self, &named, out);
}

const struct function text_methods[] = {
		{"capitalize", text_capitalize},
		{"casefold", text_casefold},
		{"center", text_center_method},
		{"count", text_count},
		{"encode", text_encode},
		{"endswith", text_endswith},
		{"expandtabs", text_expandtabs},
		{"find", text_find_method},
		{"format", text_format},
		{"format_map", text_format_map},
		{"index", text_index},
		{"isalnum", text_isalnum},
		{"isalpha", text_isalpha},
		{"isascii", text_isascii},
		{"isdecimal", text_isdecimal},
		{"isdigit", text_isdigit},
		{"islower", text_islower},
		{"isprintable", text_isprintable},
		{"isspace", text_isspace},
		{"istitle", text_istitle},
		{"isupper", text_isupper},
		{"join", text_join},
		{"ljust", text_ljust},
		{"lower", text_lower},
		{"lstrip", text_lstrip},
		{"partition", text_partition},
		{"removeprefix", text_removeprefix},
		{"removesuffix", text_removesuffix},
		{"replace", text_replace},
		{"rfind", text_rfind},
		{"rindex", text_rindex},
		{"rjust", text_rjust},
		{"rpartition", text_rpartition},
		{"rsplit", text_rsplit},
		{"rstrip", text_rstrip},
		{"split", text_split},
		{"splitlines", text_splitlines},
		{"startswith", text_startswith},
		{"strip", text_strip},
		{"swapcase", text_swapcase},
		{"title", text_title},
		{"upper", text_upper},
		{"zfill", text_zfill},
};
const size_t text_method_count = sizeof(text_methods) / sizeof(*text_methods);
