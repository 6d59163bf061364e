/*
 * TOML 1.0 (toml.io). A table is a header and the lines up to the next header, so the values of a
 * map that are no tables must come first; apart from that, everything is in the order of the values.
 *
 * A list of maps, not empty, is an array of tables ([[name]]), as people write it; a map inside any
 * other list is an inline table. A header is left out when the table has nothing but tables.
 */
#include <inttypes.h>
#include <string.h>

#include "src/base/str.h"
#include "src/render/view_writer.h"
#include "src/value/number.h"
#include "src/value/query.h"
#include "src/value/scan.h"

#define BARE                                                                                       \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"                                     \
	"0123456789_-"

struct toml {
	struct view *view;
	struct buf header; /* the dotted name of the table being written */
};

static void add_string(struct buf *out, const char *text, size_t len)
{
	static const char shorts[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
	const char *p = text, *end = text + len, *start, *found;
	uint32_t code;

	buf_add_char(out, '"');
	while (p < end) {
		start = p;
		code = str_next_code(&p, end);
		found = code > 0 && code < 0x80 ? strchr(shorts, (char)code) : NULL;
		if (found)
			buf_printf(out, "\\%c", letters[found - shorts]);
		else if (code < 0x20 || code == 0x7f)
			buf_printf(out, "\\u%04X", (unsigned)code);
		else
			buf_add(out, start, (size_t)(p - start));
	}
	buf_add_char(out, '"');
}

static void add_key(struct buf *out, const struct value *key)
{
	struct scan rest;

	if (key->kind == VALUE_INT) {
		buf_printf(out, "%" PRId64, key->integer);
		return;
	}
	rest = (struct scan){key->string.text, key->string.text + key->string.len};
	if (scan_all(&rest, BARE) > 0 && scan_at_end(&rest))
		buf_add(out, key->string.text, key->string.len);
	else
		add_string(out, key->string.text, key->string.len);
}

static bool is_table_list(const struct value *value)
{
	size_t i;

	if (value->kind != VALUE_LIST || value->list.count == 0)
		return false;
	for (i = 0; i < value->list.count; i++) {
		if (value->list.items[i]->kind != VALUE_MAP)
			return false;
	}
	return true;
}

static bool is_table(const struct value *value)
{
	return value->kind == VALUE_MAP || is_table_list(value);
}

static void add_scalar(struct toml *toml, const struct value *value)
{
	char number[NUMBER_TEXT_SIZE];

	switch (value->kind) {
	case VALUE_BOOL:
		buf_add_str(toml->view->out, value->boolean ? "true" : "false");
		return;
	case VALUE_INT:
		buf_printf(toml->view->out, "%" PRId64, value->integer);
		return;
	case VALUE_FLOAT:
		number_format(value->real, number);
		buf_add_str(toml->view->out, number);
		return;
	case VALUE_STRING:
		add_string(toml->view->out, value->string.text, value->string.len);
		return;
	case VALUE_NULL:
	case VALUE_LIST:
	case VALUE_MAP:
		view_complain(toml->view, value,
				"toml has no null; remove the item, or the key with !delete");
		return;
	}
}

static void add_inline(struct toml *toml, const struct value *value, unsigned depth);

static void add_array(struct toml *toml, const struct value *list, unsigned depth)
{
	size_t i, before;

	buf_add_char(toml->view->out, '[');
	for (i = 0; i < list->list.count && view_may_go_on(toml->view); i++) {
		before = toml->view->path.len;
		query_add_index(&toml->view->path, i);
		buf_add_str(toml->view->out, i > 0 ? ", " : "");
		add_inline(toml, list->list.items[i], depth + 1);
		buf_cut(&toml->view->path, before);
	}
	buf_add_char(toml->view->out, ']');
}

static void add_inline_table(struct toml *toml, const struct value *map, unsigned depth)
{
	size_t i, before;

	view_check_twins(toml->view, map);
	buf_add_char(toml->view->out, '{');
	for (i = 0; i < map->map.count && view_may_go_on(toml->view); i++) {
		before = view_enter(toml->view, map->map.pairs[i].key);
		buf_add_str(toml->view->out, i > 0 ? ", " : " ");
		add_key(toml->view->out, map->map.pairs[i].key);
		buf_add_str(toml->view->out, " = ");
		add_inline(toml, map->map.pairs[i].value, depth + 1);
		buf_cut(&toml->view->path, before);
	}
	buf_add_str(toml->view->out, map->map.count > 0 ? " }" : "}");
}

/* A value behind "key = ", or inside of one. */
static void add_inline(struct toml *toml, const struct value *value, unsigned depth)
{
	if (depth > VIEW_DEPTH_MAX)
		view_complain(toml->view, value, "nested deeper than %d levels", VIEW_DEPTH_MAX);
	else if (value->kind == VALUE_LIST)
		add_array(toml, value, depth);
	else if (value->kind == VALUE_MAP)
		add_inline_table(toml, value, depth);
	else
		add_scalar(toml, value);
}

/* The lines of MAP that are no tables. */
static void write_lines(struct toml *toml, const struct value *map, unsigned depth)
{
	const struct value_pair *pair;
	size_t i, before;

	for (i = 0; i < map->map.count && view_may_go_on(toml->view); i++) {
		pair = &map->map.pairs[i];
		if (is_table(pair->value))
			continue;
		before = view_enter(toml->view, pair->key);
		add_key(toml->view->out, pair->key);
		buf_add_str(toml->view->out, " = ");
		add_inline(toml, pair->value, depth + 1);
		buf_add_char(toml->view->out, '\n');
		buf_cut(&toml->view->path, before);
	}
}

static bool has_lines(const struct value *map)
{
	size_t i;

	for (i = 0; i < map->map.count; i++) {
		if (!is_table(map->map.pairs[i].value))
			return true;
	}
	return map->map.count == 0;
}

static void write_header(struct toml *toml, bool is_array)
{
	struct buf *out = toml->view->out;

	buf_printf(out, "%s%s", out->len > 0 ? "\n" : "", is_array ? "[[" : "[");
	buf_add(out, toml->header.data, toml->header.len);
	buf_add_str(out, is_array ? "]]\n" : "]\n");
}

static void write_table(struct toml *toml, const struct value *map, unsigned depth);

static void write_table_list(struct toml *toml, const struct value *list, unsigned depth)
{
	size_t i, before;

	for (i = 0; i < list->list.count && view_may_go_on(toml->view); i++) {
		before = toml->view->path.len;
		query_add_index(&toml->view->path, i);
		write_header(toml, true);
		write_table(toml, list->list.items[i], depth + 1);
		buf_cut(&toml->view->path, before);
	}
}

static void write_below(struct toml *toml, const struct value_pair *pair, unsigned depth)
{
	size_t path_before = view_enter(toml->view, pair->key), before = toml->header.len;

	if (before > 0)
		buf_add_char(&toml->header, '.');
	add_key(&toml->header, pair->key);
	if (pair->value->kind == VALUE_LIST) {
		write_table_list(toml, pair->value, depth + 1);
	} else {
		if (has_lines(pair->value))
			write_header(toml, false);
		write_table(toml, pair->value, depth + 1);
	}
	buf_cut(&toml->header, before);
	buf_cut(&toml->view->path, path_before);
}

static void write_table(struct toml *toml, const struct value *map, unsigned depth)
{
	size_t i;

	if (depth > VIEW_DEPTH_MAX) {
		view_complain(toml->view, map, "nested deeper than %d levels", VIEW_DEPTH_MAX);
		return;
	}
	view_check_twins(toml->view, map);
	write_lines(toml, map, depth);
	for (i = 0; i < map->map.count && view_may_go_on(toml->view); i++) {
		if (is_table(map->map.pairs[i].value))
			write_below(toml, &map->map.pairs[i], depth);
	}
}

void view_write_toml(struct view *view, const struct value *value)
{
	struct toml toml = {.view = view};

	if (!view_wants_map(view, value))
		return;
	write_table(&toml, value, 0);
	if (!buf_ok(&toml.header))
		view->out->failed = true;
	buf_release(&toml.header);
}
