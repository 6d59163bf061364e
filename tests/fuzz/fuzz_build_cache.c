/* What a checksum would not have caught: any bytes behind a good one are read to the end, or not at
 * all. */
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "src/base/buf.h"
#include "src/base/wire.h"
#include "src/build/cache.h"
#include "src/render/output.h"
#include "src/render/reads.h"
#include "src/value/value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int blob(void *arg, const char *name, struct oid *out)
{
	(void)arg;
	(void)name;
	*out = (struct oid){0};
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct value root = {.kind = VALUE_MAP};
	const struct reads_world world = {.root = &root, .blob = blob};
	const struct render_key key = {.path = "a", .source = "t.j2", .settings = 7};
	struct output out = {0};
	struct render_cache hooks;
	struct buf bytes = BUF_INIT;
	struct cache *cache;
	uint64_t steps;

	buf_add(&bytes, data, size);
	wire_put_u64(&bytes, XXH3_64bits(bytes.data, bytes.len));
	cache = cache_of(bytes.data, bytes.len);
	hooks = cache_for_render(cache);
	if (hooks.find(hooks.arg, &key, &world, &out, &steps) && cache_generation(cache) == 0)
		abort();
	cache_free(cache);
	buf_release(&bytes);
	return 0;
}
