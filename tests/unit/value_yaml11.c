#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/value/value.h"
#include "src/value/yaml11.h"

static void expect(enum yaml11_kind kind, const char *const *texts)
{
	for (; *texts; texts++) {
		if (yaml11_resolve(*texts, strlen(*texts)) != kind)
			fail_msg("'%s' is %d, not %d", *texts,
					yaml11_resolve(*texts, strlen(*texts)), kind);
	}
}

static void kinds(void **state)
{
	static const char *const strings[] = {"y", "N", "nO", "08", "1e3", "1.5e3", "+.5", "-.nan",
			"0:30", "08:30", "12:60", "12:", "1:2:", "0o17", "0b2", "0xg", "_1", ".",
			"._1", "2001-1-1", "2001-12-14 12:30", "2001-12-14 12:30:00 +1:2", NULL};
	static const char *const bools[] = {"yes", "No", "ON", "off", "True", "FALSE", NULL};
	static const char *const ints[] = {"0", "-1", "+1_0", "0x1_f", "-0b1", "0x_", NULL};
	static const char *const octals[] = {"010", "0_7", "0_", "-00", NULL};
	static const char *const floats[] = {"1.", "0.", "1_0.5_", ".5", ".5_e+1", "1.5e+3",
			"-.Inf", ".NaN", "08.5", NULL};
	static const char *const base60[] = {"12:30", "1:2:3", "-1_0:59", NULL};
	static const char *const base60_floats[] = {"08:30.", "1:2.5", NULL};
	static const char *const dates[] = {"2001-12-14", "2001-1-1 1:02:03",
			"2001-12-14t21:59:43Z", "2001-12-14 21:59:43.1 -05:00",
			"2001-12-14 21:59:43-5", NULL};

	(void)state;
	expect(YAML11_STRING, strings);
	expect(YAML11_BOOL, bools);
	expect(YAML11_INT, ints);
	expect(YAML11_OCTAL, octals);
	expect(YAML11_FLOAT, floats);
	expect(YAML11_BASE60, base60);
	expect(YAML11_BASE60_FLOAT, base60_floats);
	expect(YAML11_DATE, dates);
	assert_int_equal(yaml11_resolve("", 0), YAML11_NULL);
	assert_int_equal(yaml11_resolve("<<", 2), YAML11_MERGE);
	assert_int_equal(yaml11_resolve("=", 1), YAML11_DEFAULT);
}

static void integers(void **state)
{
	static const struct {
		const char *text;
		int64_t integer;
	} cases[] = {
			{"0", 0},
			{"-1_000", -1000},
			{"010", 8},
			{"-0_1_7", -15},
			{"0_", 0},
			{"0b1_01", 5},
			{"-0xfF", -255},
			{"12:30", 750},
			{"-1:00:01", -3601},
			{"9223372036854775807", INT64_MAX},
			{"-9223372036854775808", INT64_MIN},
	};
	struct value value;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(yaml11_read(cases[i].text, strlen(cases[i].text), &value), 0);
		assert_int_equal(value.kind, VALUE_INT);
		if (value.integer != cases[i].integer)
			fail_msg("'%s' is %lld", cases[i].text, (long long)value.integer);
	}
	assert_int_equal(yaml11_read("9223372036854775808", 19, &value), -ERANGE);
	assert_int_equal(yaml11_read("99999999999999:00:00:00", 23, &value), -ERANGE);
	assert_int_equal(value.kind, VALUE_INT);
	assert_int_equal(yaml11_read("0x_", 3, &value), -EINVAL);
}

static double real_of(const char *text)
{
	struct value value = {.kind = VALUE_NULL};

	assert_int_equal(yaml11_read(text, strlen(text), &value), 0);
	assert_int_equal(value.kind, VALUE_FLOAT);
	return value.real;
}

static void floats(void **state)
{
	(void)state;
	assert_true(real_of("1_0.2_5") == 10.25);
	assert_true(real_of("1:30.5") == 90.5);
	assert_true(real_of("-08:30.") == -510);
	assert_true(real_of("-.inf") == -INFINITY);
	assert_true(real_of("+.INF") == INFINITY);
	assert_true(isnan(real_of(".nan")));
	assert_true(isinf(real_of("1.0e+999")));
}

static void words(void **state)
{
	struct value value;

	(void)state;
	assert_int_equal(yaml11_read("off", 3, &value), 0);
	assert_int_equal(value.kind, VALUE_BOOL);
	assert_false(value.boolean);
	assert_int_equal(yaml11_read("On", 2, &value), 0);
	assert_true(value.boolean);
	assert_int_equal(yaml11_read("~", 1, &value), 0);
	assert_int_equal(value.kind, VALUE_NULL);
	assert_int_equal(yaml11_read("2001-12-14", 10, &value), 0);
	assert_int_equal(value.kind, VALUE_STRING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(kinds),
			cmocka_unit_test(integers),
			cmocka_unit_test(floats),
			cmocka_unit_test(words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
