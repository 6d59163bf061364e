/*
 * Packs of eight entries. The input is where they begin, and their bytes; header, index and checksums
 * are right, or nothing would get far.
 */
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "src/git/library.h"
#include "src/git/unpack.h"
#include "tests/unit/git_pack_fixture.h"

#define ENTRIES 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[] = "/tmp/refmount-fuzz-XXXXXX";
static char name_of_pack[64], path_of_index[64], path_of_pack[64];

static void clean_up(void)
{
	(void)unlink(path_of_index);
	(void)unlink(path_of_pack);
	(void)rmdir(folder);
}

static void start(void)
{
	static int is_started;

	if (is_started++)
		return;
	(void)git_libgit2_init();
	if (!mkdtemp(folder))
		abort();
	(void)snprintf(name_of_pack, sizeof(name_of_pack), "%s/p", folder);
	(void)snprintf(path_of_index, sizeof(path_of_index), "%s/p.idx", folder);
	(void)snprintf(path_of_pack, sizeof(path_of_pack), "%s/p.pack", folder);
	(void)atexit(clean_up);
}

static void read_entries(struct pack *pack, struct unpacker *unpacker)
{
	unsigned char name[PACKINDEX_NAME];

	for (unsigned char id = 0; id < ENTRIES; id++) {
		struct base object = {0};
		uint64_t offset, bytes = 0;
		unsigned kind = 0;

		memset(name, id, sizeof(name));
		if (!packindex_find(&pack->index, name, &offset))
			abort();
		if (unpack_header(unpacker, pack, offset, &kind, &bytes) < 0 || bytes > 1 << 20)
			continue;
		if (unpack_object(unpacker, pack, offset, &object) == 0 && object.kind != kind)
			abort();
		free(object.data);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct packing packing = {0};
	struct unpacker *unpacker;
	struct pack *pack = NULL;

	start();
	if (size <= ENTRIES)
		return 0;
	buf_add(&packing.body, data + ENTRIES, size - ENTRIES);
	for (unsigned char id = 0; id < ENTRIES; id++) {
		packing_entry(&packing, id);
		packing.rows[id].offset = 12u + data[id];
	}
	packing_write(&packing, name_of_pack);
	buf_release(&packing.body);
	unpacker = unpacker_new();
	if (!unpacker || pack_new(path_of_index, 1, &pack) < 0)
		abort();
	if (pack_open(pack) == 0)
		read_entries(pack, unpacker);
	pack_free(pack);
	unpacker_free(unpacker);
	return 0;
}
