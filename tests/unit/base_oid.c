#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/oid.h"

#define HEX "0123456789abcdef0123456789abcdef01234567"

static void text_and_back(void **state)
{
	struct oid oid, upper;
	char hex[OID_HEX_SIZE];

	(void)state;
	memset(&oid, 0xff, sizeof(oid));
	assert_int_equal(oid_parse(HEX, &oid), 0);
	assert_int_equal(oid.bytes[0], 0x01);
	assert_int_equal(oid.bytes[19], 0x67);
	assert_int_equal(oid.bytes[20], 0); /* the reserve is zero, so that ids compare whole */
	oid_format(&oid, hex);
	assert_string_equal(hex, HEX);
	assert_int_equal(oid_parse("0123456789ABCDEF0123456789ABCDEF01234567", &upper), 0);
	assert_true(oid_equal(&oid, &upper));
}

static void only_forty_digits(void **state)
{
	struct oid oid = {{42}};

	(void)state;
	assert_int_equal(oid_parse("", &oid), -EINVAL);
	assert_int_equal(oid_parse("0123", &oid), -EINVAL);
	assert_int_equal(oid_parse(HEX "0", &oid), -EINVAL);
	assert_int_equal(oid_parse("g123456789abcdef0123456789abcdef01234567", &oid), -EINVAL);
	assert_int_equal(oid_parse("0123456789abcdef0123456789abcdef0123456", &oid), -EINVAL);
	assert_int_equal(oid.bytes[0], 42);
}

static void zero_and_equal(void **state)
{
	struct oid a = {{0}}, b = {{0}};

	(void)state;
	assert_true(oid_is_zero(&a));
	assert_true(oid_equal(&a, &b));
	b.bytes[19] = 1;
	assert_false(oid_is_zero(&b));
	assert_false(oid_equal(&a, &b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(text_and_back),
			cmocka_unit_test(only_forty_digits),
			cmocka_unit_test(zero_and_equal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
