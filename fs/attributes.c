#include "fs/attributes.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "fs/tree.h"
#include "src/base/buf.h"
#include "src/base/oid.h"
#include "src/base/str.h"
#include "src/link/state.h"

#define PREFIX "user.refmount."

typedef int64_t value_fn(const struct tree *tree, const struct node *node, char *value);

static int64_t put_oid(const struct oid *oid, char *value)
{
	char hex[OID_HEX_SIZE];

	oid_format(oid, hex);
	memcpy(value, hex, OID_HEX_SIZE - 1);
	return OID_HEX_SIZE - 1;
}

static int64_t put_text(const char *text, size_t len, char *value)
{
	if (len > ATTRIBUTES_MAX)
		return -ERANGE;
	memcpy(value, text, len);
	return (int64_t)len;
}

static int64_t get_revision(const struct tree *tree, const struct node *node, char *value)
{
	struct revision revision;
	int rc;

	rc = node_revision(tree->set, node, &revision);
	return rc < 0 ? rc : put_oid(&revision.commit, value);
}

static int64_t get_oid(const struct tree *tree, const struct node *node, char *value)
{
	(void)tree;
	return put_oid(node->oid, value);
}

/* Whoever shows contents to others than readers of the file asks for this first (refmount diff). */
static int64_t get_secret(const struct tree *tree, const struct node *node, char *value)
{
	(void)tree;
	return node->is_secret ? put_text("1", 1, value) : -ENODATA;
}

/* Folders that are the same record are the same in everything, down to the last file's owner. */
static int64_t get_record(const struct tree *tree, const struct node *node, char *value)
{
	char hex[17];

	(void)tree;
	(void)snprintf(hex, sizeof(hex), "%016" PRIx64, node->at);
	return put_text(hex, sizeof(hex) - 1, value);
}

/*
 * A node does not know which generation it was reached through, and folders have the same numbers and
 * paths in all of them: the first generation that still has its folder will do.
 */
static int find_path(const struct tree *tree, const struct node *node, struct buf *path)
{
	place root, index;
	uint32_t number;
	size_t i;
	int rc;

	rc = node_path(tree->set, tree->views.current.index, node, path);
	for (i = 0; rc < 0 && rc != -ENOMEM && i < STATE_GENERATIONS; i++) {
		number = atomic_load(&tree->state->generations[i].number);
		if (number && state_generation_get(tree->state, number, &root, &index))
			rc = node_path(tree->set, index, node, path);
	}
	return rc;
}

static int64_t get_source(const struct tree *tree, const struct node *node, char *value)
{
	struct buf path = BUF_INIT;
	const char *text;
	int64_t rc;
	size_t len;

	rc = node_source(tree->set, node, &text, &len);
	if (rc == 0)
		return put_text(text, len, value);
	if (rc != -ENOENT)
		return rc;
	rc = find_path(tree, node, &path);
	if (rc == -ENOENT)
		rc = -ENODATA;
	if (rc == 0)
		rc = put_text(buf_str(&path), path.len, value);
	buf_release(&path);
	return rc;
}

static const struct {
	const char *name;
	value_fn *get;
	bool is_of_files, is_of_folders;
} attributes[] = {
		{PREFIX "revision", get_revision, true, true},
		{PREFIX "source", get_source, true, false},
		{PREFIX "oid", get_oid, true, true},
		{PREFIX "secret", get_secret, true, false},
		{PREFIX "record", get_record, false, true},
};

#define COUNT (sizeof(attributes) / sizeof(attributes[0]))

/* What belongs to a generation has attributes; virtual files and folders have none. */
static int find_node(const struct tree *tree, uint64_t ino, struct node *out)
{
	int rc;

	rc = tree_file(tree, ino, out);
	if (rc == -EISDIR)
		rc = tree_dir(tree, ino, out);
	if (rc == 0 && place_segment(out->at) & SEGMENT_OVERLAY)
		return -ENODATA;
	return rc;
}

static bool has(const struct node *node, size_t i)
{
	if (attributes[i].get == get_secret)
		return node->is_secret;
	return node->kind == NODE_DIR ? attributes[i].is_of_folders : attributes[i].is_of_files;
}

int64_t attributes_get(
		const struct tree *tree, uint64_t ino, const char *name, char value[ATTRIBUTES_MAX])
{
	struct node node;
	size_t i;
	int rc;

	/* The kernel asks for capabilities and the like often: those need no look at the tree. */
	if (!str_has_prefix(name, PREFIX))
		return -ENODATA;
	rc = find_node(tree, ino, &node);
	if (rc < 0)
		return rc;
	for (i = 0; i < COUNT; i++) {
		if (has(&node, i) && strcmp(name, attributes[i].name) == 0)
			return attributes[i].get(tree, &node, value);
	}
	return -ENODATA;
}

int64_t attributes_list(const struct tree *tree, uint64_t ino, char names[ATTRIBUTES_MAX])
{
	struct node node;
	size_t i, len, used = 0;
	int rc;

	rc = find_node(tree, ino, &node);
	if (rc < 0)
		return rc == -ENODATA ? 0 : rc;
	for (i = 0; i < COUNT; i++) {
		if (!has(&node, i))
			continue;
		len = strlen(attributes[i].name) + 1;
		memcpy(names + used, attributes[i].name, len);
		used += len;
	}
	return (int64_t)used;
}
