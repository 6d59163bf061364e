#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/value/schema.h"
#include "src/value/value.h"

static enum value_kind kind_of(const char *text)
{
	struct value value = {.kind = VALUE_MAP};

	assert_int_equal(schema_read(text, strlen(text), &value), 0);
	return value.kind;
}

static void expect_kind(enum value_kind kind, const char *const *texts)
{
	for (; *texts; texts++) {
		if (kind_of(*texts) != kind)
			fail_msg("'%s' is a %s", *texts, value_kind_name(kind_of(*texts)));
	}
}

static void kinds_of_the_core_schema(void **state)
{
	static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
	static const char *const bools[] = {
			"true", "True", "TRUE", "false", "False", "FALSE", NULL};
	static const char *const ints[] = {
			"0", "-1", "+1", "010", "0o17", "0x1F", "0xff", "00", NULL};
	static const char *const floats[] = {"1.", ".5", "-1.5", "1e3", "1E-3", "1.5e+3", "+.5",
			".inf", "-.Inf", "+.INF", ".nan", ".NaN", NULL};
	static const char *const strings[] = {"yes", "no", "on", "off", "y", "nULL", "tRUE",
			"1_000", "12:30", "2026-11-23", "0b1", "-0x1", "+0o7", "0o8", "0x", "0xg",
			"1e", "e1", ".", "-", "+", "-.", ".e1", "1.2.3", "inf", "nan", "-.nan",
			" 1", "1 ", "--1", "<<", "=", NULL};

	(void)state;
	expect_kind(VALUE_NULL, nulls);
	expect_kind(VALUE_BOOL, bools);
	expect_kind(VALUE_INT, ints);
	expect_kind(VALUE_FLOAT, floats);
	expect_kind(VALUE_STRING, strings);
}

static int64_t int_of(const char *text)
{
	struct value value = {.kind = VALUE_MAP};

	assert_int_equal(schema_read(text, strlen(text), &value), 0);
	assert_int_equal(value.kind, VALUE_INT);
	return value.integer;
}

static void integers(void **state)
{
	struct value value;

	(void)state;
	assert_true(int_of("010") == 10);
	assert_true(int_of("0o17") == 15);
	assert_true(int_of("0xfF") == 255);
	assert_true(int_of("+7") == 7);
	assert_true(int_of("9223372036854775807") == INT64_MAX);
	assert_true(int_of("-9223372036854775808") == INT64_MIN);
	assert_int_equal(schema_read("9223372036854775808", 19, &value), -ERANGE);
	assert_int_equal(value.kind, VALUE_INT);
	assert_int_equal(schema_read("0x8000000000000000", 18, &value), -ERANGE);
}

static void floats_out_of_range(void **state)
{
	struct value value;

	(void)state;
	assert_int_equal(schema_read("123e4567", 8, &value), -ERANGE);
	assert_int_equal(value.kind, VALUE_FLOAT);
	assert_int_equal(schema_read("1e-999", 6, &value), 0);
	assert_true(value.real == 0);
}

static void expect_old(const char *text, const char *reading)
{
	const char *old = schema_old_reading(text, strlen(text));

	if (!reading && old)
		fail_msg("'%s' is %s", text, old);
	if (reading && (!old || strcmp(old, reading) != 0))
		fail_msg("'%s' is %s, not %s", text, old ? old : "the same", reading);
}

static void what_yaml_1_1_reads_otherwise(void **state)
{
	static const char *const same[] = {"0", "00", "07", "-07", "12", "-5", "true", "null", "~",
			"", "1.5", ".5", "1.", ".inf", ".nan", "0x1F", "hello", "1.5e+3", "v1.2",
			"a:b", "1.2.3", "12:99", "2026-1-1", "2026-11", "1:2x", "0o8", "10.0.0.1",
			NULL};
	size_t i;

	(void)state;
	for (i = 0; same[i]; i++)
		expect_old(same[i], NULL);
	expect_old("yes", "a boolean");
	expect_old("Off", "a boolean");
	expect_old("010", "an octal integer");
	expect_old("-0777", "an octal integer");
	expect_old("0_7", "an octal integer");
	expect_old("1_000", "an integer");
	expect_old("0b101", "an integer");
	expect_old("-0x1f", "an integer");
	expect_old("1_0.5", "a float");
	expect_old("12:30", "a number in base 60");
	expect_old("1:20:30.5", "a number in base 60");
	expect_old("2026-11-23", "a date");
	expect_old("2026-11-23T09:12:44Z", "a date");
	expect_old("2026-1-3 9:12:44.5 +01:30", "a date");
	expect_old("0o17", "a string");
	expect_old("1e3", "a string");
	expect_old("08", "a string");
}

static void what_needs_quotes(void **state)
{
	static const char *const bare[] = {
			"main", "refs/heads/main", "3f6c1d0e", "a:b", "v1.2.3", NULL};
	static const char *const quoted[] = {"", "yes", "null", "12:30", "0123", "123e4567", "1e3",
			"y", "N", "<<", "=", "2026-11-23", "0x10",
			"1234567890123456789012345678901234567890", NULL};
	size_t i;

	(void)state;
	for (i = 0; bare[i]; i++)
		assert_false(schema_needs_quotes(bare[i], strlen(bare[i])));
	for (i = 0; quoted[i]; i++)
		assert_true(schema_needs_quotes(quoted[i], strlen(quoted[i])));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(kinds_of_the_core_schema),
			cmocka_unit_test(integers),
			cmocka_unit_test(floats_out_of_range),
			cmocka_unit_test(what_yaml_1_1_reads_otherwise),
			cmocka_unit_test(what_needs_quotes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
