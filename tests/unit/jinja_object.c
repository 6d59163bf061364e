#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/jinja/run.h"

static struct run run;

static int setup(void **state)
{
	(void)state;
	run = (struct run){.arena = arena_new(64u << 20),
			.steps_left = 10000000,
			.undefined = UNDEFINED_CHAINABLE,
			.is_ansible = true};
	return run.arena ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(run.arena);
	return 0;
}

static struct object string(const char *str)
{
	struct object object;

	assert_int_equal(object_string_z(&run, str, &object), 0);
	return object;
}

static struct object list(size_t count, const struct object *items)
{
	struct object object;
	size_t i;

	assert_int_equal(object_list(&run, &object), 0);
	for (i = 0; i < count; i++)
		assert_int_equal(list_append(&run, object.list, items[i]), 0);
	return object;
}

static struct object tuple(size_t count, const struct object *items)
{
	struct object object;

	assert_int_equal(object_tuple(&run, items, count, &object), 0);
	return object;
}

static void assert_repr(struct object object, const char *expected)
{
	struct buf text = BUF_INIT;

	assert_int_equal(object_repr(&run, object, &text), 0);
	assert_string_equal(buf_str(&text), expected);
	buf_release(&text);
}

/* The run has failed with a message that holds TEXT; it goes on afterwards. */
static void assert_failed(const char *text)
{
	assert_true(run.has_failed);
	if (!strstr(run.message, text))
		fail_msg("'%s' is not in '%s'", text, run.message);
	run.has_failed = false;
}

#define LIST(...)                                                                                  \
	list(sizeof((const struct object[]){__VA_ARGS__}) / sizeof(struct object),                 \
			(const struct object[]){__VA_ARGS__})
#define TUPLE(...)                                                                                 \
	tuple(sizeof((const struct object[]){__VA_ARGS__}) / sizeof(struct object),                \
			(const struct object[]){__VA_ARGS__})
#define INT object_int

static void repr_is_pythons(void **state)
{
	(void)state;
	assert_repr(object_none(), "None");
	assert_repr(object_bool(true), "True");
	assert_repr(INT(INT64_MIN), "-9223372036854775808");
	assert_repr(INT(0), "0");
	assert_repr(object_float(1e16), "1e+16");
	assert_repr(object_float(-0.0), "-0.0");
	assert_repr(string("a'b"), "\"a'b\"");
	assert_repr(string("a'b\"c"), "'a\\'b\"c'");
	assert_repr(string("\\ \n\t\r\x01\x7f"), "'\\\\ \\n\\t\\r\\x01\\x7f'");
	assert_repr(string("\u00e4\u00a0\u200b\U0001f600\U000e0001"),
			"'\u00e4\\xa0\\u200b\U0001f600\\U000e0001'");
	assert_repr(LIST(INT(1), string("x")), "[1, 'x']");
	assert_repr(TUPLE(INT(1)), "(1,)");
	assert_repr(tuple(0, NULL), "()");
	assert_repr(LIST(object_undefined(&run, "x")), "[Undefined]");
}

static void what_contains_itself_prints_dots(void **state)
{
	struct object outer = LIST(INT(1)), dict;

	(void)state;
	assert_int_equal(list_append(&run, outer.list, outer), 0);
	assert_repr(outer, "[1, [...]]");
	assert_int_equal(object_dict(&run, &dict), 0);
	assert_int_equal(dict_set(&run, dict.dict, string("d"), dict), 0);
	assert_repr(dict, "{'d': {...}}");
}

static void depth_is_bounded(void **state)
{
	struct object a = LIST(INT(1)), b = LIST(INT(1));
	struct buf text = BUF_INIT;
	bool same;
	int i, order;

	(void)state;
	for (i = 0; i < 300; i++) {
		a = LIST(a);
		b = LIST(b);
	}
	assert_int_equal(object_repr(&run, a, &text), -1);
	assert_failed("deeper than");
	buf_release(&text);
	assert_int_equal(object_equal(&run, a, b, &same), -1);
	assert_failed("deeper than");
	assert_int_equal(object_compare(&run, a, b, "<", &order), -1);
	assert_failed("deeper than");
}

