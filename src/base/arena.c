#include "src/base/arena.h"

#include <stdalign.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_SIZE 16384

/* Newest first; only the newest has room. */
struct chunk {
	struct chunk *next;
	size_t size, used;
	alignas(max_align_t) char data[];
};

struct arena {
	struct chunk *chunks;
	size_t limit; /* SIZE_MAX: none */
	size_t used;
};

struct arena *arena_new(size_t limit)
{
	struct arena *arena = calloc(1, sizeof(*arena));

	if (arena)
		arena->limit = limit ? limit : SIZE_MAX;
	return arena;
}

void arena_free(struct arena *arena)
{
	struct chunk *chunk;

	if (!arena)
		return;
	while ((chunk = arena->chunks) != NULL) {
		arena->chunks = chunk->next;
		free(chunk);
	}
	free(arena);
}

/* A chunk with room for SIZE bytes. A large object gets one of its own, behind the newest. */
static struct chunk *chunk_add(struct arena *arena, size_t size)
{
	size_t data_size = size > CHUNK_SIZE / 4 ? size : CHUNK_SIZE;
	struct chunk *chunk;

	chunk = calloc(1, sizeof(*chunk) + data_size);
	if (!chunk)
		return NULL;
	chunk->size = data_size;
	if (data_size != CHUNK_SIZE && arena->chunks) {
		chunk->next = arena->chunks->next;
		arena->chunks->next = chunk;
	} else {
		chunk->next = arena->chunks;
		arena->chunks = chunk;
	}
	return chunk;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	const size_t align = alignof(max_align_t);
	struct chunk *chunk = arena->chunks;
	void *data;

	if (size > SIZE_MAX / 2)
		return NULL;
	/* An object of no bytes takes some all the same, so that its address is its own. */
	size = (size ? size + align - 1 : align) / align * align;
	if (size > arena->limit - arena->used)
		return NULL;
	if (!chunk || chunk->size - chunk->used < size)
		chunk = chunk_add(arena, size);
	if (!chunk)
		return NULL;
	data = chunk->data + chunk->used;
	chunk->used += size;
	arena->used += size;
	return data;
}

void *arena_copy(struct arena *arena, const void *data, size_t size)
{
	void *copy = arena_alloc(arena, size);

	if (copy && size > 0)
		memcpy(copy, data, size);
	return copy;
}

char *arena_strndup(struct arena *arena, const char *str, size_t len)
{
	char *copy;

	len = strnlen(str, len);
	copy = arena_alloc(arena, len + 1);
	if (copy)
		memcpy(copy, str, len);
	return copy;
}

size_t arena_used(const struct arena *arena)
{
	return arena->used;
}
