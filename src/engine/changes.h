/*
 * changes: the files and links in which two trees differ, for those who only want to know about some
 * of them.
 */
#ifndef ENGINE_CHANGES_H
#define ENGINE_CHANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "src/snap/segment.h"

struct err;
struct operation;

struct changes {
	char **paths; /* owned */
	size_t count, cap;
};

#define CHANGES_INIT                                                                               \
	{                                                                                          \
		0                                                                                  \
	}

/* From root FROM (PLACE_NONE: no tree at all, everything is new) to root TO. 0, -EIO, -ENOMEM. */
int changes_collect(const struct segment_set *set, place from, place to, struct changes *out,
		struct err *err);
void changes_release(struct changes *changes);

/* Does any of them concern OPERATION? One that names no paths is concerned by any. */
bool changes_concern(const struct changes *changes, const struct operation *operation);

/* Write them to FILE, one a line; a file that is there is replaced. */
int changes_write(const struct changes *changes, const char *file, mode_t mode, struct err *err);

#endif
