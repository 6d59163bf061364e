#include "src/snap/record.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

/* What the kernel takes as a target of a symbolic link. */
#define LINK_TARGET_MAX (PATH_MAX - 1)

bool record_name_is_valid(const char *name, size_t len)
{
	if (len == 0 || len > NODE_NAME_MAX)
		return false;
	if (name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.')))
		return false;
	return !memchr(name, '/', len) && !memchr(name, '\0', len);
}

const struct record_head *record_find(const struct segment_set *set, place at)
{
	const struct segment *segment = segment_set_find(set, place_segment(at));
	const struct record_head *head;

	if (!segment)
		return NULL;
	head = segment_meta(segment, place_offset(at), sizeof(*head));
	if (!head || head->size < sizeof(*head))
		return NULL;
	return segment_meta(segment, place_offset(at), head->size);
}

/* Size of the record without its name; 0 if the kind or its size is not that of a node. */
static uint64_t fixed_size(const struct record_head *head)
{
	uint64_t size = 0;

	if (head->size < sizeof(struct record_node))
		return 0;
	switch (head->kind) {
	case NODE_FILE:
	case NODE_LINK:
		size = sizeof(struct record_file);
		break;
	case NODE_DIR:
		size = sizeof(struct record_dir) +
				(uint64_t)((const struct record_node *)head)->count * sizeof(place);
		break;
	case NODE_PIN:
		size = sizeof(struct record_node);
		break;
	}
	return size + head->name_len == head->size ? size : 0;
}

int record_name(const struct record_head *head, const char **name)
{
	uint64_t fixed = fixed_size(head);

	if (fixed == 0)
		return -EIO;
	*name = (const char *)head + fixed;
	return head->name_len;
}

/* Only a root has no parent and no name. */
static bool is_placed(const struct record_node *record, const char *name)
{
	if (record->parent == 0)
		return record->head.kind == NODE_DIR && record->head.name_len == 0;
	return record_name_is_valid(name, record->head.name_len);
}

static int decode_file(const struct record_file *record, struct node *node)
{
	node->size = record->size;
	node->data = record->data;
	if (record->node.number)
		node->source = place_make(
				place_segment(node->at), (uint64_t)record->node.number << 3);
	if (record->node.count != 0 || record->size > INT64_MAX)
		return -EIO;
	if ((record->size == 0) != (record->data == PLACE_NONE))
		return -EIO;
	if (node->kind == NODE_LINK && (record->size == 0 || record->size > LINK_TARGET_MAX))
		return -EIO;
	return 0;
}

static int decode_dir(const struct record_dir *record, struct node *node)
{
	node->dir = record->node.number;
	node->size = record->size;
	node->files = record->files;
	node->dirs = record->dirs;
	node->links = record->links;
	node->count = record->node.count;
	node->subdir_count = record->subdir_count;
	node->height = record->height;
	node->entries = record->entries;
	if (node->dir == 0 || node->height > NODE_DEPTH_MAX || node->subdir_count > node->count)
		return -EIO;
	return 0;
}

static int decode_pin(const struct record_node *record, struct node *node)
{
	node->generation = record->number;
	return record->count == 0 ? 0 : -EIO;
}

int record_node(const struct record_head *head, place at, struct node *out)
{
	const struct record_node *record = (const struct record_node *)head;
	uint64_t fixed = fixed_size(head);
	struct node node = {0};
	int rc;

	if (fixed == 0 || (head->mode & ~RECORD_SECRET) > 07777)
		return -EIO;
	node.kind = head->kind;
	node.at = at;
	node.mode = head->mode & ~RECORD_SECRET;
	node.is_secret = (head->mode & RECORD_SECRET) != 0;
	node.uid = record->uid;
	node.gid = record->gid;
	node.parent = record->parent;
	node.name = (const char *)head + fixed;
	node.name_len = head->name_len;
	node.revision = place_make(place_segment(at), (uint64_t)record->revision << 3);
	node.oid = &record->oid;
	if (!is_placed(record, node.name) || (node.is_secret && node.kind != NODE_FILE))
		return -EIO;

	if (node.kind == NODE_DIR)
		rc = decode_dir((const struct record_dir *)head, &node);
	else if (node.kind == NODE_PIN)
		rc = decode_pin(record, &node);
	else
		rc = decode_file((const struct record_file *)head, &node);
	if (rc == 0)
		*out = node;
	return rc;
}

int record_revision(const struct record_head *head, struct revision *out)
{
	const struct record_revision *record = (const struct record_revision *)head;

	if (head->kind != RECORD_REVISION || head->size != sizeof(*record))
		return -EIO;
	out->time = record->time;
	out->commit = record->commit;
	return 0;
}

int record_index(const struct record_head *head, struct index_slots *out)
{
	const struct record_index *record = (const struct record_index *)head;
	uint32_t next = 0;
	size_t count;

	if (head->kind != RECORD_INDEX || head->size < sizeof(*record))
		return -EIO;
	if (record->level > RECORD_INDEX_LEVEL)
		return -EIO;
	count = (size_t)__builtin_popcount(record->bitmap);
	if (head->size != sizeof(*record) + count * sizeof(place))
		return -EIO;
	out->level = record->level;
	for (uint32_t i = 0; i < RECORD_INDEX_WAYS; i++)
		out->slots[i] = record->bitmap >> i & 1 ? record->slots[next++] : PLACE_NONE;
	return 0;
}
