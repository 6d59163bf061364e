#include "src/snap/compact.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/vec.h"
#include "src/snap/builder.h"
#include "src/snap/index.h"
#include "src/snap/node.h"

/* Where contents went that were copied before. */
struct moved {
	place from, to; /* FROM PLACE_NONE: empty slot */
	uint64_t size;
};

struct frame {
	struct node dir;
	uint32_t next;	/* entry to copy */
	place *entries; /* owned; those copied so far */
};

struct compaction {
	const struct segment_set *set;
	struct builder *builder;
	struct moved *moved; /* open hash table, at most half full */
	size_t moved_count, moved_cap;
	struct index_change *folders; /* all that were written */
	size_t folder_count, folder_cap;
	struct buf source;
	uint64_t left; /* entries before this cannot be a tree any more */
	size_t depth;
	struct frame frames[NODE_DEPTH_MAX + 1];
};

static size_t slot_of(const struct moved *table, size_t cap, place from, uint64_t size)
{
	size_t slot = (size_t)((from ^ from >> 32) * 0x9e3779b97f4a7c15ull >> 20) & (cap - 1);

	while (table[slot].from != PLACE_NONE &&
			(table[slot].from != from || table[slot].size != size))
		slot = (slot + 1) & (cap - 1);
	return slot;
}

static int grow_moved(struct compaction *c)
{
	size_t cap = c->moved_cap ? c->moved_cap * 2 : 256;
	struct moved *table = calloc(cap, sizeof(*table));

	if (!table)
		return -ENOMEM;
	for (size_t i = 0; i < c->moved_cap; i++)
		if (c->moved[i].from != PLACE_NONE)
			table[slot_of(table, cap, c->moved[i].from, c->moved[i].size)] =
					c->moved[i];
	free(c->moved);
	c->moved = table;
	c->moved_cap = cap;
	return 0;
}

static int copy_contents(struct compaction *c, const struct node *node, place *out)
{
	struct moved *moved;
	const void *data;

	*out = PLACE_NONE;
	if (node->size == 0)
		return 0;
	if (c->moved_count * 2 >= c->moved_cap && grow_moved(c) < 0)
		return -ENOMEM;
	moved = &c->moved[slot_of(c->moved, c->moved_cap, node->data, node->size)];
	if (moved->from == PLACE_NONE) {
		if (node_data(c->set, node, 0, node->size, &data) != (int64_t)node->size)
			return -EIO;
		moved->to = builder_data(c->builder, data, node->size);
		if (moved->to == PLACE_NONE)
			return builder_error(c->builder);
		moved->from = node->data;
		moved->size = node->size;
		c->moved_count++;
	}
	*out = moved->to;
	return 0;
}

static struct node_spec spec_of(const struct node *node)
{
	return (struct node_spec){
			.name = node->name,
			.name_len = node->name_len,
			.mode = node->mode,
			.uid = node->uid,
			.gid = node->gid,
			.parent = node->parent,
			.is_secret = node->is_secret,
			.oid = *node->oid,
			.revision = node->revision,
	};
}

/* NODE's source as a string, or NULL. */
static int source_of(struct compaction *c, const struct node *node, const char **out)
{
	const char *text;
	size_t len;
	int rc = node_source(c->set, node, &text, &len);

	*out = NULL;
	if (rc == -ENOENT)
		return 0;
	if (rc < 0)
		return rc;
	buf_clear(&c->source);
	buf_add(&c->source, text, len);
	*out = buf_str(&c->source);
	return buf_ok(&c->source) ? 0 : -ENOMEM;
}

/* A node that is not a folder. */
static int copy_leaf(struct compaction *c, const struct node *node, place *out)
{
	struct node_spec spec = spec_of(node);
	const char *source = NULL;
	place data;
	int rc;

	if (node->kind == NODE_PIN) {
		*out = builder_pin(c->builder, &spec, node->generation);
		return builder_error(c->builder);
	}
	rc = copy_contents(c, node, &data);
	if (rc == 0)
		rc = source_of(c, node, &source);
	if (rc < 0)
		return rc;
	*out = builder_file(c->builder, node->kind, &spec, data, node->size, source);
	return builder_error(c->builder);
}

