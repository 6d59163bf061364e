/* The sections of a manifest that say which values there are. */
#include <errno.h>
#include <string.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/path.h"
#include "src/render/facts.h"
#include "src/render/layers.h"
#include "src/render/manifest.h"
#include "src/render/manifest_parts.h"
#include "src/value/pattern.h"
#include "src/value/query.h"

#define NAME_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

/* A name as templates write it. */
static bool is_identifier(const char *name)
{
	return strspn(name, NAME_CHARS) == strlen(name) && !(name[0] >= '0' && name[0] <= '9');
}

static bool read_name(const struct keys *keys, const struct value *key, const char **out)
{
	const char *name;

	if (!keys_text(keys, key, &name))
		return false;
	if (!is_identifier(name)) {
		keys_complain(keys, key, "'%s' is no name: letters, digits and '_'", name);
		return false;
	}
	*out = name;
	return true;
}

/* --- facts --- */

static void read_fact_required(const struct keys *keys, const struct value *value, void *into)
{
	(void)keys_bool(keys, value, &((struct fact_spec *)into)->is_required);
}

static void read_fact_default(const struct keys *keys, const struct value *value, void *into)
{
	(void)keys_text(keys, value, &((struct fact_spec *)into)->fallback);
}

static void read_fact_enum(const struct keys *keys, const struct value *value, void *into)
{
	((struct fact_spec *)into)->words = manifest_words(keys, value);
}

static void read_fact_pattern(const struct keys *keys, const struct value *value, void *into)
{
	struct fact_spec *fact = into;
	struct err err = ERR_INIT;

	if (!keys_text(keys, value, &fact->pattern_text))
		return;
	if (pattern_new(fact->pattern_text, strlen(fact->pattern_text), 0, &fact->pattern, &err) <
			0)
		keys_complain(keys, value, "%s", err.text);
}

static void check_fact_word(const struct keys *keys, const struct value *at,
		const struct fact_spec *fact, const char *word)
{
	struct err err = ERR_INIT;

	if (fact_check(fact, word, &err) < 0)
		keys_complain(keys, at, "%s", err.text);
}

static void check_fact(
		const struct keys *keys, const struct value *value, const struct fact_spec *fact)
{
	if (fact->is_required && fact->fallback)
		keys_complain(keys, value,
				"the fact '%s' is required, so it needs no default: one of them",
				fact->name);
	if (fact->fallback)
		check_fact_word(keys, value, fact, fact->fallback);
	for (const char *const *word = fact->words; word && *word; word++)
		check_fact_word(keys, value, fact, *word);
}

static void read_fact(
		const struct keys *keys, const struct value_pair *pair, struct manifest *manifest)
{
	static const struct key table[] = {
			{"required", read_fact_required},
			{"default", read_fact_default},
			{"enum", read_fact_enum},
			{"pattern", read_fact_pattern},
			{NULL, NULL},
	};
	struct fact_spec *fact = &manifest->facts[manifest->fact_count];

	if (!read_name(keys, pair->key, &fact->name))
		return;
	if (strcmp(fact->name, "facts") == 0 || strcmp(fact->name, "secrets") == 0) {
		keys_complain(keys, pair->key, "a fact cannot be called '%s'", fact->name);
		return;
	}
	fact->origin = pair->key->origin;
	manifest->fact_count++;
	if (pair->value->kind != VALUE_NULL)
		keys_read(keys, table, pair->value, fact);
	check_fact(keys, pair->value, fact);
}

void manifest_read_facts(const struct keys *keys, const struct value *value, void *into)
{
	struct manifest *manifest = into;

	if (!keys_is(keys, value, VALUE_MAP))
		return;
	if (value->map.count > FACTS_MAX) {
		keys_complain(keys, value, "more than %d facts", FACTS_MAX);
		return;
	}
	manifest->facts = manifest_items(keys, value, sizeof(*manifest->facts));
	for (size_t i = 0; manifest->facts && i < value->map.count; i++)
		read_fact(keys, &value->map.pairs[i], manifest);
}

/* --- layers --- */

static void read_layer_path(const struct keys *keys, const struct value *value, void *into)
{
	struct layer_file *layer = into;
	struct err err = ERR_INIT;

	layer->origin = value->origin;
	if (!keys_text(keys, value, &layer->path))
		return;
	if (layers_check_path(layer->path, &err) < 0)
		keys_complain(keys, value, "%s", err.text);
}

static void read_layer_required(const struct keys *keys, const struct value *value, void *into)
{
	(void)keys_bool(keys, value, &((struct layer_file *)into)->is_required);
}

static void read_layer(
		const struct keys *keys, const struct value *value, struct manifest *manifest)
{
	static const struct key table[] = {
			{"path", read_layer_path},
			{"required", read_layer_required},
			{NULL, NULL},
	};
	struct layer_file *layer = &manifest->layers[manifest->layer_count];

	if (value->kind == VALUE_STRING)
		read_layer_path(keys, value, layer);
	else
		keys_read(keys, table, value, layer);
	if (layer->path)
		manifest->layer_count++;
	else if (value->kind == VALUE_MAP && !value_get(value, "path"))
		keys_complain(keys, value, "a layer needs a 'path'");
}

void manifest_read_layers(const struct keys *keys, const struct value *value, void *into)
{
	struct manifest *manifest = into;

	if (!keys_is(keys, value, VALUE_LIST))
		return;
	manifest->layers = manifest_items(keys, value, sizeof(*manifest->layers));
	for (size_t i = 0; manifest->layers && i < value->list.count; i++)
		read_layer(keys, value->list.items[i], manifest);
}

