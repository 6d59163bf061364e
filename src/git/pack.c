/*
 * The format is git's (gitformat-pack(5)). A pack begins with "PACK", its version and the number of its
 * objects, and ends in a checksum. An entry begins with its kind and size, seven bits a byte but four
 * in the first; then, of a delta, how far before it its base begins, or the base's id; then zlib data.
 */
#include "src/git/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/git/library.h"

#define HEAD_SIZE    12
#define SUM_SIZE     20
#define RATIO_MAX    1100 /* zlib makes at most 1032 bytes of one */
#define ENTRY_MAX    40	  /* bytes before the data of an entry */
#define WINDOW_AHEAD 4096 /* bytes from an offset on, when those before it are read as well */
#define SIZE_SHIFT   57	  /* more than that and seven bits would be lost */

int pack_new(const char *path, uint64_t number, struct pack **out)
{
	struct pack *pack = calloc(1, sizeof(*pack));
	int rc;

	if (!pack)
		return -ENOMEM;
	pack->fd = -1;
	pack->number = number;
	pack->path = strdup(path);
	rc = pack->path ? packindex_open(path, &pack->index) : -ENOMEM;
	if (rc < 0)
		pack_free(pack);
	else
		*out = pack;
	return rc;
}

void pack_free(struct pack *pack)
{
	if (!pack)
		return;
	pack_close(pack);
	packindex_close(&pack->index);
	free(pack->path);
	free(pack);
}

void pack_close(struct pack *pack)
{
	if (pack->fd >= 0)
		(void)close(pack->fd);
	pack->fd = -1;
}

/* All LEN bytes at OFFSET. */
static bool read_at(int fd, uint64_t offset, unsigned char *out, size_t len)
{
	ssize_t got;

	while (len > 0) {
		got = pread(fd, out, len, (off_t)offset);
		if (got <= 0)
			return false;
		out += got;
		offset += (uint64_t)got;
		len -= (size_t)got;
	}
	return true;
}

