#include "src/render/keys.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/base/path.h"
#include "src/base/str.h"
#include "src/value/value.h"

void keys_complain(const struct keys *keys, const struct value *value, const char *fmt, ...)
{
	char text[ERR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	diag_add(keys->findings, DIAG_ERROR, value->origin.file, value->origin.line,
			value->origin.column, "%s", text);
}

void keys_unknown(const struct keys *keys, const struct value *value, const char *what,
		const char *name, const char *const *names)
{
	const char *near = str_suggest(name, names);

	if (near)
		keys_complain(keys, value, "unknown %s '%s' (did you mean '%s'?)", what, name,
				near);
	else
		keys_complain(keys, value, "unknown %s '%s'", what, name);
}

static const char *article(enum value_kind kind)
{
	return kind == VALUE_INT ? "an" : "a";
}

bool keys_is(const struct keys *keys, const struct value *value, int kind)
{
	if (value->kind == (enum value_kind)kind)
		return true;
	keys_complain(keys, value, "this must be %s %s, not %s %s", article(kind),
			value_kind_name(kind), article(value->kind), value_kind_name(value->kind));
	return false;
}

static void read_pair(const struct keys *keys, const struct key *table,
		const struct value_pair *pair, void *into)
{
	const char *names[KEYS_MAX + 1], *name;
	size_t count;

	if (!keys_text(keys, pair->key, &name))
		return;
	for (count = 0; count < KEYS_MAX && table[count].name; count++) {
		if (strcmp(table[count].name, name) == 0) {
			table[count].read(keys, pair->value, into);
			return;
		}
		names[count] = table[count].name;
	}
	names[count] = NULL;
	keys_unknown(keys, pair->key, "key", name, names);
}

void keys_read(const struct keys *keys, const struct key *table, const struct value *map,
		void *into)
{
	if (!keys_is(keys, map, VALUE_MAP))
		return;
	for (size_t i = 0; i < map->map.count; i++)
		read_pair(keys, table, &map->map.pairs[i], into);
}

bool keys_text(const struct keys *keys, const struct value *value, const char **out)
{
	if (!keys_is(keys, value, VALUE_STRING))
		return false;
	if (value->string.len == 0 || strlen(value->string.text) != value->string.len) {
		keys_complain(keys, value, "this must be a text that is not empty");
		return false;
	}
	*out = value->string.text;
	return true;
}

bool keys_bool(const struct keys *keys, const struct value *value, bool *out)
{
	if (value->kind != VALUE_BOOL) {
		keys_complain(keys, value, "this must be true or false");
		return false;
	}
	*out = value->boolean;
	return true;
}

bool keys_size(const struct keys *keys, const struct value *value, uint64_t *out)
{
	if (value->kind == VALUE_INT && value->integer > 0) {
		*out = (uint64_t)value->integer;
		return true;
	}
	if (value->kind == VALUE_STRING && str_to_size(value->string.text, out) == 0 && *out > 0)
		return true;
	keys_complain(keys, value, "this must be a size such as 64KiB or 8MiB");
	return false;
}

bool keys_path(const struct keys *keys, const struct value *value, const char **out)
{
	const char *text;

	if (!keys_text(keys, value, &text))
		return false;
	if (!path_is_clean(text)) {
		keys_complain(keys, value,
				"'%s' must be a path within the repository, without '.' and '..'",
				text);
		return false;
	}
	*out = text;
	return true;
}

int keys_word(const struct keys *keys, const struct value *value, const char *what,
		const char *const *words)
{
	const char *text;

	if (!keys_text(keys, value, &text))
		return -1;
	for (int i = 0; words[i]; i++) {
		if (strcmp(words[i], text) == 0)
			return i;
	}
	keys_unknown(keys, value, what, text, words);
	return -1;
}
