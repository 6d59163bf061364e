#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "src/base/vec.h"

static void grows_and_zeroes(void **state)
{
	uint32_t *items = NULL;
	size_t cap = 0, i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		assert_int_equal(vec_reserve(&items, &cap, i + 1, sizeof(*items)), 0);
		assert_true(cap > i);
		assert_int_equal(items[i], 0);
		items[i] = (uint32_t)i + 1;
	}
	assert_int_equal(items[0], 1);
	assert_int_equal(items[999], 1000);
	for (; i < cap; i++)
		assert_int_equal(items[i], 0);
	free(items);
}

static void enough_room_changes_nothing(void **state)
{
	char *items = NULL, *before;
	size_t cap = 0;

	(void)state;
	assert_int_equal(vec_reserve(&items, &cap, 0, 1), 0);
	assert_null(items);
	assert_int_equal(vec_reserve(&items, &cap, 5, 1), 0);
	before = items;
	assert_int_equal(vec_reserve(&items, &cap, cap, 1), 0);
	assert_ptr_equal(items, before);
	free(items);
}

static void overflow_is_refused(void **state)
{
	uint64_t *items = NULL;
	size_t cap = 0;

	(void)state;
	assert_int_equal(vec_reserve(&items, &cap, 1, sizeof(*items)), 0);
	items[0] = 7;
	assert_int_equal(vec_reserve(&items, &cap, SIZE_MAX / 4, sizeof(*items)), -ENOMEM);
	assert_int_equal(vec_reserve(&items, &cap, SIZE_MAX, sizeof(*items)), -ENOMEM);
	assert_int_equal(cap, 8);
	assert_int_equal(items[0], 7);
	free(items);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(grows_and_zeroes),
			cmocka_unit_test(enough_room_changes_nothing),
			cmocka_unit_test(overflow_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
