#include "src/value/value.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <string.h>

#include "src/base/arena.h"
#include "src/base/clock.h"
#include "src/value/hash.h"

#define SMALL_MAP	8 /* pairs up to which a map is searched from front to back */
#define EQUAL_DEPTH_MAX 1000

static struct value *make(struct arena *arena, enum value_kind kind)
{
	struct value *value = arena_alloc(arena, sizeof(*value));

	if (value)
		value->kind = kind;
	return value;
}

struct value *value_null(struct arena *arena)
{
	return make(arena, VALUE_NULL);
}

struct value *value_bool(struct arena *arena, bool boolean)
{
	struct value *value = make(arena, VALUE_BOOL);

	if (value)
		value->boolean = boolean;
	return value;
}

struct value *value_int(struct arena *arena, int64_t integer)
{
	struct value *value = make(arena, VALUE_INT);

	if (value)
		value->integer = integer;
	return value;
}

struct value *value_float(struct arena *arena, double real)
{
	struct value *value = make(arena, VALUE_FLOAT);

	if (value)
		value->real = real;
	return value;
}

struct value *value_string(struct arena *arena, const char *text)
{
	return text ? value_string_n(arena, text, strlen(text)) : value_null(arena);
}

struct value *value_string_n(struct arena *arena, const char *text, size_t len)
{
	struct value *value = make(arena, VALUE_STRING);
	char *copy;

	if (!value)
		return NULL;
	copy = arena_alloc(arena, len + 1); /* zeroed: the final NUL is there */
	if (!copy)
		return NULL;
	if (len > 0)
		memcpy(copy, text, len);
	value->string.text = copy;
	value->string.len = len;
	return value;
}

struct value *value_time(struct arena *arena, int64_t wall_s)
{
	char text[CLOCK_TEXT_SIZE];
	struct value *value;

	clock_format(wall_s, text);
	value = value_string(arena, text);
	if (value)
		value->string.is_time = true;
	return value;
}

struct value *value_list(struct arena *arena)
{
	return make(arena, VALUE_LIST);
}

struct value *value_map(struct arena *arena)
{
	return make(arena, VALUE_MAP);
}

/* Twice the room for COUNT items of SIZE bytes at ITEMS; NULL when the arena is used up. */
static void *grow(struct arena *arena, const void *items, size_t count, size_t *cap, size_t size)
{
	size_t next = *cap ? *cap * 2 : 4;
	void *grown = arena_alloc(arena, next * size);

	if (!grown)
		return NULL;
	if (count > 0)
		memcpy(grown, items, count * size);
	*cap = next;
	return grown;
}

int value_append(struct arena *arena, struct value *list, struct value *item)
{
	void *items;

	if (!list || !item)
		return -ENOMEM;
	assert(list->kind == VALUE_LIST && list->fingerprint == 0);
	if (list->list.count == list->list.cap) {
		items = grow(arena, list->list.items, list->list.count, &list->list.cap,
				sizeof(*list->list.items));
		if (!items)
			return -ENOMEM;
		list->list.items = items;
	}
	list->list.items[list->list.count++] = item;
	return 0;
}

static bool same_key(const struct value *a, const struct value *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == VALUE_INT)
		return a->integer == b->integer;
	return a->string.len == b->string.len &&
			memcmp(a->string.text, b->string.text, a->string.len) == 0;
}

static uint64_t key_hash(const struct value *key)
{
	if (key->kind == VALUE_INT)
		return hash_bytes(&key->integer, sizeof(key->integer));
	return hash_bytes(key->string.text, key->string.len);
}

/*
 * The slots of a map larger than SMALL_MAP: open addressing, twice as many as there is room for
 * pairs (a power of two), each 1 + the index of a pair, or 0.
 */
static uint32_t *find_slot(const struct value *map, const struct value *key)
{
	size_t mask = map->map.cap * 2 - 1, i = key_hash(key) & mask;

	while (map->map.slots[i] && !same_key(map->map.pairs[map->map.slots[i] - 1].key, key))
		i = (i + 1) & mask;
	return &map->map.slots[i];
}

static int index_pairs(struct arena *arena, struct value *map)
{
	size_t i;

	map->map.slots = arena_alloc(arena, map->map.cap * 2 * sizeof(*map->map.slots));
	if (!map->map.slots)
		return -ENOMEM;
	for (i = 0; i < map->map.count; i++)
		*find_slot(map, map->map.pairs[i].key) = (uint32_t)i + 1;
	return 0;
}

