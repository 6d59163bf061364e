/*
 * lookups: how many references the kernel holds to nodes of each segment. A segment may be unmapped
 * only when there are none. Counts lie in the shared state, are raised before the reply that makes
 * the kernel refer to a node, and lowered after its forget was taken: a crash at any moment leaves
 * them too high, never too low. Folders need no count: they are found by number at each request.
 */
#ifndef FS_LOOKUPS_H
#define FS_LOOKUPS_H

#include <stdint.h>

struct segment_set;
struct state;

/*
 * COUNT more, or fewer, references to INO: a node, or the listing that a folder handle goes through
 * (by its place). Raised is every segment that is needed to show it: that of the record, that of a
 * file's contents, those of all entries of a listing.
 */
void lookups_raise(
		struct state *state, const struct segment_set *set, uint64_t ino, uint64_t count);
void lookups_lower(
		struct state *state, const struct segment_set *set, uint64_t ino, uint64_t count);

#endif
