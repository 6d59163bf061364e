#include "src/git/oidmap.h"

#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#define FIRST_CAP 64

/*
 * Ids can be ground out so that they collide in their low bits; so the bytes are mixed with 16
 * random ones that the kernel gave this process.
 */
static uint64_t hash(const struct oid *oid)
{
	const void *random = (const void *)getauxval(AT_RANDOM);
	uint64_t seed[2] = {0x9e3779b97f4a7c15u, 0xc2b2ae3d27d4eb4fu}, word[2], mixed;

	if (random)
		memcpy(seed, random, sizeof(seed));
	memcpy(word, oid->bytes, sizeof(word));
	mixed = (word[0] ^ seed[0]) * (seed[1] | 1);
	mixed = (mixed ^ mixed >> 29 ^ word[1]) * 0x9e3779b97f4a7c15u;
	return mixed ^ mixed >> 32;
}

/* The slot that OID has, or would get. There is always one that is free. */
static struct oidmap_slot *slot_of(const struct oidmap *map, const struct oid *oid)
{
	size_t at = hash(oid) & (map->cap - 1);

	while (map->slots[at].is_used && !oid_equal(&map->slots[at].oid, oid))
		at = (at + 1) & (map->cap - 1);
	return &map->slots[at];
}

static bool grow(struct oidmap *map)
{
	struct oidmap bigger = {.count = map->count, .cap = map->cap ? map->cap * 2 : FIRST_CAP};

	bigger.slots = calloc(bigger.cap, sizeof(*bigger.slots));
	if (!bigger.slots)
		return false;
	for (size_t i = 0; i < map->cap; i++) {
		if (map->slots[i].is_used)
			*slot_of(&bigger, &map->slots[i].oid) = map->slots[i];
	}
	free(map->slots);
	*map = bigger;
	return true;
}

void oidmap_release(struct oidmap *map)
{
	free(map->slots);
	*map = (struct oidmap)OIDMAP_INIT;
}

uint64_t *oidmap_find(const struct oidmap *map, const struct oid *oid)
{
	struct oidmap_slot *slot;

	if (map->count == 0)
		return NULL;
	slot = slot_of(map, oid);
	return slot->is_used ? &slot->value : NULL;
}

uint64_t *oidmap_add(struct oidmap *map, const struct oid *oid)
{
	struct oidmap_slot *slot;

	if (map->count + map->count / 2 >= map->cap && !grow(map))
		return NULL;
	slot = slot_of(map, oid);
	if (!slot->is_used) {
		slot->is_used = true;
		slot->oid = *oid;
		map->count++;
	}
	return &slot->value;
}
