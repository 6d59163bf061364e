#include "src/jinja/text_methods.h"

#include <string.h>

#include "src/base/buf.h"
#include "src/base/str.h"
#include "src/jinja/character.h"
#include "src/jinja/list.h"
#include "src/jinja/markup.h"
#include "src/jinja/run.h"
#include "src/jinja/text.h"

static int add_piece(struct run *run, struct list *list, const char *start, const char *end)
{
	struct object piece;

	if (run_charge(run, 1) < 0 || object_string(run, start, (size_t)(end - start), &piece) < 0)
		return -1;
	return list_append(run, list, piece);
}

static const char *skip_space(const char *at, const char *end)
{
	const char *next = at;

	while (at < end && character_is_space(str_next_code(&next, end)))
		at = next;
	return at;
}

static const char *skip_word(const char *at, const char *end)
{
	const char *next = at;

	while (at < end && !character_is_space(str_next_code(&next, end)))
		at = next;
	return at;
}

/* After MOST words the rest is one piece, with the white space at its end. */
int text_split_words(struct run *run, const struct text *text, int64_t most, struct object *out)
{
	const char *at = text->data, *end = at + text->len, *start;

	if (object_list(run, out) < 0 || run_charge(run, text->len / 64) < 0)
		return -1;
	for (at = skip_space(at, end); at < end; at = skip_space(at, end)) {
		start = at;
		at = most == 0 ? end : skip_word(at, end);
		if (add_piece(run, out->list, start, at) < 0)
			return -1;
		most--;
	}
	return 0;
}

static int split_at(struct run *run, const struct text *text, const struct text *separator,
		int64_t most, struct object *out)
{
	size_t from = 0, at;

	if (object_list(run, out) < 0 || text_charge_find(run, text) < 0)
		return -1;
	for (; most != 0; most--) {
		at = text_find(text, separator, from, text->len);
		if (at == SIZE_MAX)
			break;
		if (add_piece(run, out->list, text->data + from, text->data + at) < 0)
			return -1;
		from = at + separator->len;
	}
	return add_piece(run, out->list, text->data + from, text->data + text->len);
}

static const char *back_over_space(const char *start, const char *at)
{
	const char *before = at;

	while (at > start && character_is_space(text_previous(&before)))
		at = before;
	return at;
}

static const char *back_over_word(const char *start, const char *at)
{
	const char *before = at;

	while (at > start && !character_is_space(text_previous(&before)))
		at = before;
	return at;
}

static int rsplit_words(struct run *run, const struct text *text, int64_t most, struct object *out)
{
	const char *start = text->data, *at = start + text->len, *end;

	if (object_list(run, out) < 0 || run_charge(run, text->len / 64) < 0)
		return -1;
	at = back_over_space(start, at);
	for (; at > start; at = back_over_space(start, at)) {
		end = at;
		at = most == 0 ? start : back_over_word(start, at);
		if (add_piece(run, out->list, at, end) < 0)
			return -1;
		most--;
	}
	list_reverse(out->list);
	return 0;
}

static int rsplit_at(struct run *run, const struct text *text, const struct text *separator,
		int64_t most, struct object *out)
{
	size_t to = text->len, at;

	if (object_list(run, out) < 0 || text_charge_find_last(run, text, separator) < 0)
		return -1;
	for (; most != 0; most--) {
		at = text_find_last(text, separator, 0, to);
		if (at == SIZE_MAX)
			break;
		if (add_piece(run, out->list, text->data + at + separator->len, text->data + to) <
				0)
			return -1;
		to = at;
	}
	if (add_piece(run, out->list, text->data, text->data + to) < 0)
		return -1;
	list_reverse(out->list);
	return 0;
}

static void mark_pieces(const struct call *call, struct list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		list->items[i].is_markup = call->self.is_markup;
}

static int split(struct run *run, const struct call *call, bool from_right, struct object *out)
{
	static const struct param params[] = {{"sep"}, {"maxsplit"}};
	const struct text *text = call->self.text, *separator;
	struct object args[2];
	int64_t most;
	int rc;

	if (call_bind(run, call, params, 2, 0, args) < 0 || arg_int(run, args[1], -1, &most) < 0)
		return -1;
	if (is_absent(args[0]) || args[0].kind == OBJECT_NONE) {
		rc = from_right ? rsplit_words(run, text, most, out)
				: text_split_words(run, text, most, out);
	} else {
		if (arg_text(run, args[0], "", &separator) < 0)
			return -1;
		if (separator->len == 0)
			return run_fail(run, FAULT_RUNTIME, "empty separator");
		rc = from_right ? rsplit_at(run, text, separator, most, out)
				: split_at(run, text, separator, most, out);
	}
	if (rc == 0)
		mark_pieces(call, out->list);
	return rc;
}

