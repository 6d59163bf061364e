#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/base/arena.h"
#include "src/jinja/convert.h"
#include "src/jinja/run.h"
#include "src/value/value.h"

static struct run run;

static int setup(void **state)
{
	(void)state;
	run = (struct run){.arena = arena_new(64u << 20), .steps_left = 10000000};
	return run.arena ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(run.arena);
	return 0;
}

/* [INNER, INNER, ...], COUNT times. */
static struct object list_of_same(struct object inner, int count)
{
	struct object list;

	assert_int_equal(object_list(&run, &list), 0);
	while (count-- > 0)
		assert_int_equal(list_append(&run, list.list, inner), 0);
	return list;
}

static void what_is_shared_stays_shared_only_where_asked_for(void **state)
{
	struct object inner;
	struct value *value;
	int i;

	(void)state;
	assert_int_equal(object_dict(&run, &inner), 0);
	assert_int_equal(convert_to_value(&run, list_of_same(inner, 2), &value), 0);
	assert_ptr_not_equal(value->list.items[0], value->list.items[1]);
	assert_int_equal(convert_to_shared(&run, list_of_same(inner, 2), &value), 0);
	assert_ptr_equal(value->list.items[0], value->list.items[1]);

	/* Many different ones: the table grows. */
	assert_int_equal(object_list(&run, &inner), 0);
	for (i = 0; i < 500; i++)
		assert_int_equal(list_append(&run, inner.list, list_of_same(object_none(), i)), 0);
	assert_int_equal(convert_to_shared(&run, list_of_same(inner, 2), &value), 0);
	assert_ptr_equal(value->list.items[0], value->list.items[1]);
	for (i = 0; i < 500; i++)
		assert_int_equal(value->list.items[0]->list.items[i]->list.count, i);
}

static void an_empty_tuple_is_never_shared(void **state)
{
	struct object tuple;
	struct value *value;

	(void)state;
	assert_int_equal(object_tuple(&run, NULL, 0, &tuple), 0);
	assert_int_equal(convert_to_shared(&run, list_of_same(tuple, 2), &value), 0);
	assert_ptr_not_equal(value->list.items[0], value->list.items[1]);
}

static void a_container_within_itself_is_an_error(void **state)
{
	struct object list;
	struct value *value = NULL;

	(void)state;
	assert_int_equal(object_list(&run, &list), 0);
	assert_int_equal(list_append(&run, list.list, list), 0);
	assert_int_equal(convert_to_shared(&run, list, &value), -1);
	assert_string_equal(run.message, "Circular reference detected");
	assert_null(value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test_setup_teardown(
					what_is_shared_stays_shared_only_where_asked_for, setup,
					teardown),
			cmocka_unit_test_setup_teardown(
					an_empty_tuple_is_never_shared, setup, teardown),
			cmocka_unit_test_setup_teardown(
					a_container_within_itself_is_an_error, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
