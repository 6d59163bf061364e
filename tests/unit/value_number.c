#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/value/number.h"

static void expect(double real, const char *text)
{
	char out[NUMBER_TEXT_SIZE];

	number_format(real, out);
	assert_string_equal(out, text);
}

static void as_python_writes_them(void **state)
{
	(void)state;
	expect(0.0, "0.0");
	expect(-0.0, "-0.0");
	expect(1.0, "1.0");
	expect(-2.5, "-2.5");
	expect(0.1, "0.1");
	expect(1.0 / 3, "0.3333333333333333");
	expect(100.0, "100.0");
	expect(1e15, "1000000000000000.0");
	expect(9007199254740993.0, "9007199254740992.0");
	expect(1e16, "1e+16");
	expect(123456789012345680.0, "1.2345678901234568e+17");
	expect(1e22, "1e+22");
	expect(0.0001, "0.0001");
	expect(0.00001, "1e-05");
	expect(1.5e-7, "1.5e-07");
	expect(1.7976931348623157e308, "1.7976931348623157e+308");
	expect(5e-324, "5e-324");
	expect(2.2250738585072014e-308, "2.2250738585072014e-308");
	expect((double)INFINITY, "inf");
	expect(-(double)INFINITY, "-inf");
	expect((double)NAN, "nan");
}

/* Powers of two, where the nearest decimal of a length may miss and its neighbour does not. */
static void powers_of_two(void **state)
{
	char out[NUMBER_TEXT_SIZE];
	int exponent;

	(void)state;
	expect(ldexp(1, -44), "5.684341886080802e-14");
	expect(ldexp(1, 89), "6.189700196426902e+26");
	expect(ldexp(1, -1022), "2.2250738585072014e-308");
	for (exponent = -1074; exponent < 1024; exponent++) {
		number_format(ldexp(1, exponent), out);
		assert_true(strtod(out, NULL) == ldexp(1, exponent));
	}
}

static void any_bits_read_back(void **state)
{
	uint64_t bits, seed = 88172645463325252u;
	char out[NUMBER_TEXT_SIZE];
	double real;
	int i;

	(void)state;
	for (i = 0; i < 20000; i++) {
		seed ^= seed << 13; /* xorshift64 */
		seed ^= seed >> 7;
		seed ^= seed << 17;
		bits = seed;
		memcpy(&real, &bits, sizeof(real));
		if (isnan(real))
			continue;
		number_format(real, out);
		assert_true(strtod(out, NULL) == real);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(as_python_writes_them),
			cmocka_unit_test(powers_of_two),
			cmocka_unit_test(any_bits_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
