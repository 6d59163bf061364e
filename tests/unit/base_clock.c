#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "src/base/clock.h"

static void monotonic_goes_forward(void **state)
{
	uint64_t ns = clock_mono_ns(), ms = clock_mono_ms();

	(void)state;
	assert_true(clock_mono_ns() >= ns);
	assert_true(ms >= ns / 1000000 && ms - ns / 1000000 < 10000);
	assert_true(clock_wall_s() > 1700000000);
}

static void text_and_back(void **state)
{
	static const struct {
		int64_t wall_s;
		const char *text;
	} cases[] = {
			{0, "1970-01-01T00:00:00Z"},
			{-1, "1969-12-31T23:59:59Z"},
			{951782400, "2000-02-29T00:00:00Z"},
			{1795425164, "2026-11-23T09:12:44Z"},
			{-62167219200, "0000-01-01T00:00:00Z"},
			{253402300799, "9999-12-31T23:59:59Z"},
	};
	char text[CLOCK_TEXT_SIZE];
	int64_t wall_s;
	size_t i;

	(void)state;
	(void)setenv("TZ", "Asia/Tokyo", 1); /* must not matter */
	tzset();
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		clock_format(cases[i].wall_s, text);
		assert_string_equal(text, cases[i].text);
		assert_int_equal(clock_parse(text, &wall_s), 0);
		assert_true(wall_s == cases[i].wall_s);
	}
}

static void years_are_clamped(void **state)
{
	char text[CLOCK_TEXT_SIZE];

	(void)state;
	clock_format(INT64_MAX, text);
	assert_string_equal(text, "9999-12-31T23:59:59Z");
	clock_format(INT64_MIN, text);
	assert_string_equal(text, "0000-01-01T00:00:00Z");
}

static void nonsense_is_refused(void **state)
{
	static const char *const cases[] = {"", "2026", "2026-11-23T09:12:44",
			"2026-11-23T09:12:44Zx", "2026-11-23 09:12:44Z", "2026-13-01T00:00:00Z",
			"2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-11-31T00:00:00Z",
			"2026-11-23T24:00:00Z", "2026-11-23T09:60:00Z", "2026-11-23T09:12:60Z",
			"2026-11-23T09:12:4-Z", "+026-11-23T09:12:44Z"};
	int64_t wall_s = 5;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(clock_parse(cases[i], &wall_s), -EINVAL);
	assert_true(wall_s == 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(monotonic_goes_forward),
			cmocka_unit_test(text_and_back),
			cmocka_unit_test(years_are_clamped),
			cmocka_unit_test(nonsense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
