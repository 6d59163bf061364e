#include "src/link/chains.h"

#include <assert.h>
#include <stddef.h>

static_assert(CHAINS_ENTRIES % CHAINS_GROUP == 0, "whole groups");

uint64_t chains_length_ns(const struct chains *chains)
{
	return atomic_load(&chains->length_ms) * 1000000ull;
}

uint64_t chains_end_ns(const struct chains *chains, const struct chain *chain)
{
	uint64_t length = chains_length_ns(chains), total = CHAINS_LENGTHS_MAX * length;
	uint64_t quiet = atomic_load(&chain->last_ns) + length;
	uint64_t cap = atomic_load(&chain->first_ns) +
			(total < CHAINS_NS_MAX ? total : CHAINS_NS_MAX);

	return quiet < cap ? quiet : cap;
}

bool chains_is_in_force(const struct chains *chains, const struct chain *chain, uint64_t now)
{
	return atomic_load(&chain->process) && now <= chains_end_ns(chains, chain);
}

static struct chain *group_of(struct chains *chains, uint32_t process)
{
	return &chains->entries[process % (CHAINS_ENTRIES / CHAINS_GROUP) * CHAINS_GROUP];
}

struct chain *chains_find(struct chains *chains, uint32_t process, uint64_t now)
{
	struct chain *group = group_of(chains, process);
	unsigned i;

	for (i = 0; i < CHAINS_GROUP; i++) {
		if (atomic_load(&group[i].process) == process &&
				chains_is_in_force(chains, &group[i], now))
			return &group[i];
	}
	return NULL;
}

/* The place of PROCESS itself, a free one, or that of the chain that was extended longest ago. */
static struct chain *choose(struct chains *chains, uint32_t process)
{
	struct chain *group = group_of(chains, process), *chosen = group;
	unsigned i;

	for (i = 0; i < CHAINS_GROUP; i++) {
		if (atomic_load(&group[i].process) == process)
			return &group[i];
		if (atomic_load(&group[i].last_ns) < atomic_load(&chosen->last_ns))
			chosen = &group[i];
	}
	return chosen;
}

bool chains_begin(struct chains *chains, uint32_t process, uint32_t epoch, uint64_t first,
		uint64_t now)
{
	struct chain *chain = choose(chains, process);
	bool makes_way = atomic_load(&chain->process) != process &&
			chains_is_in_force(chains, chain, now);

	atomic_store(&chain->process, 0);
	atomic_store(&chain->epoch, epoch);
	atomic_store(&chain->first_ns, first);
	atomic_store(&chain->last_ns, now);
	atomic_store(&chain->process, process);
	return !makes_way;
}

bool chains_get(const struct chains *chains, unsigned index, uint64_t now, struct chain *out)
{
	const struct chain *chain = &chains->entries[index];
	uint32_t process = atomic_load(&chain->process);

	if (!process)
		return false;
	atomic_store(&out->process, process);
	atomic_store(&out->epoch, atomic_load(&chain->epoch));
	atomic_store(&out->first_ns, atomic_load(&chain->first_ns));
	atomic_store(&out->last_ns, atomic_load(&chain->last_ns));
	return atomic_load(&chain->process) == process && chains_is_in_force(chains, out, now);
}
