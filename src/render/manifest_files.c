/* The sections of a manifest that say which files there are. */
#include <stdlib.h>
#include <string.h>

#include "src/base/arena.h"
#include "src/base/err.h"
#include "src/base/glob.h"
#include "src/render/manifest.h"
#include "src/render/manifest_parts.h"
#include "src/render/views.h"

/* --- files --- */

static void read_root(const struct keys *keys, const struct value *value, void *into)
{
	(void)keys_path(keys, value, &((struct manifest *)into)->root);
}

static void read_include_path(const struct keys *keys, const struct value *value, void *into)
{
	struct manifest *manifest = into;

	if (!keys_is(keys, value, VALUE_LIST))
		return;
	manifest->include_path = manifest_items(keys, value, sizeof(*manifest->include_path));
	for (size_t i = 0; manifest->include_path && i < value->list.count; i++)
		manifest->include_count += keys_path(keys, value->list.items[i],
				&manifest->include_path[manifest->include_count]);
}

static void read_engine(
		const struct keys *keys, const struct value_pair *pair, struct manifest *manifest)
{
	static const char *const words[] = {"jinja", "subst", NULL};
	static const enum engine engines[] = {ENGINE_JINJA, ENGINE_SUBST};
	const char *text;
	int word = keys_word(keys, pair->value, "engine", words);

	if (!keys_text(keys, pair->key, &text) || word < 0)
		return;
	if (text[0] != '*' || text[1] != '.' || strpbrk(text + 1, "*?[{/\\")) {
		keys_complain(keys, pair->key,
				"'%s' must be a star and a suffix, as in '*.j2': the suffix is "
				"dropped",
				text);
		return;
	}
	manifest->engines[manifest->engine_count++] =
			(struct engine_rule){.suffix = text + 1, .engine = engines[word]};
}

static void read_engines(const struct keys *keys, const struct value *value, void *into)
{
	struct manifest *manifest = into;

	if (!keys_is(keys, value, VALUE_MAP))
		return;
	manifest->engines = manifest_items(keys, value, sizeof(*manifest->engines));
	for (size_t i = 0; manifest->engines && i < value->map.count; i++)
		read_engine(keys, &value->map.pairs[i], manifest);
}

static void read_ignore(const struct keys *keys, const struct value *value, void *into)
{
	struct manifest *manifest = into;
	struct glob *glob;

	if (!keys_is(keys, value, VALUE_LIST))
		return;
	manifest->ignores = manifest_items(keys, value, sizeof(*manifest->ignores));
	for (size_t i = 0; manifest->ignores && i < value->list.count; i++) {
		glob = manifest_glob(keys, value->list.items[i]);
		if (glob)
			manifest->ignores[manifest->ignore_count++].glob = glob;
	}
}

/* A rule has one `match`; its other keys are facts, which manifest_check_facts() looks at. */
static void read_only(const struct keys *keys, const struct value *value, struct only_rule *only)
{
	only->conditions = manifest_items(keys, value, sizeof(*only->conditions));
	for (size_t i = 0; only->conditions && i < value->map.count; i++) {
		const struct value_pair *pair = &value->map.pairs[i];
		struct fact_condition *condition = &only->conditions[only->count];

		if (!keys_text(keys, pair->key, &condition->fact))
			continue;
		if (strcmp(condition->fact, "match") == 0) {
			only->glob = manifest_glob(keys, pair->value);
			continue;
		}
		condition->origin = pair->key->origin;
		condition->words = manifest_words(keys, pair->value);
		only->count += condition->words != NULL;
	}
}

/* Does every entry of LIST say what it is about? */
static bool has_match(const struct keys *keys, const struct value *entry)
{
	if (!keys_is(keys, entry, VALUE_MAP))
		return false;
	if (value_get(entry, "match"))
		return true;
	keys_complain(keys, entry, "'match', the files this is about, is missing");
	return false;
}

static void read_only_when(const struct keys *keys, const struct value *value, void *into)
{
	struct manifest *manifest = into;

	if (!keys_is(keys, value, VALUE_LIST))
		return;
	manifest->onlys = manifest_items(keys, value, sizeof(*manifest->onlys));
	for (size_t i = 0; manifest->onlys && i < value->list.count; i++) {
		if (has_match(keys, value->list.items[i]))
			read_only(keys, value->list.items[i],
					&manifest->onlys[manifest->only_count++]);
	}
}

static void read_mode_match(const struct keys *keys, const struct value *value, void *into)
{
	((struct mode_rule *)into)->glob = manifest_glob(keys, value);
}

static void read_mode_mode(const struct keys *keys, const struct value *value, void *into)
{
	struct mode_rule *rule = into;
	const char *text = value->kind == VALUE_STRING ? value->string.text : "";
	size_t len = strlen(text);

	if (len < 3 || len > 4 || strspn(text, "01234567") != len || (len == 4 && text[0] != '0')) {
		keys_complain(keys, value,
				"a mode is three or four octal digits in quotes, as in '0640'");
		return;
	}
	rule->has_mode = true;
	rule->mode = (uint32_t)strtoul(text, NULL, 8);
}

