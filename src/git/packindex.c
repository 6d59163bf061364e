/*
 * The format is git's (gitformat-pack(5)). All numbers are big-endian.
 *
 *	version 2: "\377tOc", 2; 256 counts; names; checksums; offsets of 4 bytes; those of 8 bytes
 *	version 1: 256 counts; rows of an offset of 4 bytes and a name
 *
 * and at the end the checksum of the pack, and that of the index. Count N is that of all objects whose
 * first byte is at most N. An offset of 4 bytes with its highest bit set is a number among those of 8.
 */
#include "src/git/packindex.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define FAN	    256
#define FAN_SIZE    (FAN * sizeof(uint32_t))
#define HEAD_SIZE   8
#define SUMS_SIZE   40
#define CHECK_SIZE  4 /* of each object, version 2 */
#define OFFSET_SIZE 4
#define LARGE_SIZE  8
#define IS_LARGE    0x80000000u

static uint32_t number_at(const unsigned char *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static uint32_t fan_at(const struct packindex *index, unsigned byte)
{
	return number_at(index->fan + byte * sizeof(uint32_t));
}

static bool is_version_2(const struct packindex *index)
{
	static const unsigned char head[HEAD_SIZE] = {0xff, 't', 'O', 'c', 0, 0, 0, 2};

	return index->size >= HEAD_SIZE && memcmp(index->map, head, HEAD_SIZE) == 0;
}

static int lay_out_2(struct packindex *index)
{
	const size_t each = PACKINDEX_NAME + CHECK_SIZE + OFFSET_SIZE;
	size_t rest;

	index->row_size = PACKINDEX_NAME;
	index->rows = index->fan + FAN_SIZE;
	rest = index->size - HEAD_SIZE - FAN_SIZE - SUMS_SIZE;
	if (index->count > rest / each)
		return -EINVAL;
	index->offsets = index->rows + index->count * (size_t)(PACKINDEX_NAME + CHECK_SIZE);
	index->large = index->offsets + index->count * (size_t)OFFSET_SIZE;
	rest -= index->count * each;
	index->large_count = rest / LARGE_SIZE;
	return rest % LARGE_SIZE == 0 && index->large_count <= index->count ? 0 : -EINVAL;
}

static int lay_out_1(struct packindex *index)
{
	index->row_size = OFFSET_SIZE + PACKINDEX_NAME;
	index->offsets = index->fan + FAN_SIZE;
	index->rows = index->offsets + OFFSET_SIZE;
	return index->size - FAN_SIZE - SUMS_SIZE == index->count * index->row_size ? 0 : -EINVAL;
}

static int lay_out(struct packindex *index)
{
	bool is_2 = is_version_2(index);

	if (index->size < (is_2 ? HEAD_SIZE : 0) + FAN_SIZE + SUMS_SIZE)
		return -EINVAL;
	index->fan = index->map + (is_2 ? HEAD_SIZE : 0);
	for (unsigned i = 1; i < FAN; i++) {
		if (fan_at(index, i - 1) > fan_at(index, i))
			return -EINVAL;
	}
	index->count = fan_at(index, FAN - 1);
	return is_2 ? lay_out_2(index) : lay_out_1(index);
}

static int map_file(int fd, struct packindex *index)
{
	struct stat st;
	void *map;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_size == 0)
		return -EINVAL;
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return -errno;
	index->map = map;
	index->size = (size_t)st.st_size;
	return 0;
}

int packindex_open(const char *path, struct packindex *out)
{
	struct packindex index = PACKINDEX_INIT;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	int rc;

	if (fd < 0)
		return errno == ENXIO ? -EINVAL : -errno;
	rc = map_file(fd, &index);
	(void)close(fd);
	if (rc == 0)
		rc = lay_out(&index);
	if (rc < 0)
		packindex_close(&index);
	else
		*out = index;
	return rc;
}

void packindex_close(struct packindex *index)
{
	if (index->map)
		(void)munmap((void *)(uintptr_t)index->map, index->size);
	*index = (struct packindex)PACKINDEX_INIT;
}

const unsigned char *packindex_name(const struct packindex *index, uint32_t number)
{
	return index->rows + number * index->row_size;
}

const unsigned char *packindex_pack_sum(const struct packindex *index)
{
	return index->map + index->size - SUMS_SIZE;
}

uint32_t packindex_first(const struct packindex *index, const unsigned char *name)
{
	uint32_t low = name[0] > 0 ? fan_at(index, name[0] - 1u) : 0;
	uint32_t high = fan_at(index, name[0]);

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (memcmp(packindex_name(index, middle), name, PACKINDEX_NAME) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Offset of object NUMBER; false if the table does not say. */
static bool offset_of(const struct packindex *index, uint32_t number, uint64_t *out)
{
	size_t step = index->large ? OFFSET_SIZE : index->row_size;
	uint32_t offset = number_at(index->offsets + number * step);
	const unsigned char *large;

	if (!index->large || !(offset & IS_LARGE)) {
		*out = offset;
		return true;
	}
	offset &= ~IS_LARGE;
	if (offset >= index->large_count)
		return false;
	large = index->large + offset * (size_t)LARGE_SIZE;
	*out = (uint64_t)number_at(large) << 32 | number_at(large + 4);
	return true;
}

bool packindex_find(const struct packindex *index, const unsigned char *name, uint64_t *offset)
{
	uint32_t number = packindex_first(index, name);

	return number < index->count &&
			memcmp(packindex_name(index, number), name, PACKINDEX_NAME) == 0 &&
			offset_of(index, number, offset);
}
