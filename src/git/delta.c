/*
 * The format is git's (gitformat-pack(5), "Deltified representation"). An instruction with its highest
 * bit set copies: bits 0 to 3 say which bytes of the offset follow, bits 4 to 6 which of the size, 0
 * standing for 64 KiB. One without it inserts as many bytes as it says, and 0 is none.
 */
#include "src/git/delta.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define COPY	    0x80
#define COPY_ALL    0x10000
#define OFFSET_BITS 4
#define SIZE_BITS   3

static int parse_size(struct delta *delta, uint64_t *out)
{
	uint64_t size = 0;

	for (unsigned shift = 0; delta->at < delta->end && shift < 63; shift += 7) {
		unsigned char byte = *delta->at++;

		size |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80)) {
			*out = size;
			return 0;
		}
	}
	return -EBADMSG;
}

int delta_parse(const unsigned char *data, size_t len, struct delta *out)
{
	struct delta delta = {.at = data, .end = data + len};

	if (parse_size(&delta, &delta.base_size) < 0 || parse_size(&delta, &delta.size) < 0)
		return -EBADMSG;
	*out = delta;
	return 0;
}

/* A number of which the lowest COUNT bits of MASK say what bytes are there. False: they are not. */
static bool parse_bytes(struct delta *delta, unsigned mask, unsigned count, uint64_t *out)
{
	*out = 0;
	for (unsigned i = 0; i < count; i++) {
		if (!(mask & 1u << i))
			continue;
		if (delta->at == delta->end)
			return false;
		*out |= (uint64_t)*delta->at++ << 8 * i;
	}
	return true;
}

/* What the next instruction adds: *PIECE and *LEN. False: it makes no sense. */
static bool next_piece(struct delta *delta, const unsigned char *base, const unsigned char **piece,
		uint64_t *len)
{
	unsigned char code = *delta->at++;
	uint64_t offset;

	if (!(code & COPY)) {
		*piece = delta->at;
		*len = code;
		if (code == 0 || *len > (uint64_t)(delta->end - delta->at))
			return false;
		delta->at += *len;
		return true;
	}
	if (!parse_bytes(delta, code, OFFSET_BITS, &offset) ||
			!parse_bytes(delta, code >> OFFSET_BITS, SIZE_BITS, len))
		return false;
	if (*len == 0)
		*len = COPY_ALL;
	if (offset > delta->base_size || *len > delta->base_size - offset)
		return false;
	*piece = base + offset;
	return true;
}

int delta_apply(const struct delta *delta, const unsigned char *base, unsigned char *out)
{
	struct delta rest = *delta;
	uint64_t made = 0;

	while (rest.at < rest.end) {
		const unsigned char *piece;
		uint64_t len;

		if (!next_piece(&rest, base, &piece, &len) || len > delta->size - made)
			return -EBADMSG;
		memcpy(out + made, piece, len);
		made += len;
	}
	return made == delta->size ? 0 : -EBADMSG;
}