/* Room for one more pair, all in order or nothing changed. */
static int make_room(struct arena *arena, struct value *map)
{
	struct value larger = *map;
	void *pairs;

	if (map->map.count < map->map.cap)
		return 0;
	if (map->map.count >= UINT32_MAX / 4)
		return -ENOMEM;
	pairs = grow(arena, map->map.pairs, map->map.count, &larger.map.cap,
			sizeof(*map->map.pairs));
	if (!pairs)
		return -ENOMEM;
	larger.map.pairs = pairs;
	if (larger.map.cap > SMALL_MAP && index_pairs(arena, &larger) < 0)
		return -ENOMEM;
	*map = larger;
	return 0;
}

struct value_pair *value_find_pair(const struct value *map, const struct value *key)
{
	uint32_t slot;
	size_t i;

	if (!map || map->kind != VALUE_MAP)
		return NULL;
	if (map->map.slots) {
		slot = *find_slot(map, key);
		return slot ? &map->map.pairs[slot - 1] : NULL;
	}
	for (i = 0; i < map->map.count; i++) {
		if (same_key(map->map.pairs[i].key, key))
			return &map->map.pairs[i];
	}
	return NULL;
}

int value_set_pair(struct arena *arena, struct value *map, struct value *key, struct value *item)
{
	struct value_pair *pair;

	if (!map || !key || !item)
		return -ENOMEM;
	assert(map->kind == VALUE_MAP && map->fingerprint == 0);
	assert(key->kind == VALUE_STRING || key->kind == VALUE_INT);
	pair = value_find_pair(map, key);
	if (pair) {
		pair->value = item;
		return 0;
	}
	if (make_room(arena, map) < 0)
		return -ENOMEM;
	if (map->map.slots)
		*find_slot(map, key) = (uint32_t)map->map.count + 1;
	map->map.pairs[map->map.count++] = (struct value_pair){.key = key, .value = item};
	return 0;
}

int value_set(struct arena *arena, struct value *map, const char *key, struct value *item)
{
	return value_set_pair(arena, map, value_string(arena, key), item);
}

struct value *value_get(const struct value *map, const char *key)
{
	struct value wanted = {.kind = VALUE_STRING};
	struct value_pair *pair;

	wanted.string.text = key;
	wanted.string.len = strlen(key);
	pair = value_find_pair(map, &wanted);
	return pair ? pair->value : NULL;
}

static bool equal(const struct value *a, const struct value *b, unsigned depth);

static bool lists_equal(const struct value *a, const struct value *b, unsigned depth)
{
	size_t i;

	if (a->list.count != b->list.count)
		return false;
	for (i = 0; i < a->list.count; i++) {
		if (!equal(a->list.items[i], b->list.items[i], depth + 1))
			return false;
	}
	return true;
}

static bool maps_equal(const struct value *a, const struct value *b, unsigned depth)
{
	size_t i;

	if (a->map.count != b->map.count)
		return false;
	for (i = 0; i < a->map.count; i++) {
		if (!same_key(a->map.pairs[i].key, b->map.pairs[i].key))
			return false;
		if (!equal(a->map.pairs[i].value, b->map.pairs[i].value, depth + 1))
			return false;
	}
	return true;
}

/*
 * NaN equals itself here, -0.0 does not equal 0.0: the question is whether it is the same data.
 */
static bool reals_equal(double a, double b)
{
	return (isnan(a) && isnan(b)) || (a == b && signbit(a) == signbit(b));
}

static bool equal(const struct value *a, const struct value *b, unsigned depth)
{
	if (a->kind != b->kind || depth > EQUAL_DEPTH_MAX)
		return false;
	switch (a->kind) {
	case VALUE_NULL:
		return true;
	case VALUE_BOOL:
		return a->boolean == b->boolean;
	case VALUE_INT:
	case VALUE_STRING:
		return same_key(a, b);
	case VALUE_FLOAT:
		return reals_equal(a->real, b->real);
	case VALUE_LIST:
		return lists_equal(a, b, depth);
	case VALUE_MAP:
		return maps_equal(a, b, depth);
	}
	return false;
}

bool value_equal(const struct value *a, const struct value *b)
{
	return equal(a, b, 0);
}

const char *value_kind_name(enum value_kind kind)
{
	static const char *const names[] = {
			[VALUE_NULL] = "null",
			[VALUE_BOOL] = "boolean",
			[VALUE_INT] = "integer",
			[VALUE_FLOAT] = "float",
			[VALUE_STRING] = "string",
			[VALUE_LIST] = "list",
			[VALUE_MAP] = "map",
	};

	return names[kind];
}

const char *value_kind_noun(enum value_kind kind)
{
	static const char *const nouns[] = {
			[VALUE_NULL] = "null",
			[VALUE_BOOL] = "a boolean",
			[VALUE_INT] = "an integer",
			[VALUE_FLOAT] = "a float",
			[VALUE_STRING] = "a string",
			[VALUE_LIST] = "a list",
			[VALUE_MAP] = "a map",
	};

	return nouns[kind];
}
