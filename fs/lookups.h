/*
 * lookups: how often the kernel refers to each segment. A node keeps two of them: the one with its
 * record, and the one with its contents, which may be an older one. Folders of the tree keep none:
 * their numbers are resolved anew at each request.
 *
 * Counts may be too high, after a crash, but never too low: raise before the reply that hands a node
 * out, lower after the kernel has let go.
 */
#ifndef FS_LOOKUPS_H
#define FS_LOOKUPS_H

#include <stdint.h>

struct segment_set;
struct state;

/* INO: a node, by its number; anything else is ignored. SET: where its record is found. */
void lookups_raise(
		struct state *state, const struct segment_set *set, uint64_t ino, uint64_t count);
void lookups_lower(
		struct state *state, const struct segment_set *set, uint64_t ino, uint64_t count);

#endif
