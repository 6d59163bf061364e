#include "tests/unit/jinja_cases.h"

static void percent(void **state)
{
	static const struct jinja_case cases[] = {
			{"{{ '%s %d %5.2f|%-5s|%05d|%+d|%x|%#o|%e|%g|%r|%a|%c|%%' % "
			 "('ä',3.9,2.345,'ab',-42,7,255,8,12345.678,1e-5,'é','é',65) }}",
					"ä 3  2.35|ab   "
					"|-0042|+7|ff|0o10|1.234568e+04|1e-05|'é'|'\\xe9'|A|%"},
			{"{{ '%(a)s-%(b)03d' % {'a':1,'b':2} }}", "1-002"},
			{"{{ '%*.*f' % (8,2,3.14159) }}", "    3.14"},
			{"{{ '%s' % l }}", "[3, 1, 2]"},
			{"{{ '%s' % ((1,2),) }}", "(1, 2)"},
			{"{{ '%.2s|%5s|%-5s|' % ('abc','ä','ä') }}", "ab|    ä|ä    |"},
			{"{{ '%i %u' % (true, 2) }}", "1 2"},
			{"{{ '%.3d %+.3d % d' % (5,5,5) }}", "005 +005  5"},
			{"{{ '%#x %#X %#.4x' % (255,255,255) }}", "0xff 0XFF 0x00ff"},
			{"{{ '%G %E %F' % (1e-10,1.5,2) }}", "1E-10 1.500000E+00 2.000000"},
			{"{{ '%s' % d }}", "{'b': 1, 'A': 2, 'c': [1, 2], 'items': 9}"},
			{"{{ 'x' % d }}", "x"},
	};

	(void)state;
	CASES_GIVE(cases, false);
}

static void percent_failures(void **state)
{
	static const struct jinja_case cases[] = {
			{"{{ '%d' % 'x' }}", "real number is required, not str"},
			{"{{ '%x' % 1.5 }}", "integer is required, not float"},
			{"{{ '%s %s' % 1 }}", "not enough arguments"},
			{"{{ '%s' % (1,2) }}", "not all arguments"},
			{"{{ '%(a)s' % 1 }}", "requires a mapping"},
			{"{{ '%(z)s' % d }}", "no key 'z'"},
			{"{{ '%y' % 1 }}", "unsupported format character"},
			{"{{ '%' % 1 }}", "incomplete format"},
			{"{{ '%c' % 'ab' }}", "int or char"},
			{"{{ '%2000000d' % 1 }}", "more than 1000000"},
			{"{{ '%s' % zz.a }}", "undefined"},
	};

	(void)state;
	CASES_FAIL(cases, false);
}

static void fields(void **state)
{
	static const struct jinja_case cases[] = {
			{"{{ '{} {}'.format(1,2) }}", "1 2"},
			{"{{ '{a} {b[c]}'.format_map({'a':1,'b':{'c':2},3:4}) }}", "1 2"},
			{"{{ '{1}{0}{1}'.format('a','b') }}", "bab"},
			{"{{ '{a} {b[c]} {b.c} {l[0]}'.format(a=1,b={'c':2},l=l) }}", "1 2 2 3"},
			{"{{ '{{}} {{{}}}'.format(1) }}", "{} {1}"},
			{"{{ '{!r:>6} {!s} {!a}'.format('x','y','é') }}", "   'x' y '\\xe9'"},
			{"{{ '{:{w}.{p}f}'.format(3.14159,w=8,p=2) }}", "    3.14"},
			{"{{ '{0[0]} {0[1][n]}'.format([1,{'n':2}]) }}", "1 2"},
	};

	(void)state;
	CASES_GIVE(cases, false);
}

