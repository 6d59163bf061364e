/*
 * node: what a tree consists of. Files, links and folders as records in segments, read in place.
 *
 * A record is bound to its path: it holds its own name and the number of its folder. The entries of
 * a folder are just the places of their records, sorted by name (bytes, memcmp). So a file's
 * record, once written, stands for (path, content, mode, owner) for ever, which is what an inode
 * has to be.
 *
 * A *folder number* stands for a folder's path: among all generations that are kept, one path has one
 * number and one number has one path. The index of a generation (index.h) leads from folder number
 * to the folder's record in that generation.
 *
 * Everything here is total: damaged records yield -EIO, never a crash or an endless loop. An entry
 * that was read through its folder belongs there (its parent is the folder's number) and is lower
 * than it, so every descent ends after NODE_DEPTH_MAX + 1 steps.
 */
#ifndef SNAP_NODE_H
#define SNAP_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/oid.h"
#include "src/snap/segment.h"

struct buf;

#define NODE_NAME_MAX  255 /* bytes */
#define NODE_DEPTH_MAX 64  /* folders below each other, the root not counted */
#define DIR_ROOT       1u  /* folder number of every root */
#define DIR_FIRST_FREE 16u /* 2..15 are kept for folders of the overlay */

enum node_kind {
	NODE_DIR = 1,
	NODE_FILE,
	NODE_LINK,
	NODE_PIN, /* overlay only: the root of generation `generation`, under this name */
};

/* A decoded record. Pointers lead into the segment and live as long as its mapping. */
struct node {
	enum node_kind kind;
	place at;	/* place of this record */
	uint32_t mode;	/* permission bits only, 07777 */
	bool is_secret; /* FILE: it was made with a secret; its contents are not to be quoted */
	uint32_t uid, gid;
	uint32_t parent;     /* number of the folder that holds it; 0 for a root */
	uint32_t dir;	     /* NODE_DIR: its own number */
	uint32_t generation; /* NODE_PIN */
	const char *name;    /* not NUL-terminated; empty for a root */
	uint16_t name_len;
	uint64_t size;	/* FILE: bytes; LINK: bytes of the target; DIR: bytes of all files below */
	place data;	/* FILE, LINK: the contents; PLACE_NONE when size is 0 */
	place revision; /* the revision that brought this content */
	const struct oid *oid; /* FILE, LINK: blob id; DIR: tree id of what is shown */
	place source; /* FILE, LINK: text record with the path in the repository it was made from;
		       * PLACE_NONE: its own path */
	/* NODE_DIR only: */
	uint32_t count;	       /* entries */
	uint32_t subdir_count; /* entries that are folders or pins */
	uint32_t height;       /* levels of folders below it: 0 if it has no subfolder */
	uint64_t files;	       /* files and links in the whole subtree */
	uint64_t dirs;	       /* folders and pins in the whole subtree, itself not counted */
	uint64_t links;	       /* symbolic links in the whole subtree */
	const place *entries;
};

/* The commit that brought a record's content, and its committer time (seconds, UTC). */
struct revision {
	struct oid commit;
	int64_t time;
};

/* Decode the record at AT: 0 or -EIO. OUT is untouched on failure. */
int node_read(const struct segment_set *set, place at, struct node *out);

/* Entry INDEX of DIR: 0, -ENOENT past the end, -ENOTDIR, -EIO. */
int node_entry(const struct segment_set *set, const struct node *dir, uint32_t index,
		struct node *out);

/* The entry of DIR with that NAME: 0, -ENOENT, -ENOTDIR, -EIO. */
int node_find(const struct segment_set *set, const struct node *dir, const char *name, size_t len,
		struct node *out);

/*
 * The node at the relative path PATH ("" or NULL: ROOT itself), links not followed: 0, -ENOENT,
 * -ENOTDIR, -EIO. A path that is not clean (path_is_clean) leads nowhere: -ENOENT.
 */
int node_walk(const struct segment_set *set, place root, const char *path, struct node *out);

/*
 * The place of the record that lies behind the one at AT in its segment, whatever kinds they are. The
 * first of a segment has offset 0. PLACE_NONE at the end, and where something is damaged.
 */
place node_behind(const struct segment_set *set, place at);

/*
 * Up to SIZE bytes of contents at OFFSET: *DATA points into the mapping, the return value is their
 * number (0 at or past the end, *DATA then untouched), or -EIO.
 */
int64_t node_data(const struct segment_set *set, const struct node *node, uint64_t offset,
		uint64_t size, const void **data);

/* 0 or -EIO; OUT is untouched on failure. */
int node_revision(const struct segment_set *set, const struct node *node, struct revision *out);

/* The text of NODE's source record: *LEN bytes at *TEXT, no NUL. -ENOENT when it has none, -EIO. */
int node_source(const struct segment_set *set, const struct node *node, const char **text,
		size_t *len);

/*
 * Append NODE's path from the root of the generation with that INDEX ("" for the root). 0, -EIO,
 * -ENOMEM; -ENOENT if that generation has no such folder any more. OUT is untouched on failure.
 */
int node_path(const struct segment_set *set, place index, const struct node *node, struct buf *out);

/*
 * Do A and B, two nodes of one path, show the same (kind, mode, owner, secrecy, size, content,
 * source, revision)? Contents are compared by their ids, or by their bytes if they have none. True for
 * folders only when they are the same record: what lies below is for diff.h. False for what cannot
 * be read.
 */
bool node_same(const struct segment_set *set, const struct node *a, const struct node *b);

/* Names in the order of a folder's entries: <0, 0, >0. */
int node_compare_names(const struct node *a, const struct node *b);

#endif
