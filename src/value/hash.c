#include "src/value/hash.h"

#include <endian.h>
#include <pthread.h>
#include <string.h>
#include <sys/random.h>

static uint64_t secret[2];
static pthread_once_t secret_once = PTHREAD_ONCE_INIT;

/* Without randomness the tables still work; only the protection against crafted keys is gone. */
static void draw_secret(void)
{
	(void)!getrandom(secret, sizeof(secret), GRND_NONBLOCK);
}

static uint64_t rotate(uint64_t x, int bits)
{
	return x << bits | x >> (64 - bits);
}

static void sip_round(struct hash *s)
{
	s->v0 += s->v1;
	s->v1 = rotate(s->v1, 13) ^ s->v0;
	s->v0 = rotate(s->v0, 32);
	s->v2 += s->v3;
	s->v3 = rotate(s->v3, 16) ^ s->v2;
	s->v0 += s->v3;
	s->v3 = rotate(s->v3, 21) ^ s->v0;
	s->v2 += s->v1;
	s->v1 = rotate(s->v1, 17) ^ s->v2;
	s->v2 = rotate(s->v2, 32);
}

void hash_init(struct hash *hash, uint64_t key0, uint64_t key1)
{
	hash->v0 = key0 ^ 0x736f6d6570736575u;
	hash->v1 = key1 ^ 0x646f72616e646f6du;
	hash->v2 = key0 ^ 0x6c7967656e657261u;
	hash->v3 = key1 ^ 0x7465646279746573u;
	hash->count = 0;
}

void hash_word(struct hash *hash, uint64_t word)
{
	hash->v3 ^= word;
	sip_round(hash);
	hash->v0 ^= word;
	hash->count++;
}

/* Up to the last word, which holds the rest and the low byte of the length. */
static uint64_t hash_wholes(struct hash *hash, const uint8_t *p, size_t len)
{
	uint64_t word, last = (uint64_t)len << 56;
	size_t rest;

	for (rest = len; rest >= 8; rest -= 8, p += 8) {
		memcpy(&word, p, 8);
		hash_word(hash, le64toh(word));
	}
	while (rest-- > 0)
		last |= (uint64_t)p[rest] << 8 * rest;
	return last;
}

void hash_text(struct hash *hash, const void *data, size_t len)
{
	hash_word(hash, len);
	hash_word(hash, hash_wholes(hash, data, len));
}

static uint64_t finish(struct hash *hash, uint64_t last)
{
	hash_word(hash, last);
	hash->v2 ^= 0xff;
	sip_round(hash);
	sip_round(hash);
	sip_round(hash);
	return hash->v0 ^ hash->v1 ^ hash->v2 ^ hash->v3;
}

uint64_t hash_finish(struct hash *hash)
{
	return finish(hash, hash->count * 8 << 56);
}

uint64_t hash_bytes(const void *data, size_t len)
{
	struct hash hash;
	uint64_t last;

	(void)pthread_once(&secret_once, draw_secret);
	hash_init(&hash, secret[0], secret[1]);
	last = hash_wholes(&hash, data, len);
	return finish(&hash, last);
}
