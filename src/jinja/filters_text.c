#include "src/jinja/filters.h"

#include <string.h>

#include "src/base/buf.h"
#include "src/base/str.h"
#include "src/jinja/casing.h"
#include "src/jinja/character.h"
#include "src/jinja/format.h"
#include "src/jinja/run.h"
#include "src/jinja/text.h"
#include "src/jinja/text_methods.h"

int filter_self_text(struct run *run, const struct call *call, struct object *out)
{
	return object_to_string(run, call->self, out);
}

static int change_case(
		struct run *run, const struct call *call, enum casing casing, struct object *out)
{
	struct object text;

	if (call_bind(run, call, NULL, 0, 0, NULL) < 0 || filter_self_text(run, call, &text) < 0 ||
			casing_apply(run, text.text, casing, out) < 0)
		return -1;
	out->is_markup = text.is_markup;
	return 0;
}

int filter_capitalize(struct run *run, const struct call *call, struct object *out)
{
	return change_case(run, call, CASING_CAPITALIZE, out);
}

int filter_lower(struct run *run, const struct call *call, struct object *out)
{
	return change_case(run, call, CASING_LOWER, out);
}

int filter_upper(struct run *run, const struct call *call, struct object *out)
{
	return change_case(run, call, CASING_UPPER, out);
}

static bool begins_word(uint32_t code)
{
	return code == '-' || code == '(' || code == '{' || code == '[' || code == '<' ||
			character_is_space(code);
}

/* The code points from START to END in another case. */
static int add_cased(struct run *run, const char *start, const char *end, enum casing casing,
		struct buf *out)
{
	const struct text part = {.data = start,
			.len = (size_t)(end - start),
			.chars = text_count_chars(start, (size_t)(end - start))};
	struct object cased;

	if (casing_apply(run, &part, casing, &cased) < 0)
		return -1;
	buf_add(out, cased.text->data, cased.text->len);
	return 0;
}

/*
 * Other than the method, this one has words end at white space, hyphens and opening brackets only.
 */
static int add_titled(struct run *run, const struct text *text, struct buf *out)
{
	const char *at = text->data, *end = at + text->len, *start, *first;

	while (at < end) {
		start = first = at;
		if (begins_word(str_next_code(&at, end))) {
			buf_add(out, start, (size_t)(at - start));
			continue;
		}
		first = at;
		while (at < end) {
			const char *next = at;

			if (begins_word(str_next_code(&next, end)))
				break;
			at = next;
		}
		if (add_cased(run, start, first, CASING_UPPER, out) < 0 ||
				add_cased(run, first, at, CASING_LOWER, out) < 0)
			return -1;
	}
	return 0;
}

int filter_title(struct run *run, const struct call *call, struct object *out)
{
	struct buf titled = BUF_INIT;
	struct object text;

	if (call_bind(run, call, NULL, 0, 0, NULL) < 0 || filter_self_text(run, call, &text) < 0)
		return -1;
	if (add_titled(run, text.text, &titled) < 0) {
		buf_release(&titled);
		return -1;
	}
	return object_string_buf(run, &titled, out);
}

int filter_center(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"width"}};
	struct object arg, text;
	int64_t width;

	if (call_bind(run, call, params, 1, 0, &arg) < 0 || arg_int(run, arg, 80, &width) < 0 ||
			filter_self_text(run, call, &text) < 0 ||
			text_center(run, text.text, width, out) < 0)
		return -1;
	out->is_markup = text.is_markup;
	return 0;
}

int filter_string(struct run *run, const struct call *call, struct object *out)
{
	if (call_bind(run, call, NULL, 0, 0, NULL) < 0)
		return -1;
	return filter_self_text(run, call, out);
}

/* By position a tuple, by keyword a dict. */
int filter_format(struct run *run, const struct call *call, struct object *out)
{
	struct object text, args, key = {.kind = OBJECT_STRING};
	size_t i;

	if (call->count > 0 && call->keyword_count > 0)
		return run_fail(run, FAULT_RUNTIME,
				"can't handle positional and keyword arguments at the same time");
	if (filter_self_text(run, call, &text) < 0)
		return -1;
	if (call->keyword_count == 0) {
		if (object_tuple(run, call->args, call->count, &args) < 0)
			return -1;
		return format_percent(run, text, args, out);
	}
	if (object_dict(run, &args) < 0)
		return -1;
	for (i = 0; i < call->keyword_count; i++) {
		key.text = call->keywords[i].name;
		if (dict_set(run, args.dict, key, call->keywords[i].value) < 0)
			return -1;
	}
	return format_percent(run, text, args, out);
}

int filter_replace(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"old"}, {"new"}, {"count"}};
	struct object args[3], text, old, new;
	const struct text *swap[2];
	int64_t count;

	if (call_bind(run, call, params, 3, 2, args) < 0)
		return -1;
	if (args[2].kind == OBJECT_NONE)
		args[2] = (struct object){0};
	if (arg_int(run, args[2], -1, &count) < 0 || filter_self_text(run, call, &text) < 0 ||
			object_to_string(run, args[0], &old) < 0 ||
			object_to_string(run, args[1], &new) < 0)
		return -1;
	swap[0] = old.text;
	swap[1] = new.text;
	return text_replace_all(run, text.text, swap, count, out);
}

