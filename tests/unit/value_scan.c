#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/value/scan.h"

static void takes_from_the_front(void **state)
{
	static const char text[] = "--0x12\0a";
	struct scan scan = {text, text + sizeof(text) - 1};

	(void)state;
	assert_true(scan_one(&scan, "+-"));
	assert_false(scan_one(&scan, "ab"));
	assert_int_equal(scan_all(&scan, "-"), 1);
	assert_false(scan_word(&scan, "0o"));
	assert_true(scan_word(&scan, "0x"));
	assert_true(scan_count(&scan, SCAN_DIGITS, 1, 1));
	assert_false(scan_count(&scan, SCAN_DIGITS, 2, 4));
	assert_false(scan_one(&scan, "a")); /* a NUL is before it, and in no set */
	assert_false(scan_at_end(&scan));
	assert_false(scan_word(&scan, "longer than what is left"));
}

static void ends(void **state)
{
	struct scan scan = {"abc", "abc"};

	(void)state;
	assert_true(scan_at_end(&scan));
	assert_false(scan_one(&scan, "a"));
	assert_true(scan_count(&scan, "a", 0, 3));
}

static void words(void **state)
{
	static const char *const list[] = {"", "on", "off", NULL};

	(void)state;
	assert_true(scan_is_one_of("", 0, list));
	assert_true(scan_is_one_of("office", 3, list));
	assert_false(scan_is_one_of("office", 4, list));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(takes_from_the_front),
			cmocka_unit_test(ends),
			cmocka_unit_test(words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
