/*
 * java.util.Properties, load(Reader), which is how Java 9 and later and Spring read the file: UTF-8,
 * "key=value" lines, and a backslash before what would end a key or be skipped. Nested keys become
 * one, `a.b.c`, items of lists `a.b[0]`. Two places can so become the same key, and then there is no
 * saying which one was meant.
 */
#include <stdio.h>
#include <string.h>

#include "src/base/arena.h"
#include "src/render/view_writer.h"
#include "src/value/query.h"

#define PLACE_SIZE 256 /* bytes of "file:line:column" in a message */

struct flat {
	struct view *view;
	struct arena *arena;
	struct value *keys; /* map: what was written -> the value that it came from */
	struct buf key;	    /* of what is being written */
	struct buf text;
	bool is_out_of_memory;
};

/* IS_KEY: a blank anywhere ends it; else only those in front are skipped. */
static void add_escaped(struct buf *out, const char *text, size_t len, bool is_key)
{
	static const char specials[] = "\\=:#!";
	static const char controls[] = "\t\n\f\r", letters[] = "tnfr";
	const char *found;
	size_t i;

	for (i = 0; i < len; i++) {
		found = text[i] ? strchr(controls, text[i]) : NULL;
		if (found) {
			buf_printf(out, "\\%c", letters[found - controls]);
		} else if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f) {
			buf_printf(out, "\\u%04x", (unsigned)(unsigned char)text[i]);
		} else {
			if (strchr(specials, text[i]) || (text[i] == ' ' && (is_key || i == 0)))
				buf_add_char(out, '\\');
			buf_add_char(out, text[i]);
		}
	}
}

/* False after a finding: something else has this key, too. */
static bool take_key(struct flat *flat, struct value *value)
{
	struct value *key = value_string_n(flat->arena, buf_str(&flat->key), flat->key.len);
	const struct value_pair *twin = key ? value_find_pair(flat->keys, key) : NULL;

	if (twin) {
		view_complain(flat->view, value,
				"the key '%s' is also made from the value in %s:%u:%u; rename one",
				buf_str(&flat->key),
				twin->value->origin.file ? twin->value->origin.file : "this view",
				twin->value->origin.line, twin->value->origin.column);
		return false;
	}
	if (value_set_pair(flat->arena, flat->keys, key, value) < 0)
		flat->is_out_of_memory = true;
	return !flat->is_out_of_memory;
}

static void write_line(struct flat *flat, struct value *value)
{
	struct buf *out = flat->view->out;

	if (!view_scalar(flat->view, value, &flat->text) || !take_key(flat, value))
		return;
	add_escaped(out, buf_str(&flat->key), flat->key.len, true);
	buf_add_char(out, '=');
	add_escaped(out, buf_str(&flat->text), flat->text.len, false);
	buf_add_char(out, '\n');
}

static void write_value(struct flat *flat, struct value *value, unsigned depth);

static void write_map(struct flat *flat, const struct value *map, unsigned depth)
{
	size_t i, before = flat->key.len, path_before;
	const struct value_pair *pair;

	for (i = 0; i < map->map.count && view_may_go_on(flat->view); i++) {
		pair = &map->map.pairs[i];
		path_before = view_enter(flat->view, pair->key);
		view_key(pair->key, &flat->text);
		if (before > 0)
			buf_add_char(&flat->key, '.');
		buf_add(&flat->key, flat->text.data, flat->text.len);
		write_value(flat, pair->value, depth + 1);
		buf_cut(&flat->key, before);
		buf_cut(&flat->view->path, path_before);
	}
}

static void write_list(struct flat *flat, const struct value *list, unsigned depth)
{
	size_t i, before = flat->key.len, path_before;

	for (i = 0; i < list->list.count && view_may_go_on(flat->view); i++) {
		path_before = flat->view->path.len;
		query_add_index(&flat->view->path, i);
		buf_printf(&flat->key, "[%zu]", i);
		write_value(flat, list->list.items[i], depth + 1);
		buf_cut(&flat->key, before);
		buf_cut(&flat->view->path, path_before);
	}
}

static void write_value(struct flat *flat, struct value *value, unsigned depth)
{
	size_t count = value->kind == VALUE_LIST   ? value->list.count
			: value->kind == VALUE_MAP ? value->map.count
						   : 1;

	if (depth > VIEW_DEPTH_MAX)
		view_complain(flat->view, value, "nested deeper than %d levels", VIEW_DEPTH_MAX);
	else if (count == 0)
		view_complain(flat->view, value,
				"properties cannot say %s that is empty; write '' or remove the "
				"key with !delete",
				value_kind_noun(value->kind));
	else if (value->kind == VALUE_MAP)
		write_map(flat, value, depth);
	else if (value->kind == VALUE_LIST)
		write_list(flat, value, depth);
	else
		write_line(flat, value);
}

void view_write_properties(struct view *view, const struct value *value)
{
	struct flat flat = {.view = view};

	if (!view_wants_map(view, value))
		return;
	flat.arena = arena_new(0);
	flat.keys = flat.arena ? value_map(flat.arena) : NULL;
	if (flat.keys)
		write_map(&flat, value, 0);
	if (!flat.keys || flat.is_out_of_memory || !buf_ok(&flat.key) || !buf_ok(&flat.text))
		view->out->failed = true;
	buf_release(&flat.text);
	buf_release(&flat.key);
	arena_free(flat.arena);
}
