#include "tests/unit/jinja_template.h"

static const struct template_case faults[] = {
		{"{% for i in [] %}{% else %}E{{ i }}{% endfor %}", "1:32: 'i' is undefined"},
		{"{% macro m(x) %}{{ x }}{% endmacro %}{{ m(1, 2) }}",
				"1:41: macro 'm' takes not more than 1 argument(s)"},
		{"{% macro m(x) %}{{ x }}{% endmacro %}{{ m(y=2) }}",
				"1:41: macro 'm' takes no keyword argument 'y'"},
		{"{% macro m() %}no{% endmacro %}{% call m() %}in{% endcall %}",
				"1:40: macro 'm' does not use 'caller', so it cannot be called by "
				"a call block"},
		{"{% macro m() %}{{ z }}{% endmacro %}{% for z in [1,2] %}{{ m() }}{% endfor %}",
				"1:19: 'z' is undefined"},
		{"{{ loop is defined }}{% for i in l %}{{ loop.index }}{{ loop.first }}{{ "
		 "loop.last }}{{ loop.revindex }}{{ loop.length }}{{ loop.previtem }}{{ "
		 "loop.nextitem if not loop.last }}{% endfor %}",
				"1:129: there is no previous item"},
		{"{% for a, b in [(1,2,3)] %}{{ a }}{{ b }}{% endfor %}",
				"1:8: too many values to unpack (expected 2, got 3)"},
		{"{% for a in 5 %}{{ a }}{% endfor %}", "1:13: 'int' object is not iterable"},
		{"{{ 1 ~ 2 + 3 }}{{ 1 + 2 ~ 3 }}",
				"1:10: can only concatenate str (not \"int\") to str"},
		{"{{ nope }}", "1:4: 'nope' is undefined"},
		{"{{ s is defined is string }}",
				"1:17: tests cannot be chained: join them with 'and'"},
		{"{{ f() }}", "1:4: 'f' is undefined"},
		{"{{ s() }}", "1:4: 'str' object is not callable"},
		{"{{ m(*l) }}{% macro m(a, b, c) %}{{ a }}{{ b }}{{ c }}{% endmacro %}",
				"1:4: 'm' is undefined"},
		{"{% block x %}{{ super() }}{% endblock %}",
				"1:17: there is no parent block called 'x'"},
		{"{% for i in l %}{% block x %}{{ i }}{% endblock %}{% endfor %}",
				"1:33: 'i' is undefined"},
		{"{% include 'no' %}", "1:12: template 'no' not found"},
		{"{% set v = 7 %}{% include 'incv' %}{% for v in l %}{% include 'incv' %}{% endfor "
		 "%}{% include 'incv' without context %}",
				"incv:1:5: 'v' is undefined"},
		{"{% import 'mod' as m %}{{ m.g() }}",
				"mod:1:106: 's' is undefined here: the template is imported "
				"without context"},
		{"{% from 'mod' import nope %}{{ nope }}",
				"1:32: the template 'mod' does not export the requested name "
				"'nope'"},
		{"{% extends 'base' %}{% extends 'base' %}", "1:21: extended multiple times"},
		{"x{% extends 'base' %}y", "base:1:65: 'q' is undefined"},
		{"{% if true %}{% extends 'base' %}{% endif %}zzz{% block a %}A{% endblock %}",
				"base:1:65: 'q' is undefined"},
		{"{% for i in [1] %}{% extends 'base' %}{% endfor %}",
				"1:19: 'extends' has to stand at the top of a template, not inside "
				"of other statements than 'if'"},
		{"{% extends 'base' %}{% macro m() %}M{{ s }}{% endmacro %}{% block a %}{{ m() "
		 "}}{% endblock %}",
				"base:1:65: 'q' is undefined"},
		{"{% extends 'base' %}{% include 'inc' %}{% block a %}{% endblock %}",
				"base:1:65: 'q' is undefined"},
		{"{% extends 'mid' %}{% block a %}[{{ super() }}]{% endblock %}",
				"base:1:65: 'q' is undefined"},
		{"{% extends 'no' %}", "1:12: template 'no' not found"},
		{"{% block a required %}{% endblock %}",
				"1:1: block 'a' is required, but no template that extends this one "
				"has it"},
		{"{% extends 'req' %}",
				"req:1:1: block 'r' is required, but no template that extends this "
				"one has it"},
		{"{% break %}", "1:1: 'break' outside of a loop"},
		{"{% for i in l %}{% macro m() %}{% break %}{% endmacro %}{% endfor %}",
				"1:32: 'break' outside of a loop"},
		{"{% for i in l %}{% set loop = 1 %}{% endfor %}",
				"1:24: cannot assign to 'loop' inside of a loop"},
		{"{{ x.y.z }}", "1:4: 'x' is undefined"},
		{"{{ 'a' < 1 }}", "1:4: '<' not supported between instances of 'str' and 'int'"},
		{"{{ 01 }}", "1:5: unexpected 'integer', expected 'end of print statement'"},
		{"{{ a b }}", "1:6: unexpected 'b', expected 'end of print statement'"},
		{"{{ }}", "1:4: unexpected 'end of print statement', expected an expression"},
		{"{% %}", "1:4: unexpected 'end of statement block', expected the name of a tag"},
		{"{% foo %}", "1:4: unknown tag 'foo' (did you mean 'for'?)"},
		{"{{ 'abc }}", "1:4: string is not closed: the quote ' is missing"},
		{"{{ (1 }}", "1:7: unexpected '}', expected ')' for the '(' of line 1, column 4"},
		{"{{ 1) }}", "1:5: unexpected ')'"},
		{"{% if true %}", "1:1: 'if' is not closed: 'elif', 'else' or 'endif' is missing"},
		{"{% endif %}", "1:4: unexpected 'endif': nothing is open"},
		{"{% for %}{% endfor %}",
				"1:8: unexpected 'end of statement block', expected a name"},
		{"{% set x %}", "1:1: 'set' is not closed: 'endset' is missing"},
		{"{% macro m(a=1, b) %}{% endmacro %}",
				"1:17: parameter 'b' needs a default, because one in front of it "
				"has one"},
		{"{{ f(a=1, 2) }}",
				"1:11: an argument without a name cannot follow one with a name, "
				"'*' or '**'"},
		{"{{ l|nofilter }}", "1:6: unknown filter 'nofilter'"},
		{"{% if true %}{{ l|nofilter }}{% endif %}ok", "1:19: unknown filter 'nofilter'"},
		{"{{ 1 is notest }}", "1:9: unknown test 'notest' (did you mean 'test'?)"},
		{"{# unclosed", "1:1: comment is not closed: '#}' is missing"},
		{"{% raw %} unclosed", "1:1: 'raw' is not closed: '{% endraw %}' is missing"},
		{"{{ not nope }}", "1:8: 'nope' is undefined"},
		{"{{ nope == 1 }}", "1:4: 'nope' is undefined"},
		{"{{ nope and 1 }}{{ 1 or nope }}", "1:4: 'nope' is undefined"},
		{"{{ _x }}{{ __y is defined }}", "1:4: '_x' is undefined"},
		{"{{ ''.__class__ }}",
				"1:7: access to attribute '__class__' of 'str' object is unsafe"},
		{"{{ in }}", "1:4: 'in' is undefined"},
		{"{% for x in d %}{{ x }}{{ d[x] }}{% endfor %}{% for x in d %}{% do d.update({x ~ "
		 "'q': 1}) %}{% endfor %}",
				"1:58: dictionary changed size during iteration: loop over "
				"'...|list'"},
		{"{% call(a, b=2) (f2 if false else m)(1) %}{{ a }}{{ b }}{% endcall %}",
				"1:18: 'm' is undefined"},
		{"{{ loop }}", "1:4: 'loop' is undefined"},
		{"{{ lookup('env', 'HOME') }}",
				"1:4: 'lookup' is refused: templates read nothing but their "
				"values; put it there"},
		{"{{ 1 + none }}", "1:6: unsupported operand type(s) for +: 'int' and 'NoneType'"},
		{"{{ 'a' + 1 }}", "1:8: can only concatenate str (not \"int\") to str"},
		{"{{ [] + () }}", "1:7: can only concatenate list (not \"tuple\") to list"},
		{"{{ 5 % 0 }}", "1:6: integer modulo by zero"},
		{"{{ 5 // 0 }}", "1:6: integer division or modulo by zero"},
		{"{{ 1.0 / 0 }}", "1:8: float division by zero"},
		{"{% filter indent(2) %}a", "1:1: 'filter' is not closed: 'endfilter' is missing"},
		{"{{ d.a.b.c }}", "1:10: 'int object' has no attribute 'b'"},
		{"{{ s.nope }}", "1:6: 'str object' has no attribute 'nope'"},
		{"{{ s.nope.x }}", "1:11: 'str object' has no attribute 'nope'"},
		{"{{ (1 if false).x }}",
				"1:17: the inline if-expression evaluated to false and no else "
				"section was defined"},
		{"{{ (1 if false) + 1 }}",
				"1:5: the inline if-expression evaluated to false and no else "
				"section was defined"},
		{"{{ l[10] }}", "1:5: list object has no element 10"},
		{"{{ l['x'] }}", "1:5: 'list object' has no attribute 'x'"},
		{"{{ l[none] }}", "1:5: list object has no element None"},
		{"{{ d[[1]] }}", "1:5: dict object has no element [1]"},
		{"{{ s[0:2:0] }}", "1:7: slice step cannot be zero"},
		{"{{ x\n + 1 }}\n{{ y }}", "1:4: 'x' is undefined"},
};

static void faults_have_a_place_and_say_what_to_do(void **state)
{
	(void)state;
	TEMPLATE_CHECK(faults, true, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(faults_have_a_place_and_say_what_to_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
