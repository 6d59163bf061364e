#include "src/render/templates.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/path.h"
#include "src/base/str.h"
#include "src/jinja/jinja.h"
#include "src/render/input.h"
#include "src/render/manifest.h"
#include "src/value/hash.h"

#define SLOTS_FIRST 1024

/* Open addressing; SLOTS is a power of two, at most half of them in use. */
struct templates {
	struct input *input;
	const struct manifest *manifest;
	struct template **slots; /* owned, and what they point at: it must not move */
	size_t count, slot_count;
	uint64_t bytes;
};

struct templates *templates_new(struct input *input, const struct manifest *manifest)
{
	struct templates *templates = calloc(1, sizeof(*templates));

	if (!templates)
		return NULL;
	templates->input = input;
	templates->manifest = manifest;
	templates->slot_count = SLOTS_FIRST;
	templates->slots = calloc(SLOTS_FIRST, sizeof(struct template *));
	if (templates->slots)
		return templates;
	free(templates);
	return NULL;
}

static void template_free(struct template *template)
{
	if (!template)
		return;
	free(template->name);
	free(template->path);
	free(template->text);
	free(template);
}

void templates_free(struct templates *templates)
{
	if (!templates)
		return;
	for (size_t i = 0; i < templates->slot_count; i++)
		template_free(templates->slots[i]);
	free(templates->slots);
	free(templates);
}

/* Where NAME is, or would be. */
static struct template **find_slot(struct template **slots, size_t slot_count, const char *name)
{
	size_t i = hash_bytes(name, strlen(name)) & (slot_count - 1);

	while (slots[i] && strcmp(slots[i]->name, name) != 0)
		i = (i + 1) & (slot_count - 1);
	return &slots[i];
}

static int make_room(struct templates *templates)
{
	size_t next = templates->slot_count * 2;
	struct template **slots;

	if (templates->count * 2 < templates->slot_count)
		return 0;
	slots = calloc(next, sizeof(struct template *));
	if (!slots)
		return -ENOMEM;
	for (size_t i = 0; i < templates->slot_count; i++) {
		struct template *template = templates->slots[i];

		if (template)
			*find_slot(slots, next, template->name) = template;
	}
	free(templates->slots);
	templates->slots = slots;
	templates->slot_count = next;
	return 0;
}

/* A template of that name, which there is not yet; PATH NULL: there is none in the repository. */
static int put(struct templates *templates, const char *name, const char *path,
		const struct tree_entry *entry, struct template **out, struct err *err)
{
	struct template *template;

	if (templates->count == TEMPLATES_MAX)
		return err_set(err, E2BIG, "more than %d names of templates", TEMPLATES_MAX);
	template = calloc(1, sizeof(*template));
	if (!template || make_room(templates) < 0)
		goto no_memory;
	template->name = strdup(name);
	template->path = path ? strdup(path) : NULL;
	if (!template->name || (path && !template->path))
		goto no_memory;
	if (path)
		template->oid = entry->oid;
	*find_slot(templates->slots, templates->slot_count, name) = template;
	templates->count++;
	*out = template;
	return 0;

no_memory:
	template_free(template);
	return err_set(err, ENOMEM, "out of memory");
}

int templates_add(struct templates *templates, const char *name, const char *path,
		const struct tree_entry *entry, struct err *err)
{
	struct template *template = *find_slot(templates->slots, templates->slot_count, name);

	return template ? 0 : put(templates, name, path, entry, &template, err);
}

/* The file NAME in FOLDER, as a path: 1, 0: none there, or negative errno. */
static int look_in(struct templates *templates, const char *folder, const char *name,
		struct buf *path, struct tree_entry *entry, struct err *err)
{
	struct err reason = ERR_INIT;
	int rc;

	path_join(path, folder, name);
	if (!buf_ok(path))
		return err_set(err, ENOMEM, "out of memory");
	rc = input_find(templates->input, path->data, entry, &reason);
	if (rc == -ENOENT || rc == -EINVAL)
		return 0;
	if (rc < 0 && err)
		*err = reason;
	return rc < 0 ? rc : entry->kind == TREE_FILE || entry->kind == TREE_EXECUTABLE;
}

static int look_for(struct templates *templates, const char *name, struct template **out,
		struct err *err)
{
	const struct manifest *manifest = templates->manifest;
	struct tree_entry entry;
	struct buf path = BUF_INIT;
	int rc = 0;

	if (path_is_clean(name)) {
		rc = look_in(templates, manifest->root, name, &path, &entry, err);
		for (size_t i = 0; rc == 0 && i < manifest->include_count; i++)
			rc = look_in(templates, manifest->include_path[i], name, &path, &entry,
					err);
	}
	if (rc >= 0)
		rc = put(templates, name, rc > 0 ? path.data : NULL, &entry, out, err);
	buf_release(&path);
	return rc;
}

static int get(struct templates *templates, const char *name, struct template **out,
		struct err *err)
{
	*out = *find_slot(templates->slots, templates->slot_count, name);
	return *out ? 0 : look_for(templates, name, out, err);
}

int templates_find(struct templates *templates, const char *name, const struct template **out,
		struct err *err)
{
	struct template *template = NULL;
	int rc = get(templates, name, &template, err);

	*out = template;
	return rc;
}

static int read_text(struct templates *templates, struct template *template, struct err *err)
{
	struct tree_entry entry = {.kind = TREE_FILE, .oid = template->oid};
	struct buf text = BUF_INIT;
	int rc;

	rc = input_read_entry(
			templates->input, template->path, &entry, JINJA_SOURCE_MAX, &text, err);
	if (rc == -EFBIG)
		rc = err_set(err, EINVAL, "'%s' is larger than a template may be (%u bytes)",
				template->path, JINJA_SOURCE_MAX);
	else if (rc == 0 && !str_is_utf8(buf_str(&text), text.len))
		rc = err_set(err, EINVAL, "'%s' is not UTF-8", template->path);
	else if (rc == 0 && templates->bytes + text.len > TEMPLATES_BYTES_MAX)
		rc = err_set(err, EINVAL, "all templates are larger than %u bytes",
				TEMPLATES_BYTES_MAX);
	if (rc < 0) {
		buf_release(&text);
		return rc;
	}
	template->len = text.len;
	template->text = buf_steal(&text);
	templates->bytes += template->len;
	return template->text ? 0 : err_set(err, ENOMEM, "out of memory");
}

int templates_load(struct templates *templates, const char *name, const struct template **out,
		struct err *err)
{
	struct template *template = NULL;
	int rc;

	rc = get(templates, name, &template, err);
	if (rc < 0)
		return rc;
	if (!template->path)
		return -ENOENT;
	rc = template->text ? 0 : read_text(templates, template, err);
	if (rc == 0)
		*out = template;
	return rc;
}
