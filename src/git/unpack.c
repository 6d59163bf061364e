/*
 * An object in a pack is an entry, or a chain of them: a delta of a delta ... of an entry that is
 * none. The chain is walked first, and costs next to nothing; then it is known what the object is, how
 * large it says it is, and so what it may cost. Then contents are made, from the end of the chain to its
 * beginning, at most three at a time in memory. Whatever was in the middle may be wanted again, and is
 * kept for a while (bases.h).
 *
 * Credit: an account that begins with UNPACK_FREE. Each object that was read earns some, as its size
 * allows; all work is paid from it. So a repository in which everything is as it should be never comes
 * near the end, however large it is, and what a hostile one can make us do is in proportion to what it
 * shows.
 */
#include "src/git/unpack.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/vec.h"
#include "src/git/delta.h"
#include "src/git/library.h"
#include "src/git/object.h"

#define SIZE_EARNING ((uint64_t)1 << 40) /* a size beyond it earns nothing more */
#define DELTA_KEPT   ((size_t)1 << 20)	 /* a larger room for a delta is not kept */

struct unpacker *unpacker_new(void)
{
	struct unpacker *unpacker = calloc(1, sizeof(*unpacker));

	if (!unpacker)
		return NULL;
	unpacker->credit = UNPACK_FREE;
	unpacker->has_stream = inflateInit(&unpacker->stream) == Z_OK;
	if (unpacker->has_stream)
		return unpacker;
	unpacker_free(unpacker);
	return NULL;
}

void unpacker_free(struct unpacker *unpacker)
{
	if (!unpacker)
		return;
	if (unpacker->has_stream)
		(void)inflateEnd(&unpacker->stream);
	bases_release(&unpacker->bases);
	free(unpacker->chain.entries);
	free(unpacker->delta);
	free(unpacker);
}

/* --- what it costs --- */

static void begin(struct unpacker *unpacker)
{
	unpacker->work = 0;
	unpacker->limit = unpacker->credit + UNPACK_FREE_OBJECT;
}

/* An object of SIZE bytes will have been read. */
static void earn(struct unpacker *unpacker, uint64_t size)
{
	unpacker->limit += UNPACK_FREE_BYTE * (size < SIZE_EARNING ? size : SIZE_EARNING);
}

static int spend(struct unpacker *unpacker, uint64_t bytes)
{
	if (bytes <= unpacker->limit - unpacker->work) {
		unpacker->work += bytes;
		return 0;
	}
	(void)library_damaged("to unpack it is far more work than it is large");
	return GIT_EBUFS;
}

/* What has failed earned nothing. */
static void settle(struct unpacker *unpacker, int rc)
{
	if (rc == 0)
		unpacker->credit = unpacker->limit - unpacker->work;
	else
		unpacker->credit -= unpacker->work < unpacker->credit ? unpacker->work
								      : unpacker->credit;
}

/* --- zlib data --- */

/* The next bytes of PACK, which begin at *AT, for the stream. */
static int feed(struct unpacker *unpacker, struct pack *pack, uint64_t *at)
{
	const unsigned char *bytes;
	size_t len;
	int rc = pack_read(pack, &unpacker->window, *at, &bytes, &len);

	if (rc < 0)
		return rc;
	unpacker->stream.next_in = (z_const unsigned char *)(uintptr_t)bytes;
	unpacker->stream.avail_in = (uInt)len;
	*at += len;
	return 0;
}

/* At most SIZE bytes at OUT: how many were made, and whether the data ended with them. */
struct inflated {
	unsigned char *out;
	uint64_t size, made;
	bool is_all;
};

/* Inflate what is at BODY of PACK. */
static int inflate_body(struct unpacker *unpacker, struct pack *pack, uint64_t body,
		struct inflated *inflated)
{
	z_stream *stream = &unpacker->stream;
	unsigned char beyond = 0; /* somewhere to put what should not be there */
	int rc;

	(void)inflateReset(stream);
	stream->avail_in = 0;
	do {
		uint64_t left = inflated->size - inflated->made;
		uInt piece = left == 0 ? 1 : left < UINT_MAX ? (uInt)left : UINT_MAX;

		if (stream->avail_in == 0 && (rc = feed(unpacker, pack, &body)) < 0)
			return rc;
		stream->next_out = left == 0 ? &beyond : inflated->out + inflated->made;
		stream->avail_out = piece;
		rc = inflate(stream, Z_NO_FLUSH);
		if (left == 0 && stream->avail_out == 0)
			return 0;
		if (left > 0)
			inflated->made += piece - stream->avail_out;
	} while (rc == Z_OK || rc == Z_BUF_ERROR);
	inflated->is_all = rc == Z_STREAM_END;
	return inflated->is_all ? 0 : library_damaged("its compressed data is damaged");
}

