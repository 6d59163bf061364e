#include "fs/segments.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fs/handles.h"
#include "fs/views.h"
#include "src/base/err.h"
#include "src/base/log.h"
#include "src/link/state.h"
#include "src/snap/segment.h"

#define PAGE	    4096u
#define RECORDS_MAX (32u << 20) /* bytes of one segment that are kept mapped in */

/* Where the page begins with which the records of SEGMENT do. */
static size_t records_page(const struct segment *segment)
{
	return segment->meta_offset & ~((uint64_t)PAGE - 1);
}

int segments_add(struct segment_set *set, uint32_t number, int fd, struct err *err)
{
	struct segment *segment;
	int rc;

	if (segment_set_find(set, number))
		return 0;
	rc = segment_map(fd, number, 0, &segment, err);
	if (rc < 0)
		return rc;
	rc = segment_set_add(set, segment);
	if (rc < 0) {
		segment_unmap(segment);
		return err_sys(err, -rc, "keep segment %u", number);
	}
	/* A small file costs its own pages, not those around it; ops.c asks for what is read. */
	(void)madvise((void *)(uintptr_t)segment->map, records_page(segment), MADV_RANDOM);
	return 0;
}

void segments_inherit(struct segment_set *set, const struct state *state)
{
	struct err err = ERR_INIT;
	uint32_t number;
	unsigned i;

	for (i = 0; i < STATE_SEGMENTS; i++) {
		number = atomic_load(&state->segments[i].number);
		/* One that came into the table after we were started follows as a message. */
		if (number == 0 || fcntl(state->segments[i].fd, F_GETFD) < 0)
			continue;
		if (segments_add(set, number, state->segments[i].fd, &err) < 0)
			log_error("segment %u: %s", number, err.text);
		(void)close(state->segments[i].fd);
	}
}

bool segments_is_visible(const struct state *state, uint32_t number)
{
	struct view view;

	if (!state_view(state, &view))
		return false;
	return number == place_segment(view.root) || number == place_segment(view.index) ||
			number == place_segment(view.overlay) ||
			number == place_segment(view.overlay_index);
}

static bool is_held(struct state *state, const struct segment_set *set,
		const struct state_segment *entry)
{
	uint32_t number = atomic_load(&entry->number);

	return atomic_load(&entry->lookups) > 0 || segments_is_visible(state, number) ||
			handles_need(state, set, number);
}

/*
 * Taken out of the set first, so that no later request finds it; then whoever had found it is waited
 * for. If one of those refers to it by now, the segment stays.
 */
static bool unmap(struct segment_set *set, struct state *state, struct views *views,
		const struct state_segment *entry)
{
	struct segment *segment = segment_set_remove(set, atomic_load(&entry->number));

	if (!segment)
		return true;
	views_grace(views);
	if (is_held(state, set, entry) && segment_set_add(set, segment) == 0)
		return false;
	segment_unmap(segment);
	return true;
}

bool segments_sweep(struct segment_set *set, struct state *state, struct views *views,
		void (*gone)(void *arg, uint32_t number), void *arg)
{
	bool remain = false;
	unsigned i;

	for (i = 0; i < STATE_SEGMENTS; i++) {
		struct state_segment *entry = &state->segments[i];
		uint32_t number = atomic_load(&entry->number);

		if (number == 0 || !atomic_load(&entry->dropped))
			continue;
		if (is_held(state, set, entry) || !unmap(set, state, views, entry))
			remain = true;
		else
			gone(arg, number);
	}
	return remain;
}

uint32_t segments_to_shed(const struct state *state, uint32_t after)
{
	unsigned i, used = 0, held = 0;
	uint32_t number, next = 0;

	for (i = 0; i < STATE_SEGMENTS; i++) {
		number = atomic_load(&state->segments[i].number);
		used += number != 0;
		if (number == 0 || !atomic_load(&state->segments[i].dropped))
			continue;
		held++;
		if (number > after && (next == 0 || number < next))
			next = number;
	}
	return held > SEGMENTS_HELD_GOOD || used > STATE_SEGMENTS / 4 * 3 ? next : 0;
}

void segments_populate(const struct segment_set *set, uint32_t number)
{
	const struct segment *segment = segment_set_find(set, number);
	size_t start;

	if (!segment || segment->meta_size > RECORDS_MAX)
		return;
	start = records_page(segment);
	/* Before Linux 5.14 there is no such advice: pages come one by one, when they are needed. */
	(void)madvise((void *)(uintptr_t)(segment->map + start), segment->size - start,
			MADV_POPULATE_READ);
}

void segments_populate_all(const struct segment_set *set, const struct state *state)
{
	unsigned i;

	for (i = 0; i < STATE_SEGMENTS; i++)
		segments_populate(set, atomic_load(&state->segments[i].number));
}

void segments_trim(const struct segment_set *set, const struct state *state)
{
	const struct segment *segment;
	unsigned i;

	for (i = 0; i < STATE_SEGMENTS; i++) {
		segment = segment_set_find(set, atomic_load(&state->segments[i].number));
		if (segment)
			(void)madvise((void *)(uintptr_t)segment->map, records_page(segment),
					MADV_DONTNEED);
	}
}
