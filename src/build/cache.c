/*
 * The file: magic, generation, number of entries; for each entry its length and then key, result
 * and reads; XXH3 of all that. Numbers are little-endian, texts end with NUL so that they can be
 * used where they lie. An entry that holds is copied to the next file as it is.
 */
#include "src/build/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/path.h"
#include "src/base/vec.h"
#include "src/base/wire.h"
#include "src/render/output.h"
#include "src/render/reads.h"

#define MAGIC	    0x31434552u /* "REC1" */
#define HEADER_SIZE 12

struct entry {
	const uint8_t *bytes; /* of the whole entry, its length in front */
	size_t size;
	const char *path, *source;
	uint64_t settings;
	struct oid oid;
	uint64_t text_size, steps;
	bool is_secret;
	const uint8_t *reads;
	size_t reads_size;
};

struct cache {
	struct buf file; /* as it was read: entries point into it */
	uint32_t generation;
	struct entry *entries; /* owned, by path */
	size_t count, cap;
	struct buf next; /* the next file, as far as it is known */
	uint32_t next_count;
};

void cache_free(struct cache *cache)
{
	if (!cache)
		return;
	free(cache->entries);
	buf_release(&cache->file);
	buf_release(&cache->next);
	free(cache);
}

uint32_t cache_generation(const struct cache *cache)
{
	return cache->generation;
}

void cache_forget(struct cache *cache)
{
	cache->generation = 0;
	cache->count = 0;
}

/* --- reading --- */

/* A text where it lies; NULL and the reader failed if there is none. */
static const char *take_text(struct wire *in)
{
	const char *text = (const char *)in->data;
	size_t len = in->failed ? 0 : strnlen(text, in->len);

	if (in->failed || len == in->len) {
		in->failed = true;
		return NULL;
	}
	in->data += len + 1;
	in->len -= len + 1;
	return text;
}

static void take_entry(struct wire *in, struct entry *out)
{
	struct wire own;
	uint32_t size;

	out->bytes = in->data;
	size = wire_take_u32(in);
	if (size > in->len) {
		in->failed = true;
		return;
	}
	out->size = sizeof(size) + size;
	wire_open(&own, in->data, size); /* what lies behind it is none of its business */
	in->data += size;
	in->len -= size;
	out->path = take_text(&own);
	out->source = take_text(&own);
	out->settings = wire_take_u64(&own);
	wire_take_bytes(&own, out->oid.bytes, OID_SIZE);
	out->text_size = wire_take_u64(&own);
	out->steps = wire_take_u64(&own);
	out->is_secret = wire_take_u32(&own) != 0;
	out->reads = own.data;
	out->reads_size = own.len;
	in->failed |= own.failed;
}

static int compare(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;

	return strcmp(a->path, b->path);
}

/* Memory or bytes that are wrong: then there is nothing. */
static void take_entries(struct cache *cache, struct wire *in, uint32_t count)
{
	for (; count > 0 && !in->failed; count--) {
		if (vec_reserve(&cache->entries, &cache->cap, cache->count + 1,
				    sizeof(*cache->entries)) < 0) {
			in->failed = true;
			return;
		}
		cache->entries[cache->count] = (struct entry){0};
		take_entry(in, &cache->entries[cache->count]);
		cache->count++;
	}
	if (!in->failed && cache->count > 0)
		qsort(cache->entries, cache->count, sizeof(*cache->entries), compare);
}

static void parse(struct cache *cache)
{
	size_t len = cache->file.len;
	uint64_t hash = 0;
	uint32_t magic, count;
	struct wire in, end;

	if (len < HEADER_SIZE + sizeof(hash))
		return;
	len -= sizeof(hash);
	wire_open(&end, cache->file.data + len, sizeof(hash));
	hash = wire_take_u64(&end);
	if (XXH3_64bits(cache->file.data, len) != hash)
		return;
	wire_open(&in, cache->file.data, len);
	magic = wire_take_u32(&in);
	cache->generation = wire_take_u32(&in);
	count = wire_take_u32(&in);
	if (magic == MAGIC)
		take_entries(cache, &in, count);
	if (magic != MAGIC || wire_end(&in) < 0)
		cache_forget(cache);
}

struct cache *cache_of(const void *data, size_t len)
{
	struct cache *cache = calloc(1, sizeof(*cache));

	if (!cache)
		return NULL;
	buf_add(&cache->file, data, len);
	if (buf_ok(&cache->file))
		parse(cache);
	return cache;
}

struct cache *cache_open(const char *state_dir)
{
	struct cache *cache = calloc(1, sizeof(*cache));
	struct buf path = BUF_INIT;

	if (!cache)
		return NULL;
	path_join(&path, state_dir, CACHE_FILE);
	if (buf_ok(&path) &&
			file_read(AT_FDCWD, buf_str(&path), CACHE_SIZE_MAX, &cache->file, NULL) ==
					0)
		parse(cache);
	buf_release(&path);
	return cache;
}

