/*
 * There is no standard for ini. This writes what Python's configparser (without interpolation) reads
 * back exactly, and most other readers too: "[section]" and "key = value". Values have neither quotes
 * nor escapes, so what a line cannot hold is a finding: line breaks, blanks at the ends. Readers
 * differ on whether the case of a key matters, so two keys that differ in case only are one as well.
 */
#include <string.h>

#include "src/base/arena.h"
#include "src/base/str.h"
#include "src/render/view_writer.h"

struct ini {
	struct view *view;
	struct arena *arena;
	struct buf key, text;
	bool is_out_of_memory;
};

/* What Python's str.strip() removes. */
static bool is_blank(uint32_t code)
{
	if (code <= ' ')
		return code == ' ' || (code >= '\t' && code <= '\r') || (code >= 0x1c);
	return code == 0x85 || code == 0xa0 || code == 0x1680 ||
			(code >= 0x2000 && code <= 0x200a) || code == 0x2028 || code == 0x2029 ||
			code == 0x202f || code == 0x205f || code == 0x3000;
}

static bool has_outer_blank(const struct buf *text)
{
	const char *p = buf_str(text), *end = p + text->len, *last = end;
	bool is_first_blank;

	if (text->len == 0)
		return false;
	is_first_blank = is_blank(str_next_code(&p, end));
	do
		last--;
	while (last > buf_str(text) && ((unsigned char)*last & 0xc0) == 0x80);
	return is_first_blank || is_blank(str_next_code(&last, end));
}

/* The first control character other than tab, or -1. */
static int control_in(const struct buf *text)
{
	size_t i;

	for (i = 0; i < text->len; i++) {
		if (((unsigned char)text->data[i] < ' ' && text->data[i] != '\t') ||
				text->data[i] == 0x7f)
			return text->data[i];
	}
	return -1;
}

static bool check_text(struct ini *ini, const struct value *value, const struct buf *text)
{
	int code = control_in(text);

	if (code == '\n')
		view_complain(ini->view, value,
				"ini has no line breaks inside a value; use another format, or a "
				"text of one line");
	else if (code >= 0)
		view_complain(ini->view, value,
				"the character U+%04X cannot be in an ini file; remove it",
				(unsigned)code);
	else if (has_outer_blank(text))
		view_complain(ini->view, value,
				"blanks at the beginning or end are lost in ini; remove them");
	return code < 0 && !has_outer_blank(text);
}

/* A name of a section (BANNED: "]") or a key ("=:"). False after a finding. */
static bool check_name(struct ini *ini, const struct value *key, const char *banned)
{
	const char *name = buf_str(&ini->key);

	if (!check_text(ini, key, &ini->key))
		return false;
	if (ini->key.len > 0 && !strpbrk(name, banned) &&
			(banned[0] == ']' || !strchr("#;[", name[0])))
		return true;
	if (ini->key.len == 0)
		view_complain(ini->view, key, "ini has no empty names; rename the key");
	else if (banned[0] == ']')
		view_complain(ini->view, key,
				"the name of a section of ini cannot have a ']'; rename the key");
	else
		view_complain(ini->view, key,
				"a key of ini cannot have '=' or ':' nor begin with '#', ';' or "
				"'['; rename it");
	return false;
}

/* False after a finding: SEEN has the name already, in another case of letters. */
static bool take_key(struct ini *ini, struct value *key, struct value *seen)
{
	struct value *lower = value_string_n(ini->arena, buf_str(&ini->key), ini->key.len);
	const struct value_pair *twin;
	char *p;

	if (!lower) {
		ini->is_out_of_memory = true;
		return false;
	}
	for (p = (char *)lower->string.text; *p; p++) {
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	}
	twin = value_find_pair(seen, lower);
	if (twin)
		view_complain(ini->view, key,
				"the key in line %u is the same, but for upper and lower case; "
				"rename one",
				twin->value->origin.line);
	else if (value_set_pair(ini->arena, seen, lower, key) < 0)
		ini->is_out_of_memory = true;
	return !twin;
}

static void write_pair(struct ini *ini, const struct value_pair *pair, struct value *seen)
{
	view_key(pair->key, &ini->key);
	if (!check_name(ini, pair->key, "=:") || !take_key(ini, pair->key, seen) ||
			!view_scalar(ini->view, pair->value, &ini->text) ||
			!check_text(ini, pair->value, &ini->text))
		return;
	buf_add(ini->view->out, ini->key.data, ini->key.len);
	buf_add_str(ini->view->out, ini->text.len > 0 ? " = " : " =");
	buf_add(ini->view->out, ini->text.data, ini->text.len);
	buf_add_char(ini->view->out, '\n');
}

static void write_section(struct ini *ini, const struct value_pair *section)
{
	const struct value *map = section->value;
	struct value *seen = value_map(ini->arena);
	size_t i, before;

	view_key(section->key, &ini->key);
	if (map->kind != VALUE_MAP) {
		view_complain(ini->view, map,
				"an ini file is sections of keys, so this is a map, not %s; put it "
				"below the name of a section",
				value_kind_noun(map->kind));
		return;
	}
	if (!check_name(ini, section->key, "]"))
		return;
	if (!seen) {
		ini->is_out_of_memory = true;
		return;
	}
	buf_printf(ini->view->out, "%s[%s]\n", ini->view->out->len > 0 ? "\n" : "",
			buf_str(&ini->key));
	for (i = 0; i < map->map.count && view_may_go_on(ini->view); i++) {
		before = view_enter(ini->view, map->map.pairs[i].key);
		write_pair(ini, &map->map.pairs[i], seen);
		buf_cut(&ini->view->path, before);
	}
}

/* 1 and '1'. Sections keep their case. */
static bool take_section(struct ini *ini, struct value *key, struct value *seen)
{
	struct value *name;
	const struct value_pair *twin;

	view_key(key, &ini->key);
	name = value_string_n(ini->arena, buf_str(&ini->key), ini->key.len);
	twin = name ? value_find_pair(seen, name) : NULL;
	if (twin)
		view_complain(ini->view, key, "line %u has a section of the same name; rename one",
				twin->value->origin.line);
	else if (value_set_pair(ini->arena, seen, name, key) < 0)
		ini->is_out_of_memory = true;
	return !twin;
}

void view_write_ini(struct view *view, const struct value *value)
{
	struct ini ini = {.view = view};
	const struct value_pair *section;
	struct value *seen;
	size_t i, before;

	if (!view_wants_map(view, value))
		return;
	ini.arena = arena_new(0);
	seen = ini.arena ? value_map(ini.arena) : NULL;
	for (i = 0; seen && i < value->map.count && view_may_go_on(view); i++) {
		section = &value->map.pairs[i];
		before = view_enter(view, section->key);
		if (take_section(&ini, section->key, seen))
			write_section(&ini, section);
		buf_cut(&view->path, before);
	}
	if (!seen || ini.is_out_of_memory || !buf_ok(&ini.key) || !buf_ok(&ini.text))
		view->out->failed = true;
	buf_release(&ini.text);
	buf_release(&ini.key);
	arena_free(ini.arena);
}