int text_split(struct run *run, const struct call *call, struct object *out)
{
	return split(run, call, false, out);
}

int text_rsplit(struct run *run, const struct call *call, struct object *out)
{
	return split(run, call, true, out);
}

int text_split_lines(struct run *run, const struct text *text, bool keep_ends, struct object *out)
{
	const char *at = text->data, *end = at + text->len, *start, *stop;
	uint32_t code;

	if (object_list(run, out) < 0 || run_charge(run, text->len / 64) < 0)
		return -1;
	while (at < end) {
		start = at;
		do {
			stop = at;
			code = str_next_code(&at, end);
		} while (!character_is_line_break(code) && at < end);
		if (!character_is_line_break(code))
			stop = at;
		else if (code == '\r' && at < end && *at == '\n')
			at++;
		if (add_piece(run, out->list, start, keep_ends ? at : stop) < 0)
			return -1;
	}
	return 0;
}

int text_splitlines(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"keepends"}};
	struct object arg;
	bool keep_ends;

	if (call_bind(run, call, params, 1, 0, &arg) < 0 ||
			arg_bool(run, arg, false, &keep_ends) < 0 ||
			text_split_lines(run, call->self.text, keep_ends, out) < 0)
		return -1;
	mark_pieces(call, out->list);
	return 0;
}

/* The three parts around the bytes AT to BEHIND. */
static int three_parts(struct run *run, const struct call *call, const size_t bounds[2],
		struct object *out)
{
	const struct text *text = call->self.text;
	struct object parts[3];
	size_t i;

	if (object_string(run, text->data, bounds[0], &parts[0]) < 0 ||
			object_string(run, text->data + bounds[0], bounds[1] - bounds[0],
					&parts[1]) < 0 ||
			object_string(run, text->data + bounds[1], text->len - bounds[1],
					&parts[2]) < 0)
		return -1;
	for (i = 0; i < 3; i++)
		parts[i].is_markup = call->self.is_markup;
	return object_tuple(run, parts, 3, out);
}

static int partition(struct run *run, const struct call *call, bool is_last, struct object *out)
{
	const struct text *text = call->self.text, *separator;
	size_t bounds[2];
	struct object arg;

	if (text_arguments(run, call, 1, 1, &arg) < 0 ||
			text_argument(run, call, arg, &separator) < 0)
		return -1;
	if (separator->len == 0)
		return run_fail(run, FAULT_RUNTIME, "empty separator");
	if (text_charge_find_last(run, text, separator) < 0)
		return -1;
	if (is_last)
		bounds[0] = text_find_last(text, separator, 0, text->len);
	else
		bounds[0] = text_find(text, separator, 0, text->len);
	if (bounds[0] == SIZE_MAX)
		bounds[0] = bounds[1] = is_last ? 0 : text->len;
	else
		bounds[1] = bounds[0] + separator->len;
	return three_parts(run, call, bounds, out);
}

int text_partition(struct run *run, const struct call *call, struct object *out)
{
	return partition(run, call, false, out);
}

int text_rpartition(struct run *run, const struct call *call, struct object *out)
{
	return partition(run, call, true, out);
}

/* Markup joins what is no string as well, by its str(). */
static int add_joined(struct run *run, const struct call *call, struct object item, size_t index,
		struct buf *joined)
{
	if (call->self.is_markup && markup_escape(run, item, &item) < 0)
		return -1;
	if (item.kind == OBJECT_UNDEFINED)
		return object_undefined_fail(run, item);
	if (item.kind != OBJECT_STRING)
		return run_fail(run, FAULT_RUNTIME,
				"sequence item %zu: expected str instance, %s found", index,
				object_type(item));
	buf_add(joined, item.text->data, item.text->len);
	return run_charge(run, 1 + item.text->len / 64);
}

static int join(struct run *run, const struct call *call, const struct list *items,
		struct buf *joined)
{
	size_t i;

	for (i = 0; i < items->count; i++) {
		if (i > 0)
			buf_add(joined, call->self.text->data, call->self.text->len);
		if (add_joined(run, call, items->items[i], i, joined) < 0)
			return -1;
		if (joined->len > RUN_TEXT_MAX)
			break;
	}
	return 0;
}

int text_join(struct run *run, const struct call *call, struct object *out)
{
	struct buf joined = BUF_INIT;
	struct list *items;
	struct object arg;

	if (text_arguments(run, call, 1, 1, &arg) < 0 || object_items(run, arg, &items) < 0)
		return -1;
	if (join(run, call, items, &joined) < 0) {
		buf_release(&joined);
		return -1;
	}
	if (object_string_buf(run, &joined, out) < 0)
		return -1;
	out->is_markup = call->self.is_markup;
	return 0;
}
