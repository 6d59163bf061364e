#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/arena.h"
#include "src/jinja/call.h"
#include "src/jinja/method.h"
#include "src/jinja/run.h"

static struct run run;

static int setup(void **state)
{
	(void)state;
	run = (struct run){.arena = arena_new(1u << 20), .steps_left = 100000};
	return run.arena ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(run.arena);
	return 0;
}

static const struct text *text(const char *str)
{
	struct object object;

	assert_int_equal(object_string_z(&run, str, &object), 0);
	return object.text;
}

static void assert_failed(const char *message)
{
	assert_true(run.has_failed);
	assert_string_equal(run.message, message);
	run.has_failed = false;
}

static void check_sorted(const struct function *table, size_t count)
{
	size_t i;

	for (i = 1; i < count; i++) {
		if (strcmp(table[i - 1].name, table[i].name) >= 0)
			fail_msg("'%s' is not before '%s'", table[i - 1].name, table[i].name);
	}
	for (i = 0; i < count; i++)
		assert_ptr_equal(function_find(table, count, table[i].name, strlen(table[i].name)),
				&table[i]);
}

static void tables_are_sorted(void **state)
{
	(void)state;
	check_sorted(jinja_filters, jinja_filter_count);
	check_sorted(jinja_tests, jinja_test_count);
	check_sorted(ansible_filters, ansible_filter_count);
	check_sorted(ansible_tests, ansible_test_count);
	check_sorted(text_methods, text_method_count);
	check_sorted(list_methods, list_method_count);
	check_sorted(tuple_methods, tuple_method_count);
	check_sorted(dict_methods, dict_method_count);
	check_sorted(int_methods, int_method_count);
	check_sorted(float_methods, float_method_count);
	check_sorted(range_methods, range_method_count);
}

static void names_are_found_whole(void **state)
{
	(void)state;
	assert_null(function_find(jinja_filters, jinja_filter_count, "uppe", 4));
	assert_null(function_find(jinja_filters, jinja_filter_count, "upperx", 6));
	assert_null(function_find(jinja_filters, jinja_filter_count, "", 0));
	assert_null(function_find(NULL, 0, "x", 1));
}

static void profiles_have_their_own(void **state)
{
	(void)state;
	assert_non_null(filter_find(&run, text("upper")));
	assert_null(filter_find(&run, text("to_yaml")));
	assert_null(filter_find(&run, text("ansible.builtin.to_yaml")));
	run.is_ansible = true;
	assert_non_null(filter_find(&run, text("to_yaml")));
	assert_non_null(filter_find(&run, text("ansible.builtin.to_yaml")));
	assert_null(filter_find(&run, text("ansible.builtin.nosuch")));
	assert_non_null(filter_find(&run, text("ansible.utils.ipaddr")));
	assert_non_null(filter_find(&run, text("ansible.netcommon.ipwrap")));
	assert_null(filter_find(&run, text("ansible.utils.bool")));
	assert_string_equal(filter_suggest(&run, text("to_yml")), "to_yaml");
	assert_string_equal(test_suggest(&run, text("definde")), "defined");
	assert_null(filter_suggest(&run, text("qqqqqqqq")));
	assert_non_null(filter_refused(text("shuffle")));
	assert_null(filter_refused(text("upper")));
}

/* f(a, b, c) with A required. */
static int bind(size_t count, const struct keyword *keywords, size_t keyword_count,
		struct object out[3])
{
	static const struct param params[] = {{"a"}, {"b"}, {"c"}};
	const struct object args[] = {object_int(1), object_int(2), object_int(3), object_int(4)};
	const struct call call = {.name = "f",
			.args = args,
			.count = count,
			.keywords = keywords,
			.keyword_count = keyword_count};

	return call_bind(&run, &call, params, 3, 1, out);
}

static void arguments_are_bound_as_python_does(void **state)
{
	const struct keyword b = {text("b"), object_int(7)}, z = {text("z"), object_int(8)};
	struct object out[3];

	(void)state;
	assert_int_equal(bind(2, NULL, 0, out), 0);
	assert_true(out[0].integer == 1 && out[1].integer == 2 && is_absent(out[2]));
	assert_int_equal(bind(1, &b, 1, out), 0);
	assert_true(out[1].integer == 7 && is_absent(out[2]));
	assert_int_equal(bind(2, &b, 1, out), -1);
	assert_failed("f() got multiple values for argument 'b'");
	assert_int_equal(bind(1, &z, 1, out), -1);
	assert_failed("f() got an unexpected keyword argument 'z'");
	assert_int_equal(bind(0, &b, 1, out), -1);
	assert_failed("f() missing required argument 'a'");
	assert_int_equal(bind(4, NULL, 0, out), -1);
	assert_failed("f() takes at most 3 arguments (4 given)");
}

static void arguments_have_types(void **state)
{
	const struct text *string;
	int64_t integer;
	bool boolean;

	(void)state;
	assert_int_equal(arg_int(&run, (struct object){0}, 5, &integer), 0);
	assert_true(integer == 5);
	assert_int_equal(arg_int(&run, object_bool(true), 5, &integer), 0);
	assert_true(integer == 1);
	assert_int_equal(arg_int(&run, object_float(1), 5, &integer), -1);
	assert_failed("'float' object cannot be interpreted as an integer");
	assert_int_equal(arg_bool(&run, object_int(0), true, &boolean), 0);
	assert_false(boolean);
	assert_int_equal(arg_text(&run, (struct object){0}, "x", &string), 0);
	assert_string_equal(string->data, "x");
	assert_int_equal(arg_text(&run, object_int(1), "x", &string), -1);
	assert_failed("expected a string, not int");
}

static void what_cannot_be_called_fails(void **state)
{
	const struct call call = {.name = "f"};
	struct object out;

	(void)state;
	assert_int_equal(object_call(&run, object_int(1), &call, &out), -1);
	assert_failed("'int' object is not callable");
	assert_int_equal(object_call(&run, object_undefined(&run, "x"), &call, &out), -1);
	assert_failed("'x' is undefined");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test_setup_teardown(tables_are_sorted, setup, teardown),
			cmocka_unit_test_setup_teardown(names_are_found_whole, setup, teardown),
			cmocka_unit_test_setup_teardown(profiles_have_their_own, setup, teardown),
			cmocka_unit_test_setup_teardown(
					arguments_are_bound_as_python_does, setup, teardown),
			cmocka_unit_test_setup_teardown(arguments_have_types, setup, teardown),
			cmocka_unit_test_setup_teardown(
					what_cannot_be_called_fails, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
