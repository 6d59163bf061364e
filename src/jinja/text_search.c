#include "src/jinja/text_methods.h"

#include <string.h>

#include "src/base/buf.h"
#include "src/base/str.h"
#include "src/jinja/character.h"
#include "src/jinja/markup.h"
#include "src/jinja/number.h"
#include "src/jinja/run.h"
#include "src/jinja/text.h"

int text_arguments(struct run *run, const struct call *call, size_t required, size_t most,
		struct object *args)
{
	size_t i;

	if (call->keyword_count > 0)
		return run_fail(run, FAULT_RUNTIME, "%s.%s() takes no keyword arguments",
				object_type(call->self), call->name);
	if (call->count < required || call->count > most)
		return run_fail(run, FAULT_RUNTIME, "%s() takes %zu to %zu arguments (%zu given)",
				call->name, required, most, call->count);
	for (i = 0; i < most; i++)
		args[i] = i < call->count ? call->args[i] : (struct object){0};
	return 0;
}

int text_argument(struct run *run, const struct call *call, struct object arg,
		const struct text **out)
{
	if (arg.kind == OBJECT_STRING && call->self.is_markup && markup_escape(run, arg, &arg) < 0)
		return -1;
	return arg_text(run, arg, "", out);
}

/* A part of a string, as offsets; not valid when it begins behind the end. */
struct part {
	size_t from, to;
	size_t from_index; /* FROM in code points */
	bool is_valid;
};

static int bound(struct run *run, struct object arg, int64_t fallback, int64_t *out)
{
	if (arg.kind == OBJECT_NONE)
		arg = (struct object){0};
	return arg_int(run, arg, fallback, out);
}

/* What START and END of find(), count() ... mean: code points, from the end when negative. */
static int part_of(struct run *run, const struct text *text, struct object start, struct object end,
		struct part *part)
{
	int64_t from, to, length = (int64_t)text->chars;

	if (bound(run, start, 0, &from) < 0 || bound(run, end, INT64_MAX, &to) < 0)
		return -1;
	if (to > length)
		to = length;
	if (to < 0 && (to += length) < 0)
		to = 0;
	if (from < 0 && (from += length) < 0)
		from = 0;
	part->is_valid = from <= to;
	if (!part->is_valid)
		return 0;
	part->from_index = (size_t)from;
	part->from = text_offset(text, (size_t)from);
	part->to = text_offset(text, (size_t)to);
	return text_charge_find(run, text);
}

/* The needle and the part to look for it in. */
static int search_arguments(struct run *run, const struct call *call, const struct text **needle,
		struct part *part)
{
	struct object args[3];

	if (text_arguments(run, call, 1, 3, args) < 0 || arg_text(run, args[0], "", needle) < 0)
		return -1;
	return part_of(run, call->self.text, args[1], args[2], part);
}

static int find(struct run *run, const struct call *call, bool is_last, bool must_be,
		struct object *out)
{
	const struct text *text = call->self.text, *needle;
	size_t at = SIZE_MAX;
	struct part part;

	if (search_arguments(run, call, &needle, &part) < 0)
		return -1;
	if (is_last && text_charge_find_last(run, text, needle) < 0)
		return -1;
	if (part.is_valid && is_last)
		at = text_find_last(text, needle, part.from, part.to);
	else if (part.is_valid)
		at = text_find(text, needle, part.from, part.to);
	if (at == SIZE_MAX && must_be)
		return run_fail(run, FAULT_RUNTIME, "substring not found");
	*out = object_int(at == SIZE_MAX ? -1 : (int64_t)text_count_chars(text->data, at));
	return 0;
}

int text_find_method(struct run *run, const struct call *call, struct object *out)
{
	return find(run, call, false, false, out);
}

int text_index(struct run *run, const struct call *call, struct object *out)
{
	return find(run, call, false, true, out);
}

int text_rfind(struct run *run, const struct call *call, struct object *out)
{
	return find(run, call, true, false, out);
}

int text_rindex(struct run *run, const struct call *call, struct object *out)
{
	return find(run, call, true, true, out);
}

int text_count(struct run *run, const struct call *call, struct object *out)
{
	const struct text *text = call->self.text, *needle;
	struct part part;
	int64_t count = 0;
	size_t at;

	if (search_arguments(run, call, &needle, &part) < 0)
		return -1;
	*out = object_int(0);
	if (!part.is_valid)
		return 0;
	if (needle->len == 0) {
		count = (int64_t)text_count_chars(text->data + part.from, part.to - part.from) + 1;
	} else {
		at = text_find(text, needle, part.from, part.to);
		for (; at != SIZE_MAX; at = text_find(text, needle, at + needle->len, part.to))
			count++;
	}
	*out = object_int(count);
	return 0;
}

static bool has_affix(const struct text *text, const struct text *affix, const struct part *part,
		bool is_suffix)
{
	size_t at;

	if (!part->is_valid || affix->len > part->to - part->from)
		return false;
	at = is_suffix ? part->to - affix->len : part->from;
	return memcmp(text->data + at, affix->data, affix->len) == 0;
}

/* One string or a tuple of them. */
static int test_affix(struct run *run, const struct call *call, bool is_suffix, struct object *out)
{
	const struct text *affix;
	struct object args[3];
	const struct object *choices = args;
	size_t i, count = 1;
	struct part part;
	bool has = false;

	if (text_arguments(run, call, 1, 3, args) < 0 ||
			part_of(run, call->self.text, args[1], args[2], &part) < 0)
		return -1;
	if (args[0].kind == OBJECT_TUPLE) {
		choices = args[0].list->items;
		count = args[0].list->count;
	}
	for (i = 0; !has && i < count; i++) {
		if (arg_text(run, choices[i], "", &affix) < 0)
			return -1;
		has = has_affix(call->self.text, affix, &part, is_suffix);
	}
	*out = object_bool(has);
	return 0;
}

