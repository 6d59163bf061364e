#include "tests/unit/jinja_cases.h"

static void kinds(void **state)
{
	static const struct jinja_case cases[] = {
			{"{{ [1 is boolean, 1.5 is boolean, true is boolean, none is boolean, 'a' "
			 "is boolean, l is boolean, d is boolean, zz is boolean, range(2) is "
			 "boolean, (1,) is boolean] }}",
					"[False, False, True, False, False, False, False, False, "
					"False, False]"},
			{"{{ [1 is callable, 1.5 is callable, true is callable, none is callable, "
			 "'a' is callable, l is callable, d is callable, zz is callable, range(2) "
			 "is callable, (1,) is callable] }}",
					"[False, False, False, False, False, False, False, True, "
					"False, False]"},
			{"{{ [1 is defined, 1.5 is defined, true is defined, none is defined, 'a' "
			 "is defined, l is defined, d is defined, zz is defined, range(2) is "
			 "defined, (1,) is defined] }}",
					"[True, True, True, True, True, True, True, False, True, "
					"True]"},
			{"{{ [1 is undefined, 1.5 is undefined, true is undefined, none is "
			 "undefined, 'a' is undefined, l is undefined, d is undefined, zz is "
			 "undefined, range(2) is undefined, (1,) is undefined] }}",
					"[False, False, False, False, False, False, False, True, "
					"False, False]"},
			{"{{ [1 is float, 1.5 is float, true is float, none is float, 'a' is "
			 "float, l is float, d is float, zz is float, range(2) is float, (1,) is "
			 "float] }}",
					"[False, True, False, False, False, False, False, False, "
					"False, False]"},
			{"{{ [1 is integer, 1.5 is integer, true is integer, none is integer, 'a' "
			 "is integer, l is integer, d is integer, zz is integer, range(2) is "
			 "integer, (1,) is integer] }}",
					"[True, False, False, False, False, False, False, False, "
					"False, False]"},
			{"{{ [1 is iterable, 1.5 is iterable, true is iterable, none is iterable, "
			 "'a' is iterable, l is iterable, d is iterable, zz is iterable, range(2) "
			 "is iterable, (1,) is iterable] }}",
					"[False, False, False, False, True, True, True, True, "
					"True, True]"},
			{"{{ [1 is mapping, 1.5 is mapping, true is mapping, none is mapping, 'a' "
			 "is mapping, l is mapping, d is mapping, zz is mapping, range(2) is "
			 "mapping, (1,) is mapping] }}",
					"[False, False, False, False, False, False, True, False, "
					"False, False]"},
			{"{{ [1 is none, 1.5 is none, true is none, none is none, 'a' is none, l "
			 "is none, d is none, zz is none, range(2) is none, (1,) is none] }}",
					"[False, False, False, True, False, False, False, False, "
					"False, False]"},
			{"{{ [1 is number, 1.5 is number, true is number, none is number, 'a' is "
			 "number, l is number, d is number, zz is number, range(2) is number, (1,) "
			 "is number] }}",
					"[True, True, True, False, False, False, False, False, "
					"False, False]"},
			{"{{ [1 is sequence, 1.5 is sequence, true is sequence, none is sequence, "
			 "'a' is sequence, l is sequence, d is sequence, zz is sequence, range(2) "
			 "is sequence, (1,) is sequence] }}",
					"[False, False, False, False, True, True, True, True, "
					"True, True]"},
			{"{{ [1 is string, 1.5 is string, true is string, none is string, 'a' is "
			 "string, l is string, d is string, zz is string, range(2) is string, (1,) "
			 "is string] }}",
					"[False, False, False, False, True, False, False, False, "
					"False, False]"},
			{"{{ [1 is true, 1.5 is true, true is true, none is true, 'a' is true, l "
			 "is true, d is true, zz is true, range(2) is true, (1,) is true] }}",
					"[False, False, True, False, False, False, False, False, "
					"False, False]"},
			{"{{ [1 is false, 1.5 is false, true is false, none is false, 'a' is "
			 "false, l is false, d is false, zz is false, range(2) is false, (1,) is "
			 "false] }}",
					"[False, False, False, False, False, False, False, False, "
					"False, False]"},
			{"{{ [1 is escaped, 1.5 is escaped, true is escaped, none is escaped, 'a' "
			 "is escaped, l is escaped, d is escaped, zz is escaped, range(2) is "
			 "escaped, (1,) is escaped] }}",
					"[False, False, False, False, False, False, False, False, "
					"False, False]"},
	};

	(void)state;
	CASES_GIVE(cases, false);
}

static void strict_kinds(void **state)
{
	static const struct jinja_case cases[] = {
			{"{{ [zz is defined, zz is undefined, zz.a.b is defined, zz is none, zz is "
			 "string, zz is mapping, zz is sequence] }}",
					"[False, True, False, False, False, False, False]"},
	};

	(void)state;
	CASES_GIVE(cases, true);
}

static void comparisons(void **state)
{
	static const struct jinja_case cases[] = {
			{"{{ [1 is eq 1.0, 1 is equalto true, 'a' is eq 'a', 1 is ne 2] }}",
					"[True, True, True, True]"},
			{"{{ [1 is lt 2, 1 is le 1, 2 is gt 1, 2 is ge 2, 1 is lessthan 2, 1 is "
			 "greaterthan 2] }}",
					"[True, True, True, True, True, False]"},
			{"{{ [1 is in [1,2], 'e' is in s, 'b' is in d, 3 is in range(2)] }}",
					"[True, True, True, False]"},
			{"{{ [l is sameas l, l is sameas [3,1,2], none is sameas none, 1 is sameas "
			 "true] }}",
					"[True, False, True, False]"},
			{"{{ ['upper' is filter, 'uper' is filter, 'odd' is test, 5 is test] }}",
					"[True, False, True, False]"},
	};

	(void)state;
	CASES_GIVE(cases, false);
}

static void numbers(void **state)
{
	static const struct jinja_case cases[] = {
			{"{{ [3 is odd, 4 is odd, -3 is odd, 4 is even, 9 is divisibleby 3, 2.5 is "
			 "divisibleby 0.5] }}",
					"[True, False, True, True, True, True]"},
	};

	(void)state;
	CASES_GIVE(cases, false);
}

static void cases(void **state)
{
	static const struct jinja_case cases[] = {
			{"{{ ['a' is lower, 'A' is upper, 'Ab' is upper, '1' is lower, 'ä' is "
			 "lower, 5 is upper, 'ǅ' is upper, 'ª' is lower] }}",
					"[True, True, False, False, True, False, False, True]"},
	};

	(void)state;
	CASES_GIVE(cases, false);
}

static void failures(void **state)
{
	static const struct jinja_case cases[] = {
			{"{{ 1 is lt 'a' }}", "not supported"},
			{"{{ zz is eq 1 }}", "'zz' is undefined"},
			{"{{ 'a' is even }}", "not all arguments"},
			{"{{ [1] is even }}", "unsupported operand"},
			{"{{ 5 is in 5 }}", "not iterable"},
			{"{{ 1 is divisibleby 0 }}", "by zero"},
			{"{{ l is filter }}", "unhashable"},
			{"{{ 1 is eq }}", "missing required"},
	};

	(void)state;
	CASES_FAIL(cases, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(kinds),
			cmocka_unit_test(strict_kinds),
			cmocka_unit_test(comparisons),
			cmocka_unit_test(numbers),
			cmocka_unit_test(cases),
			cmocka_unit_test(failures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