/* Lists that hold the same list twice, forty times over: 2 to the power of 40 items. */
static void shared_parts_cost_steps(void **state)
{
	struct object a = LIST(INT(1)), b = LIST(INT(1));
	struct buf text = BUF_INIT;
	bool same;
	int i;

	(void)state;
	for (i = 0; i < 40; i++) {
		a = LIST(a, a);
		b = LIST(b, b);
	}
	assert_int_equal(object_equal(&run, a, b, &same), -1);
	assert_failed("steps");
	run.steps_left = 100000;
	assert_int_equal(object_repr(&run, a, &text), -1);
	assert_failed("steps");
	buf_release(&text);
}

static void assert_equal(struct object a, struct object b, bool expected)
{
	uint64_t x, y;
	bool same;

	assert_int_equal(object_equal(&run, a, b, &same), 0);
	assert_int_equal(same, expected);
	if (!expected || a.kind == OBJECT_LIST)
		return;
	assert_int_equal(object_hash(&run, a, &x), 0);
	assert_int_equal(object_hash(&run, b, &y), 0);
	assert_true(x == y);
}

static void what_is_equal_hashes_alike(void **state)
{
	(void)state;
	assert_equal(INT(1), object_bool(true), true);
	assert_equal(INT(1), object_float(1.0), true);
	assert_equal(object_float(0.0), object_float(-0.0), true);
	assert_equal(INT(INT64_MAX), object_float(0x1p63), false);
	assert_equal(INT((1LL << 53) + 1), object_float(0x1p53), false);
	assert_equal(string("a"), string("a"), true);
	assert_equal(string("1"), INT(1), false);
	assert_equal(TUPLE(INT(1), string("a")), TUPLE(object_float(1), string("a")), true);
	assert_equal(LIST(INT(1)), TUPLE(INT(1)), false);
	assert_equal(LIST(INT(1)), LIST(object_bool(true)), true);
	assert_equal(object_none(), object_bool(false), false);
}

static void one_key_whatever_its_type(void **state)
{
	struct object dict, out;
	bool found;
	int i;

	(void)state;
	assert_int_equal(object_dict(&run, &dict), 0);
	assert_int_equal(dict_set(&run, dict.dict, INT(1), string("a")), 0);
	assert_int_equal(dict_set(&run, dict.dict, object_bool(true), string("b")), 0);
	assert_int_equal(dict_set(&run, dict.dict, object_float(1), string("c")), 0);
	assert_repr(dict, "{1: 'c'}");
	for (i = 0; i < 1000; i++)
		assert_int_equal(dict_set(&run, dict.dict, INT(i), INT(i * i)), 0);
	for (i = 0; i < 1000; i += 2) {
		assert_int_equal(dict_remove(&run, dict.dict, INT(i), &out, &found), 0);
		assert_true(found && out.integer == i * i);
	}
	assert_int_equal(dict.dict->count, 500);
	for (i = 0; i < 1000; i++) {
		assert_int_equal(dict_get(&run, dict.dict, INT(i), &out, &found), 0);
		assert_int_equal(found, i % 2 == 1);
		assert_true(!found || out.integer == i * i);
	}
	assert_int_equal(dict_get(&run, dict.dict, LIST(INT(1)), &out, &found), -1);
	assert_failed("unhashable type: 'list'");
}

struct sum {
	enum object_op op;
	struct object a, b;
	const char *expected;
};

