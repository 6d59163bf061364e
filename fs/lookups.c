#include "fs/lookups.h"

#include <stdatomic.h>
#include <stdbool.h>

#include "fs/identity.h"
#include "src/link/state.h"
#include "src/snap/node.h"

#define SEEN_MAX 32 /* segments of one listing that are told apart */

struct count {
	struct state *state;
	int64_t change;
	uint32_t seen[SEEN_MAX];
	unsigned seen_count;
};

/*
 * What is raised must be lowered alike, so this depends on nothing but the record: should a listing
 * lie in more segments than we tell apart, the others are counted once for each entry.
 */
static void add(struct count *count, uint32_t number)
{
	struct state_segment *segment;
	unsigned i;

	for (i = 0; i < count->seen_count; i++) {
		if (count->seen[i] == number)
			return;
	}
	if (count->seen_count < SEEN_MAX)
		count->seen[count->seen_count++] = number;
	segment = state_segment_find(count->state, number);
	if (segment)
		atomic_fetch_add(&segment->lookups, count->change);
}

static void add_all(
		struct state *state, const struct segment_set *set, uint64_t ino, int64_t change)
{
	struct count count = {.state = state, .change = change};
	struct identity identity;
	struct node node;
	uint32_t i;

	if (!identity_parse(ino, &identity) || identity.kind != IDENTITY_NODE)
		return;
	/* Read first: once it is lowered, nothing keeps the record. */
	if (node_read(set, identity.at, &node) < 0) {
		add(&count, place_segment(identity.at));
		return;
	}
	if (node.kind == NODE_DIR) {
		for (i = 0; i < node.count; i++)
			add(&count, place_segment(node.entries[i]));
	} else if (node.kind != NODE_PIN && node.data != PLACE_NONE) {
		add(&count, place_segment(node.data));
	}
	add(&count, place_segment(identity.at));
}

void lookups_raise(struct state *state, const struct segment_set *set, uint64_t ino, uint64_t count)
{
	add_all(state, set, ino, (int64_t)count);
}

void lookups_lower(struct state *state, const struct segment_set *set, uint64_t ino, uint64_t count)
{
	add_all(state, set, ino, -(int64_t)count);
}
