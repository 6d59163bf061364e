/*
 * bases: contents that other objects of a pack are made of, kept for a while because they are often
 * asked for more than once. A cache, bounded in bytes. Private to this room.
 */
#ifndef GIT_BASES_H
#define GIT_BASES_H

#include <stddef.h>
#include <stdint.h>

#define BASES_BYTES_MAX ((size_t)64 << 20)
#define BASES_SLOTS	4096

struct base {
	uint64_t pack, offset; /* number of the pack, and where in it; pack 0: nothing is here */
	unsigned kind;	       /* of object */
	unsigned char *data;   /* owned, from malloc */
	size_t size;
};

struct bases {
	struct base slots[BASES_SLOTS];
	size_t bytes, hand; /* in all; where room is made next */
};

/* What is kept of the object at OFFSET of PACK, or NULL; good until the next bases_keep(). */
const struct base *bases_find(const struct bases *bases, uint64_t pack, uint64_t offset);

/* Take over BASE's data, whether it is kept or not. */
void bases_keep(struct bases *bases, const struct base *base);

void bases_release(struct bases *bases);

#endif
