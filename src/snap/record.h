/*
 * record: how a record lies in the meta area of a segment. Private to this room.
 *
 *     +------+------+----------+------+------------------------------+-----
 *     | size | kind | name_len | mode | fields of the kind, entries  | name
 *     +------+------+----------+------+------------------------------+-----
 *     0      4      5          6      8                                    size, then zeros up to 8
 *
 * Every record begins with a head and is aligned to 8. A node's name is the last thing in its
 * record.
 *
 *     file, link   struct record_file, name                          80 bytes + name
 *     folder       struct record_dir, entries, name                 104 bytes + 8 an entry + name
 *     pin          struct record_node, name                          64 bytes + name
 *     revision     struct record_revision                            48 bytes
 *     text         head, bytes                                        8 bytes + text
 *     index        struct record_index, slots that are in use        16 bytes + 8 a slot
 *
 * A node's revision and source text lie in the node's own segment, as offsets / 8 into its meta
 * area: so a segment that holds a node holds all of it but the contents and what is below, and only
 * those two have to be counted to know which segments a tree needs. Offset 0 is always the revision
 * that the segment was written for; so a source of 0 can mean "none".
 *
 * What is read is checked against the size of the record, the size of the record against the meta
 * area. Every folder knows its height (levels of folders below it), and an entry must be lower than
 * its folder: so no walk can go round in circles, whatever the bytes are.
 */
#ifndef SNAP_RECORD_H
#define SNAP_RECORD_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/oid.h"
#include "src/snap/node.h"
#include "src/snap/segment.h"

struct builder;

/* Kinds after those of enum node_kind. */
enum record_kind {
	RECORD_REVISION = 16,
	RECORD_TEXT,
	RECORD_INDEX,
};

struct record_head {
	uint32_t size; /* with the head, without the zeros at the end */
	uint8_t kind;
	uint8_t name_len;
	uint16_t mode; /* permission bits; RECORD_SECRET */
};

#define RECORD_SECRET 0x8000u /* of a file's mode: it was made with a secret */

struct record_node {
	struct record_head head;
	uint32_t uid, gid;
	uint32_t parent;
	uint32_t revision; /* offset / 8 of a revision record */
	uint32_t number;   /* folder: its own; pin: generation; else offset / 8 of the source */
	uint32_t count;	   /* folder: entries */
	struct oid oid;
};

struct record_file {
	struct record_node node;
	uint64_t size;
	place data;
};

struct record_dir {
	struct record_node node;
	uint64_t size, files, dirs, links; /* of the whole subtree */
	uint32_t subdir_count;
	uint32_t height;
	place entries[];
};

struct record_revision {
	struct record_head head;
	int64_t time;
	struct oid commit;
};

#define RECORD_INDEX_BITS  5u
#define RECORD_INDEX_WAYS  (1u << RECORD_INDEX_BITS)
#define RECORD_INDEX_LEVEL 6u /* highest level: 7 levels of 5 bits cover 32 */

/* Slot I of a record at level L leads to the numbers whose bits [5L, 5L + 5) are I. */
struct record_index {
	struct record_head head;
	uint32_t level;	 /* 0: the slots are folder records; else index records one level down */
	uint32_t bitmap; /* bit I: slot I is in use */
	place slots[];	 /* those in use only */
};

static_assert(sizeof(struct record_head) == 8, "on disk");
static_assert(sizeof(struct record_node) == 64, "on disk");
static_assert(sizeof(struct record_file) == 80, "on disk");
static_assert(sizeof(struct record_dir) == 104, "on disk");
static_assert(sizeof(struct record_revision) == 48, "on disk");
static_assert(sizeof(struct record_index) == 16, "on disk");

/* An index record with every slot in its place. */
struct index_slots {
	uint32_t level;
	place slots[RECORD_INDEX_WAYS]; /* PLACE_NONE: not in use */
};

/* Bytes that SIZE bytes take in a segment: they are padded to a multiple of 8. */
static inline uint64_t record_padded(uint64_t size)
{
	return (size + 7) & ~(uint64_t)7;
}

/* 1 to NODE_NAME_MAX bytes, no slash, no NUL, not "." or "..". */
bool record_name_is_valid(const char *name, size_t len);

/* The record at AT, all of whose `size` bytes may be read, or NULL. */
const struct record_head *record_find(const struct segment_set *set, place at);

/* The decoders need a head as record_find() returns it, and check all the rest: 0 or -EIO. */
int record_node(const struct record_head *head, place at, struct node *out);
int record_name(const struct record_head *head, const char **name); /* of a node: its length */
int record_revision(const struct record_head *head, struct revision *out);
int record_index(const struct record_head *head, struct index_slots *out);

/* record_find() for the records of BUILDER and of the set it refers to (builder.c). */
const struct record_head *builder_find(const struct builder *builder, place at);

#endif