static void arithmetic_is_pythons(void **state)
{
	const struct sum sums[] = {
			{OP_ADD, INT(1), object_bool(true), "2"},
			{OP_DIV, INT(4), INT(2), "2.0"},
			{OP_DIV, INT(INT64_MAX), INT(3), "3.0744573456182584e+18"},
			{OP_DIV, INT(9007199254740993), INT(1), "9007199254740992.0"},
			{OP_FLOORDIV, INT(-7), INT(2), "-4"},
			{OP_FLOORDIV, object_float(-7), INT(2), "-4.0"},
			{OP_MOD, INT(-7), INT(3), "2"},
			{OP_MOD, INT(7), INT(-3), "-2"},
			{OP_MOD, object_float(-7.5), INT(3), "1.5"},
			{OP_MOD, INT(INT64_MIN), INT(-1), "0"},
			{OP_POW, INT(2), INT(62), "4611686018427387904"},
			{OP_POW, INT(-2), INT(63), "-9223372036854775808"},
			{OP_POW, INT(2), INT(-1), "0.5"},
			{OP_MUL, string("ab"), INT(3), "'ababab'"},
			{OP_MUL, INT(2), LIST(INT(1)), "[1, 1]"},
			{OP_MUL, string("ab"), INT(-3), "''"},
			{OP_ADD, LIST(INT(1)), LIST(INT(2)), "[1, 2]"},
			{OP_ADD, string("\u00e4"), string("b"), "'\u00e4b'"},
	};
	struct object out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sums) / sizeof(*sums); i++) {
		assert_int_equal(object_binary(&run, sums[i].op, sums[i].a, sums[i].b, &out), 0);
		assert_repr(out, sums[i].expected);
	}
}

static void arithmetic_fails_as_python_or_at_a_limit(void **state)
{
	const struct sum sums[] = {
			{OP_ADD, INT(INT64_MAX), INT(1), "64 bits"},
			{OP_MUL, INT(1LL << 32), INT(1LL << 32), "64 bits"},
			{OP_POW, INT(2), INT(63), "64 bits"},
			{OP_FLOORDIV, INT(INT64_MIN), INT(-1), "64 bits"},
			{OP_DIV, INT(1), INT(0), "by zero"},
			{OP_MOD, INT(1), object_float(0), "by zero"},
			{OP_POW, INT(0), INT(-1), "negative power"},
			{OP_POW, object_float(1e200), INT(2), "out of range"},
			{OP_ADD, string("a"), INT(1), "can only concatenate str (not \"int\")"},
			{OP_SUB, string("a"), INT(1), "unsupported operand type(s) for -"},
			{OP_MUL, string("a"), INT(1000000000000), "longer than"},
			{OP_MUL, LIST(INT(1)), INT(1000001), "more than"},
			{OP_ADD, object_undefined(&run, "x"), INT(1), "'x' is undefined"},
	};
	struct object out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sums) / sizeof(*sums); i++) {
		assert_int_equal(object_binary(&run, sums[i].op, sums[i].a, sums[i].b, &out), -1);
		assert_failed(sums[i].expected);
	}
}

static struct object slice(
		struct object object, struct object start, struct object stop, struct object step)
{
	const struct object bounds[3] = {start, stop, step};
	struct object out;

	assert_int_equal(object_slice(&run, object, bounds, &out), 0);
	return out;
}

static void slices_count_code_points(void **state)
{
	struct object none = object_none(), text = string("h\u00e4ll\U0001f600o");

	(void)state;
	assert_repr(slice(text, INT(1), INT(3), none), "'\u00e4l'");
	assert_repr(slice(text, none, none, INT(-1)), "'o\U0001f600ll\u00e4h'");
	assert_repr(slice(text, INT(-2), none, none), "'\U0001f600o'");
	assert_repr(slice(text, none, none, INT(2)), "'hl\U0001f600'");
	assert_repr(slice(text, INT(9), INT(-9), none), "''");
	assert_repr(slice(LIST(INT(1), INT(2), INT(3)), none, INT(-1), none), "[1, 2]");
	assert_repr(slice(LIST(INT(1), INT(2), INT(3)), INT(5), none, INT(-2)), "[3, 1]");
	assert_repr(slice(TUPLE(INT(1), INT(2)), none, INT(INT64_MIN), none), "()");
}