int text_startswith(struct run *run, const struct call *call, struct object *out)
{
	return test_affix(run, call, false, out);
}

int text_endswith(struct run *run, const struct call *call, struct object *out)
{
	return test_affix(run, call, true, out);
}

static int remove_affix(
		struct run *run, const struct call *call, bool is_suffix, struct object *out)
{
	const struct text *text = call->self.text, *affix;
	struct part whole = {.to = text->len, .is_valid = true};
	struct object arg;

	if (text_arguments(run, call, 1, 1, &arg) < 0 || arg_text(run, arg, "", &affix) < 0)
		return -1;
	*out = call->self;
	out->is_markup = false;
	if (!has_affix(text, affix, &whole, is_suffix))
		return 0;
	return object_string(run, text->data + (is_suffix ? 0 : affix->len), text->len - affix->len,
			out);
}

int text_removeprefix(struct run *run, const struct call *call, struct object *out)
{
	return remove_affix(run, call, false, out);
}

int text_removesuffix(struct run *run, const struct call *call, struct object *out)
{
	return remove_affix(run, call, true, out);
}

/* NEW in front of each code point, and behind the last: what replacing nothing means. */
static void spread(const struct text *text, const struct text *new, int64_t count, struct buf *out)
{
	const char *at = text->data, *end = at + text->len, *start;

	while (at < end && count != 0 && out->len <= RUN_TEXT_MAX) {
		buf_add(out, new->data, new->len);
		start = at;
		(void)str_next_code(&at, end);
		buf_add(out, start, (size_t)(at - start));
		count--;
	}
	if (count != 0)
		buf_add(out, new->data, new->len);
	buf_add(out, at, (size_t)(end - at));
}

static void replace(const struct text *text, const struct text *const swap[2], int64_t count,
		struct buf *out)
{
	size_t from = 0, at;

	while (count != 0 && out->len <= RUN_TEXT_MAX) {
		at = text_find(text, swap[0], from, text->len);
		if (at == SIZE_MAX)
			break;
		buf_add(out, text->data + from, at - from);
		buf_add(out, swap[1]->data, swap[1]->len);
		from = at + swap[0]->len;
		count--;
	}
	buf_add(out, text->data + from, text->len - from);
}

int text_replace_all(struct run *run, const struct text *text, const struct text *const swap[2],
		int64_t count, struct object *out)
{
	struct buf result = BUF_INIT;

	if (count < 0)
		count = INT64_MAX;
	if (swap[0]->len == 0)
		spread(text, swap[1], count, &result);
	else
		replace(text, swap, count, &result);
	if (text_charge_find(run, text) < 0 || run_charge(run, result.len / 64) < 0) {
		buf_release(&result);
		return -1;
	}
	return object_string_buf(run, &result, out);
}

int text_replace(struct run *run, const struct call *call, struct object *out)
{
	const struct text *swap[2];
	struct object args[3];
	int64_t count;

	if (text_arguments(run, call, 2, 3, args) < 0 ||
			text_argument(run, call, args[0], &swap[0]) < 0 ||
			text_argument(run, call, args[1], &swap[1]) < 0 ||
			arg_int(run, args[2], -1, &count) < 0 ||
			text_replace_all(run, call->self.text, swap, count, out) < 0)
		return -1;
	out->is_markup = call->self.is_markup;
	return 0;
}

static bool is_stripped(uint32_t code, const struct text *chars)
{
	const char *at, *end;

	if (!chars)
		return character_is_space(code);
	for (at = chars->data, end = at + chars->len; at < end;) {
		if (str_next_code(&at, end) == code)
			return true;
	}
	return false;
}

int text_strip_chars(struct run *run, const struct text *text, const struct text *chars,
		unsigned sides, struct object *out)
{
	const char *start = text->data, *end = start + text->len, *at;

	if (run_charge(run, text->len / 64) < 0)
		return -1;
	while (sides & STRIP_LEFT && start < end) {
		at = start;
		if (!is_stripped(str_next_code(&at, end), chars))
			break;
		start = at;
	}
	while (sides & STRIP_RIGHT && end > start) {
		at = end;
		if (!is_stripped(text_previous(&at), chars))
			break;
		end = at;
	}
	if ((size_t)(end - start) == text->len) {
		*out = (struct object){.kind = OBJECT_STRING, .text = text};
		return 0;
	}
	return object_string(run, start, (size_t)(end - start), out);
}

static int strip(struct run *run, const struct call *call, unsigned sides, struct object *out)
{
	const struct text *chars = NULL;
	struct object arg;

	if (text_arguments(run, call, 0, 1, &arg) < 0)
		return -1;
	if (!is_absent(arg) && arg.kind != OBJECT_NONE && text_argument(run, call, arg, &chars) < 0)
		return -1;
	if (text_strip_chars(run, call->self.text, chars, sides, out) < 0)
		return -1;
	out->is_markup = call->self.is_markup;
	return 0;
}

int text_strip(struct run *run, const struct call *call, struct object *out)
{
	return strip(run, call, STRIP_LEFT | STRIP_RIGHT, out);
}

int text_lstrip(struct run *run, const struct call *call, struct object *out)
{
	return strip(run, call, STRIP_LEFT, out);
}

int text_rstrip(struct run *run, const struct call *call, struct object *out)
{
	return strip(run, call, STRIP_RIGHT, out);
}
