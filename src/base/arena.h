/*
 * arena: memory that is freed all at once, with a limit.
 *
 * For trees of small objects with one owner: parsed documents, one render. Nothing is freed alone.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena;

/* LIMIT: bytes after which arena_alloc fails; 0: none. NULL: no memory. */
struct arena *arena_new(size_t limit);
void arena_free(struct arena *arena); /* NULL is fine */

/* Zeroed, aligned for any type; NULL when the limit or the memory is used up. SIZE 0 yields a valid
 * pointer. */
void *arena_alloc(struct arena *arena, size_t size);
void *arena_copy(struct arena *arena, const void *data, size_t size);
char *arena_strndup(struct arena *arena, const char *str, size_t len); /* NUL-terminated */

size_t arena_used(const struct arena *arena); /* bytes handed out */

#endif
