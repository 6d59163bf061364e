/*
 * changes: what differs between two views, as a list: the names that the kernel has to forget and the
 * folders whose attributes it has to. Made before a switch, so that nothing is compared between its
 * steps; read once more after it, when watchers are woken. Only places are kept: the segments of both
 * views must stay mapped as long as the list is used.
 */
#ifndef FS_CHANGES_H
#define FS_CHANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/snap/segment.h"

struct view;

struct change {
	place from, to; /* records; PLACE_NONE: there is none on that side */
	uint32_t dir;	/* number of the folder that holds the name, or of the folder itself */
	bool is_dir;	/* a folder's own attributes or listing, not a name */
	bool is_quiet;	/* nothing that anybody has to be told of */
	bool is_known;	/* is_dir: the kernel had its inode when it was invalidated */
};

struct changes {
	struct change *items; /* folders before what is in them */
	size_t count, cap;
	size_t names;	/* of those that are names */
	bool has_links; /* some of those were links */
};

#define CHANGES_INIT                                                                               \
	{                                                                                          \
		0                                                                                  \
	}

void changes_release(struct changes *changes); /* back to CHANGES_INIT */

/*
 * Append what differs from view FROM to TO, virtual files not counted: 0, -EIO, -ENOMEM. With ALL also,
 * quietly, every name and folder of both: what the kernel has of FROM may be wrong.
 */
int changes_add(struct changes *changes, const struct segment_set *set, const struct view *from,
		const struct view *to, bool all);

/*
 * Drop all but the names that are not quiet, in folders that the kernel knows: nobody can be watching
 * the others. 0 or -ENOMEM (then everything is dropped).
 */
int changes_keep_known(struct changes *changes);

#endif
