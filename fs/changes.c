#include "fs/changes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/vec.h"
#include "src/link/state.h"
#include "src/snap/diff.h"
#include "src/snap/node.h"

void changes_release(struct changes *changes)
{
	free(changes->items);
	*changes = (struct changes)CHANGES_INIT;
}

static int add(struct changes *changes, const struct change *change)
{
	if (vec_reserve(&changes->items, &changes->cap, changes->count + 1,
			    sizeof(*changes->items)) < 0)
		return -ENOMEM;
	changes->items[changes->count++] = *change;
	changes->names += !change->is_dir;
	return 0;
}

static void note_link(struct changes *changes, const struct node *from)
{
	changes->has_links = changes->has_links || (from && from->kind == NODE_LINK);
}

/* A walk of one tree, all of which comes or goes. */
struct walk {
	struct changes *changes;
	bool is_quiet;
};

static int take_below(void *arg, const struct diff_event *event)
{
	const struct node *node = event->from ? event->from : event->to;
	const struct walk *walk = arg;
	struct change change = {.from = event->from ? node->at : PLACE_NONE,
			.to = event->to ? node->at : PLACE_NONE,
			.dir = node->parent,
			.is_quiet = walk->is_quiet};
	int rc = 0;

	note_link(walk->changes, event->from);
	if (node->parent)
		rc = add(walk->changes, &change);
	if (rc < 0 || node->kind != NODE_DIR)
		return rc;
	change.dir = node->dir;
	change.is_dir = true;
	return add(walk->changes, &change);
}

/*
 * Every name in a folder that comes or goes. One that comes may have been here before, under the same
 * number: the kernel then still knows names that were not there in that time, and who sat in it
 * all the while sees them. Two folders at one path have two numbers; so what is equal by path
 * must not be skipped. The folder's own name was added already: it is the first that is reported.
 */
static int add_folder(struct changes *changes, const struct segment_set *set, place from, place to)
{
	size_t first = changes->count;
	struct walk walk = {.changes = changes};
	int rc;

	rc = diff_trees(set, from, to, true, take_below, &walk);
	if (rc == 0 && changes->count > first && !changes->items[first].is_dir) {
		memmove(&changes->items[first], &changes->items[first + 1],
				(changes->count - first - 1) * sizeof(*changes->items));
		changes->count--;
		changes->names--;
	}
	return rc;
}

struct compare {
	struct changes *changes;
	const struct segment_set *set;
};

static int take_event(void *arg, const struct diff_event *event)
{
	const struct node *from = event->from, *to = event->to;
	const struct compare *compare = arg;
	struct change change = {.from = from ? from->at : PLACE_NONE,
			.to = to ? to->at : PLACE_NONE,
			.dir = from ? from->parent : to->parent};
	int rc;

	if (event->kind == DIFF_DIR) {
		change.dir = from->dir;
		change.is_dir = true;
	}
	note_link(compare->changes, from);
	rc = add(compare->changes, &change);
	if (rc < 0 || event->kind == DIFF_DIR)
		return rc;
	if (from && from->kind == NODE_DIR)
		rc = add_folder(compare->changes, compare->set, from->at, PLACE_NONE);
	if (rc == 0 && to && to->kind == NODE_DIR)
		rc = add_folder(compare->changes, compare->set, PLACE_NONE, to->at);
	return rc;
}

int changes_add(struct changes *changes, const struct segment_set *set, const struct view *from,
		const struct view *to, bool all)
{
	struct compare compare = {.changes = changes, .set = set};
	struct walk walk = {.changes = changes, .is_quiet = true};
	int rc;

	rc = diff_trees(set, from->root, to->root, false, take_event, &compare);
	if (rc == 0 && all)
		rc = diff_trees(set, from->root, PLACE_NONE, true, take_below, &walk);
	if (rc == 0 && all)
		rc = diff_trees(set, PLACE_NONE, to->root, true, take_below, &walk);
	return rc;
}

static int compare_numbers(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	return (left > right) - (left < right);
}

/* The numbers of known folders, sorted. */
static size_t known_dirs(const struct changes *changes, uint32_t *out)
{
	size_t i, count = 0;

	for (i = 0; i < changes->count; i++) {
		if (changes->items[i].is_dir && changes->items[i].is_known)
			out[count++] = changes->items[i].dir;
	}
	qsort(out, count, sizeof(*out), compare_numbers);
	return count;
}

int changes_keep_known(struct changes *changes)
{
	uint32_t *known = calloc(changes->count + 1, sizeof(*known));
	size_t i, kept = 0, known_count;
	struct change change;

	if (!known) {
		changes_release(changes);
		return -ENOMEM;
	}
	known_count = known_dirs(changes, known);
	for (i = 0; i < changes->count; i++) {
		change = changes->items[i];
		if (change.is_dir || change.is_quiet)
			continue;
		if (bsearch(&change.dir, known, known_count, sizeof(*known), compare_numbers))
			changes->items[kept++] = change;
	}
	changes->count = changes->names = kept;
	free(known);
	return 0;
}