/* All of ENTRY: `size` bytes to OUT, and not one more. */
static int inflate_entry(struct unpacker *unpacker, struct pack *pack,
		const struct pack_entry *entry, unsigned char *out)
{
	struct inflated inflated = {.out = out, .size = entry->size};
	int rc = inflate_body(unpacker, pack, entry->body, &inflated);

	if (rc < 0)
		return rc;
	if (!inflated.is_all)
		return library_damaged("it is larger than it says");
	return inflated.made == entry->size ? 0 : library_damaged("it is smaller than it says");
}

/* --- the chain --- */

static bool is_delta(const struct pack_entry *entry)
{
	return entry->kind == PACK_OFS_DELTA || entry->kind == PACK_REF_DELTA;
}

/* How large ENTRY, a delta, says that what it makes is. */
static int read_size(struct unpacker *unpacker, struct pack *pack, const struct pack_entry *entry,
		uint64_t *out)
{
	unsigned char head[DELTA_HEAD_MAX];
	struct inflated inflated = {.out = head, .size = sizeof(head)};
	struct delta delta;
	int rc = inflate_body(unpacker, pack, entry->body, &inflated);

	if (rc < 0)
		return rc;
	if (delta_parse(head, inflated.made, &delta) < 0)
		return library_damaged("its delta is damaged");
	*out = delta.size;
	return 0;
}

static int add_entry(struct unpacker *unpacker, struct pack *pack, uint64_t offset)
{
	struct chain *chain = &unpacker->chain;
	int rc = spend(unpacker, UNPACK_STEP);

	if (rc < 0)
		return rc;
	if (chain->count > UNPACK_CHAIN_MAX)
		return library_damaged("it is a delta of a delta, and so on without an end");
	if (vec_reserve(&chain->entries, &chain->cap, chain->count + 1, sizeof(*chain->entries)) <
			0)
		return library_no_memory();
	rc = pack_read_entry(pack, &unpacker->window, offset, &chain->entries[chain->count]);
	if (rc == 0)
		chain->count++;
	return rc;
}

static struct known_kind *slot_of(struct unpacker *unpacker, uint64_t offset)
{
	return &unpacker->kinds[(offset ^ offset >> 14) % UNPACK_KINDS];
}

/* The kind of the entry at OFFSET, or 0. */
static unsigned find_kind(struct unpacker *unpacker, uint64_t pack, uint64_t offset)
{
	const struct known_kind *known = slot_of(unpacker, offset);

	return known->pack == pack && known->offset == offset ? known->kind : 0;
}

/* All entries of a chain are of one kind. */
static void remember_kind(struct unpacker *unpacker, uint64_t pack)
{
	const struct chain *chain = &unpacker->chain;

	for (size_t i = 0; i < chain->count; i++)
		*slot_of(unpacker, chain->entries[i].offset) =
				(struct known_kind){pack, chain->entries[i].offset, chain->kind};
}

/*
 * From the entry at OFFSET to one that is no delta, or whose base is there; or, if IS_WHOLE is false,
 * to one of which the kind is known.
 */
static int walk(struct unpacker *unpacker, struct pack *pack, uint64_t offset, bool is_whole)
{
	struct chain *chain = &unpacker->chain;
	const struct pack_entry *last;
	const struct base *base;
	unsigned known;
	int rc;

	do {
		rc = add_entry(unpacker, pack, offset);
		if (rc < 0)
			return rc;
		last = &chain->entries[chain->count - 1];
		offset = last->base;
		base = is_delta(last) ? bases_find(&unpacker->bases, pack->number, offset) : NULL;
		known = is_delta(last) && !is_whole ? find_kind(unpacker, pack->number, offset) : 0;
	} while (is_delta(last) && !base && !known);
	chain->is_whole = !is_delta(last) || base;
	chain->is_based = base != NULL;
	chain->kind = base ? base->kind : is_delta(last) ? known : last->kind;
	if (chain->kind < OBJECT_COMMIT || chain->kind > OBJECT_TAG)
		return library_damaged("it is of no kind that there is");
	remember_kind(unpacker, pack->number);
	return 0;
}

/* The chain of the object at OFFSET, if it is not the one that is there. */
static int find_chain(struct unpacker *unpacker, struct pack *pack, uint64_t offset, bool is_whole)
{
	struct chain *chain = &unpacker->chain;
	int rc;

	if (chain->pack == pack->number && chain->entries[0].offset == offset &&
			(chain->is_whole || !is_whole))
		return 0;
	chain->count = 0;
	chain->pack = 0;
	rc = walk(unpacker, pack, offset, is_whole);
	if (rc < 0)
		return rc;
	chain->size = chain->entries[0].size;
	if (is_delta(&chain->entries[0]))
		rc = read_size(unpacker, pack, &chain->entries[0], &chain->size);
	if (rc == 0)
		chain->pack = pack->number;
	return rc;
}

