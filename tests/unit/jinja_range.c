#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/jinja/object.h"
#include "src/jinja/range.h"

static const struct range up = {.start = 2, .stop = 10, .step = 3, .count = 3};	  /* 2 5 8 */
static const struct range down = {.start = 5, .stop = 0, .step = -2, .count = 3}; /* 5 3 1 */
static const struct range wide = {
		.start = INT64_MIN, .stop = INT64_MAX, .step = INT64_MAX, .count = 3};

static void items_by_index(void **state)
{
	(void)state;
	assert_int_equal(range_at(&up, 0), 2);
	assert_int_equal(range_at(&up, 2), 8);
	assert_int_equal(range_at(&down, 2), 1);
	assert_int_equal(range_at(&wide, 1), -1);
	assert_int_equal(range_at(&wide, 2), INT64_MAX - 1);
}

static void indexes_by_item(void **state)
{
	int64_t index;

	(void)state;
	assert_true(range_find(&up, 8, &index));
	assert_int_equal(index, 2);
	assert_false(range_find(&up, 7, &index));
	assert_false(range_find(&up, 11, &index));
	assert_false(range_find(&up, -1, &index));
	assert_true(range_find(&down, 1, &index));
	assert_int_equal(index, 2);
	assert_false(range_find(&down, INT64_MIN, &index));
	assert_true(range_find(&wide, INT64_MAX - 1, &index));
	assert_int_equal(index, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(items_by_index),
			cmocka_unit_test(indexes_by_item),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
