/*
 * value: data as YAML and JSON know it, with the place it came from.
 *
 * Values live in an arena and are immutable once built (builders below excepted). Maps keep the
 * order of insertion. Strings are UTF-8, with a length, and NUL-terminated as well (they may hold
 * NUL bytes of their own). Keys are strings or integers, and these stay different.
 */
#ifndef VALUE_VALUE_H
#define VALUE_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

enum value_kind {
	VALUE_NULL,
	VALUE_BOOL,
	VALUE_INT,
	VALUE_FLOAT,
	VALUE_STRING,
	VALUE_LIST,
	VALUE_MAP
};

struct origin {
	const char *file;      /* in the arena, or NULL: made by us */
	uint32_t line, column; /* from 1 */
};

struct value_pair;

struct value {
	enum value_kind kind;
	bool is_deletion; /* a null with the tag !delete: layer.h */
	struct origin origin;
	uint64_t fingerprint; /* fingerprint.c's own, of lists and maps; 0: not asked for */
	union {
		bool boolean;
		int64_t integer;
		double real;
		struct {
			const char *text;
			size_t len;
			bool is_time; /* by value_time(): YAML shows it plain */
		} string;
		struct {
			struct value **items;
			size_t count, cap;
		} list;
		struct {
			struct value_pair *pairs;
			size_t count, cap;
			uint32_t *slots; /* value.c's own: pairs by hash of their key */
		} map;
	};
};

struct value_pair {
	struct value *key;
	struct value *value;
};

/*
 * Makers: NULL when the arena is used up. A NULL argument that is itself a failed value makes the
 * call fail, so a chain is checked once.
 */
struct value *value_null(struct arena *arena);
struct value *value_bool(struct arena *arena, bool boolean);
struct value *value_int(struct arena *arena, int64_t integer);
struct value *value_float(struct arena *arena, double real);
struct value *value_string(struct arena *arena, const char *text); /* NULL text: a null value */
struct value *value_string_n(struct arena *arena, const char *text, size_t len);
struct value *value_time(struct arena *arena, int64_t wall_s); /* a string, ISO 8601 UTC */
struct value *value_list(struct arena *arena);
struct value *value_map(struct arena *arena);

/*
 * 0 or -ENOMEM (also when LIST, MAP, KEY or ITEM is a failed value). value_set replaces an equal
 * key in its place.
 */
int value_append(struct arena *arena, struct value *list, struct value *item);
int value_set(struct arena *arena, struct value *map, const char *key, struct value *item);
int value_set_pair(struct arena *arena, struct value *map, struct value *key, struct value *item);

/* Borrowed, or NULL: not a map, or no such (string) key. */
struct value *value_get(const struct value *map, const char *key);
struct value_pair *value_find_pair(const struct value *map, const struct value *key);

/* The same data, whatever the origins; the order of keys counts. False below 1,000 levels. */
bool value_equal(const struct value *a, const struct value *b);

const char *value_kind_name(enum value_kind kind); /* "map", "list", "string", ... */
const char *value_kind_noun(enum value_kind kind); /* "a map", "an integer", "null", ... */

#endif
