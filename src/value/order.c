#include "src/value/order.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/value/value.h"

#define INT64_BOUND 9223372036854775808.0 /* 2^63 */

static bool is_number(const struct value *value)
{
	return value->kind == VALUE_BOOL || value->kind == VALUE_INT || value->kind == VALUE_FLOAT;
}

static int64_t integer_of(const struct value *value)
{
	return value->kind == VALUE_BOOL ? value->boolean : value->integer;
}

static int sign_of(bool is_less, bool is_greater)
{
	return (int)is_greater - (int)is_less;
}

/* Exactly, although neither type holds all numbers of the other. */
static int compare_mixed(int64_t integer, double real)
{
	double whole;

	if (isnan(real))
		return 0;
	if (real >= INT64_BOUND || real < -INT64_BOUND)
		return real > 0 ? -1 : 1;
	whole = trunc(real);
	if (integer != (int64_t)whole)
		return sign_of(integer<(int64_t)whole, integer>(int64_t) whole);
	return sign_of(whole<real, whole> real);
}

int order_numbers(const struct value *a, const struct value *b)
{
	if (a->kind == VALUE_FLOAT && b->kind == VALUE_FLOAT)
		return sign_of(a->real<b->real, a->real> b->real);
	if (a->kind == VALUE_FLOAT)
		return -compare_mixed(integer_of(b), a->real);
	if (b->kind == VALUE_FLOAT)
		return compare_mixed(integer_of(a), b->real);
	return sign_of(integer_of(a) < integer_of(b), integer_of(a) > integer_of(b));
}

/* Code points of UTF-8 are in the order of its bytes. */
static int compare_strings(const struct value *a, const struct value *b)
{
	size_t len = a->string.len < b->string.len ? a->string.len : b->string.len;
	int order = memcmp(a->string.text, b->string.text, len);

	if (order != 0)
		return order;
	return sign_of(a->string.len<b->string.len, a->string.len> b->string.len);
}

static bool all_numbers(const struct value *map)
{
	size_t i;

	for (i = 0; i < map->map.count; i++) {
		if (!is_number(map->map.pairs[i].key))
			return false;
	}
	return true;
}

static bool all_strings(const struct value *map)
{
	size_t i;

	for (i = 0; i < map->map.count; i++) {
		if (map->map.pairs[i].key->kind != VALUE_STRING)
			return false;
	}
	return true;
}

static int by_key(const void *a, const void *b)
{
	const struct value_pair *first = *(const struct value_pair *const *)a;
	const struct value_pair *second = *(const struct value_pair *const *)b;
	int order;

	if (first->key->kind == VALUE_STRING)
		order = compare_strings(first->key, second->key);
	else
		order = order_numbers(first->key, second->key);
	return order != 0 ? order : sign_of(first<second, first> second);
}

int order_none(const struct value *map, const struct value_pair ***out)
{
	const struct value_pair **pairs = NULL;
	size_t i;

	if (map->map.count > 0) {
		pairs = calloc(map->map.count, sizeof(struct value_pair *));
		if (!pairs)
			return -ENOMEM;
	}
	for (i = 0; i < map->map.count; i++)
		pairs[i] = &map->map.pairs[i];
	*out = pairs;
	return 0;
}

int order_pairs(const struct value *map, const struct value_pair ***out)
{
	int rc;

	if (map->map.count > 1 && !all_strings(map) && !all_numbers(map))
		return -EINVAL;
	rc = order_none(map, out);
	if (rc == 0 && map->map.count > 1)
		qsort(*out, map->map.count, sizeof(**out), by_key);
	return rc;
}
