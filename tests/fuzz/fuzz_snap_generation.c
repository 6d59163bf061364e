/* generation_decode(): as it is, and with the checksum put right so that what lies behind it is met. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "src/base/buf.h"
#include "src/snap/generation.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was accepted must come back from its own sealed form. */
static void decode(const uint8_t *data, size_t size)
{
	struct buf record = BUF_INIT;
	struct generation first, second;

	if (generation_decode(data, size, &first, NULL) < 0)
		return;
	generation_encode(&first, &record);
	if (!buf_ok(&record) || generation_decode(record.data, record.len, &second, NULL) < 0)
		abort();
	if (first.root != second.root || first.segment_count != second.segment_count)
		abort();
	(void)generation_wants_compaction(&first);
	buf_release(&record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy;
	uint64_t hash;

	decode(data, size);
	if (size < sizeof(hash))
		return 0;
	copy = malloc(size);
	if (!copy)
		return 0;
	memcpy(copy, data, size);
	hash = XXH3_64bits(copy, size - sizeof(hash));
	memcpy(copy + size - sizeof(hash), &hash, sizeof(hash));
	decode(copy, size);
	free(copy);
	return 0;
}
