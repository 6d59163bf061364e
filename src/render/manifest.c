#include "src/render/manifest.h"

#include <errno.h>
#include <string.h>

#include "src/base/arena.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/base/glob.h"
#include "src/base/str.h"
#include "src/render/manifest_parts.h"
#include "src/value/doc.h"
#include "src/value/pattern.h"

#define VERSION_KNOWN 1

static const struct engine_rule default_engines[] = {
		{".j2", ENGINE_JINJA},
		{".subst", ENGINE_SUBST},
};

void *manifest_items(const struct keys *keys, const struct value *value, size_t size)
{
	size_t count = value->kind == VALUE_LIST ? value->list.count : value->map.count;
	void *items;

	if (count > MANIFEST_LIST_MAX) {
		keys_complain(keys, value, "more than %d entries", MANIFEST_LIST_MAX);
		return NULL;
	}
	items = arena_alloc(reading_of(keys)->arena, (count + 1) * size);
	if (!items)
		reading_of(keys)->no_memory = true;
	return items;
}

struct glob *manifest_glob(const struct keys *keys, const struct value *value)
{
	struct err err = ERR_INIT;
	struct glob *glob = NULL;
	const char *text;

	if (!keys_text(keys, value, &text))
		return NULL;
	if (glob_new(text, &glob, &err) < 0)
		keys_complain(keys, value, "%s", err.text);
	return glob;
}

const char *const *manifest_words(const struct keys *keys, const struct value *value)
{
	const char **words;

	if (value->kind != VALUE_LIST) {
		words = arena_alloc(reading_of(keys)->arena, 2 * sizeof(*words));
		if (!words)
			reading_of(keys)->no_memory = true;
		return words && keys_text(keys, value, &words[0]) ? words : NULL;
	}
	if (value->list.count == 0) {
		keys_complain(keys, value, "this list must not be empty");
		return NULL;
	}
	words = manifest_items(keys, value, sizeof(*words));
	for (size_t i = 0; words && i < value->list.count; i++) {
		if (!keys_text(keys, value->list.items[i], &words[i]))
			words = NULL;
	}
	return words;
}

static void read_version(const struct keys *keys, const struct value *value, void *into)
{
	(void)into;
	reading_of(keys)->has_version = true;
	if (value->kind != VALUE_INT || value->integer != VERSION_KNOWN)
		keys_complain(keys, value,
				"this version of refmount reads manifests of format %d only",
				VERSION_KNOWN);
}

static void read_trim(const struct keys *keys, const struct value *value, void *into)
{
	struct manifest *manifest = into;

	manifest->has_trim_blocks = keys_bool(keys, value, &manifest->trim_blocks);
}

static void read_lstrip(const struct keys *keys, const struct value *value, void *into)
{
	struct manifest *manifest = into;

	manifest->has_lstrip_blocks = keys_bool(keys, value, &manifest->lstrip_blocks);
}

static void read_undefined(const struct keys *keys, const struct value *value, void *into)
{
	static const char *const words[] = {"strict", "lenient", "chainable", NULL};
	static const enum undefined_mode modes[] = {
			UNDEFINED_STRICT, UNDEFINED_LENIENT, UNDEFINED_CHAINABLE};
	struct manifest *manifest = into;
	int word = keys_word(keys, value, "treatment of undefined values", words);

	if (word < 0)
		return;
	manifest->has_undefined = true;
	manifest->undefined = modes[word];
}

static void read_managed(const struct keys *keys, const struct value *value, void *into)
{
	struct manifest *manifest = into;

	(void)keys_text(keys, value, &manifest->managed);
}

void manifest_read_jinja(const struct keys *keys, const struct value *value, void *into)
{
	static const struct key table[] = {
			{"trim_blocks", read_trim},
			{"lstrip_blocks", read_lstrip},
			{"undefined", read_undefined},
			{"managed", read_managed},
			{NULL, NULL},
	};

	keys_read(keys, table, value, into);
}