static uint32_t number_at(const unsigned char *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static int check_file(struct pack *pack)
{
	unsigned char head[HEAD_SIZE], sum[SUM_SIZE];
	struct stat st;

	if (fstat(pack->fd, &st) < 0)
		return library_damaged(strerror(errno));
	if (!S_ISREG(st.st_mode))
		return library_damaged("its pack is not a regular file");
	if (st.st_size < HEAD_SIZE + SUM_SIZE)
		return library_damaged("its pack is cut short");
	pack->end = (uint64_t)st.st_size - SUM_SIZE;
	if (!read_at(pack->fd, 0, head, HEAD_SIZE) || !read_at(pack->fd, pack->end, sum, SUM_SIZE))
		return library_damaged("its pack cannot be read");
	if (memcmp(head, "PACK", 4) != 0 || number_at(head + 4) < 2 || number_at(head + 4) > 3)
		return library_damaged("its pack is none");
	if (number_at(head + 8) != pack->index.count ||
			memcmp(sum, packindex_pack_sum(&pack->index), SUM_SIZE) != 0)
		return library_damaged("its pack and the index of it do not belong together");
	return 0;
}

int pack_open(struct pack *pack)
{
	size_t stem = strlen(pack->path) - strlen(".idx");
	char path[PATH_MAX];
	int rc;

	if (pack->fd >= 0)
		return 0;
	if (snprintf(path, sizeof(path), "%.*s.pack", (int)stem, pack->path) >= PATH_MAX)
		return library_damaged("the path of its pack is too long");
	pack->fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (pack->fd < 0)
		return errno == ENOENT ? GIT_ENOTFOUND : library_damaged(strerror(errno));
	rc = check_file(pack);
	if (rc < 0)
		pack_close(pack);
	return rc;
}

/*
 * Where to read, so that OFFSET is in it. A chain of deltas leads backwards, mostly in short steps: then
 * what is before the offset is wanted next.
 */
static uint64_t place_window(
		const struct pack *pack, const struct pack_window *window, uint64_t offset)
{
	const uint64_t before = PACK_WINDOW - WINDOW_AHEAD;
	bool is_back = window->len > 0 && window->number == pack->number && offset < window->offset;

	if (!is_back)
		return offset;
	return offset < HEAD_SIZE + before ? HEAD_SIZE : offset - before;
}

static int fill_window(struct pack *pack, struct pack_window *window, uint64_t offset)
{
	uint64_t begin = place_window(pack, window, offset);
	size_t len = pack->end - begin < PACK_WINDOW ? (size_t)(pack->end - begin) : PACK_WINDOW;

	window->len = 0;
	if (!read_at(pack->fd, begin, window->bytes, len))
		return library_damaged("its pack cannot be read");
	window->number = pack->number;
	window->offset = begin;
	window->len = len;
	return 0;
}

int pack_read(struct pack *pack, struct pack_window *window, uint64_t offset,
		const unsigned char **bytes, size_t *len)
{
	int rc = 0;

	if (offset < HEAD_SIZE || offset >= pack->end)
		return library_damaged("it leads out of its pack");
	if (window->number != pack->number || offset < window->offset ||
			offset - window->offset >= window->len)
		rc = fill_window(pack, window, offset);
	if (rc < 0)
		return rc;
	*bytes = window->bytes + (offset - window->offset);
	*len = window->len - (size_t)(offset - window->offset);
	return 0;
}

/* The bytes before the data of an entry, and how far they were read. */
struct head {
	const unsigned char *bytes;
	size_t len, at;
};

static bool parse_kind(struct head *head, struct pack_entry *entry)
{
	unsigned shift = 4;
	unsigned char byte = head->bytes[head->at++];

	entry->kind = byte >> 4 & 7;
	entry->size = byte & 15;
	while (byte & 0x80) {
		if (head->at == head->len || shift > SIZE_SHIFT)
			return false;
		byte = head->bytes[head->at++];
		entry->size |= (uint64_t)(byte & 0x7f) << shift;
		shift += 7;
	}
	return true;
}

static bool parse_distance(struct head *head, struct pack_entry *entry)
{
	uint64_t distance = 0;
	unsigned char byte;

	do {
		if (head->at == head->len || distance >> SIZE_SHIFT)
			return false;
		byte = head->bytes[head->at++];
		distance = distance << 7 | (byte & 0x7f);
		if (byte & 0x80)
			distance++;
	} while (byte & 0x80);
	entry->base = entry->offset - distance;
	return distance > 0 && distance < entry->offset;
}

static bool parse_base(const struct pack *pack, struct head *head, struct pack_entry *entry)
{
	const unsigned char *name = head->bytes + head->at;

	if (head->len - head->at < PACKINDEX_NAME)
		return false;
	head->at += PACKINDEX_NAME;
	return packindex_find(&pack->index, name, &entry->base);
}

int pack_read_entry(struct pack *pack, struct pack_window *window, uint64_t offset,
		struct pack_entry *out)
{
	struct pack_entry entry = {.offset = offset};
	struct head head = {0};
	int rc;

	rc = pack_read(pack, window, offset, &head.bytes, &head.len);
	if (rc == 0 && head.len < ENTRY_MAX && window->offset != offset) {
		window->len = 0; /* it may go on behind the window */
		rc = pack_read(pack, window, offset, &head.bytes, &head.len);
	}
	if (rc < 0)
		return rc;
	if (!parse_kind(&head, &entry))
		return library_damaged("its size does not end");
	if (entry.kind == PACK_OFS_DELTA && !parse_distance(&head, &entry))
		return library_damaged("it is a delta of what is not in its pack");
	if (entry.kind == PACK_REF_DELTA && !parse_base(pack, &head, &entry))
		return library_damaged("it is a delta of what is not in its pack");
	entry.body = offset + head.at;
	if (entry.size / RATIO_MAX > pack->end - entry.body)
		return library_damaged("it cannot be as large as it says");
	*out = entry;
	return 0;
}
