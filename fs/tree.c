#include "fs/tree.h"

#include <errno.h>
#include <string.h>

#include "src/link/state.h"
#include "src/snap/index.h"

static bool is_overlay_dir(uint32_t dir)
{
	return dir != DIR_ROOT && dir < DIR_FIRST_FREE;
}

static bool is_overlay(const struct node *node)
{
	return place_segment(node->at) & SEGMENT_OVERLAY;
}

static int read_dir(const struct segment_set *set, place at, struct node *out)
{
	struct node node;
	int rc;

	rc = node_read(set, at, &node);
	if (rc < 0)
		return rc;
	if (node.kind != NODE_DIR)
		return -EIO;
	*out = node;
	return 0;
}

static int indexed_dir(const struct segment_set *set, place index, uint32_t dir, struct node *out)
{
	place at;
	int rc;

	rc = index_find(set, index, dir, &at);
	return rc < 0 ? rc : read_dir(set, at, out);
}

static int live_dir(
		const struct tree *tree, const struct view *view, uint32_t dir, struct node *out)
{
	if (dir == DIR_ROOT)
		return read_dir(tree->set, view->root, out);
	if (!is_overlay_dir(dir))
		return indexed_dir(tree->set, view->index, dir, out);
	if (view->overlay_index == PLACE_NONE)
		return -ENOENT;
	return indexed_dir(tree->set, view->overlay_index, dir, out);
}

/* A folder of a generation that is no longer kept is stale, as everything below it. */
static int pinned_dir(const struct tree *tree, uint32_t generation, uint32_t dir, struct node *out)
{
	place root, index;

	if (!state_generation_get(tree->state, generation, &root, &index))
		return -ESTALE;
	if (dir == DIR_ROOT)
		return read_dir(tree->set, root, out);
	return indexed_dir(tree->set, index, dir, out);
}

/* The virtual files come first in the root; a repository cannot hide them. */
static int live_child(const struct tree *tree, const struct view *view, uint32_t dir,
		const char *name, struct node *out)
{
	struct node folder;
	int rc;

	if (dir == DIR_ROOT && view->overlay != PLACE_NONE) {
		rc = read_dir(tree->set, view->overlay, &folder);
		if (rc == 0)
			rc = node_find(tree->set, &folder, name, strlen(name), out);
		if (rc != -ENOENT)
			return rc;
	}
	rc = live_dir(tree, view, dir, &folder);
	return rc < 0 ? rc : node_find(tree->set, &folder, name, strlen(name), out);
}

/* --- answers --- */

static uint64_t round_up(uint64_t value, uint64_t unit)
{
	return (value + unit - 1) / unit * unit;
}

uint32_t tree_listing_tag(place at)
{
	/* Fibonacci hashing: places that follow each other spread over the range. */
	return 1 + (uint32_t)((at * 0x9e3779b97f4a7c15u >> 32) % 999999999u);
}

static void fill_times(const struct tree *tree, const struct node *node, struct stat *attr)
{
	struct revision revision;

	if (node_revision(tree->set, node, &revision) < 0)
		return;
	attr->st_mtim.tv_sec = revision.time;
	attr->st_ctim.tv_sec = revision.time;
	attr->st_atim.tv_sec = revision.time;
	if (node->kind == NODE_DIR)
		attr->st_mtim.tv_nsec = tree_listing_tag(node->at);
}

static void fill_attr(
		const struct tree *tree, uint64_t ino, const struct node *node, struct stat *attr)
{
	memset(attr, 0, sizeof(*attr));
	attr->st_ino = ino;
	attr->st_uid = node->uid;
	attr->st_gid = node->gid;
	attr->st_blksize = TREE_BLOCK;
	attr->st_nlink = 1;
	attr->st_size = (off_t)node->size;
	if (node->kind == NODE_DIR) {
		attr->st_mode = S_IFDIR | node->mode;
		attr->st_nlink = 2 + (nlink_t)node->subdir_count;
		attr->st_size = (off_t)round_up((uint64_t)node->count * 32 + 1, TREE_BLOCK);
	} else if (node->kind == NODE_LINK) {
		attr->st_mode = S_IFLNK | 0777;
	} else {
		attr->st_mode = S_IFREG | node->mode;
	}
	attr->st_blocks = (blkcnt_t)(round_up((uint64_t)attr->st_size, 512) / 512);
	fill_times(tree, node, attr);
}

