#include "fs/lookups.h"

#include <stdatomic.h>

#include "fs/identity.h"
#include "src/link/state.h"
#include "src/snap/node.h"

static void add(struct state *state, uint32_t number, int64_t count)
{
	struct state_segment *segment = state_segment_find(state, number);

	if (segment)
		atomic_fetch_add(&segment->lookups, count);
}

/* As long as the record's segment is counted it is in the set, so both sides see the same node. */
static void add_node(
		struct state *state, const struct segment_set *set, uint64_t ino, int64_t count)
{
	struct identity identity;
	struct node node;
	uint32_t record, contents;

	if (!identity_parse(ino, &identity) || identity.kind != IDENTITY_NODE)
		return;
	record = place_segment(identity.at);
	if (node_read(set, identity.at, &node) == 0) {
		contents = place_segment(node.data);
		if (contents && contents != record)
			add(state, contents, count);
	}
	add(state, record, count); /* last: when lowering, the record is needed until here */
}

void lookups_raise(struct state *state, const struct segment_set *set, uint64_t ino, uint64_t count)
{
	add_node(state, set, ino, (int64_t)count);
}

void lookups_lower(struct state *state, const struct segment_set *set, uint64_t ino, uint64_t count)
{
	add_node(state, set, ino, -(int64_t)count);
}
