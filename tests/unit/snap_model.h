/*
 * A tree that is edited at random, beside the generations that are built from it: what they must show.
 */
#ifndef TEST_SNAP_MODEL_H
#define TEST_SNAP_MODEL_H

#include <stdio.h>

#include "src/snap/generation.h"
#include "tests/unit/snap_tree.h"

#define MODEL_CHILDREN 12
#define MODEL_DEPTH    4

struct model_node {
	enum node_kind kind;
	char name[8];
	char text[40];
	uint32_t mode, dir;
	struct model_node *children[MODEL_CHILDREN]; /* by slot; the name is the slot's */
	bool dirty;				     /* differs from the record at AT */
	bool new_text;
	place at, data;
};

struct model {
	struct segment_set *set;
	struct model_node *root;
	uint64_t random;
	struct generation now; /* as built last */
	uint32_t next_dir;
	struct index_change changes[4096]; /* for the next build */
	uint32_t change_count;
};

static inline uint32_t model_random(struct model *model, uint32_t below)
{
	return random_next(&model->random) % below;
}

static inline void model_drop(struct model *model, struct model_node *node)
{
	if (!node)
		return;
	for (int i = 0; i < MODEL_CHILDREN; i++)
		model_drop(model, node->children[i]);
	if (node->kind == NODE_DIR && node->at != PLACE_NONE)
		model->changes[model->change_count++] = (struct index_change){.dir = node->dir};
	free(node);
}

static inline void model_write(struct model *model, struct model_node *node)
{
	int len = (int)model_random(model, sizeof(node->text) - 1);

	if (node->kind == NODE_LINK && len == 0)
		len = 1;
	for (int i = 0; i < len; i++)
		node->text[i] = (char)('a' + model_random(model, 26));
	node->text[len] = '\0';
	node->dirty = node->new_text = true;
}

static inline struct model_node *model_make(struct model *model, int slot, bool may_be_folder)
{
	struct model_node *node = calloc(1, sizeof(*node));

	assert_non_null(node);
	(void)snprintf(node->name, sizeof(node->name), "n%d", slot * 37 % 100);
	node->mode = 0644;
	node->dirty = true;
	node->kind = may_be_folder && model_random(model, 3) == 0 ? NODE_DIR
			: model_random(model, 8) == 0		  ? NODE_LINK
								  : NODE_FILE;
	if (node->kind == NODE_DIR)
		node->dir = model->next_dir++;
	else
		model_write(model, node);
	return node;
}

/* One edit somewhere: the folders above it become dirty. */
static inline void model_edit(struct model *model)
{
	struct model_node *folder = model->root, **child;
	int depth = 0, slot;

	for (;;) {
		folder->dirty = true;
		slot = (int)model_random(model, MODEL_CHILDREN);
		child = &folder->children[slot];
		if (!*child || (*child)->kind != NODE_DIR || model_random(model, 5) == 0)
			break;
		folder = *child;
		depth++;
	}
	if (!*child) {
		*child = model_make(model, slot, depth < MODEL_DEPTH);
		return;
	}
	switch (model_random(model, 4)) {
	case 0:
		model_drop(model, *child);
		*child = NULL;
		break;
	case 1:
		(*child)->mode ^= 0111; /* contents are used again */
		(*child)->dirty = true;
		break;
	case 2:
		model_drop(model, *child); /* often another kind */
		*child = model_make(model, slot, depth < MODEL_DEPTH);
		break;
	default:
		if ((*child)->kind != NODE_DIR)
			model_write(model, *child);
		break;
	}
}

static inline place model_build_node(struct model *model, struct builder *builder,
		struct model_node *node, uint32_t parent)
{
	struct node_spec spec = spec_named(parent ? node->name : "", parent);
	place entries[MODEL_CHILDREN];
	uint32_t count = 0;

	if (!node->dirty)
		return node->at;
	node->dirty = false;
	spec.mode = node->mode;
	if (node->kind != NODE_DIR) {
		if (node->new_text)
			node->data = builder_data(builder, node->text, strlen(node->text));
		node->new_text = false;
		node->at = builder_file(builder, node->kind, &spec, node->data, strlen(node->text),
				model_random(model, 2) ? "some/source" : NULL);
		return node->at;
	}
	for (int i = 0; i < MODEL_CHILDREN; i++)
		if (node->children[i])
			entries[count++] = model_build_node(
					model, builder, node->children[i], node->dir);
	node->at = builder_dir(builder, &spec, node->dir, entries, count);
	model->changes[model->change_count++] =
			(struct index_change){.dir = node->dir, .to = node->at};
	return node->at;
}

static inline int model_compare_changes(const void *a, const void *b)
{
	uint32_t da = ((const struct index_change *)a)->dir;
	uint32_t db = ((const struct index_change *)b)->dir;

	return (da > db) - (da < db);
}

/* Build generation NUMBER into the set; its segments are still to be counted. */
static inline struct generation model_build(struct model *model, uint32_t number)
{
	struct generation next = {.number = number};
	struct builder *builder;
	int fd;

	builder = begin(number, model->set, &fd);
	next.root = model_build_node(model, builder, model->root, 0);
	qsort(model->changes, model->change_count, sizeof(model->changes[0]),
			model_compare_changes);
	assert_int_equal(index_update(builder, model->now.index, model->changes,
					 model->change_count, &next.index),
			0);
	model->change_count = 0;
	finish_into(builder, fd, number, model->set);
	next.next_dir = model->next_dir;
	return next;
}

static inline struct model *model_new(uint64_t seed)
{
	struct model *model = calloc(1, sizeof(*model));

	assert_non_null(model);
	model->set = segment_set_new();
	model->random = seed;
	model->next_dir = DIR_FIRST_FREE;
	model->root = calloc(1, sizeof(*model->root));
	model->root->kind = NODE_DIR;
	model->root->dir = DIR_ROOT;
	model->root->mode = 0755;
	model->root->dirty = true;
	return model;
}

static inline void model_free(struct model *model)
{
	model_drop(model, model->root);
	segment_set_free(model->set);
	free(model);
}

/* The tree at AT is what NODE says, to the last byte; places in NODE follow (after a copy). */
static inline void model_check(struct model *model, struct model_node *node, place at, place index,
		uint32_t parent)
{
	struct node shown, entry;
	uint32_t count = 0;
	place by_number;

	assert_int_equal(node_read(model->set, at, &shown), 0);
	assert_int_equal(shown.kind, node->kind);
	assert_int_equal(shown.mode, node->mode);
	assert_int_equal(shown.parent, parent);
	node->at = at;
	node->data = shown.data;
	if (node->kind != NODE_DIR) {
		assert_contents(model->set, &shown, node->text);
		return;
	}
	assert_int_equal(shown.dir, node->dir);
	assert_int_equal(index_find(model->set, index, node->dir, &by_number), 0);
	assert_int_equal(by_number, at);
	for (int i = 0; i < MODEL_CHILDREN; i++) {
		struct model_node *child = node->children[i];

		if (!child)
			continue;
		count++;
		assert_int_equal(node_find(model->set, &shown, child->name, strlen(child->name),
						 &entry),
				0);
		model_check(model, child, entry.at, index, node->dir);
	}
	assert_int_equal(shown.count, count);
}

#endif
