#include "tests/unit/jinja_template.h"

static const struct template_case statements[] = {
		{"{% if a %}{% set q = 1 %}{% elif b %}{% set q = 2 %}{% else %}{% set q = 3 %}{% "
		 "endif %}{{ q }}",
				"3"},
		{"{% if a %}{{ s }}{% set s = 1 %}{% elif b %}{% set s = 2 %}{% else %}{% set s = "
		 "3 %}{% endif %}{{ s }}",
				"3"},
		{"{% if b %}{% set s = 5 %}{% endif %}{{ s }}", "str"},
		{"{% with a = 1, b = a %}{{ a }}{{ b }}{% endwith %}{{ a }}", "100"},
		{"{% with %}{% set a = 9 %}{{ a }}{% endwith %}{{ a }}", "90"},
		{"{% filter upper %}x{% set t = 1 %}{{ t }}{% endfilter %}{{ t is defined }}",
				"X1False"},
		{"{% set y %}a{{ s }}b{% endset %}{{ y }}", "astrb"},
		{"{% set y | upper %}a{{ s }}b{% endset %}{{ y }}", "ASTRB"},
		{"{% set a, b = 1, 2 %}{{ a }}{{ b }}", "12"},
		{"{% set a, (b, c) = 1, (2, 3) %}{{ a }}{{ b }}{{ c }}", "123"},
		{"{% set ns = namespace(n=0) %}{{ ns }}", "<Namespace {'n': 0}>"},
		{"{% do d.update({'z': 1}) %}{{ d.z }}", "1"},
		{"{% do l.append(9) %}{{ l }}{{ l|length }}", "[1, 2, 3, 9]4"},
		{"{{ cycler('a','b').next() }}{% set c = cycler(1,2) %}{{ c.next() }}{{ c.next() "
		 "}}{{ c.next() }}{{ c.current }}",
				"a1212"},
		{"{% set j = joiner('|') %}{{ j() }}{{ j() }}{{ j() }}", "||"},
		{"{% autoescape false %}{{ '<' }}{% set ae = 1 %}{% endautoescape %}{{ ae is "
		 "defined }}",
				"<False"},
		{"{% print 1, 2 %}{% print %}", "12"},
		{"{% if true: %}x{% endif %}", "x"},
		{"{% if false %}{{ l|nofilter }}{% endif %}ok", "ok"},
		{"{% set _u = 1 %}{{ _u }}", "1"},
		{"{% if nope is defined and nope.x %}a{% else %}b{% endif %}", "b"},
		{"{% set a = 1 %}{% set b %}{{ a }}{% set a = 2 %}{{ a }}{% endset %}{{ a }}{{ b "
		 "}}",
				"112"},
		{"{% set x = x|default(3) %}{{ x }}", "3"},
};

static const struct template_case loops[] = {
		{"{% set x = 1 %}{% for i in [1,2] %}{% set x = i %}{{ x }}{% endfor %}{{ x }}",
				"121"},
		{"{% for i in [1] %}{% continue %}{% else %}E{% endfor %}", "E"},
		{"{% for i in [1,2] %}{% if i == 2 %}{% break %}{% endif %}{{ i }}{% else %}E{% "
		 "endfor %}",
				"1"},
		{"{% for i in [1] %}{% if b %}{% set s = 5 %}{% endif %}{{ s }}{% endfor %}{{ s }}",
				"strstr"},
		{"{% set ns = namespace(n=0) %}{% for i in [1,2,3] %}{% set ns.n = ns.n + i %}{% "
		 "endfor %}{{ ns.n }}",
				"6"},
		{"{% for i in l if i > 1 %}{{ loop.index }}/{{ loop.length }}:{{ loop.last }} {% "
		 "endfor %}",
				"1/2:False 2/2:True "},
		{"{% for i in l if i > 1 %}{{ i }}{{ loop.nextitem|default('-') }}{% endfor %}",
				"233-"},
		{"{% for i in l %}{{ loop.cycle('a','b') }}{{ loop.changed(i > 1) }}{% endfor %}",
				"aTruebTrueaFalse"},
		{"{% for i in [[1,[2,[3]]]] recursive %}{% if i is iterable %}<{{ loop(i) }}>{% "
		 "else %}{{ i }}@{{ loop.depth }}{% endif %}{% endfor %}",
				"<1@2<2@3<3@4>>>"},
		{"{% for k, v in d.items() %}{{ k }}{{ v }}{{ loop.index }}{% endfor %}", "a11bx2"},
		{"{% for a, b in [(1,2),(3,4)] %}{{ a }}{{ b }}{% endfor %}", "1234"},
		{"{% for c in 'a\303\251b' %}[{{ c }}]{% endfor %}", "[a][\303\251][b]"},
		{"{% for i in range(3) %}{% for j in range(2) %}{{ loop.index }}{{ i }}{{ j }} {% "
		 "endfor %}{{ loop.index }}{% endfor %}",
				"100 201 1110 211 2120 221 3"},
		{"{% for i in l %}{% set outer = loop %}{% for j in l %}{{ outer.index }}{{ "
		 "loop.index }} {% endfor %}{% endfor %}",
				"11 12 13 21 22 23 31 32 33 "},
		{"{% set x = [] %}{% for i in l if i not in x %}{% do x.append(i) %}{{ i }}{% "
		 "endfor %}{{ x }}",
				"123[1, 2, 3]"},
		{"{% set x = [1] %}{% for i in x %}{% if i < 5 %}{% do x.append(i + 1) %}{% endif "
		 "%}{{ i }}{% endfor %}",
				"12345"},
		{"{% for i in l %}{% if i > 1 %}{% break %}{% endif %}{% filter upper %}a{% if i > "
		 "1 %}{% continue %}{% endif %}b{% endfilter %}{% endfor %}",
				"AB"},
		{"{% for i in l %}{% filter upper %}a{% if i > 1 %}{% continue %}{% endif %}b{% "
		 "endfilter %}{% endfor %}",
				"AB"},
		{"{% for i in l: %}{{ i }}{% endfor %}", "123"},
		{"{% for x in l %}{% for y in l if y != x %}{{ x }}{{ y }} {% endfor %}{% endfor "
		 "%}",
				"12 13 21 23 31 32 "},
		{"{% for i in range(2) %}{% set x %}{{ i }}{% endset %}{{ x }}{% endfor %}", "01"},
		{"{% for a in l %}{% with b = a %}{{ b }}{% set a = 7 %}{% endwith %}{{ a }}{% "
		 "endfor %}",
				"112233"},
		{"{% set l2 = l %}{% for a in l2 %}{{ a }}{% set l2 = [] %}{% endfor %}{{ l2 }}",
				"123[1, 2, 3]"},
		{"{% for i in l %}{{ loop }}{% endfor %}",
				"<LoopContext 1/3><LoopContext 2/3><LoopContext 3/3>"},
		{"{% for x in [] %}{{ loop.index }}{% else %}{{ loop is defined }}{% endfor %}",
				"False"},
};

