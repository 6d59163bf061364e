/*
 * identity: which number a node has towards the kernel. Numbers only; nothing is looked up here.
 * identity.c tells the whole story.
 */
#ifndef FS_IDENTITY_H
#define FS_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "src/snap/segment.h"

#define IDENTITY_ROOT 1u /* FUSE's number for the root: live folder 1 */

enum identity_kind {
	IDENTITY_NODE,	 /* a file or link: the record at a place, for ever */
	IDENTITY_LIVE,	 /* a folder of the live tree: a path, whatever is there */
	IDENTITY_PINNED, /* a folder of one generation, below .refmount/at */
};

struct identity {
	enum identity_kind kind;
	place at;	      /* IDENTITY_NODE */
	uint32_t dir;	      /* folder number, not 0 */
	uint32_t generation;  /* IDENTITY_PINNED, not 0 */
	uint32_t incarnation; /* IDENTITY_LIVE */
};

uint64_t identity_node(place at);
uint64_t identity_live(uint32_t dir, uint32_t incarnation);
uint64_t identity_pinned(uint32_t generation, uint32_t dir);

/* The inverse: false for a number that none of the above makes; OUT is untouched then. */
bool identity_parse(uint64_t ino, struct identity *out);

#endif
