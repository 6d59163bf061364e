#include "src/render/layers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/base/path.h"
#include "src/base/str.h"
#include "src/base/vec.h"
#include "src/render/input.h"
#include "src/render/manifest.h"
#include "src/value/doc.h"
#include "src/value/layer.h"

#define PATH_BYTES_MAX	  1024
#define CACHE_BYTES_MAX	  (256u << 20) /* of all documents as values */
#define CACHE_ENTRIES_MAX 10000

/* A file that was looked at: a document, or none, or one that is wrong. */
struct cached {
	char *path;
	struct value *content; /* NULL: there is none, or it is wrong */
	bool is_there;
	struct diag findings; /* of reading it: told again to everybody who asks */
};

struct layer_cache {
	struct arena *arena;
	struct cached *items;
	size_t count, cap;
};

/* One part of a layer's path: a name in ${}, or the text up to the next one. */
struct part {
	bool is_name;
	const char *text;
	size_t len;
};

/* The part at *AT: true; false at the end, or with part.text NULL where a brace is not closed. */
static bool next_part(const char **at, struct part *out)
{
	const char *p = *at, *end;

	*out = (struct part){0};
	if (!*p)
		return false;
	if (str_has_prefix(p, "${")) {
		end = strchr(p, '}');
		if (!end)
			return false;
		*out = (struct part){true, p + 2, (size_t)(end - p - 2)};
		*at = end + 1;
		return true;
	}
	end = strstr(p, "${");
	*out = (struct part){false, p, end ? (size_t)(end - p) : strlen(p)};
	*at = p + out->len;
	return true;
}

int layers_check_path(const char *path, struct err *err)
{
	struct buf expanded = BUF_INIT;
	const char *at = path;
	struct part part;
	int rc = 0;

	while (next_part(&at, &part))
		buf_add(&expanded, part.is_name ? "x" : part.text, part.is_name ? 1 : part.len);
	if (*at)
		rc = err_set(err, EINVAL, "'${' without '}' in '%s'", path);
	else if (!path_is_clean(buf_str(&expanded)) || expanded.len > PATH_BYTES_MAX)
		rc = err_set(err, EINVAL,
				"'%s' must be a path within the repository, without '.' and '..'",
				path);
	buf_release(&expanded);
	return rc;
}

void layers_names(const char *path, void (*fn)(void *arg, const char *name), void *arg)
{
	struct part part;

	while (next_part(&path, &part)) {
		char *name = part.is_name ? strndup(part.text, part.len) : NULL;

		if (name)
			fn(arg, name);
		free(name);
	}
}

struct layer_cache *layer_cache_new(void)
{
	struct layer_cache *cache = calloc(1, sizeof(*cache));

	if (!cache)
		return NULL;
	cache->arena = arena_new(CACHE_BYTES_MAX);
	if (cache->arena)
		return cache;
	free(cache);
	return NULL;
}

void layer_cache_free(struct layer_cache *cache)
{
	if (!cache)
		return;
	for (size_t i = 0; i < cache->count; i++) {
		free(cache->items[i].path);
		diag_release(&cache->items[i].findings);
	}
	free(cache->items);
	arena_free(cache->arena);
	free(cache);
}

static struct cached *find_cached(const struct layer_cache *cache, const char *path)
{
	for (size_t i = 0; i < cache->count; i++) {
		if (strcmp(cache->items[i].path, path) == 0)
			return &cache->items[i];
	}
	return NULL;
}

static int parse(const struct layers_spec *spec, struct cached *item, const struct buf *text,
		struct err *err)
{
	const struct doc_options options = {.allows_deletion = true};
	const char *file = arena_strndup(spec->cache->arena, item->path, strlen(item->path));

	if (!file)
		return err_set(err, ENOMEM, "the layers need more memory than there is");
	item->content = doc_parse_as(spec->cache->arena, &options, file, buf_str(text), text->len,
			&item->findings);
	if (!item->content && !diag_has_errors(&item->findings))
		return err_set(err, ENOMEM, "the layers need more memory than there is");
	return 0;
}

/* Read ITEM's file; what is wrong with it is among its findings. */
static int read_file(const struct layers_spec *spec, struct cached *item, struct err *err)
{
	struct buf text = BUF_INIT;
	struct tree_entry entry;
	struct err reason = ERR_INIT;
	int rc;

	rc = input_find(spec->input, item->path, &entry, &reason);
	if (rc == -ENOENT)
		return 0;
	item->is_there = true;
	if (rc == 0 && (entry.kind == TREE_LINK || entry.kind == TREE_DIR)) {
		diag_add(&item->findings, DIAG_ERROR, item->path, 0, 0, "a layer must be a file");
		return 0;
	}
	if (rc == 0)
		rc = input_read_entry(
				spec->input, item->path, &entry, DOC_SIZE_MAX, &text, &reason);
	if (rc == 0)
		rc = parse(spec, item, &text, &reason);
	else if (rc == -EFBIG || rc == -EINVAL) {
		diag_add(&item->findings, DIAG_ERROR, item->path, 0, 0, "%s", reason.text);
		rc = 0;
	}
	buf_release(&text);
	if (rc < 0 && err)
		*err = reason;
	return rc;
}

