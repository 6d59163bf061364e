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

/* Folder numbers of .refmount and of at/ in it, in every overlay. */
#define TREE_DIR_CONTROL 2u
#define TREE_DIR_AT	 3u
#define TREE_BLOCK	 4096

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

/*
 * A number from 1 to 999,999,999 for the listing whose record lies at AT. It is what folders have as
 * nanoseconds in their mtime, and what positions in a listing are marked with (listing.c).
 */
uint32_t tree_listing_tag(place at);

/* Does the kernel get LISTING to keep? Not that of virtual folders. */
bool tree_listing_lasts(const struct node *listing);

/*
 * The listing of folder INO with TAG, whichever view it is of: as long as that is in the tree now, or
 * in a kept generation. 0, -ESTALE.
 */
int tree_listing(const struct tree *tree, uint64_t ino, uint32_t tag, struct node *out);

/*
 * Is LISTING (a folder's record, perhaps of an earlier moment) what INO has now, after the switch that
 * is under way, and before the one that is settling? In a generation: is that still kept?
 */
bool tree_is_fresh(const struct tree *tree, uint64_t ino, const struct node *listing);

/* Does VIEW show at the path of NODE, a file of a revision, just that? Maybe in another record: compact.h. */
bool tree_shows(const struct segment_set *set, const struct view *view, const struct node *node);

/* Entry INDEX of LISTING, the record of folder INO: 0, -ENOENT past the end, -ESTALE, -EIO. */
int tree_entry(const struct tree *tree, uint64_t ino, const struct node *listing, uint32_t index,
		struct tree_answer *out);

/* The node number of the folder above INO, whose record is LISTING. */
uint64_t tree_parent(const struct tree *tree, uint64_t ino, const struct node *listing);

/* The number of folder DIR of the live tree, as of now. */
uint64_t tree_live_ino(const struct tree *tree, uint32_t dir);

/* NODE as an entry of the live tree; name_lasts and attr_lasts are the caller's. 0, -EIO. */
int tree_show(const struct tree *tree, const struct node *node, struct tree_answer *out);

int tree_statfs(const struct tree *tree, struct statvfs *out);

#endif
