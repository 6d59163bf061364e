/*
 * listing: what a folder's handle reads. The essay is in listing.c.
 */
#ifndef FS_LISTING_H
#define FS_LISTING_H

#include <fuse_lowlevel.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fs/tree.h"

/* Nodes never change and names are invalidated: any time will do that the kernel can hold. */
#define LISTING_FOR_EVER 315360000.0 /* seconds: ten years */

struct listing_request {
	const struct tree *tree;
	fuse_req_t req;
	uint64_t ino;
	place opened; /* the record that the folder had when the handle was opened, if it is known */
	char *data;   /* to be filled, SIZE bytes at most */
	size_t size;
	bool is_plus;
};

/* Entries from position OFFSET on: bytes filled, 0 at the end; -EINVAL, -ESTALE, -EIO. */
int64_t listing_fill(const struct listing_request *request, int64_t offset);

/* ANSWER as libfuse wants it. */
void listing_entry(const struct tree_answer *answer, struct fuse_entry_param *out);

#endif
