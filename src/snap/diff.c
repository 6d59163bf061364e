#include "src/snap/diff.h"

#include <errno.h>

#include "src/snap/walk.h"

struct diff {
	const struct segment_set *set;
	bool deep;
	diff_fn *fn;
	void *arg;
	int result; /* of FN, when it was not zero */
};

static bool same_attributes(
		const struct segment_set *set, const struct node *a, const struct node *b)
{
	struct revision ra, rb;

	if (a->mode != b->mode || a->uid != b->uid || a->gid != b->gid)
		return false;
	if (a->count != b->count || a->subdir_count != b->subdir_count || a->size != b->size)
		return false;
	if (a->files != b->files || a->dirs != b->dirs || a->links != b->links)
		return false;
	if (!oid_equal(a->oid, b->oid))
		return false;
	if (a->revision == b->revision)
		return true;
	if (node_revision(set, a, &ra) < 0 || node_revision(set, b, &rb) < 0)
		return false;
	return ra.time == rb.time && oid_equal(&ra.commit, &rb.commit);
}

/* Do the names of two folders, equally many, lead to the same nodes? A folder's is its number. */
static bool same_listing(const struct segment_set *set, const struct node *a, const struct node *b)
{
	for (uint32_t i = 0; i < a->count; i++) {
		struct node from, to;

		if (a->entries[i] == b->entries[i])
			continue;
		if (node_entry(set, a, i, &from) < 0 || node_entry(set, b, i, &to) < 0)
			return false;
		if (node_compare_names(&from, &to) != 0 || from.kind != to.kind)
			return false;
		if (from.kind == NODE_DIR ? from.dir != to.dir : !node_same(set, &from, &to))
			return false;
	}
	return true;
}

static int report(struct diff *diff, enum diff_kind kind, const char *path, const struct node *from,
		const struct node *to)
{
	struct diff_event event = {.kind = kind, .path = path, .from = from, .to = to};

	diff->result = diff->fn(diff->arg, &event);
	return diff->result == 0 ? 0 : -ECANCELED;
}

static bool is_folder(const struct node *node)
{
	return node && node->kind == NODE_DIR;
}

static int compare(void *arg, const char *path, const struct node *from, const struct node *to)
{
	struct diff *diff = arg;
	bool enter = is_folder(from) || is_folder(to);
	int rc = 0;

	if (is_folder(from) && is_folder(to) && from->dir == to->dir) {
		if (!same_attributes(diff->set, from, to) || !same_listing(diff->set, from, to))
			rc = report(diff, DIFF_DIR, path, from, to);
	} else if (!from || !to) {
		rc = report(diff, from ? DIFF_REMOVED : DIFF_ADDED, path, from, to);
		enter = enter && diff->deep;
	} else if (!node_same(diff->set, from, to)) {
		rc = report(diff, DIFF_CHANGED, path, from, to);
		enter = enter && diff->deep;
	}
	if (rc < 0)
		return rc;
	return enter ? WALK_ENTER : WALK_SKIP;
}

int diff_trees(const struct segment_set *set, place from, place to, bool deep, diff_fn *fn,
		void *arg)
{
	struct diff diff = {.set = set, .deep = deep, .fn = fn, .arg = arg};
	int rc = walk_trees(set, from, to, compare, &diff);

	return rc == -ECANCELED && diff.result != 0 ? diff.result : rc;
}
