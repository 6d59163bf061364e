/*
 * Pairs lie in order of insertion in one array. Up to SMALL_MAX of them are found by looking at
 * each hash; beyond that, slots (twice as many as there is room for pairs, a power of two) hold one
 * more than the number of a pair, and a search walks from the slot that the hash names to the first
 * empty one. Nothing is marked as deleted: a removal closes the gap in the array and fills the
 * slots anew, which is charged for; templates remove seldom.
 */
#include "src/jinja/dict.h"

#include <string.h>

#include "src/base/str.h"
#include "src/jinja/lazy.h"
#include "src/jinja/run.h"
#include "src/jinja/text.h"
#include "src/value/query.h"

#define NEAR_LEN_MIN  3	  /* bytes; everything is near to a shorter key */
#define NEAR_KEYS_MAX 256 /* that are looked at */

#define SMALL_MAX 8

static size_t slot_count(const struct dict *dict)
{
	return dict->cap * 2;
}

static int key_equal(struct run *run, const struct dict_pair *pair, struct object key, bool *out)
{
	if (pair->key.kind == OBJECT_STRING && key.kind == OBJECT_STRING) {
		*out = text_equal(pair->key.text, key.text);
		return 0;
	}
	return object_equal(run, pair->key, key, out);
}

static int find_small(struct run *run, const struct dict *dict, struct object key, uint64_t hash,
		size_t *at, bool *found)
{
	size_t i;

	*found = false;
	for (i = 0; i < dict->count; i++) {
		if (dict->pairs[i].hash != hash)
			continue;
		if (key_equal(run, &dict->pairs[i], key, found) < 0)
			return -1;
		if (*found) {
			*at = i;
			return 0;
		}
	}
	return 0;
}

int table_find(struct run *run, const struct dict *dict, struct object key, uint64_t hash,
		size_t *at, bool *found)
{
	size_t slot, mask;
	const struct dict_pair *pair;

	if (!dict->slots)
		return find_small(run, dict, key, hash, at, found);
	*found = false;
	mask = slot_count(dict) - 1;
	for (slot = hash & mask; dict->slots[slot]; slot = (slot + 1) & mask) {
		pair = &dict->pairs[dict->slots[slot] - 1];
		if (pair->hash != hash)
			continue;
		if (key_equal(run, pair, key, found) < 0)
			return -1;
		if (*found) {
			*at = (size_t)(pair - dict->pairs);
			return 0;
		}
	}
	return 0;
}

static void slot_fill(struct dict *dict, size_t number)
{
	size_t mask = slot_count(dict) - 1, slot = dict->pairs[number].hash & mask;

	while (dict->slots[slot])
		slot = (slot + 1) & mask;
	dict->slots[slot] = (uint32_t)number + 1;
}

static void slots_refill(struct dict *dict)
{
	size_t i;

	if (!dict->slots)
		return;
	memset(dict->slots, 0, slot_count(dict) * sizeof(*dict->slots));
	for (i = 0; i < dict->count; i++)
		slot_fill(dict, i);
}

/* Room for CAP pairs, a power of two, and slots for them. */
static int resize(struct run *run, struct dict *dict, size_t cap)
{
	struct dict_pair *pairs = run_alloc(run, cap * sizeof(*pairs));
	uint32_t *slots = NULL;

	if (!pairs)
		return -1;
	if (cap > SMALL_MAX) {
		slots = run_alloc(run, cap * 2 * sizeof(*slots));
		if (!slots)
			return -1;
	}
	if (dict->count > 0)
		memcpy(pairs, dict->pairs, dict->count * sizeof(*pairs));
	dict->pairs = pairs;
	dict->cap = cap;
	dict->slots = slots;
	slots_refill(dict);
	return 0;
}

int table_reset(struct run *run, struct dict *dict, size_t count)
{
	size_t cap = 4;

	dict->count = 0;
	while (cap < count)
		cap *= 2;
	return resize(run, dict, cap);
}

int table_add(struct run *run, struct dict *dict, struct dict_pair pair)
{
	if (dict->count == dict->cap && resize(run, dict, dict->cap ? dict->cap * 2 : 4) < 0)
		return -1;
	dict->pairs[dict->count++] = pair;
	if (dict->slots)
		slot_fill(dict, dict->count - 1);
	return 0;
}

struct dict *dict_of(struct run *run, struct object object)
{
	if (object.dict->lazy && lazy_open_dict(run, object.dict) < 0)
		return NULL;
	return object.dict;
}

int dict_set(struct run *run, struct dict *dict, struct object key, struct object value)
{
	uint64_t hash;
	bool found;
	size_t at;

	if (dict->lazy && lazy_open_dict(run, dict) < 0)
		return -1;
	if (object_hash(run, key, &hash) < 0 || table_find(run, dict, key, hash, &at, &found) < 0)
		return -1;
	if (found) {
		dict->pairs[at].value = value;
		return 0;
	}
	return table_add(run, dict, (struct dict_pair){.key = key, .value = value, .hash = hash});
}

int dict_get_hashed(struct run *run, struct dict *dict, struct object key, uint64_t hash,
		struct object *out, bool *found)
{
	size_t at;

	if (dict->lazy)
		return lazy_get_key(run, dict, key, hash, out, found);
	if (table_find(run, dict, key, hash, &at, found) < 0)
		return -1;
	if (*found)
		*out = dict->pairs[at].value;
	return 0;
}

int dict_get(struct run *run, struct dict *dict, struct object key, struct object *out, bool *found)
{
	uint64_t hash;

	if (object_hash(run, key, &hash) < 0)
		return -1;
	return dict_get_hashed(run, dict, key, hash, out, found);
}

int dict_get_z(struct run *run, struct dict *dict, const char *key, struct object *out, bool *found)
{
	size_t len = strlen(key);
	const struct text text = {.data = key, .len = len, .chars = text_count_chars(key, len)};

	return dict_get(run, dict, (struct object){.kind = OBJECT_STRING, .text = &text}, out,
			found);
}

int dict_remove(struct run *run, struct dict *dict, struct object key, struct object *out,
		bool *found)
{
	uint64_t hash;
	size_t at;

	if (dict->lazy && lazy_open_dict(run, dict) < 0)
		return -1;
	if (object_hash(run, key, &hash) < 0 || table_find(run, dict, key, hash, &at, found) < 0)
		return -1;
	if (!*found)
		return 0;
	if (run_charge(run, dict->count / 8) < 0)
		return -1;
	*out = dict->pairs[at].value;
	dict->count--;
	memmove(&dict->pairs[at], &dict->pairs[at + 1], (dict->count - at) * sizeof(*dict->pairs));
	slots_refill(dict);
	return 0;
}

const char *dict_nearest_key(const struct dict *dict, const struct text *key)
{
	const char *names[NEAR_KEYS_MAX + 1];
	size_t count = 0, i;

	if (key->len < NEAR_LEN_MIN)
		return NULL;
	if (dict->lazy)
		return query_suggest(lazy_map(dict), key->data);
	for (i = 0; i < dict->count && count < NEAR_KEYS_MAX; i++) {
		if (dict->pairs[i].key.kind == OBJECT_STRING)
			names[count++] = dict->pairs[i].key.text->data;
	}
	names[count] = NULL;
	return str_suggest(key->data, names);
}