/* Begin an entry of the next file: most will be as they were. */
static struct buf *begin(struct cache *cache)
{
	if (cache->next_count++ == 0) {
		buf_reserve(&cache->next, cache->file.len);
		buf_add_zeros(&cache->next, HEADER_SIZE);
	}
	return &cache->next;
}

/* render_cache.find */
static bool find(void *arg, const struct render_key *key, const struct reads_world *world,
		struct output *out, uint64_t *steps)
{
	struct cache *cache = arg;
	const struct entry wanted = {.path = key->path};
	const struct entry *entry;

	if (cache->count == 0)
		return false;
	entry = bsearch(&wanted, cache->entries, cache->count, sizeof(*entry), compare);
	if (!entry || strcmp(entry->source, key->source) != 0 || entry->settings != key->settings ||
			!reads_hold_encoded(entry->reads, entry->reads_size, world))
		return false;
	out->oid = entry->oid;
	out->size = entry->text_size;
	out->is_secret = entry->is_secret;
	*steps = entry->steps;
	buf_add(begin(cache), entry->bytes, entry->size);
	return true;
}

/* --- writing --- */

static void put_text(struct buf *out, const char *text)
{
	buf_add(out, text, strlen(text) + 1);
}

/* The number that was left out at AT, now that it is known. */
static void put_size(struct buf *out, size_t at)
{
	struct buf number = BUF_INIT;

	wire_put_u32(&number, (uint32_t)(out->len - at - sizeof(uint32_t)));
	if (buf_ok(out) && buf_ok(&number))
		memcpy(out->data + at, number.data, sizeof(uint32_t));
	else
		out->failed = true;
	buf_release(&number);
}

/* render_cache.keep */
static int keep(void *arg, const struct render_key *key, const struct read_list *reads,
		const struct output *output, uint64_t steps)
{
	struct cache *cache = arg;
	struct buf *out = begin(cache);
	size_t start = out->len;

	wire_put_u32(out, 0);
	put_text(out, key->path);
	put_text(out, key->source);
	wire_put_u64(out, key->settings);
	wire_put_bytes(out, output->oid.bytes, OID_SIZE);
	wire_put_u64(out, output->size);
	wire_put_u64(out, steps);
	wire_put_u32(out, output->is_secret);
	reads_encode(reads, out);
	put_size(out, start);
	return buf_ok(out) ? 0 : -ENOMEM;
}

struct render_cache cache_for_render(struct cache *cache)
{
	return (struct render_cache){.find = find, .keep = keep, .arg = cache};
}

/* Not durably: what a crash leaves is found out. */
static int replace(const char *path, const struct buf *file, struct err *err)
{
	struct buf new = BUF_INIT;
	int fd = -1, rc;

	buf_printf(&new, "%s.new", path);
	if (buf_ok(&new)) {
		(void)unlink(new.data);
		fd = open(new.data, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	}
	if (fd < 0) {
		rc = err_sys(err, errno, "write '%s'", path);
		goto out;
	}
	rc = file_write_all(fd, file->data, file->len, err);
	if (rc == 0 && rename(new.data, path) < 0)
		rc = err_sys(err, errno, "write '%s'", path);
	if (rc < 0)
		(void)unlink(new.data);
	(void)close(fd);
out:
	buf_release(&new);
	return rc;
}

/* Header and checksum, now that all is there. */
static int complete(struct cache *cache, uint32_t generation)
{
	struct buf header = BUF_INIT, *file = &cache->next;

	if (cache->next_count == 0)
		buf_add_zeros(file, HEADER_SIZE);
	wire_put_u32(&header, MAGIC);
	wire_put_u32(&header, generation);
	wire_put_u32(&header, cache->next_count);
	if (buf_ok(file) && buf_ok(&header)) {
		memcpy(file->data, header.data, HEADER_SIZE);
		wire_put_u64(file, XXH3_64bits(file->data, file->len));
	}
	buf_release(&header);
	return buf_ok(file) ? 0 : -ENOMEM;
}

int cache_store(struct cache *cache, const char *state_dir, uint32_t generation, struct err *err)
{
	struct buf path = BUF_INIT;
	int rc;

	path_join(&path, state_dir, CACHE_FILE);
	rc = buf_ok(&path) ? complete(cache, generation) : -ENOMEM;
	if (rc < 0)
		rc = err_sys(err, -rc, "write '%s'", CACHE_FILE);
	else if (cache->next.len > CACHE_SIZE_MAX)
		rc = err_set(err, EFBIG, "'%s' would be larger than %u bytes", buf_str(&path),
				CACHE_SIZE_MAX);
	else
		rc = replace(buf_str(&path), &cache->next, err);
	buf_release(&path);
	return rc;
}