static void fill_gone(uint64_t ino, struct tree_answer *out)
{
	memset(out, 0, sizeof(*out));
	out->ino = ino;
	out->attr.st_ino = ino;
	out->attr.st_mode = S_IFDIR | 0555;
	out->attr.st_blksize = TREE_BLOCK;
}

static void fill_absent(struct tree_answer *out, bool lasts)
{
	memset(out, 0, sizeof(*out));
	out->name_lasts = lasts;
}

uint64_t tree_live_ino(const struct tree *tree, uint32_t dir)
{
	return identity_live(dir, state_incarnation(tree->state, dir));
}

/* An inode that the kernel has declared dead is not the folder that is there now. */
static bool is_dead(const struct tree *tree, const struct identity *identity)
{
	return identity->incarnation != state_incarnation(tree->state, identity->dir);
}

/* Number and attributes of NODE, an entry of the live tree or of one generation (not 0). */
static int fill(const struct tree *tree, uint32_t generation, const struct node *node,
		struct tree_answer *out)
{
	struct node shown = *node;
	uint64_t ino;
	int rc;

	if (node->kind == NODE_PIN) {
		rc = pinned_dir(tree, node->generation, DIR_ROOT, &shown);
		if (rc < 0)
			return rc;
		ino = identity_pinned(node->generation, DIR_ROOT);
	} else if (node->kind != NODE_DIR) {
		ino = identity_node(node->at);
	} else if (generation) {
		ino = identity_pinned(generation, node->dir);
	} else {
		ino = tree_live_ino(tree, node->dir);
	}
	out->ino = ino;
	out->node = shown;
	fill_attr(tree, ino, &shown, &out->attr);
	return 0;
}

static int pinned_lookup(const struct tree *tree, const struct identity *parent, const char *name,
		struct tree_answer *out)
{
	struct node folder, node;
	int rc;

	rc = pinned_dir(tree, parent->generation, parent->dir, &folder);
	if (rc < 0)
		return rc;
	rc = node_find(tree->set, &folder, name, strlen(name), &node);
	if (rc == -ENOENT) {
		fill_absent(out, true);
		return 0;
	}
	if (rc < 0)
		return rc;
	rc = fill(tree, parent->generation, &node, out);
	out->name_lasts = true;
	out->attr_lasts = true;
	return rc;
}

/* Does VIEW say the same of this name? NODE is NULL for "no such name". */
static void compare_name(const struct tree *tree, const struct view *view, uint32_t dir,
		const char *name, const struct node *node, struct tree_answer *out)
{
	struct node other;
	bool found;

	found = live_child(tree, view, dir, name, &other) == 0;
	if (!node || !found) {
		out->name_lasts = out->name_lasts && !node && !found;
		out->attr_lasts = false;
		return;
	}
	/* A folder keeps its number when its record changes; everything else is its record. */
	if (other.at == node->at)
		return;
	out->attr_lasts = false;
	if (node->kind != NODE_DIR || other.kind != NODE_DIR || other.dir != node->dir)
		out->name_lasts = false;
}

/*
 * What is about to change may not be kept. Nor what has just changed, while watchers are woken: the
 * notifier has to be asked for these names, whatever others have looked up meanwhile (notify.c).
 */
static void limit_name(const struct tree *tree, uint32_t dir, const char *name,
		const struct node *node, struct tree_answer *out)
{
	if (tree->views.is_pending && out->name_lasts)
		compare_name(tree, &tree->views.next, dir, name, node, out);
	if (tree->views.is_settling && out->name_lasts)
		compare_name(tree, &tree->views.previous, dir, name, node, out);
}

