/*
 * packindex: the index of a pack, which says where in it an object is. Private to this room.
 *
 * Both versions that git writes. What an index claims is not believed further than that: an offset
 * may lead anywhere, and is looked at by pack.h.
 */
#ifndef GIT_PACKINDEX_H
#define GIT_PACKINDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PACKINDEX_NAME 20 /* bytes of an id */

struct packindex {
	const unsigned char *map; /* owned */
	size_t size;
	const unsigned char *fan, *rows, *offsets, *large; /* in it */
	size_t row_size, large_count;
	uint32_t count; /* of objects */
};

#define PACKINDEX_INIT {0}

/*
 * Map the index at PATH. -ENOENT; -EINVAL: it is not formed like one, or is no regular file;
 * -ENOMEM, other errno.
 */
int packindex_open(const char *path, struct packindex *out);
void packindex_close(struct packindex *index);

/* Where in the pack the object NAME is, if it is there. */
bool packindex_find(const struct packindex *index, const unsigned char *name, uint64_t *offset);

/* The first object whose name is not before NAME: a number up to `count`. */
uint32_t packindex_first(const struct packindex *index, const unsigned char *name);

/* The name of object NUMBER. */
const unsigned char *packindex_name(const struct packindex *index, uint32_t number);

/* The checksum that the pack ends in. */
const unsigned char *packindex_pack_sum(const struct packindex *index);

#endif
