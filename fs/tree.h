/*
 * tree: what one request sees of the tree. Node numbers in, records and attributes out; how long the
 * kernel may keep an answer is part of it. Knows nothing of FUSE's messages and changes nothing.
 */
#ifndef FS_TREE_H
#define FS_TREE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "fs/identity.h"
#include "fs/views.h"
#include "src/snap/node.h"

struct state;

#define TREE_DIR_AT 3u /* folder number of .refmount/at in every overlay */
#define TREE_BLOCK  4096

struct tree {
	const struct segment_set *set;
	struct state *state; /* for the table of generations */
	struct views_pair views;
};

struct tree_answer {
	uint64_t ino;	  /* 0: there is no such name */
	struct node node; /* not for ino 0, nor for a folder that is gone */
	struct stat attr;
	bool name_lasts; /* the kernel may keep this name until it is told otherwise */
	bool attr_lasts; /* likewise the attributes */
};

/*
 * NAME in folder PARENT. 0 also for "no such name", which the kernel may remember as well; -ENOENT if
 * the folder itself is gone, -ENOTDIR, -ESTALE (no such node), -EIO.
 */
int tree_lookup(const struct tree *tree, uint64_t parent, const char *name,
		struct tree_answer *out);

/* Node INO itself; a folder of the live tree that is gone has no links. 0, -ESTALE, -EIO. */
int tree_get(const struct tree *tree, uint64_t ino, struct tree_answer *out);

/* The record of file or link INO. 0, -EISDIR, -ESTALE. */
int tree_file(const struct tree *tree, uint64_t ino, struct node *out);

/* The record that folder INO has now. 0, -ENOENT (it is gone), -ENOTDIR, -ESTALE, -EIO. */
int tree_dir(const struct tree *tree, uint64_t ino, struct node *out);

/* Is LISTING (a folder's record, perhaps of an earlier moment) what INO has now and after the switch? */
bool tree_is_fresh(const struct tree *tree, uint64_t ino, const struct node *listing);

/* Entry INDEX of LISTING, the record of folder INO: 0, -ENOENT past the end, -ESTALE, -EIO. */
int tree_entry(const struct tree *tree, uint64_t ino, const struct node *listing, uint32_t index,
		struct tree_answer *out);

/* The node number of the folder above INO, whose record is LISTING. */
uint64_t tree_parent(uint64_t ino, const struct node *listing);

int tree_statfs(const struct tree *tree, struct statvfs *out);

#endif