static const struct template_case macros[] = {
		{"{% macro m(a, b=a, c=2) %}{{ a }}-{{ b }}-{{ c }}{% endmacro %}{{ m(1) }}|{{ "
		 "m(1, c=3) }}|{{ m(c=1, a=2) }}",
				"1-1-2|1-1-3|2-2-1"},
		{"{% macro m(a, b) %}{{ a }}-{{ b is defined }}{% endmacro %}{{ m(1) }}",
				"1-False"},
		{"{% macro m() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, x=3) }}",
				"(1, 2){'x': 3}"},
		{"{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}in{% endcall %}", "in"},
		{"{% macro m(x) %}[{{ caller(x) }}]{% endmacro %}{% call(y) m(3) %}{{ y }}{{ s "
		 "}}{% endcall %}",
				"[3str]"},
		{"{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}B{% endmacro %}{{ a() }}",
				"B"},
		{"{% for i in [1,2] %}{% macro m() %}{{ i }}{% endmacro %}{{ m() }}{% endfor %}",
				"12"},
		{"{% macro m() %}{% set z = 1 %}{{ z }}{% endmacro %}{{ m() }}{{ z is defined }}",
				"1False"},
		{"{% set z = 5 %}{% macro m() %}{{ z }}{% endmacro %}{% set z = 6 %}{{ m() }}",
				"6"},
		{"{% macro m() %}{{ z }}{% endmacro %}{% set z = 6 %}{{ m() }}", "6"},
		{"{% macro m(a, b, c) %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ m(*l) }}{{ m(**{'a': "
		 "1, 'b': 2, 'c': 3}) }}",
				"123123"},
		{"{% macro m(a) %}{{ a }}{% endmacro %}{{ m.name }}{{ m.arguments }}{{ "
		 "m.catch_kwargs }}{{ m.caller }}{{ m }}",
				"m('a',)FalseFalse<Macro 'm'>"},
		{"{% macro t(x) %}{% if x > 0 %}{{ x }}{{ t(x - 1) }}{% endif %}{% endmacro %}{{ "
		 "t(5) }}",
				"54321"},
		{"{% macro outer() %}{% macro inner() %}I{{ v }}{% endmacro %}{% set v = 2 %}{{ "
		 "inner() }}{% endmacro %}{{ outer() }}{{ inner is defined }}",
				"I2False"},
		{"{% macro m(x) %}{{ caller(x, b=4) }}{{ caller(x) }}{% endmacro %}{% call(a, b=2) "
		 "m(1) %}{{ a }}{{ b }}{% endcall %}",
				"1412"},
		{"{% macro m() %}{{ caller is defined }}{% endmacro %}{{ m() }}{% call m() %}{% "
		 "endcall %}",
				"FalseTrue"},
		{"{% macro m(caller=none) %}{{ caller }}{% endmacro %}{{ m() }}", ""},
};

