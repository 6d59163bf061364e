/*
 * drift: what is not as the ref says: the served revision, files elsewhere (live.h), and processes that
 * have read something else (readers.h).
 */
#ifndef ENGINE_DRIFT_H
#define ENGINE_DRIFT_H

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct facts;
struct value;

/* Is another revision served than the one the ref points to? */
bool drift_of_revision(const struct facts *facts);

/* How much of it there is. */
struct drift_counts {
	bool revision;
	uint64_t files, readers;
};

struct drift_counts drift_count(const struct facts *facts);

/* The content of .drift; NULL: the arena is used up. */
struct value *drift_value(struct arena *arena, const struct facts *facts);

#endif
