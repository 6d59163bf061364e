/*
 * cache: files that were rendered before, in STATE/render.cache.
 *
 * For each file: what it was made from (reads.h) and the id of what came out. The text itself lies
 * in a generation, at the same path. It is a convenience: whatever is odd about the file, or when
 * it is not there, everything is rendered afresh.
 *
 * The file is replaced as a whole, but not durably: a crash may leave anything, which the checksum
 * tells. It holds fingerprints of secrets, so only its owner may read it.
 */
#ifndef BUILD_CACHE_H
#define BUILD_CACHE_H

#include <stddef.h>
#include <stdint.h>

#include "src/render/render.h"

struct cache;
struct err;

#define CACHE_FILE     "render.cache"
#define CACHE_SIZE_MAX (256u << 20) /* bytes of the file: a larger one is neither kept nor read */

/* What is remembered in STATE_DIR. NULL: no memory. */
struct cache *cache_open(const char *state_dir);

/* The same from bytes, for tests: any bytes at all. */
struct cache *cache_of(const void *data, size_t len);

void cache_free(struct cache *cache); /* NULL is fine */

/* The generation that has the texts, 0: nothing is remembered. */
uint32_t cache_generation(const struct cache *cache);

void cache_forget(struct cache *cache); /* that generation is gone */

/* For render_spec; what is found in CACHE or told to it is what will be remembered. */
struct render_cache cache_for_render(struct cache *cache);

/*
 * Remember it: GENERATION shows what was rendered. Once for each CACHE. 0, or negative errno: what is
 * on disk is as it was.
 */
int cache_store(struct cache *cache, const char *state_dir, uint32_t generation, struct err *err);

#endif
