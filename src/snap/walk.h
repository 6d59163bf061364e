/*
 * walk: two trees side by side, iteratively, entering only what is not the same record in both.
 *
 * What the differences mean is the caller's: diff.h shows them to people and kernels, generation.h
 * counts them. With PLACE_NONE on one side it is a walk of the other tree.
 *
 * Bounded whatever the bytes are: in depth because an entry is lower than its folder (node.h), in
 * all by the number of entries that the segments of the set can hold.
 */
#ifndef SNAP_WALK_H
#define SNAP_WALK_H

#include "src/snap/node.h"

enum { WALK_SKIP, WALK_ENTER };

/*
 * The name at PATH (from the root, no leading slash; "" for the root itself; valid during the call)
 * leads to FROM in one tree and to another record TO in the other; one of them may be NULL.
 * WALK_ENTER: go on with what is below (folders only), WALK_SKIP: do not, negative: end the walk
 * with that result.
 */
typedef int walk_fn(void *arg, const char *path, const struct node *from, const struct node *to);

/* Names in order, folders before what is in them. 0, FN's negative result, -EIO or -ENOMEM. */
int walk_trees(const struct segment_set *set, place from, place to, walk_fn *fn, void *arg);

#endif
