#include "tests/unit/value_fixture.h"
#include "src/value/fingerprint.h"

static void tells_apart_what_differs(void **state)
{
	static const char *const texts[] = {"null", "false", "true", "0", "1", "-1", "0.0", "-0.0",
			"1.0", "''", "'0'", "'1'", "a", "ab", "12345678", "123456789", "[]", "{}",
			"[[]]", "[null]", "[a, b]", "[b, a]", "[ab]", "[[a], b]", "[[a, b]]",
			"{a: b}", "{b: a}", "{a: 1, b: 2}", "{b: 2, a: 1}", "{1: a}", "{'1': a}",
			"[.nan]", "[.inf]"};
	uint64_t numbers[sizeof(texts) / sizeof(texts[0]) + 1];
	size_t i, j, count = sizeof(texts) / sizeof(texts[0]);

	(void)state;
	for (i = 0; i < count; i++)
		numbers[i] = value_fingerprint(parse(texts[i]));
	numbers[count++] = value_fingerprint(NULL);
	for (i = 0; i < count; i++) {
		for (j = 0; j < i; j++)
			assert_true(numbers[i] != numbers[j]);
	}
}

static void is_the_same_everywhere(void **state)
{
	struct value *value = parse("{a: [1, 2.5, x, null, true, .nan], b: {}, 3: é}");

	(void)state;
	/* A number of its own: when it changes, the caches of all nodes are stale. */
	assert_true(value_fingerprint(value) == value_fingerprint(value));
	assert_true(value_fingerprint(value) ==
			value_fingerprint(parse("a: [1, 2.5, 'x', ~, True, .NaN]\nb: {}\n3: é\n")));
	assert_int_equal(value_fingerprint(value), 0x80e92a762be4c7c6);
}

/* 2^60 nodes, each asked once. */
static void shared_nodes_are_walked_once(void **state)
{
	struct value *value = parse("[1]"), *outer;
	int i;

	(void)state;
	for (i = 0; i < 60; i++, value = outer) {
		outer = value_list(arena);
		assert_int_equal(value_append(arena, outer, value), 0);
		assert_int_equal(value_append(arena, outer, value), 0);
	}
	assert_true(value_fingerprint(value) != 0);
}

static void ends_however_deep(void **state)
{
	struct value *value = value_list(arena), *outer;
	int i;

	(void)state;
	for (i = 0; i < 100000; i++, value = outer) {
		outer = value_list(arena);
		assert_int_equal(value_append(arena, outer, value), 0);
	}
	assert_true(value_fingerprint(value) != 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(tells_apart_what_differs),
			cmocka_unit_test(is_the_same_everywhere),
			cmocka_unit_test(shared_nodes_are_walked_once),
			cmocka_unit_test(ends_however_deep),
	};

	return cmocka_run_group_tests(tests, arena_setup, arena_teardown);
}
