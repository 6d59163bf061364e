#include "fs/handles.h"

#include <stdatomic.h>
#include <stddef.h>

#include "src/link/state.h"
#include "src/snap/node.h"

#define GROUP	   64u		/* entries that are looked at for one request */
#define REGISTERED (1ull << 63) /* the rest is a request's number; else the place of a listing */

/* The kernel numbers its requests in steps of two. */
static struct state_handle *entry_at(struct state *state, uint64_t request, unsigned i)
{
	return &state->handles[(request / 2 + i) % STATE_HANDLES];
}

static struct state_handle *find(struct state *state, uint64_t request)
{
	unsigned i;

	for (i = 0; i < GROUP; i++) {
		struct state_handle *entry = entry_at(state, request, i);

		if (atomic_load_explicit(&entry->request, memory_order_acquire) == request)
			return entry;
	}
	return NULL;
}

/* Free entries list nothing. */
static struct state_handle *claim(struct state *state, uint64_t request)
{
	unsigned i;

	for (i = 0; i < GROUP; i++) {
		struct state_handle *entry = entry_at(state, request, i);
		uint64_t none = 0;

		if (atomic_compare_exchange_strong(&entry->request, &none, request))
			return entry;
	}
	return NULL;
}

bool handles_open(struct state *state, uint64_t request, place listing, uint64_t *handle)
{
	struct state_handle *entry = find(state, request);

	if (entry && atomic_load(&entry->listing) != PLACE_NONE) {
		*handle = REGISTERED | request;
		return false;
	}
	if (!entry)
		entry = claim(state, request);
	if (entry)
		atomic_store(&entry->listing, listing);
	*handle = entry ? REGISTERED | request : listing;
	return true;
}

void handles_close(struct state *state, uint64_t handle)
{
	struct state_handle *entry = NULL;

	if (handle & REGISTERED)
		entry = find(state, handle & ~REGISTERED);
	if (!entry)
		return;
	atomic_store(&entry->listing, PLACE_NONE);
	atomic_store(&entry->request, 0);
}

place handles_listing(struct state *state, uint64_t handle)
{
	const struct state_handle *entry;

	if (!(handle & REGISTERED))
		return handle;
	entry = find(state, handle & ~REGISTERED);
	return entry ? atomic_load(&entry->listing) : PLACE_NONE;
}

static bool needs(const struct segment_set *set, place listing, uint32_t number)
{
	struct node node;
	uint32_t i;

	if (place_segment(listing) == number)
		return true;
	if (node_read(set, listing, &node) < 0 || node.kind != NODE_DIR)
		return false;
	for (i = 0; i < node.count; i++) {
		if (place_segment(node.entries[i]) == number)
			return true;
	}
	return false;
}

bool handles_need(struct state *state, const struct segment_set *set, uint32_t number)
{
	place listing;
	unsigned i;

	for (i = 0; i < STATE_HANDLES; i++) {
		listing = atomic_load(&state->handles[i].listing);
		if (listing != PLACE_NONE && needs(set, listing, number))
			return true;
	}
	return false;
}