/* --- merge --- */

static void read_merge_by(const struct keys *keys, const struct value *value, void *into)
{
	struct merge_rule *rule = into;

	rule->kind = MERGE_BY;
	(void)keys_text(keys, value, &rule->key);
}

static void read_merge_kind(
		const struct keys *keys, const struct value *value, struct merge_rule *rule)
{
	static const char *const words[] = {"append", "prepend", "unique", "replace", NULL};
	static const enum merge_kind kinds[] = {
			MERGE_APPEND, MERGE_PREPEND, MERGE_UNIQUE, MERGE_REPLACE};
	static const struct key table[] = {{"by", read_merge_by}, {NULL, NULL}};
	int word;

	if (value->kind == VALUE_MAP) {
		keys_read(keys, table, value, rule);
		if (value->map.count == 0)
			keys_complain(keys, value, "write {by: KEY}");
		return;
	}
	word = keys_word(keys, value, "merge rule", words);
	if (word >= 0)
		rule->kind = kinds[word];
}

static void read_merge(
		const struct keys *keys, const struct value_pair *pair, struct manifest *manifest)
{
	struct merge_rule *rule = &manifest->merges[manifest->merge_count];
	struct buf path = BUF_INIT;
	struct err err = ERR_INIT;
	const char *text;

	if (!keys_text(keys, pair->key, &text))
		return;
	if (query_normalize(text, &path, &err) < 0)
		keys_complain(keys, pair->key, "%s", err.text);
	rule->path = arena_strndup(reading_of(keys)->arena, buf_str(&path), path.len);
	buf_release(&path);
	if (!rule->path) {
		reading_of(keys)->no_memory = true;
		return;
	}
	rule->origin = pair->key->origin;
	manifest->merge_count++;
	read_merge_kind(keys, pair->value, rule);
}

void manifest_read_merge(const struct keys *keys, const struct value *value, void *into)
{
	struct manifest *manifest = into;

	if (!keys_is(keys, value, VALUE_MAP))
		return;
	manifest->merges = manifest_items(keys, value, sizeof(*manifest->merges));
	for (size_t i = 0; manifest->merges && i < value->map.count; i++)
		read_merge(keys, &value->map.pairs[i], manifest);
}

/* --- secrets --- */

static void read_secret_required(const struct keys *keys, const struct value *value, void *into)
{
	(void)keys_bool(keys, value, &((struct secret_spec *)into)->is_required);
}

static void read_secret_file(const struct keys *keys, const struct value *value, void *into)
{
	(void)keys_bool(keys, value, &((struct secret_spec *)into)->is_file);
}

static void read_secret(
		const struct keys *keys, const struct value_pair *pair, struct manifest *manifest)
{
	static const struct key table[] = {
			{"required", read_secret_required},
			{"file", read_secret_file},
			{NULL, NULL},
	};
	struct secret_spec *secret = &manifest->secrets[manifest->secret_count];

	if (!read_name(keys, pair->key, &secret->name))
		return;
	secret->origin = pair->key->origin;
	manifest->secret_count++;
	if (pair->value->kind != VALUE_NULL)
		keys_read(keys, table, pair->value, secret);
}

void manifest_read_secrets(const struct keys *keys, const struct value *value, void *into)
{
	struct manifest *manifest = into;

	if (!keys_is(keys, value, VALUE_MAP))
		return;
	manifest->secrets = manifest_items(keys, value, sizeof(*manifest->secrets));
	for (size_t i = 0; manifest->secrets && i < value->map.count; i++)
		read_secret(keys, &value->map.pairs[i], manifest);
}

/* --- what one section says of another --- */

static void check_name(const struct keys *keys, const struct manifest *manifest,
		const struct origin *origin, const char *name)
{
	const char *names[MANIFEST_LIST_MAX + 1];
	struct value at = {.origin = *origin};

	if (manifest_fact(manifest, name))
		return;
	for (size_t i = 0; i < manifest->fact_count; i++)
		names[i] = manifest->facts[i].name;
	names[manifest->fact_count] = NULL;
	keys_unknown(keys, &at, "fact", name, names);
}

struct layer_check {
	const struct keys *keys;
	const struct manifest *manifest;
	const struct layer_file *layer;
};

static void check_layer_name(void *arg, const char *name)
{
	struct layer_check *check = arg;

	check_name(check->keys, check->manifest, &check->layer->origin, name);
}

static void check_only(const struct keys *keys, const struct manifest *manifest,
		const struct only_rule *only)
{
	for (size_t i = 0; i < only->count; i++) {
		const struct fact_condition *condition = &only->conditions[i];
		const struct fact_spec *fact = manifest_fact(manifest, condition->fact);
		struct value at = {.origin = condition->origin};

		check_name(keys, manifest, &condition->origin, condition->fact);
		for (const char *const *word = condition->words; fact && *word; word++)
			check_fact_word(keys, &at, fact, *word);
	}
}

void manifest_check_facts(const struct keys *keys, const struct manifest *manifest)
{
	size_t i;

	for (i = 0; i < manifest->layer_count; i++) {
		struct layer_check check = {keys, manifest, &manifest->layers[i]};

		layers_names(manifest->layers[i].path, check_layer_name, &check);
	}
	for (i = 0; i < manifest->only_count; i++)
		check_only(keys, manifest, &manifest->onlys[i]);
}