static int live_lookup(
		const struct tree *tree, uint32_t dir, const char *name, struct tree_answer *out)
{
	struct node node;
	int rc;

	rc = live_child(tree, &tree->views.current, dir, name, &node);
	if (rc == -ENOENT) {
		/* In a folder that is gone there is nothing to remember. */
		if (live_dir(tree, &tree->views.current, dir, &node) < 0)
			return -ENOENT;
		fill_absent(out, !is_overlay_dir(dir));
		limit_name(tree, dir, name, NULL, out);
		return 0;
	}
	if (rc < 0)
		return rc;
	rc = fill(tree, 0, &node, out);
	if (rc == -ESTALE && node.kind == NODE_PIN) {
		fill_absent(out, false);
		return 0;
	}
	if (rc < 0)
		return rc;
	/* A name of the overlay is asked for each time; what it leads to never changes all the same. */
	out->name_lasts = !is_overlay(&node);
	out->attr_lasts = node.kind != NODE_DIR || !is_overlay(&node);
	limit_name(tree, dir, name, &node, out);
	return 0;
}

int tree_show(const struct tree *tree, const struct node *node, struct tree_answer *out)
{
	return fill(tree, 0, node, out);
}

int tree_lookup(const struct tree *tree, uint64_t parent, const char *name, struct tree_answer *out)
{
	struct identity identity;

	if (!identity_parse(parent, &identity))
		return -ESTALE;
	if (identity.kind == IDENTITY_NODE)
		return -ENOTDIR;
	if (identity.kind == IDENTITY_PINNED)
		return pinned_lookup(tree, &identity, name, out);
	if (is_dead(tree, &identity))
		return -ENOENT;
	return live_lookup(tree, identity.dir, name, out);
}

static bool is_listed_in(
		const struct tree *tree, const struct view *view, const struct node *listing)
{
	struct node node;

	return live_dir(tree, view, listing->dir, &node) == 0 && node.at == listing->at;
}

static int get_live(const struct tree *tree, uint64_t ino, const struct identity *identity,
		struct tree_answer *out)
{
	uint32_t dir = identity->dir;
	struct node node;
	int rc = -ENOENT;

	if (!is_dead(tree, identity))
		rc = live_dir(tree, &tree->views.current, dir, &node);
	if (rc == -ENOENT) {
		fill_gone(ino, out);
		return 0;
	}
	if (rc < 0)
		return rc;
	out->ino = ino;
	out->node = node;
	out->name_lasts = false;
	out->attr_lasts = !is_overlay(&node);
	if (tree->views.is_pending && out->attr_lasts)
		out->attr_lasts = is_listed_in(tree, &tree->views.next, &node);
	if (tree->views.is_settling && out->attr_lasts)
		out->attr_lasts = is_listed_in(tree, &tree->views.previous, &node);
	fill_attr(tree, ino, &node, &out->attr);
	return 0;
}

int tree_get(const struct tree *tree, uint64_t ino, struct tree_answer *out)
{
	struct identity identity;
	struct node node;
	int rc;

	if (!identity_parse(ino, &identity))
		return -ESTALE;
	if (identity.kind == IDENTITY_LIVE)
		return get_live(tree, ino, &identity, out);
	if (identity.kind == IDENTITY_PINNED)
		rc = pinned_dir(tree, identity.generation, identity.dir, &node);
	else
		rc = tree_file(tree, ino, &node);
	if (rc < 0)
		return rc == -ENOENT ? -ESTALE : rc;
	out->ino = ino;
	out->node = node;
	out->name_lasts = false;
	out->attr_lasts = true;
	fill_attr(tree, ino, &node, &out->attr);
	return 0;
}

int tree_file(const struct tree *tree, uint64_t ino, struct node *out)
{
	struct identity identity;
	struct node node;

	if (!identity_parse(ino, &identity))
		return -ESTALE;
	if (identity.kind != IDENTITY_NODE)
		return -EISDIR;
	if (node_read(tree->set, identity.at, &node) < 0)
		return -ESTALE;
	if (node.kind != NODE_FILE && node.kind != NODE_LINK)
		return -ESTALE;
	*out = node;
	return 0;
}

int tree_dir(const struct tree *tree, uint64_t ino, struct node *out)
{
	struct identity identity;

	if (!identity_parse(ino, &identity))
		return -ESTALE;
	if (identity.kind == IDENTITY_NODE)
		return -ENOTDIR;
	if (identity.kind == IDENTITY_PINNED)
		return pinned_dir(tree, identity.generation, identity.dir, out);
	if (is_dead(tree, &identity))
		return -ENOENT;
	return live_dir(tree, &tree->views.current, identity.dir, out);
}

