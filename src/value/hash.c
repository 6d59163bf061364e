#include "src/value/hash.h"

#include <pthread.h>
#include <string.h>
#include <sys/random.h>

struct sip {
	uint64_t v0, v1, v2, v3;
};

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

static void sip_round(struct sip *s)
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

static void sip_word(struct sip *s, uint64_t word)
{
	s->v3 ^= word;
	sip_round(s);
	s->v0 ^= word;
}

uint64_t hash_bytes(const void *data, size_t len)
{
	const uint8_t *p = data;
	uint64_t word, last = (uint64_t)len << 56;
	struct sip s;
	size_t rest;

	(void)pthread_once(&secret_once, draw_secret);
	s.v0 = secret[0] ^ 0x736f6d6570736575u;
	s.v1 = secret[1] ^ 0x646f72616e646f6du;
	s.v2 = secret[0] ^ 0x6c7967656e657261u;
	s.v3 = secret[1] ^ 0x7465646279746573u;
	for (rest = len; rest >= 8; rest -= 8, p += 8) {
		memcpy(&word, p, 8);
		sip_word(&s, word);
	}
	while (rest-- > 0)
		last |= (uint64_t)p[rest] << 8 * rest;
	sip_word(&s, last);
	s.v2 ^= 0xff;
	sip_round(&s);
	sip_round(&s);
	sip_round(&s);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