static void specifications(void **state)
{
	static const struct jinja_case cases[] = {
			{"{{ '{:5}'.format(5) }}", "    5"},
			{"{{ '{:<5}'.format(5) }}", "5    "},
			{"{{ '{:^7}'.format(5) }}", "   5   "},
			{"{{ '{:=+7}'.format(5) }}", "+     5"},
			{"{{ '{:05}'.format(-5) }}", "-0005"},
			{"{{ '{:+d}'.format(5) }}", "+5"},
			{"{{ '{:#x}'.format(255) }}", "0xff"},
			{"{{ '{:#b}'.format(5) }}", "0b101"},
			{"{{ '{:_b}'.format(1234567) }}", "1_0010_1101_0110_1000_0111"},
			{"{{ '{:,}'.format(1234567) }}", "1,234,567"},
			{"{{ '{:08,}'.format(1234) }}", "0,001,234"},
			{"{{ '{:+010,.1f}'.format(1234.56) }}", "+001,234.6"},
			{"{{ '{:%}'.format(0.5) }}", "50.000000%"},
			{"{{ '{:.1%}'.format(0.1234) }}", "12.3%"},
			{"{{ '{:.2e}'.format(12345.678) }}", "1.23e+04"},
			{"{{ '{:g}'.format(1e20) }}", "1e+20"},
			{"{{ '{:.3g}'.format(1234.5) }}", "1.23e+03"},
			{"{{ '{:#g}'.format(1.0) }}", "1.00000"},
			{"{{ '{:}'.format(1e16) }}", "1e+16"},
			{"{{ '{:10}'.format(1.5) }}", "       1.5"},
			{"{{ '{:.3}'.format(100.0) }}", "1e+02"},
			{"{{ '{:.10}'.format(100.0) }}", "100.0"},
			{"{{ '{:n}'.format(5) }}", "5"},
			{"{{ '{:c}'.format(65) }}", "A"},
			{"{{ '{:*^12}'.format(\"ab\") }}", "*****ab*****"},
			{"{{ '{:é>4}'.format(\"ä\") }}", "éééä"},
			{"{{ '{:.2}'.format(\"abc\") }}", "ab"},
			{"{{ '{:05}'.format(\"ab\") }}", "ab000"},
			{"{{ '{:z.0f}'.format(-0.4) }}", "0"},
			{"{{ '{:.0f}'.format(2.5) }}", "2"},
			{"{{ '{:.0f}'.format(3.5) }}", "4"},
			{"{{ '{:d}'.format(true) }}", "1"},
			{"{{ '{:}'.format(true) }}", "True"},
			{"{{ '{:}'.format(none) }}", "None"},
			{"{{ '{:.5f}'.format(1e-7) }}", "0.00000"},
	};

	(void)state;
	CASES_GIVE(cases, false);
}

static void field_failures(void **state)
{
	static const struct jinja_case cases[] = {
			{"{{ '{'.format(1) }}", "Single '{'"},
			{"{{ '}'.format(1) }}", "Single '}'"},
			{"{{ '{0'.format(1) }}", "expected '}'"},
			{"{{ '{0} {}'.format(1,2) }}", "cannot switch"},
			{"{{ '{1}'.format(1) }}", "out of range"},
			{"{{ '{a}'.format(1) }}", "no argument 'a'"},
			{"{{ '{0!x}'.format(1) }}", "conversion"},
			{"{{ '{:d}'.format('x') }}", "Unknown format code 'd'"},
			{"{{ '{:s}'.format(1) }}", "Unknown format code 's'"},
			{"{{ '{:.2d}'.format(1) }}", "Precision not allowed"},
			{"{{ '{:=5}'.format('a') }}", "alignment not allowed"},
			{"{{ '{:,s}'.format('a') }}", "Cannot specify"},
			{"{{ '{:5}'.format(l) }}", "unsupported format string"},
			{"{{ '{:{:{}}}'.format(1,2,3) }}", "recursion"},
			{"{{ '{:2000000}'.format(1) }}", "more than 1000000"},
	};

	(void)state;
	CASES_FAIL(cases, false);
}

static void the_sandbox_holds(void **state)
{
	static const struct jinja_case cases[] = {
			{"{{ '{0.__class__}'.format(1) }}", "is unsafe"},
			{"{{ '{0.__class__.__mro__}'.format('') }}", "is unsafe"},
			{"{{ ''.__class__ }}", "is unsafe"},
	};

	(void)state;
	CASES_FAIL(cases, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(percent),
			cmocka_unit_test(percent_failures),
			cmocka_unit_test(fields),
			cmocka_unit_test(specifications),
			cmocka_unit_test(field_failures),
			cmocka_unit_test(the_sandbox_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
