/*
 * pack: one pack and its index, open for reading: where an object's entry is, and what it says of
 * itself. What is in the entry is unpack.h's business. Private to this room.
 *
 * The pack's file is read and not mapped: whoever cuts it short meanwhile makes an error, no crash. It
 * is opened when something in it is first wanted, and may be closed at any time in between.
 */
#ifndef GIT_PACK_H
#define GIT_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/git/packindex.h"

#define PACK_WINDOW 16384 /* bytes read at a time */

/* Kinds of entries besides those of objects (object.h). */
#define PACK_OFS_DELTA 6
#define PACK_REF_DELTA 7

struct pack {
	char *path; /* of the index; owned */
	struct packindex index;
	int fd;		 /* of the pack; -1: not open */
	uint64_t end;	 /* offset behind the last entry, once it was open */
	uint64_t number; /* of this pack among all that its owner has ever opened */
	uint64_t used;	 /* when it was last read, in its owner's counting */
};

/* A part of a pack in memory: of the one that was read last. */
struct pack_window {
	uint64_t number; /* of its pack */
	uint64_t offset;
	size_t len;
	unsigned char bytes[PACK_WINDOW];
};

struct pack_entry {
	unsigned kind;
	uint64_t size;	 /* of what is in it, inflated: of a delta, that of the delta */
	uint64_t offset; /* where it begins */
	uint64_t body;	 /* where its zlib data does */
	uint64_t base;	 /* of a delta: offset of the entry that it is to be applied to */
};

/* Open the index at PATH (copied). 0, and otherwise as packindex_open(). */
int pack_new(const char *path, uint64_t number, struct pack **out);
void pack_free(struct pack *pack);

/* Open the file of PACK: 0, GIT_ENOTFOUND when it is gone, or GIT_ERROR with what is wrong (library.h). */
int pack_open(struct pack *pack);
void pack_close(struct pack *pack);

/* Some bytes of PACK at OFFSET, at least one, borrowed from WINDOW: 0 or GIT_ERROR. */
int pack_read(struct pack *pack, struct pack_window *window, uint64_t offset,
		const unsigned char **bytes, size_t *len);

/* What stands before the data of the entry at OFFSET. 0, or GIT_ERROR if there can be none. */
int pack_read_entry(struct pack *pack, struct pack_window *window, uint64_t offset,
		struct pack_entry *out);

#endif
