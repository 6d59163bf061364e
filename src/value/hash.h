/*
 * hash: numbers for bytes, by SipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input
 * PRF", 2012).
 *
 * hash_bytes() is for tables in memory: its key is drawn once a process, so that whoever writes the
 * keys of a map cannot make them collide, and it differs from run to run; no output may depend on
 * it. A struct hash has the key that it is given, and its number is the same on every machine.
 */
#ifndef VALUE_HASH_H
#define VALUE_HASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t hash_bytes(const void *data, size_t len);

/* Words one after the other, then the number. Owns nothing. */
struct hash {
	uint64_t v0, v1, v2, v3;
	uint64_t count; /* words so far */
};

void hash_init(struct hash *hash, uint64_t key0, uint64_t key1);
void hash_word(struct hash *hash, uint64_t word);
/* LEN bytes as one item: other lengths and other cuts are other items. */
void hash_text(struct hash *hash, const void *data, size_t len);
uint64_t hash_finish(struct hash *hash);

#endif
