/*
 * unpack: what the entries of packs hold. Private to this room.
 *
 * libgit2 has this as well, and believes what it reads: 1.5 runs for ever through deltas that lead in
 * circles, crashes when an index leads out of its pack, and makes a gigabyte for each small file that
 * is a piece of it. Here, work is counted: in bytes that are made, whether somebody wants them or not.
 * An object may cost many times its size, because deltas are made of deltas; git makes no chains, and
 * no differences in size, that would come near. What goes beyond that, for all objects together, is
 * refused.
 */
#ifndef GIT_UNPACK_H
#define GIT_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zlib.h>

#include "src/git/bases.h"
#include "src/git/pack.h"

#define UNPACK_CHAIN_MAX 10000 /* deltas of deltas; git makes at most 4,095 */

/* Bytes of work. */
#define UNPACK_FREE	   ((uint64_t)256 << 20) /* in all, without any object to show for it */
#define UNPACK_FREE_OBJECT 16384		 /* for each object besides */
#define UNPACK_FREE_BYTE   64			 /* for each byte of it */
#define UNPACK_STEP	   256			 /* what looking at an entry counts as */

/* What was found on the way from an entry to what it is made of. */
struct chain {
	struct pack_entry *entries; /* owned; the first is the one that is wanted */
	size_t count, cap;
	uint64_t pack; /* number of their pack; 0: nothing is here */
	unsigned kind; /* of the object */
	uint64_t size; /* of the object */
	bool is_whole; /* it leads to where the object is made from; else only `kind` was asked for */
	bool is_based; /* the last entry is a delta of what is in `bases`; else it is no delta */
};

/* What kind of object the entry at OFFSET of a pack is: to ask for that alone need not walk far. */
struct known_kind {
	uint64_t pack, offset; /* pack 0: nothing is here */
	unsigned kind;
};

#define UNPACK_KINDS 16384

struct unpacker {
	struct pack_window window;
	struct bases bases;
	struct known_kind kinds[UNPACK_KINDS];
	struct chain chain;
	z_stream stream;
	bool has_stream;
	unsigned char *delta; /* owned: room for one, inflated */
	size_t delta_cap;
	uint64_t credit;      /* work that may be done */
	uint64_t work, limit; /* that was done for this object, and may be */
};

/* NULL: no memory. */
struct unpacker *unpacker_new(void);
void unpacker_free(struct unpacker *unpacker);

/*
 * Kind (of object.h) and size of the object at OFFSET of PACK, which is open: 0; GIT_ERROR, what is
 * wrong with it; GIT_EBUFS, it is too much work.
 */
int unpack_header(struct unpacker *unpacker, struct pack *pack, uint64_t offset, unsigned *kind,
		uint64_t *size);

/* All of it, from malloc, with a NUL behind it. */
int unpack_object(struct unpacker *unpacker, struct pack *pack, uint64_t offset, struct base *out);

#endif
