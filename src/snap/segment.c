/*
 * The set is an open hash table of atomic pointers, never moved and never more than half full, so
 * that finding needs no lock. Linear probing ends at the first empty slot; a removed segment leaves
 * a tombstone, which finders pass. Two rules make this right with one writer and finders that run
 * at any time:
 *
 * - A segment never changes its slot, and a new one goes to the first slot of its chain that is
 * free.
 * - A tombstone becomes empty only when the slot behind it is empty: then no chain leads across it.
 * As a segment's slot is not empty, no slot between its home and itself can become empty while it
 * is there.
 *
 * So a finder that runs at any moment finds every segment that is in the set from its first probe
 * to its last. Should tombstones ever fill the table, a search for what is absent ends after one
 * round.
 */
#include "src/snap/segment.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <xxhash.h>

#include "src/base/err.h"

#define SLOT_BITS  12u
#define SLOT_COUNT (1u << SLOT_BITS)

static_assert(SLOT_COUNT >= 2 * SEGMENT_SET_MAX, "the table must never be full");
static_assert(sizeof(struct segment_header) == 64, "on disk");

struct segment_set {
	_Atomic(struct segment *) slots[SLOT_COUNT];
	atomic_uint_fast64_t meta_size;
	unsigned count; /* the writer's only */
};

static struct segment tombstone; /* its address only */

static int check_header(const struct segment_header *header, uint32_t number, uint64_t file_size,
		struct err *err)
{
	if (header->magic == __builtin_bswap64(SEGMENT_MAGIC))
		return err_set(err, EBADMSG, "segment is from a machine of another byte order");
	if (header->magic != SEGMENT_MAGIC)
		return err_set(err, EBADMSG, "not a segment");
	if (header->version != SEGMENT_VERSION)
		return err_set(err, EBADMSG, "segment has unknown version %u", header->version);
	if (header->header_hash !=
			XXH3_64bits(header, offsetof(struct segment_header, header_hash)))
		return err_set(err, EBADMSG, "segment header is damaged");
	if (header->number == 0 || header->number > SEGMENT_NUMBER_MAX)
		return err_set(err, EBADMSG, "segment has no valid number");
	if (number != 0 && header->number != number)
		return err_set(err, EBADMSG, "segment has number %u", header->number);
	if (header->size != file_size)
		return err_set(err, EBADMSG, "segment has %llu bytes instead of %llu",
				(unsigned long long)file_size, (unsigned long long)header->size);
	if (header->meta_offset < SEGMENT_DATA_START || header->meta_offset > file_size ||
			header->meta_offset % 8 != 0 ||
			header->meta_size != file_size - header->meta_offset)
		return err_set(err, EBADMSG, "segment header is inconsistent");
	return 0;
}

int segment_map(int fd, uint32_t number, unsigned flags, struct segment **out, struct err *err)
{
	const struct segment_header *header;
	struct segment *segment;
	struct stat st;
	void *map;
	int rc;

	if (fstat(fd, &st) < 0)
		return err_sys(err, errno, "cannot look at segment");
	if (!S_ISREG(st.st_mode) || st.st_size < (off_t)SEGMENT_DATA_START)
		return err_set(err, EBADMSG, "segment is too short");
	segment = calloc(1, sizeof(*segment));
	if (!segment)
		return err_sys(err, ENOMEM, "cannot map segment");
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED) {
		rc = err_sys(err, errno, "cannot map segment");
		free(segment);
		return rc;
	}
	segment->map = map;
	segment->size = (uint64_t)st.st_size;

	header = map;
	rc = check_header(header, number, segment->size, err);
	if (rc < 0)
		goto fail;
	segment->number = header->number;
	segment->meta_offset = header->meta_offset;
	segment->meta_size = header->meta_size;
	rc = segment_verify(segment, flags, err);
	if (rc < 0)
		goto fail;
	*out = segment;
	return 0;
fail:
	segment_unmap(segment);
	return rc;
}

void segment_unmap(struct segment *segment)
{
	if (!segment)
		return;
	(void)munmap((void *)(uintptr_t)segment->map, segment->size);
	free(segment);
}