static bool is_kept(const struct tree *tree, uint32_t generation)
{
	uint64_t root, index;

	return state_generation_get(tree->state, generation, &root, &index);
}

bool tree_is_fresh(const struct tree *tree, uint64_t ino, const struct node *listing)
{
	struct identity identity;

	if (!identity_parse(ino, &identity))
		return false;
	if (identity.kind == IDENTITY_PINNED)
		return is_kept(tree, identity.generation);
	if (identity.kind != IDENTITY_LIVE)
		return true;
	if (is_dead(tree, &identity) || listing->dir != identity.dir ||
			!is_listed_in(tree, &tree->views.current, listing))
		return false;
	if (is_overlay(listing))
		return true;
	if (tree->views.is_settling && !is_listed_in(tree, &tree->views.previous, listing))
		return false;
	return !tree->views.is_pending || is_listed_in(tree, &tree->views.next, listing);
}

bool tree_shows(const struct segment_set *set, const struct view *view, const struct node *node)
{
	const struct tree tree = {.set = set};
	struct node folder, entry;

	return live_dir(&tree, view, node->parent, &folder) == 0 &&
			node_find(set, &folder, node->name, node->name_len, &entry) == 0 &&
			node_same(set, &entry, node);
}

bool tree_listing_lasts(const struct node *listing)
{
	return !is_overlay(listing);
}

static bool has_tag(const struct node *listing, uint32_t tag)
{
	return tree_listing_tag(listing->at) == tag;
}

int tree_listing(const struct tree *tree, uint64_t ino, uint32_t tag, struct node *out)
{
	struct identity identity;
	uint64_t root, index;
	struct node node;
	uint32_t number;
	unsigned i;

	if (tree_dir(tree, ino, &node) == 0 && has_tag(&node, tag)) {
		*out = node;
		return 0;
	}
	if (!identity_parse(ino, &identity) || identity.kind != IDENTITY_LIVE)
		return -ESTALE;
	for (i = 0; i < STATE_GENERATIONS; i++) {
		number = atomic_load(&tree->state->generations[i].number);
		if (number && state_generation_get(tree->state, number, &root, &index) &&
				indexed_dir(tree->set, index, identity.dir, &node) == 0 &&
				has_tag(&node, tag)) {
			*out = node;
			return 0;
		}
	}
	return -ESTALE;
}

int tree_entry(const struct tree *tree, uint64_t ino, const struct node *listing, uint32_t index,
		struct tree_answer *out)
{
	struct identity identity;
	struct node node;
	int rc;

	if (!identity_parse(ino, &identity))
		return -ESTALE;
	rc = node_entry(tree->set, listing, index, &node);
	if (rc < 0)
		return rc;
	rc = fill(tree, identity.kind == IDENTITY_PINNED ? identity.generation : 0, &node, out);
	if (rc < 0)
		return rc;
	/* A pin is shown under the name it has here; its own record is that of a root. */
	out->node.name = node.name;
	out->node.name_len = node.name_len;
	out->name_lasts = !is_overlay(&node);
	out->attr_lasts = node.kind != NODE_DIR || !is_overlay(&node);
	return 0;
}

uint64_t tree_parent(const struct tree *tree, uint64_t ino, const struct node *listing)
{
	struct identity identity;

	if (!identity_parse(ino, &identity) || identity.kind == IDENTITY_NODE)
		return ino;
	if (identity.kind == IDENTITY_LIVE)
		return listing->parent ? tree_live_ino(tree, listing->parent) : ino;
	if (listing->parent)
		return identity_pinned(identity.generation, listing->parent);
	return identity_live(TREE_DIR_AT, 0);
}

int tree_statfs(const struct tree *tree, struct statvfs *out)
{
	struct node root;
	int rc;

	rc = read_dir(tree->set, tree->views.current.root, &root);
	if (rc < 0)
		return rc;
	memset(out, 0, sizeof(*out));
	out->f_bsize = TREE_BLOCK;
	out->f_frsize = TREE_BLOCK;
	out->f_blocks = round_up(root.size, TREE_BLOCK) / TREE_BLOCK;
	out->f_files = root.files + root.dirs + 1;
	out->f_namemax = NODE_NAME_MAX;
	return 0;
}
