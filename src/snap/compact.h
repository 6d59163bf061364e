/*
 * compact: a tree written anew, all of it in one segment.
 *
 * For when too little of the segments a tree lies in is still in use, or they are too many
 * (generation_wants_compaction). Everything is kept that can be seen: names, folder numbers,
 * contents, modes, owners, ids, sources and revisions. What is lost is identity: every file has a
 * new place.
 */
#ifndef SNAP_COMPACT_H
#define SNAP_COMPACT_H

#include "src/snap/segment.h"

struct builder;

/*
 * Copy the tree at ROOT in SET through BUILDER, which must have been given that SET: *NEW_ROOT and
 * *NEW_INDEX are for the generation. Contents that files share stay shared. Iterative; contents go
 * from mapping to file. 0, -EIO (damaged tree), -ENOMEM, or the builder's error.
 */
int compact_tree(const struct segment_set *set, place root, struct builder *builder,
		place *new_root, place *new_index);

#endif
