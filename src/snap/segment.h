/*
 * segment: sealed bytes. A file (or memory file) that is written once, checksummed, and mapped
 * read-only ever after; every tree that refmount shows lives in segments.
 *
 *     +--------+------------------------------+--------------------------------+
 *     | header | data: contents of files      | meta: records (see node.h)     |
 *     +--------+------------------------------+--------------------------------+
 *     0        SEGMENT_DATA_START             meta_offset                      size
 *
 * Contents and records lie apart so that walking a tree touches few pages and so that the records
 * (which must be right for anything to work) can be verified in milliseconds at start, the contents
 * in the background.
 *
 * A *place* names 8-byte aligned bytes in some segment: segment number in the upper 32 bits, offset
 * divided by 8 in the lower 32: an offset into meta for records, into the file for contents.
 * Numbers are never used twice within a state directory. Numbers with SEGMENT_OVERLAY set belong to
 * memory files that hold the virtual files of a mount; they are unique within the life of the
 * mount.
 *
 * The reader is total: any bytes at all, it never crashes, loops or reads outside of the mapping.
 * What it cannot survive is a file that shrinks while it is mapped (SIGBUS): files belong to the
 * state directory, and memory files should be sealed with F_SEAL_SHRINK before they are mapped.
 * Byte order is the machine's; a segment from a machine of the other order is refused as foreign.
 * The checksums are XXH3 64 bit (xxhash.com): against decay of disks, not against attackers, who
 * cannot write the state directory.
 */
#ifndef SNAP_SEGMENT_H
#define SNAP_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

typedef uint64_t
		place; /* a place is a number, so a typedef of its own reads better than uint64_t */

#define PLACE_NONE	   0
#define PLACE_OFFSET_MAX   (0xffffffffull << 3) /* no place leads further into a segment: 32 GiB */
#define SEGMENT_OVERLAY	   0x20000000u		/* this bit: lives in memory only */
#define SEGMENT_NUMBER_MAX 0x3fffffffu		/* node ids need the two bits above */
#define SEGMENT_DATA_START 4096u
#define SEGMENT_MAGIC	   0x31544e4d46455224ull /* "$REFMNT1" in little endian */
#define SEGMENT_VERSION	   1u

static inline place place_make(uint32_t segment, uint64_t offset)
{
	return (uint64_t)segment << 32 | offset >> 3;
}

static inline uint32_t place_segment(place p)
{
	return (uint32_t)(p >> 32);
}

static inline uint64_t place_offset(place p)
{
	return (p & 0xffffffffu) << 3;
}

/* On disk at offset 0. */
struct segment_header {
	uint64_t magic;
	uint32_t version;
	uint32_t number; /* 1 to SEGMENT_NUMBER_MAX */
	uint64_t size;	 /* of the whole file */
	uint64_t meta_offset;
	uint64_t meta_size;
	uint64_t data_hash;   /* XXH3 of [SEGMENT_DATA_START, meta_offset) */
	uint64_t meta_hash;   /* XXH3 of [meta_offset, size) */
	uint64_t header_hash; /* XXH3 of the fields above */
};

/* A mapped segment. Immutable after segment_map; may be read by any number of threads. */
struct segment {
	uint32_t number;
	const uint8_t *map;
	uint64_t size;
	uint64_t meta_offset; /* a multiple of 8 */
	uint64_t meta_size;
};

#define SEGMENT_VERIFY_META 1u /* read and check all records' bytes */
#define SEGMENT_VERIFY_DATA 2u /* read and check all contents */

/*
 * Map FD (which stays the caller's and may be closed afterwards) and check header, size and what
 * FLAGS ask for. *OUT is the caller's, to be given to segment_unmap. -EBADMSG: not a sealed segment
 * with that NUMBER (0: any number), or damaged; ERR says which. Others as of fstat(2), mmap(2) and
 * -ENOMEM.
 */
int segment_map(int fd, uint32_t number, unsigned flags, struct segment **out, struct err *err);
void segment_unmap(struct segment *segment); /* NULL is fine */

/* Check what FLAGS name of a mapped segment: 0 or -EBADMSG. */
int segment_verify(const struct segment *segment, unsigned flags, struct err *err);

/*
 * SIZE bytes of meta at OFFSET, or NULL when they are not all inside or OFFSET is not aligned to 8.
 */
const void *segment_meta(const struct segment *segment, uint64_t offset, uint64_t size);

/*
 * SIZE bytes of contents at OFFSET of the file, or NULL when they are not all inside the data area.
 */
const void *segment_data(const struct segment *segment, uint64_t offset, uint64_t size);

/*
 * A set of mapped segments by number: what places are resolved against. One thread adds and
 * removes, any number of threads find at the same time; a segment may be unmapped only after it was
 * removed and every reader that might have found it has finished (the owner of the set knows when).
 */
#define SEGMENT_SET_MAX 2048

struct segment_set;

struct segment_set *segment_set_new(void);	/* NULL: no memory */
void segment_set_free(struct segment_set *set); /* unmaps what is still in it; NULL is fine */

/* 0, -EEXIST or -ENOSPC; takes ownership of SEGMENT on success only. */
int segment_set_add(struct segment_set *set, struct segment *segment);

/* The segment is the caller's again; NULL if absent. */
struct segment *segment_set_remove(struct segment_set *set, uint32_t number);

const struct segment *segment_set_find(const struct segment_set *set, uint32_t number);

/* Bytes of all meta areas in SET: more records than fit in there no tree can have. */
uint64_t segment_set_meta_size(const struct segment_set *set);

#endif
