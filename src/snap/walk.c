#include "src/snap/walk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"

/* One of the two folders that are walked together; all zero if there is none. */
struct side {
	struct node dir;
	uint32_t next; /* entry */
};

struct frame {
	struct side from, to;
	size_t path_len;
};

struct walk {
	const struct segment_set *set;
	walk_fn *fn;
	void *arg;
	struct buf path;
	uint64_t left; /* entries to look at before the trees cannot be trees any more */
	size_t depth;
	struct frame frames[NODE_DEPTH_MAX + 1];
};

/* What one name leads to. */
struct pair {
	struct node from, to;
	bool has_from, has_to;
};

static bool has_next(const struct side *side)
{
	return side->next < side->dir.count;
}

static int spend(struct walk *walk)
{
	if (walk->left == 0)
		return -EIO;
	walk->left--;
	return 0;
}

/* Pass the entries that are the same records in both. */
static int skip_same(struct walk *walk, struct frame *frame)
{
	while (has_next(&frame->from) && has_next(&frame->to) &&
			frame->from.dir.entries[frame->from.next] ==
					frame->to.dir.entries[frame->to.next]) {
		if (spend(walk) < 0)
			return -EIO;
		frame->from.next++;
		frame->to.next++;
	}
	return 0;
}

/* The next name of the two folders: 1, 0 at their end, -EIO. */
static int next_pair(struct walk *walk, struct frame *frame, struct pair *pair)
{
	int order;

	if (skip_same(walk, frame) < 0)
		return -EIO;
	pair->has_from = has_next(&frame->from);
	pair->has_to = has_next(&frame->to);
	if (!pair->has_from && !pair->has_to)
		return 0;
	if (spend(walk) < 0)
		return -EIO;
	if (pair->has_from &&
			node_entry(walk->set, &frame->from.dir, frame->from.next, &pair->from) < 0)
		return -EIO;
	if (pair->has_to && node_entry(walk->set, &frame->to.dir, frame->to.next, &pair->to) < 0)
		return -EIO;
	if (pair->has_from && pair->has_to) {
		order = node_compare_names(&pair->from, &pair->to);
		pair->has_from = order <= 0;
		pair->has_to = order >= 0;
	}
	frame->from.next += pair->has_from;
	frame->to.next += pair->has_to;
	return 1;
}

/* PATH is that of the folder, PATH_LEN long, and the name of PAIR. */
static int set_path(struct walk *walk, size_t path_len, const struct pair *pair)
{
	const struct node *node = pair->has_from ? &pair->from : &pair->to;

	walk->path.len = path_len;
	if (path_len > 0)
		buf_add_char(&walk->path, '/');
	buf_add(&walk->path, node->name, node->name_len);
	return buf_ok(&walk->path) ? 0 : -ENOMEM;
}

static void set_side(struct side *side, bool has_node, const struct node *node)
{
	if (has_node && node->kind == NODE_DIR)
		side->dir = *node;
}

static bool has_folder(const struct pair *pair)
{
	return (pair->has_from && pair->from.kind == NODE_DIR) ||
			(pair->has_to && pair->to.kind == NODE_DIR);
}

static int visit(struct walk *walk, const struct pair *pair)
{
	struct frame *frame;
	int rc = walk->fn(walk->arg, buf_str(&walk->path), pair->has_from ? &pair->from : NULL,
			pair->has_to ? &pair->to : NULL);

	if (rc <= WALK_SKIP || !has_folder(pair))
		return rc < 0 ? rc : 0;
	if (walk->depth == NODE_DEPTH_MAX + 1)
		return -EIO;
	frame = &walk->frames[walk->depth++];
	memset(frame, 0, sizeof(*frame));
	set_side(&frame->from, pair->has_from, &pair->from);
	set_side(&frame->to, pair->has_to, &pair->to);
	frame->path_len = walk->path.len;
	return 0;
}

static int run(struct walk *walk, place from, place to)
{
	struct pair pair = {.has_from = from != PLACE_NONE, .has_to = to != PLACE_NONE};
	int rc;

	if (pair.has_from && node_read(walk->set, from, &pair.from) < 0)
		return -EIO;
	if (pair.has_to && node_read(walk->set, to, &pair.to) < 0)
		return -EIO;
	rc = visit(walk, &pair);
	while (rc >= 0 && walk->depth > 0) {
		struct frame *frame = &walk->frames[walk->depth - 1];

		rc = next_pair(walk, frame, &pair);
		if (rc < 0)
			break;
		if (rc == 0) {
			walk->depth--;
			continue;
		}
		rc = set_path(walk, frame->path_len, &pair);
		if (rc == 0)
			rc = visit(walk, &pair);
	}
	return rc;
}

int walk_trees(const struct segment_set *set, place from, place to, walk_fn *fn, void *arg)
{
	struct walk *walk;
	int rc;

	if (from == to)
		return 0;
	walk = calloc(1, sizeof(*walk));
	if (!walk)
		return -ENOMEM;
	walk->set = set;
	walk->fn = fn;
	walk->arg = arg;
	walk->left = segment_set_meta_size(set) / sizeof(place) * 2;
	rc = run(walk, from, to);
	buf_release(&walk->path);
	free(walk);
	return rc;
}
