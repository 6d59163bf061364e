/*
 * A second walk, and not the first one with its writing put off: findings, limits and errors come
 * in the order of the one walk that counts, and nothing here can change them. What it costs is
 * that each tree is parsed twice; the second time its bytes come out of libgit2's cache.
 *
 * A folder that has any fault is passed over as far as its bad entries go; one that cannot be read
 * ends the forecast. Both are said by the build when it comes there by itself.
 */
#include "src/build/ahead.h"

#include <stddef.h>
#include <stdlib.h>

#include "src/base/diag.h"
#include "src/git/oidmap.h"
#include "src/git/tree.h"
#include "src/snap/node.h"

#define TREE_BYTES_MAX (16u << 20) /* a larger folder ends the forecast */

struct level {
	struct tree tree;
	size_t next;	  /* entry to look at */
	struct node base; /* the folder of that name in the base */
	bool has_base;
};

struct ahead {
	struct ahead_spec spec;
	struct oidmap named;
	uint64_t left; /* entries that may still be looked at */
	bool is_over;
	size_t depth; /* levels in use */
	struct level levels[NODE_DEPTH_MAX + 1];
};

/* Go into the folder with tree OID; BASE is what it was, or NULL. */
static bool enter(struct ahead *ahead, const struct oid *oid, const struct node *base)
{
	struct diag ignored = DIAG_INIT;
	struct tree_spec spec = {
			.oid = *oid, .path = "", .limit = TREE_BYTES_MAX, .findings = &ignored};
	struct level *level = &ahead->levels[ahead->depth];
	int rc;

	*level = (struct level){.has_base = base != NULL};
	if (base)
		level->base = *base;
	rc = tree_read(ahead->spec.repo, &spec, &level->tree, NULL);
	diag_release(&ignored);
	if (rc < 0)
		return false;
	ahead->depth++;
	if (level->tree.count >= ahead->left)
		return false;
	ahead->left -= level->tree.count + 1;
	return true;
}

static bool start(struct ahead *ahead)
{
	struct node base;

	if (ahead->spec.base_root == PLACE_NONE)
		return enter(ahead, &ahead->spec.tree, NULL);
	return node_read(ahead->spec.set, ahead->spec.base_root, &base) == 0 &&
			base.kind == NODE_DIR && enter(ahead, &ahead->spec.tree, &base);
}

struct ahead *ahead_new(const struct ahead_spec *spec)
{
	struct ahead *ahead = calloc(1, sizeof(*ahead));

	if (!ahead)
		return NULL;
	ahead->spec = *spec;
	ahead->left = spec->max_entries;
	ahead->is_over = !start(ahead);
	return ahead;
}

void ahead_free(struct ahead *ahead)
{
	if (!ahead)
		return;
	while (ahead->depth > 0)
		tree_release(&ahead->levels[--ahead->depth].tree);
	oidmap_release(&ahead->named);
	free(ahead);
}

/* The folder ENTRY, unless it is too deep; false ends the forecast. */
static bool show_folder(
		struct ahead *ahead, const struct tree_entry *entry, const struct node *base)
{
	if (ahead->depth > NODE_DEPTH_MAX)
		return true;
	return enter(ahead, &entry->oid, base && base->kind == NODE_DIR ? base : NULL);
}

/* Is ENTRY's blob to be read, and was not named yet? */
static bool is_news(struct ahead *ahead, const struct tree_entry *entry)
{
	uint64_t *named;

	if (entry->kind == TREE_LINK)
		return false;
	named = oidmap_add(&ahead->named, &entry->oid);
	if (!named)
		ahead->is_over = true;
	return named && (*named)++ == 0;
}

bool ahead_next(struct ahead *ahead, struct oid *out)
{
	while (!ahead->is_over && ahead->depth > 0) {
		struct level *level = &ahead->levels[ahead->depth - 1];
		const struct tree_entry *entry;
		struct node found, *base = NULL;

		if (level->next == level->tree.count) {
			tree_release(&level->tree);
			ahead->depth--;
			continue;
		}
		entry = &level->tree.entries[level->next++];
		if (level->has_base &&
				node_find(ahead->spec.set, &level->base, entry->name,
						entry->name_len, &found) == 0)
			base = &found;
		if (base && oid_equal(base->oid, &entry->oid))
			continue;
		if (entry->kind == TREE_DIR) {
			ahead->is_over = !show_folder(ahead, entry, base);
		} else if (is_news(ahead, entry)) {
			*out = entry->oid;
			return true;
		}
	}
	return false;
}