static void read_output_file(const struct keys *keys, const struct value *value, void *into)
{
	(void)keys_size(keys, value, &((struct manifest *)into)->output_file_bytes);
}

static void read_output_total(const struct keys *keys, const struct value *value, void *into)
{
	(void)keys_size(keys, value, &((struct manifest *)into)->output_total_bytes);
}

void manifest_read_limits(const struct keys *keys, const struct value *value, void *into)
{
	static const struct key table[] = {
			{"output_file", read_output_file},
			{"output_total", read_output_total},
			{NULL, NULL},
	};

	((struct manifest *)into)->limits_origin = value->origin;
	keys_read(keys, table, value, into);
}

static const struct key top_keys[] = {
		{"refmount", read_version},
		{"facts", manifest_read_facts},
		{"layers", manifest_read_layers},
		{"merge", manifest_read_merge},
		{"files", manifest_read_files},
		{"jinja", manifest_read_jinja},
		{"views", manifest_read_views},
		{"validate", manifest_read_validate},
		{"secrets", manifest_read_secrets},
		{"limits", manifest_read_limits},
		{NULL, NULL},
};

static int set_defaults(struct arena *arena, struct manifest *manifest)
{
	if (!manifest->root)
		manifest->root = "files";
	if (manifest->engines)
		return 0;
	manifest->engines = arena_copy(arena, default_engines, sizeof(default_engines));
	manifest->engine_count = sizeof(default_engines) / sizeof(*default_engines);
	return manifest->engines ? 0 : -ENOMEM;
}

int manifest_read(struct arena *arena, const char *file, const char *text, size_t len,
		struct diag *findings, struct manifest *out)
{
	struct manifest_reading reading = {.arena = arena, .manifest = out};
	struct keys keys = {.findings = findings, .arg = &reading};
	const struct value *root;

	*out = (struct manifest)MANIFEST_INIT;
	root = doc_parse(arena, file, text, len, findings);
	if (!root)
		return diag_has_errors(findings) ? 0 : -ENOMEM;
	if (root->kind != VALUE_MAP) {
		keys_complain(&keys, root, "a manifest is a map that begins with 'refmount: 1'");
		return 0;
	}
	keys_read(&keys, top_keys, root, out);
	if (!reading.has_version)
		keys_complain(&keys, root, "'refmount: 1', the format of the manifest, is missing");
	manifest_check_facts(&keys, out);
	out->text = arena_strndup(arena, text, len);
	out->text_len = len;
	if (reading.no_memory || !out->text || set_defaults(arena, out) < 0)
		return -ENOMEM;
	return 0;
}

void manifest_release(struct manifest *manifest)
{
	size_t i;

	for (i = 0; i < manifest->fact_count; i++)
		pattern_free(manifest->facts[i].pattern);
	for (i = 0; i < manifest->ignore_count; i++)
		glob_free(manifest->ignores[i].glob);
	for (i = 0; i < manifest->only_count; i++)
		glob_free(manifest->onlys[i].glob);
	for (i = 0; i < manifest->mode_count; i++)
		glob_free(manifest->modes[i].glob);
	for (i = 0; i < manifest->parse_count; i++)
		glob_free(manifest->parses[i].glob);
	*manifest = (struct manifest)MANIFEST_INIT;
}

bool manifest_is_virtual(const char *path)
{
	size_t len = strcspn(path, "/");

	return (len == 7 && memcmp(path, ".status", len) == 0) ||
			(len == 6 && memcmp(path, ".drift", len) == 0) ||
			(len == 9 && memcmp(path, ".refmount", len) == 0);
}

const struct fact_spec *manifest_fact(const struct manifest *manifest, const char *name)
{
	for (size_t i = 0; i < manifest->fact_count; i++) {
		if (strcmp(manifest->facts[i].name, name) == 0)
			return &manifest->facts[i];
	}
	return NULL;
}
