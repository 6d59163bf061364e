/*
 * pprint: Python's pprint.pformat() with its defaults: 80 columns, one more column for each level, dicts
 * sorted by their keys. What fits stands on one line; a list, tuple or dict that does not has one item a
 * line; a string that does not is cut at white space.
 */
#include "src/jinja/filters.h"

#include "src/base/buf.h"
#include "src/base/str.h"
#include "src/jinja/character.h"
#include "src/jinja/compare.h"
#include "src/jinja/print.h"
#include "src/jinja/run.h"
#include "src/jinja/sort.h"
#include "src/jinja/text.h"
#include "src/jinja/text_methods.h"

#define COLUMNS 80

struct pretty {
	struct run *run;
	struct buf *out;
};

/* Where something is printed: columns in front of it, and those to leave behind it on its last line. */
struct place {
	int indent, allowance;
	unsigned level;
};

/* --- a copy whose dicts are sorted --- */

static int sorted(struct run *run, struct object object, unsigned depth, struct object *out);

/* What does not compare is ordered by the names of the types: NoneType, bool, float, int, str, tuple. */
static int rank_of(struct object key)
{
	switch (key.kind) {
	case OBJECT_NONE:
		return 0;
	case OBJECT_BOOL:
	case OBJECT_INT:
	case OBJECT_FLOAT:
		return 1;
	case OBJECT_STRING:
		return 2;
	default:
		return 3;
	}
}

static int sort_pairs(struct run *run, const struct dict *dict, struct object **pairs)
{
	struct object *ranks = run_alloc(run, 2 * (dict->count + 1) * sizeof(*ranks));
	size_t i;

	if (!ranks)
		return -1;
	*pairs = ranks + dict->count + 1;
	for (i = 0; i < dict->count; i++) {
		const struct dict_pair *pair = &dict->pairs[i];
		const struct object rank[] = {object_int(rank_of(pair->key)), pair->key};
		const struct object both[] = {pair->key, pair->value};

		if (object_tuple(run, rank, 2, &ranks[i]) < 0 ||
				object_tuple(run, both, 2, &(*pairs)[i]) < 0)
			return -1;
	}
	return sort_items(run, ranks, *pairs, dict->count, false);
}

static int sorted_dict(struct run *run, struct object object, unsigned depth, struct object *out)
{
	struct dict *dict = dict_of(run, object);
	struct object *pairs, item;
	size_t i;

	if (!dict || sort_pairs(run, dict, &pairs) < 0 || object_dict(run, out) < 0)
		return -1;
	for (i = 0; i < dict->count; i++) {
		const struct object *pair = pairs[i].list->items;

		if (sorted(run, pair[1], depth + 1, &item) < 0 ||
				dict_set(run, out->dict, pair[0], item) < 0)
			return -1;
	}
	return 0;
}

static int sorted_list(struct run *run, struct object object, unsigned depth, struct object *out)
{
	struct list *list = list_of(run, object);
	struct object item;
	size_t i;

	if (!list || object_list(run, out) < 0)
		return -1;
	for (i = 0; i < list->count; i++) {
		if (sorted(run, list->items[i], depth + 1, &item) < 0 ||
				list_append(run, out->list, item) < 0)
			return -1;
	}
	out->kind = object.kind; /* a tuple is a list that nobody changes */
	return 0;
}

static int sorted(struct run *run, struct object object, unsigned depth, struct object *out)
{
	if (depth > OBJECT_DEPTH_MAX)
		return run_fail(run, FAULT_LIMIT, "printed deeper than %d levels",
				OBJECT_DEPTH_MAX);
	if (run_charge(run, 1) < 0)
		return -1;
	if (object.kind == OBJECT_DICT)
		return sorted_dict(run, object, depth, out);
	if (object.kind == OBJECT_LIST || object.kind == OBJECT_TUPLE)
		return sorted_list(run, object, depth, out);
	*out = object;
	return 0;
}

/* --- layout --- */

static int format(struct pretty *pretty, struct object object, struct place place);

/* repr(OBJECT) behind what is written, and how many columns it takes. */
static int write_repr(struct pretty *pretty, struct object object, int *columns)
{
	size_t from = pretty->out->len;

	if (object_repr(pretty->run, object, pretty->out) < 0 ||
			text_check(pretty->run, pretty->out) < 0)
		return -1;
	*columns = (int)text_count_chars(pretty->out->data + from, pretty->out->len - from);
	return 0;
}

static void new_line(struct pretty *pretty, int indent)
{
	buf_printf(pretty->out, "\n%*s", indent, "");
}

/* The last item leaves room for what closes all that ends with it, the others for a comma. */
static int allowance_of(bool is_last, struct place place)
{
	return is_last ? place.allowance : 1;
}

static int format_list(struct pretty *pretty, struct object object, struct place place)
{
	const struct list *list = object.list;
	bool is_tuple = object.kind == OBJECT_TUPLE;
	const char *end = is_tuple ? list->count == 1 ? ",)" : ")" : "]";
	struct place below = {.indent = place.indent + 1, .level = place.level};
	size_t i;

	buf_add_char(pretty->out, is_tuple ? '(' : '[');
	place.allowance += end[1] ? 2 : 1;
	for (i = 0; i < list->count; i++) {
		if (i > 0) {
			buf_add_char(pretty->out, ',');
			new_line(pretty, below.indent);
		}
		below.allowance = allowance_of(i + 1 == list->count, place);
		if (format(pretty, list->items[i], below) < 0)
			return -1;
	}
	buf_add_str(pretty->out, end);
	return 0;
}

