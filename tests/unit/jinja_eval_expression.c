#include "tests/unit/jinja_template.h"

static const struct template_case expressions[] = {
		{"{{ 1 if false }}|{{ (1 if false) is defined }}", "|False"},
		{"{{ 'a' if false else 'b' if false else 'c' }}", "c"},
		{"{{ not true or true and false }}{{ not 1 == 2 }}", "FalseTrue"},
		{"{{ 1 < 2 < 3 }}{{ 1 < 3 < 2 }}{{ 2 == 2.0 == true }}", "TrueFalseFalse"},
		{"{{ -2**2 }}{{ 2**3**2 }}{{ 2 ** -1 }}", "4640.5"},
		{"{{ 7 // 2 }} {{ -7 // 2 }} {{ 7 % -3 }} {{ 7 / 2 }} {{ 4 / 2 }} {{ 7.5 // 2 }}",
				"3 -4 -2 3.5 2.0 3.0"},
		{"{{ 'a' 'b' \"c\" }}", "abc"},
		{"{{ 'x\\ty\\n\\x41\\u00e9\\q\\101' }}", "x\ty\nA\303\251\\qA"},
		{"{{ '\\\303\251' }}", "\\xe9"},
		{"{{ [1, 2,] }}{{ (1,) }}{{ () }}{{ {} }}{{ {'a': 1,} }}",
				"[1, 2](1,)(){}{'a': 1}"},
		{"{{ l[0] }}{{ l[-1] }}{{ l[1:] }}{{ l[::-1] }}{{ l[:2] }}{{ s[1:] }}",
				"13[2, 3][3, 2, 1][1, 2]tr"},
		{"{{ d.a }}{{ d['a'] }}{{ d.nope is defined }}{{ d['nope'] is defined }}",
				"11FalseFalse"},
		{"{{ l.0 }}{{ l.5 is defined }}", "1False"},
		{"{{ nope.a.b is defined }}", "False"},
		{"{{ nope|default('x') }}", "x"},
		{"{{ nope.a.b|default('x') }}", "x"},
		{"{{ none }}|{{ true }}|{{ 1.0 }}|{{ [none, true, 'x'] }}",
				"|True|1.0|[None, True, 'x']"},
		{"{{ range(3) }}|{{ l|map('string') }}", "[0, 1, 2]|['1', '2', '3']"},
		{"{{ d.keys() }}{{ d.values() }}", "['a', 'b'][1, 'x']"},
		{"a {#- c -#} b {# d #} e", "ab  e"},
		{"{{ \"}}\" }}{{ '%}' }}{{ {'a': {'b': 1}}.a.b }}", "}}%}1"},
		{"{{ s is string }}{{ s is not string }}{{ l is sequence }}{{ 3 is divisibleby 3 "
		 "}}{{ 3 is divisibleby(2) }}",
				"TrueFalseTrueTrueFalse"},
		{"{{ 3 is in [1,2,3] }}{{ 3 in [1] }}{{ 3 not in [1] }}", "TrueFalseTrue"},
		{"{{ s is eq 'str' }}{{ l is iterable and s is defined }}", "TrueTrue"},
		{"{{ d.update({'z': 1}) }}{{ d }}", "{'a': 1, 'b': 'x', 'z': 1}"},
		{"{{ dict(a=1, **{'b': 2}) }}{{ dict([(1,2)]) }}", "{'a': 1, 'b': 2}{1: 2}"},
		{"{{ range(*[1, 4])|list }}", "[1, 2, 3]"},
		{"{{ '%s-%d' % ('a', 3) }}{{ '%s' % l }}", "a-3[1, 2, 3]"},
		{"{{ l + [4] }}{{ l * 2 }}{{ 'ab' * 3 }}", "[1, 2, 3, 4][1, 2, 3, 1, 2, 3]ababab"},
		{"{{ 'a' < 'b' }}{{ [1,2] < [1,3] }}", "TrueTrue"},
		{"{{ {'b': 1, 'a': 2} }}{{ d }}", "{'b': 1, 'a': 2}{'a': 1, 'b': 'x'}"},
		{"{{ true + 1 }}{{ true == 1 }}{{ 1 == '1' }}", "2TrueFalse"},
		{"{{ 0x10 }}{{ 0b11 }}{{ 0o17 }}{{ 1_000 }}{{ 1e3 }}{{ 1.5e-3 }}",
				"1631510001000.00.0015"},
		{"{{ 'x' if true else l|nofilter }}", "x"},
		{"{{ s|upper|lower }}{{ s | replace('s', 't') | upper }}", "strTTR"},
		{"{{ [1,2,3][1] }}{{ {'a': 5}['a'] }}{{ (1, 2)[0] }}{{ 'abc'[1] }}", "251b"},
		{"{{ l is undefined or nope is undefined }}", "True"},
		{"{{ s.upper() }}{{ s.split('t') }}{{ ','.join(['a','b']) }}", "STR['s', 'r']a,b"},
		{"{{ d.get('a') }}{{ d.get('zz', 5) }}{{ d.pop('a') }}{{ d }}", "151{'b': 'x'}"},
		{"{{ l.__len__ is defined }}", "False"},
		{"{{ s if s else '' }}{{ '' or 'd' }}", "strd"},
		{"{{ (1 if false) ~ 'x' }}", "x"},
};

static void values_are_those_of_python(void **state)
{
	(void)state;
	TEMPLATE_CHECK(expressions, true, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(values_are_those_of_python),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
