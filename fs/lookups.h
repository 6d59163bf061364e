/*
 * lookups: how many references the kernel holds to nodes of each segment. A segment may be unmapped
 * only when there are none. Counts lie in the shared state, are raised before the reply that makes
 * the kernel refer to a node, and lowered after its forget was taken: a crash at any moment leaves
 * them too high, never too low; recount.h finds out. Folders need no count: they are found by number at
 * each request, and open ones are known one by one (handles.h).
 */
#ifndef FS_LOOKUPS_H
#define FS_LOOKUPS_H

#include <stdint.h>

struct segment_set;
struct state;

/*
 * COUNT more, or fewer, references to node INO. Raised are the segments that are needed to show it: that
 * of the record, and that of the contents.
 */
void lookups_raise(
		struct state *state, const struct segment_set *set, uint64_t ino, uint64_t count);
void lookups_lower(
		struct state *state, const struct segment_set *set, uint64_t ino, uint64_t count);

#endif