static int begin_folder(struct compaction *c, const struct node *dir)
{
	struct frame *frame = &c->frames[c->depth];

	if (c->depth == NODE_DEPTH_MAX + 1 || dir->count > c->left)
		return -EIO;
	c->left -= dir->count;
	frame->entries = calloc(dir->count ? dir->count : 1, sizeof(*frame->entries));
	if (!frame->entries)
		return -ENOMEM;
	frame->dir = *dir;
	frame->next = 0;
	c->depth++;
	return 0;
}

/* The innermost folder is complete: write it, and hand its place to the one around it. */
static int end_folder(struct compaction *c, place *root)
{
	struct frame *frame = &c->frames[--c->depth];
	struct node_spec spec = spec_of(&frame->dir);
	place at = builder_dir(c->builder, &spec, frame->dir.dir, frame->entries, frame->dir.count);

	free(frame->entries);
	frame->entries = NULL;
	if (at == PLACE_NONE)
		return builder_error(c->builder);
	if (vec_reserve(&c->folders, &c->folder_cap, c->folder_count + 1, sizeof(*c->folders)) < 0)
		return -ENOMEM;
	c->folders[c->folder_count++] = (struct index_change){.dir = frame->dir.dir, .to = at};
	if (c->depth == 0)
		*root = at;
	else
		frame[-1].entries[frame[-1].next++] = at;
	return 0;
}

static int copy_tree(struct compaction *c, place root, place *out)
{
	struct node node;
	int rc = node_read(c->set, root, &node);

	if (rc < 0 || node.kind != NODE_DIR)
		return -EIO;
	rc = begin_folder(c, &node);
	while (rc == 0 && c->depth > 0) {
		struct frame *frame = &c->frames[c->depth - 1];

		if (frame->next == frame->dir.count) {
			rc = end_folder(c, out);
			continue;
		}
		rc = node_entry(c->set, &frame->dir, frame->next, &node);
		if (rc < 0)
			break;
		if (node.kind == NODE_DIR) {
			rc = begin_folder(c, &node);
			continue;
		}
		rc = copy_leaf(c, &node, &frame->entries[frame->next]);
		frame->next++;
	}
	return rc;
}

static int compare_changes(const void *a, const void *b)
{
	uint32_t da = ((const struct index_change *)a)->dir;
	uint32_t db = ((const struct index_change *)b)->dir;

	return (da > db) - (da < db);
}

static int write_index(struct compaction *c, place *out)
{
	qsort(c->folders, c->folder_count, sizeof(*c->folders), compare_changes);
	for (size_t i = 1; i < c->folder_count; i++)
		if (c->folders[i - 1].dir == c->folders[i].dir)
			return -EIO; /* a number for two folders */
	return index_update(c->builder, PLACE_NONE, c->folders, (uint32_t)c->folder_count, out);
}

int compact_tree(const struct segment_set *set, place root, struct builder *builder,
		place *new_root, place *new_index)
{
	struct compaction *c = calloc(1, sizeof(*c));
	place copied_root = PLACE_NONE, copied_index = PLACE_NONE;
	int rc;

	if (!c)
		return -ENOMEM;
	c->set = set;
	c->builder = builder;
	c->left = segment_set_meta_size(set) / sizeof(place);
	rc = copy_tree(c, root, &copied_root);
	if (rc == 0)
		rc = write_index(c, &copied_index);
	if (rc == 0) {
		*new_root = copied_root;
		*new_index = copied_index;
	}
	while (c->depth > 0)
		free(c->frames[--c->depth].entries);
	buf_release(&c->source);
	free(c->folders);
	free(c->moved);
	free(c);
	return rc;
}