static int format_dict(struct pretty *pretty, struct object object, struct place place)
{
	const struct dict *dict = object.dict;
	struct place below = {.level = place.level};
	int columns;
	size_t i;

	buf_add_char(pretty->out, '{');
	place.allowance++;
	for (i = 0; i < dict->count; i++) {
		if (i > 0) {
			buf_add_char(pretty->out, ',');
			new_line(pretty, place.indent + 1);
		}
		if (write_repr(pretty, dict->pairs[i].key, &columns) < 0)
			return -1;
		buf_add_str(pretty->out, ": ");
		below.indent = place.indent + 1 + columns + 2;
		below.allowance = allowance_of(i + 1 == dict->count, place);
		if (format(pretty, dict->pairs[i].value, below) < 0)
			return -1;
	}
	buf_add_char(pretty->out, '}');
	return 0;
}

/* --- strings --- */

/* How many columns the bytes from FROM to TO take between quotes. */
static int quoted_columns(struct pretty *pretty, const char *from, const char *to)
{
	const struct text text = {.data = from, .len = (size_t)(to - from)};
	struct buf quoted = BUF_INIT;
	int columns;

	print_quoted(&text, &quoted);
	columns = (int)text_count_chars(buf_str(&quoted), quoted.len);
	buf_release(&quoted);
	return run_charge(pretty->run, 1 + text.len / 16) < 0 ? -1 : columns;
}

static int add_chunk(struct pretty *pretty, struct list *chunks, const char *from, const char *to)
{
	struct object chunk;

	if (from == to)
		return 0;
	if (object_string(pretty->run, from, (size_t)(to - from), &chunk) < 0)
		return -1;
	return list_append(pretty->run, chunks, chunk);
}

/* Behind a word and the white space that follows it. */
static const char *word_end(const char *at, const char *end)
{
	const char *next = at;

	while (at < end && !character_is_space(str_next_code(&next, end)))
		at = next;
	next = at;
	while (at < end && character_is_space(str_next_code(&next, end)))
		at = next;
	return at;
}

/* LINE as chunks of at most WIDTH columns; the last leaves ALLOWANCE columns. */
static int cut_line(struct pretty *pretty, const struct text *line, int width, int allowance,
		struct list *chunks)
{
	const char *end = line->data + line->len, *from = line->data, *at = from, *next;
	int columns;

	for (; at < end; at = next) {
		next = word_end(at, end);
		columns = quoted_columns(pretty, from, next);
		if (columns < 0)
			return -1;
		if (columns <= (next == end ? width - allowance : width))
			continue;
		if (add_chunk(pretty, chunks, from, at) < 0)
			return -1;
		from = at;
	}
	return add_chunk(pretty, chunks, from, end);
}

static int cut_string(struct pretty *pretty, struct object string, struct place place,
		struct list *chunks)
{
	int width = COLUMNS - place.indent, columns, allowance;
	struct object lines;
	size_t i;

	if (text_split_lines(pretty->run, string.text, true, &lines) < 0)
		return -1;
	for (i = 0; i < lines.list->count; i++) {
		const struct text *line = lines.list->items[i].text;
		const char *end = line->data + line->len;

		allowance = i + 1 == lines.list->count ? place.allowance : 0;
		columns = quoted_columns(pretty, line->data, end);
		if (columns < 0)
			return -1;
		if (columns <= width - allowance) {
			if (add_chunk(pretty, chunks, line->data, end) < 0)
				return -1;
		} else if (cut_line(pretty, line, width, allowance, chunks) < 0) {
			return -1;
		}
	}
	return 0;
}

static int format_string(struct pretty *pretty, struct object string, struct place place)
{
	bool in_parentheses = place.level == 1;
	struct object chunks;
	size_t i;

	if (in_parentheses) {
		place.indent++;
		place.allowance++;
	}
	if (object_list(pretty->run, &chunks) < 0 ||
			cut_string(pretty, string, place, chunks.list) < 0)
		return -1;
	in_parentheses = in_parentheses && chunks.list->count > 1;
	if (in_parentheses)
		buf_add_char(pretty->out, '(');
	for (i = 0; i < chunks.list->count; i++) {
		if (i > 0)
			new_line(pretty, place.indent);
		print_quoted(chunks.list->items[i].text, pretty->out);
	}
	if (in_parentheses)
		buf_add_char(pretty->out, ')');
	return 0;
}

static int format(struct pretty *pretty, struct object object, struct place place)
{
	size_t from = pretty->out->len;
	int columns;

	if (write_repr(pretty, object, &columns) < 0)
		return -1;
	if (columns <= COLUMNS - place.indent - place.allowance)
		return 0;
	place.level++;
	switch (object.kind) {
	case OBJECT_LIST:
	case OBJECT_TUPLE:
		pretty->out->len = from;
		return format_list(pretty, object, place);
	case OBJECT_DICT:
		pretty->out->len = from;
		return format_dict(pretty, object, place);
	case OBJECT_STRING:
		if (object.is_markup || object.text->len == 0)
			return 0;
		pretty->out->len = from;
		return format_string(pretty, object, place);
	default:
		return 0;
	}
}

int filter_pprint(struct run *run, const struct call *call, struct object *out)
{
	struct buf text = BUF_INIT;
	struct pretty pretty = {.run = run, .out = &text};
	struct object object;

	if (call_bind(run, call, NULL, 0, 0, NULL) < 0 || sorted(run, call->self, 1, &object) < 0)
		return -1;
	if (format(&pretty, object, (struct place){0}) < 0) {
		buf_release(&text);
		return -1;
	}
	return object_string_buf(run, &text, out);
}
