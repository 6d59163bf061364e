/*
 * manifest_parts: the sections of a manifest and who reads them. Private to manifest*.c.
 */
#ifndef RENDER_MANIFEST_PARTS_H
#define RENDER_MANIFEST_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "src/render/keys.h"

struct arena;
struct glob;
struct manifest;
struct value;

/* keys.arg of all sections. */
struct manifest_reading {
	struct arena *arena;
	struct manifest *manifest;
	bool has_version;
	bool no_memory; /* the arena is used up */
};

static inline struct manifest_reading *reading_of(const struct keys *keys)
{
	return keys->arg;
}

/* COUNT zeroed items of SIZE bytes for what VALUE (a list or map) holds; NULL after a finding. */
void *manifest_items(const struct keys *keys, const struct value *value, size_t size);

/* VALUE's text compiled; NULL after a finding. */
struct glob *manifest_glob(const struct keys *keys, const struct value *value);

/* A text, or a list of texts, as a NULL-terminated array; NULL after a finding. */
const char *const *manifest_words(const struct keys *keys, const struct value *value);

/* key_fn of the sections; INTO is the manifest. */
void manifest_read_facts(const struct keys *keys, const struct value *value, void *into);
void manifest_read_layers(const struct keys *keys, const struct value *value, void *into);
void manifest_read_merge(const struct keys *keys, const struct value *value, void *into);
void manifest_read_files(const struct keys *keys, const struct value *value, void *into);
void manifest_read_jinja(const struct keys *keys, const struct value *value, void *into);
void manifest_read_views(const struct keys *keys, const struct value *value, void *into);
void manifest_read_validate(const struct keys *keys, const struct value *value, void *into);
void manifest_read_secrets(const struct keys *keys, const struct value *value, void *into);
void manifest_read_limits(const struct keys *keys, const struct value *value, void *into);

/* What needs all sections: names that one uses and another declares. */
void manifest_check_facts(const struct keys *keys, const struct manifest *manifest);

#endif