static void read_mode_owner(const struct keys *keys, const struct value *value, void *into)
{
	(void)keys_text(keys, value, &((struct mode_rule *)into)->owner);
}

static void read_mode_group(const struct keys *keys, const struct value *value, void *into)
{
	(void)keys_text(keys, value, &((struct mode_rule *)into)->group);
}

static void read_modes(const struct keys *keys, const struct value *value, void *into)
{
	static const struct key table[] = {
			{"match", read_mode_match},
			{"mode", read_mode_mode},
			{"owner", read_mode_owner},
			{"group", read_mode_group},
			{NULL, NULL},
	};
	struct manifest *manifest = into;

	if (!keys_is(keys, value, VALUE_LIST))
		return;
	manifest->modes = manifest_items(keys, value, sizeof(*manifest->modes));
	for (size_t i = 0; manifest->modes && i < value->list.count; i++) {
		const struct value *entry = value->list.items[i];

		if (!has_match(keys, entry))
			continue;
		manifest->modes[manifest->mode_count].origin = entry->origin;
		keys_read(keys, table, entry, &manifest->modes[manifest->mode_count++]);
	}
}

void manifest_read_files(const struct keys *keys, const struct value *value, void *into)
{
	static const struct key table[] = {
			{"root", read_root},
			{"include_path", read_include_path},
			{"engines", read_engines},
			{"ignore", read_ignore},
			{"only_when", read_only_when},
			{"modes", read_modes},
			{NULL, NULL},
	};

	keys_read(keys, table, value, into);
}

/* --- views --- */

static void read_view_from(const struct keys *keys, const struct value *value, void *into)
{
	(void)keys_text(keys, value, &((struct view_spec *)into)->from);
}

static void read_view_format(const struct keys *keys, const struct value *value, void *into)
{
	struct view_spec *view = into;
	struct err err = ERR_INIT;
	const char *name;

	if (!keys_text(keys, value, &name))
		return;
	view->has_format = view_format_find(name, &view->format, &err) == 0;
	if (!view->has_format)
		keys_complain(keys, value, "%s", err.text);
}

static void read_view(
		const struct keys *keys, const struct value_pair *pair, struct manifest *manifest)
{
	static const struct key table[] = {
			{"from", read_view_from},
			{"format", read_view_format},
			{NULL, NULL},
	};
	struct view_spec *view = &manifest->views[manifest->view_count];

	if (!keys_path(keys, pair->key, &view->path))
		return;
	view->origin = pair->key->origin;
	keys_read(keys, table, pair->value, view);
	if (pair->value->kind == VALUE_MAP && !value_get(pair->value, "format"))
		keys_complain(keys, pair->value, "the 'format' of '%s' is missing", view->path);
	if (!view->from)
		view->from = "";
	if (view->has_format)
		manifest->view_count++;
}

void manifest_read_views(const struct keys *keys, const struct value *value, void *into)
{
	struct manifest *manifest = into;

	if (!keys_is(keys, value, VALUE_MAP))
		return;
	manifest->views = manifest_items(keys, value, sizeof(*manifest->views));
	for (size_t i = 0; manifest->views && i < value->map.count; i++)
		read_view(keys, &value->map.pairs[i], manifest);
}

/* --- validate --- */

static void read_values_schema(const struct keys *keys, const struct value *value, void *into)
{
	struct manifest *manifest = into;

	manifest->values_schema_origin = value->origin;
	(void)keys_path(keys, value, &manifest->values_schema);
}

static void read_parse_match(const struct keys *keys, const struct value *value, void *into)
{
	((struct parse_rule *)into)->glob = manifest_glob(keys, value);
}

static void read_parse_kind(const struct keys *keys, const struct value *value, void *into)
{
	static const char *const words[] = {"json", "yaml", NULL};
	static const enum parse_kind kinds[] = {PARSE_JSON, PARSE_YAML};
	int word = keys_word(keys, value, "language", words);

	if (word >= 0)
		((struct parse_rule *)into)->kind = kinds[word];
}

static void read_parses(const struct keys *keys, const struct value *value, void *into)
{
	static const struct key table[] = {
			{"match", read_parse_match},
			{"parse", read_parse_kind},
			{NULL, NULL},
	};
	struct manifest *manifest = into;

	if (!keys_is(keys, value, VALUE_LIST))
		return;
	manifest->parses = manifest_items(keys, value, sizeof(*manifest->parses));
	for (size_t i = 0; manifest->parses && i < value->list.count; i++) {
		const struct value *entry = value->list.items[i];

		if (!has_match(keys, entry))
			continue;
		keys_read(keys, table, entry, &manifest->parses[manifest->parse_count++]);
		if (!value_get(entry, "parse"))
			keys_complain(keys, entry,
					"'parse', the language of these files, is "
					"missing");
	}
}

void manifest_read_validate(const struct keys *keys, const struct value *value, void *into)
{
	static const struct key table[] = {
			{"values", read_values_schema},
			{"files", read_parses},
			{NULL, NULL},
	};

	keys_read(keys, table, value, into);
}
