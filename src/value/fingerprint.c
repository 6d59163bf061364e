#include "src/value/fingerprint.h"

#include <math.h>
#include <string.h>

#include "src/value/hash.h"
#include "src/value/value.h"

#define DEPTH_MAX 1000

/* Anything fixed: nobody gains from collisions in a cache of one's own files. Another number here, and every
 * cache is stale. */
#define KEY0 0x7265666d6f756e74u
#define KEY1 0x76616c7565730001u

#define NO_VALUE 0xffu /* in the place of a kind */
#define TOO_DEEP 0xfeu

static uint64_t fingerprint(const struct value *value, unsigned depth);

static uint64_t real_bits(double real)
{
	uint64_t bits;

	if (isnan(real))
		return 0x7ff8000000000000u;
	memcpy(&bits, &real, sizeof(bits));
	return bits;
}

static void add_list(struct hash *hash, const struct value *list, unsigned depth)
{
	size_t i;

	hash_word(hash, list->list.count);
	for (i = 0; i < list->list.count; i++)
		hash_word(hash, fingerprint(list->list.items[i], depth + 1));
}

static void add_map(struct hash *hash, const struct value *map, unsigned depth)
{
	size_t i;

	hash_word(hash, map->map.count);
	for (i = 0; i < map->map.count; i++) {
		hash_word(hash, fingerprint(map->map.pairs[i].key, depth + 1));
		hash_word(hash, fingerprint(map->map.pairs[i].value, depth + 1));
	}
}

static void add_content(struct hash *hash, const struct value *value, unsigned depth)
{
	switch (value->kind) {
	case VALUE_NULL:
		return;
	case VALUE_BOOL:
		hash_word(hash, value->boolean);
		return;
	case VALUE_INT:
		hash_word(hash, (uint64_t)value->integer);
		return;
	case VALUE_FLOAT:
		hash_word(hash, real_bits(value->real));
		return;
	case VALUE_STRING:
		hash_text(hash, value->string.text, value->string.len);
		return;
	case VALUE_LIST:
		add_list(hash, value, depth);
		return;
	case VALUE_MAP:
		add_map(hash, value, depth);
		return;
	}
}

static uint64_t fingerprint(const struct value *value, unsigned depth)
{
	bool remembers = value && value->kind >= VALUE_LIST;
	struct hash hash;
	uint64_t number;

	if (remembers && value->fingerprint != 0)
		return value->fingerprint;
	hash_init(&hash, KEY0, KEY1);
	if (!value || depth > DEPTH_MAX) {
		hash_word(&hash, value ? TOO_DEEP : NO_VALUE);
	} else {
		hash_word(&hash, (uint64_t)value->kind);
		add_content(&hash, value, depth);
	}
	number = hash_finish(&hash);
	if (number == 0)
		number = 1;
	if (remembers)
		((struct value *)value)->fingerprint = number; /* a memory, not a change */
	return number;
}

uint64_t value_fingerprint(const struct value *value)
{
	return fingerprint(value, 0);
}
