/*
 * delta: a content that is made of another one, its base: pieces of the base, and bytes between them.
 * Pure; private to this room.
 */
#ifndef GIT_DELTA_H
#define GIT_DELTA_H

#include <stddef.h>
#include <stdint.h>

#define DELTA_HEAD_MAX 20 /* bytes in which both sizes are, if the delta is long enough */

struct delta {
	uint64_t base_size, size; /* of what it is made of, and what it makes */
	const unsigned char *at, *end;
};

/* Read the two sizes at the beginning of DATA. 0 or -EBADMSG. */
int delta_parse(const unsigned char *data, size_t len, struct delta *out);

/*
 * Make `size` bytes at OUT of the `base_size` bytes at BASE. -EBADMSG: the delta reads outside of its
 * base, makes another number of bytes, or is cut.
 */
int delta_apply(const struct delta *delta, const unsigned char *base, unsigned char *out);

#endif
