/*
 * live_apply: make a live file what the mount has there.
 *
 * The new file is complete before it takes the name, so who reads it sees the old or the new one;
 * what had the name before is kept beside it as NAME.refmount-bak, one for each file. Nothing is
 * ever removed: what is extra stays, and a folder is not replaced by a file.
 */
#ifndef ENGINE_LIVE_APPLY_H
#define ENGINE_LIVE_APPLY_H

struct err;
struct live_difference;
struct segment_set;

/*
 * Undo DIFFERENCE, of any state but LIVE_EXTRA. 0, or negative errno, and what stood there stands
 * there still.
 */
int live_apply(const struct segment_set *set, const struct live_difference *difference,
		struct err *err);

#endif