static void undefined_chains_and_fails_when_used(void **state)
{
	static const struct undefined no_else = {.message = "-", .is_plain = true};
	const struct object plain = {.kind = OBJECT_UNDEFINED, .undefined = &no_else};
	struct object missing = object_undefined(&run, "x"), out, dict;
	bool truth;

	(void)state;
	assert_int_equal(object_attribute(&run, missing, string("a").text, &out), 0);
	assert_int_equal(out.kind, OBJECT_UNDEFINED);
	assert_int_equal(object_truth(&run, out, &truth), -1);
	assert_failed("'x' is undefined");
	assert_int_equal(object_dict(&run, &dict), 0);
	assert_int_equal(object_attribute(&run, dict, string("a").text, &out), 0);
	assert_int_equal(object_undefined_fail(&run, out), -1);
	assert_failed("'dict object' has no attribute 'a'");
	assert_int_equal(object_item(&run, LIST(INT(1)), INT(5), &out), 0);
	assert_int_equal(object_undefined_fail(&run, out), -1);
	assert_failed("list object has no element 5");
	assert_int_equal(object_attribute(&run, dict, string("__class__").text, &out), 0);
	assert_int_equal(object_undefined_fail(&run, out), -1);
	assert_failed("is unsafe");
	assert_int_equal(object_truth(&run, plain, &truth), 0);
	assert_false(truth);
}

static void methods_come_before_keys_of_that_name(void **state)
{
	struct object dict, out;

	(void)state;
	assert_int_equal(object_dict(&run, &dict), 0);
	assert_int_equal(dict_set(&run, dict.dict, string("items"), INT(5)), 0);
	assert_int_equal(object_attribute(&run, dict, string("items").text, &out), 0);
	assert_true(object_is_callable(out));
	assert_int_equal(object_item(&run, dict, string("items"), &out), 0);
	assert_repr(out, "5");
	assert_int_equal(object_item(&run, dict, string("keys"), &out), 0);
	assert_true(object_is_callable(out));
	assert_int_equal(object_repr(&run, out, NULL), -1);
	assert_failed("call it, keys()");
}

static void iterators_are_read_once_and_views_again(void **state)
{
	struct object generator, dict, view;
	struct list *items;
	bool found;

	(void)state;
	assert_int_equal(object_generator(&run, "generator", LIST(INT(1), INT(2), INT(3)).list,
					 &generator),
			0);
	assert_int_equal(object_contains(&run, generator, INT(1), &found), 0);
	assert_true(found);
	assert_repr(generator, "[2, 3]");
	assert_int_equal(object_items(&run, generator, &items), 0);
	assert_int_equal(items->count, 0);

	assert_int_equal(object_dict(&run, &dict), 0);
	assert_int_equal(object_generator(&run, "dict_items", NULL, &view), 0);
	view.iterator->view_of = dict.dict;
	assert_repr(view, "dict_items([])");
	assert_int_equal(dict_set(&run, dict.dict, string("a"), INT(1)), 0);
	assert_repr(view, "dict_items([('a', 1)])");
	assert_repr(view, "dict_items([('a', 1)])");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test_setup_teardown(repr_is_pythons, setup, teardown),
			cmocka_unit_test_setup_teardown(
					what_contains_itself_prints_dots, setup, teardown),
			cmocka_unit_test_setup_teardown(depth_is_bounded, setup, teardown),
			cmocka_unit_test_setup_teardown(shared_parts_cost_steps, setup, teardown),
			cmocka_unit_test_setup_teardown(
					what_is_equal_hashes_alike, setup, teardown),
			cmocka_unit_test_setup_teardown(one_key_whatever_its_type, setup, teardown),
			cmocka_unit_test_setup_teardown(arithmetic_is_pythons, setup, teardown),
			cmocka_unit_test_setup_teardown(
					arithmetic_fails_as_python_or_at_a_limit, setup, teardown),
			cmocka_unit_test_setup_teardown(slices_count_code_points, setup, teardown),
			cmocka_unit_test_setup_teardown(
					undefined_chains_and_fails_when_used, setup, teardown),
			cmocka_unit_test_setup_teardown(
					methods_come_before_keys_of_that_name, setup, teardown),
			cmocka_unit_test_setup_teardown(
					iterators_are_read_once_and_views_again, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
