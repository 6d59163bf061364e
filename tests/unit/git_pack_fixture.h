/*
 * git_pack_fixture: packs written by hand, wrong in whatever way a test wants them to be.
 */
#ifndef TESTS_GIT_PACK_FIXTURE_H
#define TESTS_GIT_PACK_FIXTURE_H

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "src/base/buf.h"

#define PACKING_MAX 64

/* Entries, in the order of their ids, which are twenty times the same byte. */
struct packing {
	struct buf body;
	struct {
		unsigned char id;
		uint32_t offset;
	} rows[PACKING_MAX];
	unsigned count;
};

static inline void packing_number(struct buf *out, uint32_t number)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		buf_add_char(out, (char)(number >> shift));
}

/* The next entry, whose id consists of ID. */
static inline void packing_entry(struct packing *packing, unsigned char id)
{
	assert(packing->count < PACKING_MAX);
	packing->rows[packing->count].id = id;
	packing->rows[packing->count++].offset = 12 + (uint32_t)packing->body.len;
}

static inline void packing_head(struct packing *packing, unsigned kind, uint64_t size)
{
	unsigned char byte = (unsigned char)(kind << 4 | (size & 15));

	for (size >>= 4; size > 0; size >>= 7) {
		buf_add_char(&packing->body, (char)(byte | 0x80));
		byte = size & 0x7f;
	}
	buf_add_char(&packing->body, (char)byte);
}

static inline void packing_data(struct packing *packing, const void *data, size_t len)
{
	uLongf room = compressBound(len);

	buf_reserve(&packing->body, room);
	assert(buf_ok(&packing->body));
	assert(compress((unsigned char *)packing->body.data + packing->body.len, &room, data,
			       len) == Z_OK);
	packing->body.len += room;
}

/* Write NAME.pack and NAME.idx. */
static inline void packing_write(const struct packing *packing, const char *name)
{
	struct buf pack = BUF_INIT, index = BUF_INIT;
	const unsigned char sum[40] = {0};
	char path[256];
	FILE *file;

	buf_add(&pack, "PACK\0\0\0\2", 8);
	packing_number(&pack, packing->count);
	buf_add(&pack, packing->body.data, packing->body.len);
	buf_add(&pack, sum, 20);
	buf_add(&index, "\377tOc\0\0\0\2", 8);
	for (unsigned byte = 0, count = 0; byte < 256; byte++) {
		while (count < packing->count && packing->rows[count].id <= byte)
			count++;
		packing_number(&index, count);
	}
	for (unsigned i = 0; i < packing->count; i++) {
		for (unsigned at = 0; at < 20; at++)
			buf_add_char(&index, (char)packing->rows[i].id);
	}
	for (unsigned i = 0; i < packing->count; i++)
		packing_number(&index, 0);
	for (unsigned i = 0; i < packing->count; i++)
		packing_number(&index, packing->rows[i].offset);
	buf_add(&index, sum, 40);
	for (int i = 0; i < 2; i++) {
		const struct buf *data = i == 0 ? &pack : &index;

		(void)snprintf(path, sizeof(path), "%s.%s", name, i == 0 ? "pack" : "idx");
		file = fopen(path, "we");
		assert(file && fwrite(data->data, 1, data->len, file) == data->len);
		(void)fclose(file);
	}
	buf_release(&pack);
	buf_release(&index);
}

#endif
