/*
 * segments: which segments the server has mapped. Those in the shared table when it starts, those that
 * arrive later; and those that nobody needs any more go.
 */
#ifndef FS_SEGMENTS_H
#define FS_SEGMENTS_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct segment_set;
struct state;
struct views;

/*
 * Map everything in STATE's table, whose descriptors were inherited under their numbers, and close
 * those. A segment that cannot be mapped is logged and left out: its nodes are stale.
 */
void segments_inherit(struct segment_set *set, const struct state *state);

/* Map segment NUMBER from FD (which stays the caller's). A known number is fine. */
int segments_add(struct segment_set *set, uint32_t number, int fd, struct err *err);

/* Is segment NUMBER that of a root or index of the visible view? */
bool segments_is_visible(const struct state *state, uint32_t number);

/*
 * Unmap the segments that were dropped and that neither the kernel, nor an open folder, nor the visible
 * view refers to, and call GONE for each. True if some that were dropped remain.
 */
bool segments_sweep(struct segment_set *set, struct state *state, struct views *views,
		void (*gone)(void *arg, uint32_t number), void *arg);

#define SEGMENTS_HELD_GOOD 64 /* so many may be held by the kernel alone */

/*
 * When the kernel alone holds more segments than is good, or the table is three quarters full: the
 * number of one that it should let go of, the next one after AFTER; else 0.
 */
uint32_t segments_to_shed(const struct state *state, uint32_t after);

/*
 * Map in the records of segment NUMBER (absent is fine), so that finding a file never waits for the disk.
 * Contents come when they are read.
 */
void segments_populate(const struct segment_set *set, uint32_t number);
void segments_populate_all(const struct segment_set *set, const struct state *state);

/*
 * Give the mapped pages of contents back to the page cache: they are there, but do not count as
 * ours.
 */
void segments_trim(const struct segment_set *set, const struct state *state);

#endif
