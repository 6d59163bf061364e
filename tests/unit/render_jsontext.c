#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/render/jsontext.h"

static void takes(void **state)
{
	static const char *const good[] = {"1", " null ", "[]", "{}", "[1, [], {}]",
			"{\"a\": [1, 2.5e-3], \"b\": {\"c\": \"\\u00e4\\n\\\"\"}}", "-0.0", "1E+2",
			"\"\xc3\xa4\"", "[[[[1]]]]", "{\"a\":{\"b\":{}},\"c\":[]}", "0"};
	struct jsontext_fault fault;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		if (jsontext_check(good[i], strlen(good[i]), &fault) != 0)
			fail_msg("%s: %s", good[i], fault.message);
	}
}

static void refuses(void **state)
{
	static const struct {
		const char *text;
		uint32_t line, column;
	} bad[] = {
			{"", 1, 1},
			{"[1,]", 1, 4},
			{"[1 2]", 1, 4},
			{"{\"a\": 1,}", 1, 9},
			{"{a: 1}", 1, 2},
			{"{\"a\" 1}", 1, 6},
			{"[1}", 1, 3},
			{"01", 1, 2},
			{"1.", 1, 3},
			{"-", 1, 2},
			{"1e", 1, 3},
			{"+1", 1, 1},
			{"NaN", 1, 1},
			{"tru", 1, 1},
			{"'a'", 1, 1},
			{"\"a", 1, 3},
			{"\"a\nb\"", 1, 3},
			{"\"\\x\"", 1, 3},
			{"\"\\u12g4\"", 1, 6},
			{"[1,\n  2,\n  \"\xc3\xa4\" 3]", 3, 7},
			{"1 2", 1, 3},
			{"\xff", 1, 1},
			{"# c\n1", 1, 1},
	};
	struct jsontext_fault fault;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (jsontext_check(bad[i].text, strlen(bad[i].text), &fault) != -EINVAL)
			fail_msg("'%s' is taken", bad[i].text);
		if (fault.line != bad[i].line || fault.column != bad[i].column)
			fail_msg("'%s': %u:%u", bad[i].text, fault.line, fault.column);
	}
}

static void is_bounded(void **state)
{
	static char deep[100000];
	struct jsontext_fault fault;

	(void)state;
	memset(deep, '[', sizeof(deep));
	assert_int_equal(jsontext_check(deep, sizeof(deep), &fault), -EINVAL);
	memset(deep + JSONTEXT_DEPTH_MAX, ']', JSONTEXT_DEPTH_MAX);
	assert_int_equal(jsontext_check(deep, 2 * JSONTEXT_DEPTH_MAX, &fault), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(takes),
			cmocka_unit_test(refuses),
			cmocka_unit_test(is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
