#include "src/engine/leaseholders.h"

#include <inttypes.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/engine/kept.h"
#include "src/engine/process.h"
#include "src/engine/readers.h"
#include "src/link/state.h"
#include "src/snap/store.h"

#define MS_NS 1000000u

/* The generation of views with EPOCH, if that is what is visible or was before the last switch. */
static const struct generation *generation_of(
		const struct state *state, const struct kept *kept, uint32_t epoch)
{
	const struct view *previous = &state->leases.previous;
	struct view view;

	if (state_view(state, &view) && view.epoch == epoch)
		return kept_find(kept, view.generation);
	return previous->epoch == epoch ? kept_find(kept, previous->generation) : NULL;
}

/* AT, of the monotonic clock, as the wall clock will show it: a time in UTC with milliseconds. */
static void add_time(struct buf *out, uint64_t at_ns)
{
	uint64_t wall_ms = clock_wall_ms() + (at_ns - clock_mono_ns()) / MS_NS;
	char text[CLOCK_TEXT_SIZE];

	clock_format((int64_t)(wall_ms / 1000), text);
	text[strlen(text) - 1] = '\0';
	buf_printf(out, "%s.%03uZ", text, (unsigned)(wall_ms % 1000));
}

static void add_line(struct buf *out, uint32_t pid, const struct process *process,
		const struct generation *generation, uint64_t end_ns)
{
	char hex[OID_HEX_SIZE];

	oid_format(&generation->commit, hex);
	readers_begin_line(out, pid, process);
	buf_printf(out, "- %s lease:", hex);
	add_time(out, end_ns);
	buf_add_char(out, '\n');
}

void leaseholders_text(struct state *state, const struct kept *kept, struct buf *out)
{
	const struct chains *chains = &state->leases.chains;
	const struct generation *generation;
	uint64_t now = clock_mono_ns();
	struct process process;
	struct chain chain;
	unsigned i;

	for (i = 0; i < CHAINS_ENTRIES; i++) {
		if (!chains_get(chains, i, now, &chain))
			continue;
		generation = generation_of(state, kept, chain.epoch);
		if (generation && process_look(chain.process, &process) == 0)
			add_line(out, chain.process, &process, generation,
					chains_end_ns(chains, &chain));
	}
}
