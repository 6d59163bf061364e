#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/arena.h"
#include "src/value/order.h"
#include "src/value/value.h"

/* The keys in the order that comes out, by the numbers that are their values: "2 0 1". */
static void expect_order(const struct value *keys, size_t count, const char *order)
{
	struct value items[8] = {{0}};
	struct value_pair pairs[8];
	struct value map = {.kind = VALUE_MAP, .map = {.pairs = pairs, .count = count}};
	const struct value_pair **sorted = NULL;
	struct value key_copies[8];
	size_t i;

	for (i = 0; i < count; i++) {
		key_copies[i] = keys[i];
		items[i].integer = (int64_t)i;
		pairs[i] = (struct value_pair){&key_copies[i], &items[i]};
	}
	assert_int_equal(order_pairs(&map, &sorted), 0);
	for (i = 0; i < count; i++)
		assert_int_equal(sorted[i]->value->integer, order[i * 2] - '0');
	free(sorted);
}

static void numbers_exactly(void **state)
{
	static const struct value keys[] = {
			{.kind = VALUE_INT, .integer = INT64_MAX},
			{.kind = VALUE_FLOAT, .real = 9223372036854775808.0},
			{.kind = VALUE_INT, .integer = 9007199254740993},
			{.kind = VALUE_FLOAT, .real = 9007199254740992.0},
			{.kind = VALUE_FLOAT, .real = -1.5},
			{.kind = VALUE_BOOL, .boolean = true},
			{.kind = VALUE_FLOAT, .real = -1e300},
	};

	(void)state;
	expect_order(keys, 7, "6 4 5 3 2 0 1");
}

#define TEXT(s)                                                                                    \
	{                                                                                          \
		.kind = VALUE_STRING, .string = {.text = s, .len = sizeof(s) - 1 }                 \
	}

static void strings_by_code_point(void **state)
{
	static const struct value keys[] = {TEXT("b"), TEXT("ab"), TEXT("a\0b"), TEXT("a"),
			TEXT("\xf0\x9f\x98\x80"), TEXT("\xef\xbf\xbd"), TEXT("B")};

	(void)state;
	expect_order(keys, 7, "6 3 2 1 0 5 4");
}

static void what_does_not_compare(void **state)
{
	struct arena *arena = arena_new(0);
	struct value *map = value_map(arena);
	const struct value_pair **sorted = NULL;

	(void)state;
	assert_int_equal(order_pairs(map, &sorted), 0);
	assert_null(sorted);
	assert_int_equal(value_set(arena, map, "a", value_int(arena, 1)), 0);
	assert_int_equal(value_set_pair(arena, map, value_int(arena, 1), value_int(arena, 2)), 0);
	assert_int_equal(order_pairs(map, &sorted), -EINVAL);
	assert_int_equal(order_none(map, &sorted), 0);
	assert_ptr_equal(sorted[1], &map->map.pairs[1]);
	free(sorted);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(numbers_exactly),
			cmocka_unit_test(strings_by_code_point),
			cmocka_unit_test(what_does_not_compare),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
