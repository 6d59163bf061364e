/*
 * When counts cannot be trusted any more.
 *
 * A lookup is counted before it is answered, and a forget before it is taken off the count, so a server
 * that is killed in between leaves a count too high for good, and its segment mapped for ever: harmless
 * once, but a descriptor each time. So after a crash the kernel is asked. An invalidation of a node's
 * attributes, which costs it nothing, is answered with ENOENT when it has no such inode; and if it has no
 * inode of a segment, no file of that segment is open, mapped or cached: the true count is 0.
 *
 * Only for a segment that was dropped, and that was there when a server died. Dropped means that no
 * answer names a node of it any more: it is in no view that is visible and in no generation that is
 * kept, and a pass over a folder that still lists it hands out names without nodes (listing.c). What
 * may be left are answers that were given before. The kernel makes the inode when the process that has
 * asked gets to run, and that may be later than our question; but until then it holds the lock of the
 * folder. So first that lock is waited for, in each folder in question (settle), then comes the question.
 * (A lookup that checks a name which the kernel has already makes no inode. A folder of a generation below
 * at/ is not waited for: that generation is gone, so everything in it is stale at the next look.)
 *
 * A file's contents may lie in another segment than its record, hence the walk over all records. It is a
 * few milliseconds for a hundred thousand, and happens after crashes only.
 *
 * Forgets that are still on their way make a count negative, which means 0, too.
 */
#include "fs/recount.h"

#include <stdatomic.h>

#include "fs/identity.h"
#include "fs/segments.h"
#include "src/link/state.h"
#include "src/snap/node.h"

enum verdict { SURE, DOUBTFUL, HELD };

struct pass {
	const struct recount *recount;
	enum verdict verdicts[STATE_SEGMENTS]; /* by place in the table */
	bool concerns[2];		       /* files of generations; virtual ones */
	bool asks;			       /* the second pass */
	uint32_t settled;		       /* the last folder that was waited for */
	bool is_over;
};

static bool is_doubtful(const struct state *state, const struct state_segment *entry)
{
	uint32_t number = atomic_load(&entry->number);

	return number && atomic_load(&entry->dropped) && atomic_load(&entry->lookups) > 0 &&
			entry->restarts != (uint32_t)atomic_load(&state->server_restarts) &&
			!segments_is_visible(state, number);
}

bool recount_is_due(const struct state *state)
{
	unsigned i;

	for (i = 0; i < STATE_SEGMENTS; i++) {
		if (is_doubtful(state, &state->segments[i]))
			return true;
	}
	return false;
}

static enum verdict *verdict_of(struct pass *pass, uint32_t number)
{
	struct state *state = pass->recount->state;
	const struct state_segment *entry = state_segment_find(state, number);

	return entry ? &pass->verdicts[entry - state->segments] : NULL;
}

static bool is_in_question(const enum verdict *verdict)
{
	return verdict && *verdict == DOUBTFUL;
}

static void settle(struct pass *pass, uint32_t folder)
{
	const struct recount *recount = pass->recount;

	if (folder == 0 || folder == pass->settled)
		return;
	pass->settled = folder;
	recount->settle(recount->arg,
			identity_live(folder, state_incarnation(recount->state, folder)));
}

static void look(struct pass *pass, const struct node *node, enum verdict *own)
{
	const struct recount *recount = pass->recount;
	enum verdict *data = own;

	if (node->data != PLACE_NONE && place_segment(node->data) != place_segment(node->at))
		data = verdict_of(pass, place_segment(node->data));
	if (!is_in_question(own) && !is_in_question(data))
		return;
	pass->is_over = !recount->may_go_on(recount->arg);
	if (pass->is_over)
		return;
	if (!pass->asks) {
		settle(pass, node->parent);
	} else if (recount->is_known(recount->arg, identity_node(node->at))) {
		*own = HELD;
		if (data)
			*data = HELD;
	}
}

/* Virtual files have no contents in common with others. */
static bool *concerns(struct pass *pass, uint32_t number)
{
	return &pass->concerns[(number & SEGMENT_OVERLAY) != 0];
}

static void walk_segment(struct pass *pass, uint32_t number, enum verdict *own)
{
	const struct segment_set *set = pass->recount->set;
	struct node node;
	place at;

	if (!segment_set_find(set, number) || !*concerns(pass, number))
		return;
	for (at = place_make(number, 0); at != PLACE_NONE && !pass->is_over;
			at = node_behind(set, at)) {
		if (node_read(set, at, &node) == 0 &&
				(node.kind == NODE_FILE || node.kind == NODE_LINK))
			look(pass, &node, own);
	}
}

static void walk(struct pass *pass)
{
	const struct state *state = pass->recount->state;
	uint32_t number;
	unsigned i;

	for (i = 0; i < STATE_SEGMENTS && !pass->is_over; i++) {
		number = atomic_load(&state->segments[i].number);
		if (number)
			walk_segment(pass, number, &pass->verdicts[i]);
	}
}

static void doubt(struct pass *pass)
{
	const struct state *state = pass->recount->state;
	unsigned i;

	for (i = 0; i < STATE_SEGMENTS; i++) {
		if (!is_doubtful(state, &state->segments[i]))
			continue;
		pass->verdicts[i] = DOUBTFUL;
		*concerns(pass, atomic_load(&state->segments[i].number)) = true;
	}
}

bool recount_run(const struct recount *recount)
{
	struct state *state = recount->state;
	struct pass pass = {.recount = recount};
	unsigned i;

	doubt(&pass);
	walk(&pass);
	pass.asks = true;
	walk(&pass);
	for (i = 0; i < STATE_SEGMENTS && !pass.is_over; i++) {
		if (pass.verdicts[i] == DOUBTFUL)
			atomic_store(&state->segments[i].lookups, 0);
	}
	return !pass.is_over;
}