static const struct template_case plain[] = {
		{"{% for i in [] %}{% else %}E{{ i }}{% endfor %}", "E"},
		{"{% macro m() %}{{ z }}{% endmacro %}{% for z in [1,2] %}{{ m() }}{% endfor %}",
				""},
		{"{{ loop is defined }}{% for i in l %}{{ loop.index }}{{ loop.first }}{{ "
		 "loop.last }}{{ loop.revindex }}{{ loop.length }}{{ loop.previtem }}{{ "
		 "loop.nextitem if not loop.last }}{% endfor %}",
				"False1TrueFalse3322FalseFalse23133FalseTrue132"},
		{"{{ nope }}", ""},
		{"{{ none }}|{{ true }}|{{ 1.0 }}|{{ [none, true, 'x'] }}",
				"None|True|1.0|[None, True, 'x']"},
		{"{{ d.keys() }}{{ d.values() }}", "dict_keys(['a', 'b'])dict_values([1, 'x'])"},
		{"{{ d.update({'z': 1}) }}{{ d }}", "None{'a': 1, 'b': 'x', 'z': 1}"},
		{"{% for i in l %}{% block x %}{{ i }}{% endblock %}{% endfor %}", ""},
		{"{% set v = 7 %}{% include 'incv' %}{% for v in l %}{% include 'incv' %}{% endfor "
		 "%}{% include 'incv' without context %}",
				"<7><1><2><3><>"},
		{"{% import 'mod' as m %}{{ m.g() }}", ""},
		{"{% from 'mod' import nope %}{{ nope }}", ""},
		{"x{% extends 'base' %}y", "x<base|b>"},
		{"{% if true %}{% extends 'base' %}{% endif %}zzz{% block a %}A{% endblock %}",
				"<A|b>"},
		{"{% extends 'base' %}{% macro m() %}M{{ s }}{% endmacro %}{% block a %}{{ m() "
		 "}}{% endblock %}",
				"<Mstr|b>"},
		{"{% extends 'base' %}{% include 'inc' %}{% block a %}{% endblock %}", "Istr<|b>"},
		{"{% extends 'mid' %}{% block a %}[{{ super() }}]{% endblock %}", "<[(base)]|b>"},
		{"{{ not nope }}", "True"},
		{"{{ nope == 1 }}", "False"},
		{"{{ nope and 1 }}{{ 1 or nope }}", "1"},
		{"{{ _x }}{{ __y is defined }}", "False"},
		{"{{ ''.__class__ }}", ""},
		{"{{ in }}", ""},
		{"{% macro m(caller=none) %}{{ caller }}{% endmacro %}{{ m() }}", "None"},
		{"{{ loop }}", ""},
		{"{{ s.nope }}", ""},
		{"{{ l[10] }}", ""},
		{"{{ l['x'] }}", ""},
		{"{{ l[none] }}", ""},
		{"{{ d[[1]] }}", ""},
		{"a\n{% if true %}\nb\n{% endif %}\nc\n", "a\n\nb\n\nc"},
		{"  {% if true %}\n  b\n  {% endif %}\nc\n\n\n", "  \n  b\n  \nc\n\n"},
		{"#jinja2: lstrip_blocks: True\n  {% if true %}\n  b\n  {% endif %}\nc",
				"#jinja2: lstrip_blocks: True\n  \n  b\n  \nc"},
		{"#jinja2:trim_blocks:False, lstrip_blocks: true\n  {% if true %}\n  b\n  {% endif "
		 "%}\nc\n",
				"#jinja2:trim_blocks:False, lstrip_blocks: true\n  \n  b\n  \nc"},
		{"#jinja2: keep_trailing_newline:True\nx\n\n",
				"#jinja2: keep_trailing_newline:True\nx\n"},
		{"{{ 1 }}\n\n\n", "1\n\n"},
		{"x\015\ny\015\n{% if true %}\015\nz{% endif %}\015\n", "x\ny\n\nz"},
		{"\n", ""},
		{"  {%- if true -%}\n  x  \n{%- endif -%}  \n", "x"},
		{"{% raw %}\nx\n{% endraw %}\ny", "\nx\n\ny"},
		{"{# c #}\nx\n  {# d #}\n{#- e -#}\n y", "\nx\n  y"},
		{"{{ '' }}\n", ""},
		{"{% for i in [1,2] %}\n{{ i }}\n{% endfor %}\n", "\n1\n\n2\n"},
		{"{% include 'inc' %}\n{% include 'inc' %}\n", "Istr\nIstr"},
		{"{%- for i in [1,2] %}\n  {{- i }}\n{%- endfor %}\n", "12"},
		{"\t {%- if 1 %} {%+ endif %}\n", " "},
};

static void statements_do_what_they_say(void **state)
{
	(void)state;
	TEMPLATE_CHECK(statements, true, 0);
}

static void loops_go_on_as_in_python(void **state)
{
	(void)state;
	TEMPLATE_CHECK(loops, true, 0);
}

static void macros_see_where_they_were_made(void **state)
{
	(void)state;
	TEMPLATE_CHECK(macros, true, 0);
}

static void plain_jinja_differs(void **state)
{
	(void)state;
	TEMPLATE_CHECK(plain, false, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(statements_do_what_they_say),
			cmocka_unit_test(loops_go_on_as_in_python),
			cmocka_unit_test(macros_see_where_they_were_made),
			cmocka_unit_test(plain_jinja_differs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
