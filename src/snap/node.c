#include "src/snap/node.h"

#include <errno.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/snap/index.h"
#include "src/snap/record.h"

int node_read(const struct segment_set *set, place at, struct node *out)
{
	const struct record_head *head = record_find(set, at);

	return head ? record_node(head, at, out) : -EIO;
}

place node_behind(const struct segment_set *set, place at)
{
	const struct segment *segment = segment_set_find(set, place_segment(at));
	const struct record_head *head = record_find(set, at);
	uint64_t next;

	if (!segment || !head)
		return PLACE_NONE;
	next = place_offset(at) + record_padded(head->size);
	return next < segment->meta_size ? place_make(segment->number, next) : PLACE_NONE;
}

int node_entry(const struct segment_set *set, const struct node *dir, uint32_t index,
		struct node *out)
{
	struct node node;

	if (dir->kind != NODE_DIR)
		return -ENOTDIR;
	if (index >= dir->count)
		return -ENOENT;
	if (node_read(set, dir->entries[index], &node) < 0)
		return -EIO;
	if (node.parent != dir->dir)
		return -EIO;
	if (node.kind == NODE_DIR && node.height >= dir->height)
		return -EIO;
	*out = node;
	return 0;
}

static int compare_bytes(const char *a, size_t a_len, const char *b, size_t b_len)
{
	int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

	if (order != 0)
		return order;
	return (a_len > b_len) - (a_len < b_len);
}

int node_compare_names(const struct node *a, const struct node *b)
{
	return compare_bytes(a->name, a->name_len, b->name, b->name_len);
}

int node_find(const struct segment_set *set, const struct node *dir, const char *name, size_t len,
		struct node *out)
{
	uint32_t low = 0, high = dir->count;

	if (dir->kind != NODE_DIR)
		return -ENOTDIR;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const struct record_head *head = record_find(set, dir->entries[middle]);
		const char *other;
		int other_len, order;

		other_len = head ? record_name(head, &other) : -EIO;
		if (other_len < 0)
			return -EIO;
		order = compare_bytes(name, len, other, (size_t)other_len);
		if (order == 0)
			return node_entry(set, dir, middle, out);
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return -ENOENT;
}

int node_walk(const struct segment_set *set, place root, const char *path, struct node *out)
{
	struct node node;
	int rc = node_read(set, root, &node);

	if (!path)
		path = "";
	while (rc == 0 && *path) {
		size_t len = strcspn(path, "/");

		rc = node_find(set, &node, path, len, &node);
		path += len;
		if (*path == '/' && *++path == '\0')
			rc = rc < 0 ? rc : -ENOENT;
	}
	if (rc == 0)
		*out = node;
	return rc;
}

int64_t node_data(const struct segment_set *set, const struct node *node, uint64_t offset,
		uint64_t size, const void **data)
{
	const struct segment *segment;
	const void *bytes;

	if (node->kind != NODE_FILE && node->kind != NODE_LINK)
		return -EIO;
	if (offset >= node->size || size == 0)
		return 0;
	if (size > node->size - offset)
		size = node->size - offset;
	segment = segment_set_find(set, place_segment(node->data));
	if (!segment)
		return -EIO;
	/* Sizes are below 2^63 and places below 2^35: the sum cannot overflow. */
	bytes = segment_data(segment, place_offset(node->data) + offset, size);
	if (!bytes)
		return -EIO;
	*data = bytes;
	return (int64_t)size;
}

int node_revision(const struct segment_set *set, const struct node *node, struct revision *out)
{
	const struct record_head *head = record_find(set, node->revision);

	return head ? record_revision(head, out) : -EIO;
}

int node_source(const struct segment_set *set, const struct node *node, const char **text,
		size_t *len)
{
	const struct record_head *head;

	if (node->source == PLACE_NONE)
		return -ENOENT;
	head = record_find(set, node->source);
	if (!head || head->kind != RECORD_TEXT)
		return -EIO;
	*text = (const char *)(head + 1);
	*len = head->size - sizeof(*head);
	return 0;
}

/* The folder with number DIR in the generation with that INDEX. */
static int read_folder(const struct segment_set *set, place index, uint32_t dir, struct node *out)
{
	struct node node;
	place at;
	int rc = index_find(set, index, dir, &at);

	if (rc < 0)
		return rc;
	if (node_read(set, at, &node) < 0 || node.kind != NODE_DIR || node.dir != dir)
		return -EIO;
	*out = node;
	return 0;
}

int node_path(const struct segment_set *set, place index, const struct node *node, struct buf *out)
{
	struct node chain[NODE_DEPTH_MAX + 1]; /* from the node up to below the root */
	size_t depth = 0, before = out->len;
	struct node at = *node;

	while (at.parent != 0) {
		int rc;

		if (depth == NODE_DEPTH_MAX + 1)
			return -EIO;
		chain[depth++] = at;
		rc = read_folder(set, index, at.parent, &at);
		if (rc < 0)
			return rc;
	}
	while (depth > 0) {
		depth--;
		buf_add(out, chain[depth].name, chain[depth].name_len);
		if (depth > 0)
			buf_add_char(out, '/');
	}
	if (buf_ok(out))
		return 0;
	out->len = before;
	return -ENOMEM;
}

static bool same_revision(const struct segment_set *set, const struct node *a, const struct node *b)
{
	struct revision ra, rb;

	if (a->revision == b->revision)
		return true;
	if (node_revision(set, a, &ra) < 0 || node_revision(set, b, &rb) < 0)
		return false;
	return ra.time == rb.time && oid_equal(&ra.commit, &rb.commit);
}

static bool same_source(const struct segment_set *set, const struct node *a, const struct node *b)
{
	const char *ta, *tb;
	size_t la, lb;

	if (a->source == b->source)
		return true;
	if (node_source(set, a, &ta, &la) < 0 || node_source(set, b, &tb, &lb) < 0)
		return false;
	return la == lb && memcmp(ta, tb, la) == 0;
}

static bool same_contents(const struct segment_set *set, const struct node *a, const struct node *b)
{
	const void *da, *db;

	if (a->size != b->size)
		return false;
	if (a->data == b->data)
		return oid_equal(a->oid, b->oid);
	if (!oid_equal(a->oid, b->oid))
		return false;
	if (!oid_is_zero(a->oid))
		return true;
	if (node_data(set, a, 0, a->size, &da) != (int64_t)a->size ||
			node_data(set, b, 0, b->size, &db) != (int64_t)b->size)
		return false;
	return memcmp(da, db, a->size) == 0;
}

bool node_same(const struct segment_set *set, const struct node *a, const struct node *b)
{
	if (a->at == b->at)
		return true;
	if (a->kind != b->kind || a->kind == NODE_DIR)
		return false;
	if (a->mode != b->mode || a->is_secret != b->is_secret || a->uid != b->uid ||
			a->gid != b->gid)
		return false;
	if (a->kind == NODE_PIN && a->generation != b->generation)
		return false;
	if (a->kind != NODE_PIN && !same_contents(set, a, b))
		return false;
	return same_source(set, a, b) && same_revision(set, a, b);
}
