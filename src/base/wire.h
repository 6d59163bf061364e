/*
 * wire: numbers and texts as bytes, for what travels between our own processes and for small
 * records on disk. Little-endian.
 *
 * Reading is total: past the end, or at a text that is not what it should be, a reader yields zeros
 * and "" and remembers it; the caller checks wire_end() once, at the end.
 */
#ifndef BASE_WIRE_H
#define BASE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

void wire_put_u32(struct buf *out, uint32_t value);
void wire_put_u64(struct buf *out, uint64_t value);
void wire_put_bytes(struct buf *out, const void *data, size_t len); /* as they are, no length */
void wire_put_text(struct buf *out, const char *text);		    /* NULL as "" */

struct wire {
	const uint8_t *data;
	size_t len; /* that is left */
	bool failed;
};

void wire_open(struct wire *in, const void *data, size_t len);
uint32_t wire_take_u32(struct wire *in);
uint64_t wire_take_u64(struct wire *in);
void wire_take_bytes(struct wire *in, void *out, size_t len); /* zeros on failure */

/* A NUL-terminated copy that the caller frees; NULL on failure (a text with a NUL inside is one)
 * and without memory. */
char *wire_take_text(struct wire *in);

/* The same into a fixed array; one that does not fit is a failure. */
void wire_copy_text(struct wire *in, char *out, size_t size);

/* Everything was read, nothing is left over, nothing failed: 0, else -EINVAL. */
int wire_end(const struct wire *in);

#endif