int unpack_header(struct unpacker *unpacker, struct pack *pack, uint64_t offset, unsigned *kind,
		uint64_t *size)
{
	int rc;

	begin(unpacker);
	rc = find_chain(unpacker, pack, offset, false);
	settle(unpacker, rc);
	if (rc < 0)
		return rc;
	*kind = unpacker->chain.kind;
	*size = unpacker->chain.size;
	return 0;
}

/* --- contents --- */

/* Room for SIZE bytes and a NUL, which is there. */
static int make_room(struct unpacker *unpacker, uint64_t size, unsigned char **out)
{
	int rc = spend(unpacker, size);

	if (rc < 0)
		return rc;
	*out = size < SIZE_MAX ? malloc(size + 1) : NULL;
	if (!*out)
		return library_no_memory();
	(*out)[size] = '\0';
	return 0;
}

/* The content at the end of the chain. It is the caller's, or is in `bases`: *IS_LENT. */
static int make_first(struct unpacker *unpacker, struct pack *pack, struct base *out, bool *is_lent)
{
	const struct chain *chain = &unpacker->chain;
	const struct pack_entry *last = &chain->entries[chain->count - 1];
	struct base made = {pack->number, last->offset, last->kind, NULL, last->size};
	int rc;

	*is_lent = chain->is_based;
	if (chain->is_based) {
		*out = *bases_find(&unpacker->bases, pack->number, last->base);
		return 0;
	}
	rc = make_room(unpacker, last->size, &made.data);
	if (rc == 0)
		rc = inflate_entry(unpacker, pack, last, made.data);
	if (rc < 0)
		free(made.data);
	else
		*out = made;
	return rc;
}

/* The delta of ENTRY, inflated, in the unpacker's own room. */
static int read_delta(struct unpacker *unpacker, struct pack *pack, const struct pack_entry *entry,
		struct delta *out)
{
	int rc = entry->size > 0 ? spend(unpacker, entry->size)
				 : library_damaged("its delta is damaged");

	if (rc == 0 && entry->size > unpacker->delta_cap) {
		free(unpacker->delta);
		unpacker->delta = malloc(entry->size);
		unpacker->delta_cap = unpacker->delta ? entry->size : 0;
		rc = unpacker->delta ? 0 : library_no_memory();
	}
	if (rc == 0)
		rc = inflate_entry(unpacker, pack, entry, unpacker->delta);
	if (rc == 0 && delta_parse(unpacker->delta, entry->size, out) < 0)
		rc = library_damaged("its delta is damaged");
	return rc;
}

/* What ENTRY, a delta, makes of BASE. */
static int make_next(struct unpacker *unpacker, struct pack *pack, const struct pack_entry *entry,
		const struct base *base, struct base *out)
{
	struct base made = {pack->number, entry->offset, base->kind, NULL, 0};
	struct delta delta;
	int rc = read_delta(unpacker, pack, entry, &delta);

	if (rc == 0 && delta.base_size != base->size)
		rc = library_damaged("its delta is damaged");
	if (rc == 0)
		rc = make_room(unpacker, delta.size, &made.data);
	if (rc == 0 && delta_apply(&delta, base->data, made.data) < 0)
		rc = library_damaged("its delta is damaged");
	if (unpacker->delta_cap > DELTA_KEPT) {
		free(unpacker->delta);
		unpacker->delta = NULL;
		unpacker->delta_cap = 0;
	}
	if (rc < 0) {
		free(made.data);
		return rc;
	}
	made.size = delta.size;
	*out = made;
	return 0;
}

static int make_object(struct unpacker *unpacker, struct pack *pack, struct base *out)
{
	const struct chain *chain = &unpacker->chain;
	size_t left = chain->count - !chain->is_based;
	struct base at, next;
	bool is_lent;
	int rc = make_first(unpacker, pack, &at, &is_lent);

	if (rc < 0)
		return rc;
	while (left > 0) {
		rc = make_next(unpacker, pack, &chain->entries[--left], &at, &next);
		if (!is_lent)
			bases_keep(&unpacker->bases, &at);
		if (rc < 0)
			return rc;
		at = next;
		is_lent = false;
	}
	*out = at;
	return 0;
}

int unpack_object(struct unpacker *unpacker, struct pack *pack, uint64_t offset, struct base *out)
{
	int rc;

	begin(unpacker);
	rc = find_chain(unpacker, pack, offset, true);
	if (rc == 0) {
		earn(unpacker, unpacker->chain.size);
		rc = make_object(unpacker, pack, out);
	}
	unpacker->chain.pack = 0; /* `bases` are others now */
	settle(unpacker, rc);
	return rc;
}