int segment_verify(const struct segment *segment, unsigned flags, struct err *err)
{
	const struct segment_header *header = (const struct segment_header *)segment->map;
	const uint8_t *meta = segment->map + segment->meta_offset;
	const uint8_t *data = segment->map + SEGMENT_DATA_START;
	uint64_t data_size = segment->meta_offset - SEGMENT_DATA_START;

	if (flags & SEGMENT_VERIFY_META &&
			XXH3_64bits(meta, segment->meta_size) != header->meta_hash)
		return err_set(err, EBADMSG, "records of segment %u are damaged", segment->number);
	if (flags & SEGMENT_VERIFY_DATA && XXH3_64bits(data, data_size) != header->data_hash)
		return err_set(err, EBADMSG, "contents of segment %u are damaged", segment->number);
	return 0;
}

const void *segment_meta(const struct segment *segment, uint64_t offset, uint64_t size)
{
	if (offset % 8 != 0 || size > segment->meta_size || offset > segment->meta_size - size)
		return NULL;
	return segment->map + segment->meta_offset + offset;
}

const void *segment_data(const struct segment *segment, uint64_t offset, uint64_t size)
{
	if (offset < SEGMENT_DATA_START || size > segment->meta_offset ||
			offset > segment->meta_offset - size)
		return NULL;
	return segment->map + offset;
}

struct segment_set *segment_set_new(void)
{
	return calloc(1, sizeof(struct segment_set));
}

void segment_set_free(struct segment_set *set)
{
	if (!set)
		return;
	for (unsigned i = 0; i < SLOT_COUNT; i++) {
		struct segment *segment = atomic_load(&set->slots[i]);

		if (segment && segment != &tombstone)
			segment_unmap(segment);
	}
	free(set);
}

/* Fibonacci hashing: numbers that follow each other spread over the table. */
static unsigned home(uint32_t number)
{
	return number * 2654435769u >> (32 - SLOT_BITS);
}

/* The slot of segment NUMBER, or SLOT_COUNT; *FREE_SLOT, if not NULL, is where it could go. */
static unsigned locate(const struct segment_set *set, uint32_t number, unsigned *free_slot)
{
	unsigned free_at = SLOT_COUNT;

	for (unsigned i = 0; i < SLOT_COUNT; i++) {
		unsigned slot = (home(number) + i) % SLOT_COUNT;
		struct segment *segment =
				atomic_load_explicit(&set->slots[slot], memory_order_acquire);

		if (segment && segment != &tombstone) {
			if (segment->number == number)
				return slot;
			continue;
		}
		if (free_at == SLOT_COUNT)
			free_at = slot;
		if (!segment)
			break;
	}
	if (free_slot)
		*free_slot = free_at;
	return SLOT_COUNT;
}

int segment_set_add(struct segment_set *set, struct segment *segment)
{
	unsigned slot;

	if (locate(set, segment->number, &slot) != SLOT_COUNT)
		return -EEXIST;
	if (set->count == SEGMENT_SET_MAX)
		return -ENOSPC;
	assert(slot < SLOT_COUNT);
	set->count++;
	atomic_fetch_add(&set->meta_size, segment->meta_size);
	atomic_store_explicit(&set->slots[slot], segment, memory_order_release);
	return 0;
}

struct segment *segment_set_remove(struct segment_set *set, uint32_t number)
{
	unsigned slot = locate(set, number, NULL);
	struct segment *segment;

	if (slot == SLOT_COUNT)
		return NULL;
	segment = atomic_load(&set->slots[slot]);
	atomic_store_explicit(&set->slots[slot], &tombstone, memory_order_release);
	set->count--;
	atomic_fetch_sub(&set->meta_size, segment->meta_size);

	while (atomic_load(&set->slots[slot]) == &tombstone &&
			!atomic_load(&set->slots[(slot + 1) % SLOT_COUNT])) {
		atomic_store_explicit(&set->slots[slot], NULL, memory_order_release);
		slot = (slot + SLOT_COUNT - 1) % SLOT_COUNT;
	}
	return segment;
}

const struct segment *segment_set_find(const struct segment_set *set, uint32_t number)
{
	unsigned slot = home(number);

	for (unsigned i = 0; i < SLOT_COUNT; i++) {
		const struct segment *segment = atomic_load_explicit(
				&set->slots[(slot + i) % SLOT_COUNT], memory_order_acquire);

		if (!segment)
			return NULL;
		if (segment != &tombstone && segment->number == number)
			return segment;
	}
	return NULL;
}

uint64_t segment_set_meta_size(const struct segment_set *set)
{
	return atomic_load(&set->meta_size);
}