static int get(const struct layers_spec *spec, const char *path, struct cached **out,
		struct err *err)
{
	struct layer_cache *cache = spec->cache;
	struct cached *item = find_cached(cache, path);
	int rc;

	*out = item;
	if (item)
		return 0;
	if (cache->count == CACHE_ENTRIES_MAX)
		return err_set(err, E2BIG, "more than %d different layers", CACHE_ENTRIES_MAX);
	if (vec_reserve(&cache->items, &cache->cap, cache->count + 1, sizeof(*cache->items)) < 0)
		return err_set(err, ENOMEM, "out of memory");
	item = &cache->items[cache->count];
	*item = (struct cached){.path = strdup(path), .findings = DIAG_INIT};
	if (!item->path)
		return err_set(err, ENOMEM, "out of memory");
	cache->count++;
	rc = read_file(spec, item, err);
	*out = item;
	return rc;
}

/*
 * LAYER's path for the facts, in the arena; NULL with *SKIP when it names a fact that has no value,
 * without it: no memory.
 */
static char *expand(const struct layers_spec *spec, const struct layer_file *layer, bool *skip)
{
	struct buf path = BUF_INIT;
	const char *at = layer->path;
	char *copy = NULL;
	struct part part;

	*skip = false;
	while (next_part(&at, &part)) {
		struct value key = {.kind = VALUE_STRING};
		struct value_pair *pair;

		if (!part.is_name) {
			buf_add(&path, part.text, part.len);
			continue;
		}
		key.string.text = part.text;
		key.string.len = part.len;
		pair = value_find_pair(spec->facts, &key);
		if (pair)
			buf_add_str(&path, pair->value->string.text);
		else
			*skip = true;
	}
	if (buf_ok(&path) && !*skip)
		copy = arena_strndup(spec->arena, buf_str(&path), path.len);
	buf_release(&path);
	return copy;
}

static void tell(const struct diag *from, struct diag *to)
{
	for (size_t i = 0; i < from->count; i++) {
		const struct finding *item = &from->items[i];

		diag_add(to, item->level, item->file, item->line, item->column, "%s",
				item->message);
	}
}

static void complain(struct diag *findings, const struct layer_file *layer, const char *path)
{
	diag_add(findings, DIAG_ERROR, layer->origin.file, layer->origin.line, layer->origin.column,
			"the required layer '%s' does not exist", path);
}

static int read_layer(const struct layers_spec *spec, const struct layer_file *file,
		struct diag *findings, struct layer *out, struct err *err)
{
	struct cached *item = NULL;
	bool skip;
	int rc;

	*out = (struct layer){.path = expand(spec, file, &skip)};
	if (!out->path && !skip)
		return err_set(err, ENOMEM, "the values need more memory than they may have");
	if (skip) {
		if (file->is_required)
			complain(findings, file, file->path);
		return 0;
	}
	rc = get(spec, out->path, &item, err);
	if (rc < 0)
		return rc;
	tell(&item->findings, findings);
	if (!item->is_there && file->is_required)
		complain(findings, file, out->path);
	out->content = item->content;
	return 0;
}

static int merge(const struct layers_spec *spec, struct diag *findings, struct layers *layers,
		struct err *err)
{
	struct layer_spec rules = {.arena = spec->arena,
			.rules = spec->manifest->merges,
			.rule_count = spec->manifest->merge_count,
			.findings = findings};
	struct value *merged = value_map(spec->arena);
	size_t errors = findings->errors;

	for (size_t i = 0; merged && i < layers->count; i++) {
		if (layers->items[i].content)
			merged = layer_merge(&rules, merged, layers->items[i].content);
	}
	if (!merged && findings->errors == errors)
		return err_set(err, ENOMEM, "the values need more memory than they may have");
	layers->merged = merged;
	return 0;
}

int layers_read(const struct layers_spec *spec, struct diag *findings, struct layers *out,
		struct err *err)
{
	const struct manifest *manifest = spec->manifest;
	struct layers layers = {.count = manifest->layer_count};
	size_t errors = findings->errors;
	int rc = 0;

	layers.items = arena_alloc(spec->arena, (layers.count + 1) * sizeof(*layers.items));
	if (!layers.items)
		return err_set(err, ENOMEM, "the values need more memory than they may have");
	for (size_t i = 0; rc == 0 && i < layers.count; i++)
		rc = read_layer(spec, &manifest->layers[i], findings, &layers.items[i], err);
	if (rc == 0 && findings->errors == errors)
		rc = merge(spec, findings, &layers, err);
	if (rc == 0)
		*out = layers;
	return rc;
}
