#include "fs/lookups.h"

#include <stdatomic.h>

#include "fs/identity.h"
#include "src/link/state.h"
#include "src/snap/node.h"

static void add(struct state *state, uint32_t number, int64_t change)
{
	struct state_segment *segment = state_segment_find(state, number);

	if (segment)
		atomic_fetch_add(&segment->lookups, change);
}

/* What is raised must be lowered alike, so this depends on nothing but the record. */
static void add_all(
		struct state *state, const struct segment_set *set, uint64_t ino, int64_t change)
{
	struct identity identity;
	struct node node;
	uint32_t own;

	if (!identity_parse(ino, &identity) || identity.kind != IDENTITY_NODE)
		return;
	own = place_segment(identity.at);
	/* Read first: once it is lowered, nothing keeps the record. */
	if (node_read(set, identity.at, &node) == 0 && node.data != PLACE_NONE &&
			place_segment(node.data) != own)
		add(state, place_segment(node.data), change);
	add(state, own, change);
}

void lookups_raise(struct state *state, const struct segment_set *set, uint64_t ino, uint64_t count)
{
	add_all(state, set, ino, (int64_t)count);
}

void lookups_lower(struct state *state, const struct segment_set *set, uint64_t ino, uint64_t count)
{
	add_all(state, set, ino, -(int64_t)count);
}
