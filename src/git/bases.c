#include "src/git/bases.h"

#include <stdlib.h>

#define LARGEST (BASES_BYTES_MAX / 4) /* one that leaves room for others */

static size_t slot_of(uint64_t pack, uint64_t offset)
{
	uint64_t mixed = (offset + pack * 0x9e3779b97f4a7c15u) * 0xff51afd7ed558ccdu;

	return mixed >> 32 & (BASES_SLOTS - 1);
}

static void drop(struct bases *bases, size_t slot)
{
	struct base *base = &bases->slots[slot];

	free(base->data);
	bases->bytes -= base->size;
	*base = (struct base){0};
}

const struct base *bases_find(const struct bases *bases, uint64_t pack, uint64_t offset)
{
	const struct base *base = &bases->slots[slot_of(pack, offset)];

	return base->pack == pack && base->offset == offset ? base : NULL;
}

void bases_keep(struct bases *bases, const struct base *base)
{
	size_t slot = slot_of(base->pack, base->offset);

	if (base->size > LARGEST) {
		free(base->data);
		return;
	}
	drop(bases, slot);
	while (bases->bytes + base->size > BASES_BYTES_MAX)
		drop(bases, bases->hand++ % BASES_SLOTS);
	bases->slots[slot] = *base;
	bases->bytes += base->size;
}

void bases_release(struct bases *bases)
{
	for (size_t i = 0; i < BASES_SLOTS; i++)
		drop(bases, i);
}