int filter_trim(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"chars"}};
	const struct text *chars = NULL;
	struct object arg, text;

	if (call_bind(run, call, params, 1, 0, &arg) < 0 || filter_self_text(run, call, &text) < 0)
		return -1;
	if (!is_absent(arg) && arg.kind != OBJECT_NONE && arg_text(run, arg, "", &chars) < 0)
		return -1;
	if (text_strip_chars(run, text.text, chars, STRIP_LEFT | STRIP_RIGHT, out) < 0)
		return -1;
	out->is_markup = text.is_markup;
	return 0;
}

/* What one level is indented by: a string as it is, or so many spaces. */
static int indentation(struct run *run, struct object width, const struct text **out)
{
	struct object spaces;
	int64_t count;

	if (width.kind == OBJECT_STRING) {
		*out = width.text;
		return 0;
	}
	if (arg_int(run, width, 4, &count) < 0 || object_string_z(run, " ", &spaces) < 0 ||
			object_binary(run, OP_MUL, spaces, object_int(count), &spaces) < 0)
		return -1;
	*out = spaces.text;
	return 0;
}

static int indent_lines(struct run *run, const struct list *lines, const struct text *indention,
		const bool flags[2], struct object *out)
{
	const bool first = flags[0], blank = flags[1];
	const struct text *line;
	struct buf text = BUF_INIT;
	size_t i;

	for (i = 0; i < lines->count && text.len <= RUN_TEXT_MAX; i++) {
		line = lines->items[i].text;
		if (i > 0)
			buf_add_char(&text, '\n');
		if (i == 0 ? first : blank || line->len > 0)
			buf_add(&text, indention->data, indention->len);
		buf_add(&text, line->data, line->len);
	}
	if (run_charge(run, text.len / 64) < 0) {
		buf_release(&text);
		return -1;
	}
	return object_string_buf(run, &text, out);
}

int filter_indent(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"width"}, {"first"}, {"blank"}};
	struct object args[3], text, lines, newline;
	const struct text *indention;
	bool flags[2];

	if (call_bind(run, call, params, 3, 0, args) < 0 ||
			indentation(run, args[0], &indention) < 0 ||
			arg_bool(run, args[1], false, &flags[0]) < 0 ||
			arg_bool(run, args[2], false, &flags[1]) < 0 ||
			object_string_z(run, "\n", &newline) < 0 ||
			object_binary(run, OP_ADD, call->self, newline, &text) < 0)
		return -1;
	if (text_split_lines(run, text.text, false, &lines) < 0 ||
			indent_lines(run, lines.list, indention, flags, out) < 0)
		return -1;
	out->is_markup = call->self.is_markup;
	return 0;
}

/* LENGTH code points, or as many of them as come before the last space. */
static int cut(struct run *run, const struct text *text, int64_t length, bool kill_words,
		struct object *out)
{
	static const struct text space = {.data = " ", .len = 1, .chars = 1};
	size_t at;

	if (text_part(run, text, 0, (size_t)length, out) < 0)
		return -1;
	if (kill_words)
		return 0;
	at = text_find_last(out->text, &space, 0, out->text->len);
	if (at == SIZE_MAX)
		return 0;
	return object_string(run, out->text->data, at, out);
}

int filter_truncate(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"length"}, {"killwords"}, {"end"}, {"leeway"}};
	int64_t length, leeway, actual;
	struct object args[4], end;
	const struct text *end_text;
	bool kill_words;

	if (call_bind(run, call, params, 4, 0, args) < 0)
		return -1;
	if (args[3].kind == OBJECT_NONE)
		args[3] = (struct object){0};
	if (arg_int(run, args[0], 255, &length) < 0 ||
			arg_bool(run, args[1], false, &kill_words) < 0 ||
			arg_text(run, args[2], "...", &end_text) < 0 ||
			arg_int(run, args[3], 5, &leeway) < 0 ||
			object_length(run, call->self, &actual) < 0)
		return -1;
	if (length < (int64_t)end_text->chars)
		return run_fail(run, FAULT_RUNTIME, "expected length >= %zu, got %lld",
				end_text->chars, (long long)length);
	if (leeway < 0)
		return run_fail(run, FAULT_RUNTIME, "expected leeway >= 0, got %lld",
				(long long)leeway);
	*out = call->self;
	if (actual <= length || actual - length <= leeway)
		return 0;
	if (call->self.kind != OBJECT_STRING)
		return run_fail(run, FAULT_RUNTIME, "truncate() needs a string, not %s",
				object_type(call->self));
	if (cut(run, call->self.text, length - (int64_t)end_text->chars, kill_words, out) < 0)
		return -1;
	out->is_markup = call->self.is_markup;
	end = is_absent(args[2]) ? (struct object){.kind = OBJECT_STRING, .text = end_text}
				 : args[2];
	return object_binary(run, OP_ADD, *out, end, out);
}

int filter_wordcount(struct run *run, const struct call *call, struct object *out)
{
	struct object text;
	const char *at, *end;
	bool is_inside = false, is_word;
	int64_t count = 0;
	uint32_t code;

	if (call_bind(run, call, NULL, 0, 0, NULL) < 0 || filter_self_text(run, call, &text) < 0 ||
			run_charge(run, text.text->len / 4) < 0)
		return -1;
	at = text.text->data;
	for (end = at + text.text->len; at < end; is_inside = is_word) {
		code = str_next_code(&at, end);
		is_word = code == '_' || character_is_alpha(code) || character_is_number(code);
		count += is_word && !is_inside;
	}
	*out = object_int(count);
	return 0;
}
