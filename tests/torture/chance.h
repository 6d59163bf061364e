/* chance: a small deterministic generator (splitmix64). Same seed, same numbers, on every machine.
 */
#ifndef TORTURE_CHANCE_H
#define TORTURE_CHANCE_H

#include <stdint.h>

static inline uint64_t chance_mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

static inline uint64_t chance_next(uint64_t *state)
{
	*state += 0x9e3779b97f4a7c15u;
	return chance_mix(*state);
}

/* 0 to LIMIT - 1; LIMIT is not 0. */
static inline uint32_t chance_below(uint64_t *state, uint32_t limit)
{
	return (uint32_t)(chance_next(state) % limit);
}

static inline int chance_percent(uint64_t *state, uint32_t percent)
{
	return chance_below(state, 100) < percent;
}

#endif
