#include <errno.h>
#include <stdio.h>

#include "tests/unit/value_fixture.h"

static void scalars(void **state)
{
	const struct value *value;

	(void)state;
	assert_int_equal(value_null(arena)->kind, VALUE_NULL);
	assert_true(value_bool(arena, true)->boolean);
	assert_true(value_int(arena, INT64_MIN)->integer == INT64_MIN);
	assert_true(value_float(arena, 0.5)->real == 0.5);
	value = value_string(arena, "abc");
	assert_int_equal(value->string.len, 3);
	assert_string_equal(value->string.text, "abc");
	assert_int_equal(value_string(arena, NULL)->kind, VALUE_NULL);
	value = value_string_n(arena, "a\0b", 3);
	assert_int_equal(value->string.len, 3);
	assert_memory_equal(value->string.text, "a\0b", 4);
	value = value_time(arena, 0);
	assert_string_equal(value->string.text, "1970-01-01T00:00:00Z");
	assert_true(value->string.is_time);
}

static void keys_keep_their_order(void **state)
{
	struct value *map = value_map(arena);
	char key[32];
	int i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		(void)snprintf(key, sizeof(key), "k%d", i);
		assert_int_equal(value_set(arena, map, key, value_int(arena, i)), 0);
	}
	for (i = 0; i < 1000; i++) {
		(void)snprintf(key, sizeof(key), "k%d", i);
		assert_true(value_get(map, key)->integer == i);
		assert_string_equal(map->map.pairs[i].key->string.text, key);
	}
	assert_null(value_get(map, "k1000"));
	assert_int_equal(value_set(arena, map, "k7", value_string(arena, "new")), 0);
	assert_int_equal(map->map.count, 1000);
	assert_string_equal(map->map.pairs[7].value->string.text, "new");
}

static void strings_and_integers_are_different_keys(void **state)
{
	struct value *map = value_map(arena);
	int64_t i;

	(void)state;
	for (i = 0; i < 100; i++)
		assert_int_equal(value_set_pair(arena, map, value_int(arena, i), value_null(arena)),
				0);
	assert_int_equal(value_set(arena, map, "1", value_bool(arena, true)), 0);
	assert_int_equal(map->map.count, 101);
	assert_int_equal(value_get(map, "1")->kind, VALUE_BOOL);
	assert_int_equal(value_find_pair(map, value_int(arena, 1))->value->kind, VALUE_NULL);
}

static void what_is_no_map_has_no_keys(void **state)
{
	(void)state;
	assert_null(value_get(NULL, "a"));
	assert_null(value_get(value_list(arena), "a"));
	assert_null(value_get(value_map(arena), ""));
}

static void failures_travel(void **state)
{
	(void)state;
	assert_int_equal(value_append(arena, NULL, value_null(arena)), -ENOMEM);
	assert_int_equal(value_append(arena, value_list(arena), NULL), -ENOMEM);
	assert_int_equal(value_set(arena, value_map(arena), "a", NULL), -ENOMEM);
	assert_int_equal(value_set(arena, NULL, "a", value_null(arena)), -ENOMEM);
}

/* At every point where the arena can be used up, a map stays what it was before the call. */
static void a_full_arena_leaves_maps_whole(void **state)
{
	struct arena *small;
	struct value *map;
	size_t limit, count, i;
	char key[32];

	(void)state;
	for (limit = 200; limit < 6000; limit += 16) {
		small = arena_new(limit);
		map = value_map(small);
		for (count = 0;; count++) {
			(void)snprintf(key, sizeof(key), "k%zu", count);
			if (value_set(small, map, key, value_null(small)) < 0)
				break;
		}
		assert_int_equal(map->map.count, count);
		for (i = 0; i < count; i++) {
			(void)snprintf(key, sizeof(key), "k%zu", i);
			assert_non_null(value_get(map, key));
		}
		arena_free(small);
	}
}

static struct value *sample(int last)
{
	struct value *map = value_map(arena), *list = value_list(arena);

	(void)value_append(arena, list, value_float(arena, 0.5));
	(void)value_append(arena, list, value_string(arena, "x"));
	(void)value_append(arena, list, value_int(arena, last));
	(void)value_set(arena, map, "list", list);
	(void)value_set(arena, map, "null", value_null(arena));
	return map;
}

static void equality(void **state)
{
	struct value *deep = value_list(arena), *next;
	int i;

	(void)state;
	assert_true(value_equal(sample(1), sample(1)));
	assert_false(value_equal(sample(1), sample(2)));
	assert_false(value_equal(value_int(arena, 1), value_float(arena, 1)));
	assert_false(value_equal(value_float(arena, 0.0), value_float(arena, -0.0)));
	for (i = 0; i < 2000; i++) {
		next = value_list(arena);
		(void)value_append(arena, next, deep);
		deep = next;
	}
	assert_false(value_equal(deep, deep)); /* too deep to tell, and no crash */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(scalars),
			cmocka_unit_test(keys_keep_their_order),
			cmocka_unit_test(strings_and_integers_are_different_keys),
			cmocka_unit_test(what_is_no_map_has_no_keys),
			cmocka_unit_test(failures_travel),
			cmocka_unit_test(a_full_arena_leaves_maps_whole),
			cmocka_unit_test(equality),
	};

	return cmocka_run_group_tests(tests, arena_setup, arena_teardown);
}
