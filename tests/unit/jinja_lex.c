#include "tests/unit/jinja_template.h"

static const struct template_case whitespace[] = {
		{"{% raw %}{{ x }}{% endraw %}", "{{ x }}"},
		{"{%- raw -%}  {{ x }}  {%- endraw -%}  z", "{{ x }}z"},
		{"a{% if true -%}   b   {%- endif %}  c", "ab  c"},
		{"  {%- if true %}x{% endif -%}", "x"},
		{"a\n{% if true %}\nb\n{% endif %}\nc\n", "a\nb\nc\n"},
		{"  {% if true %}\n  b\n  {% endif %}\nc\n\n\n", "    b\n  c\n\n\n"},
		{"#jinja2: lstrip_blocks: True\n  {% if true %}\n  b\n  {% endif %}\nc", "  b\nc"},
		{"#jinja2:trim_blocks:False, lstrip_blocks: true\n  {% if true %}\n  b\n  {% endif "
		 "%}\nc\n",
				"\n  b\n\nc\n"},
		{"#jinja2: keep_trailing_newline:True\nx\n\n", "x\n\n"},
		{"{{ 1 }}\n\n\n", "1\n\n\n"},
		{"x\015\ny\015\n{% if true %}\015\nz{% endif %}\015\n", "x\ny\nz\n"},
		{"\n", "\n"},
		{"", ""},
		{"{%+ if true +%}\nx{% endif %}", "\nx"},
		{"  {%- if true -%}\n  x  \n{%- endif -%}  \n", "x\n"},
		{"{% raw %}\nx\n{% endraw %}\ny", "\nx\ny"},
		{"{# c #}\nx\n  {# d #}\n{#- e -#}\n y", "x\n  y"},
		{"{{ '' }}\n", "\n"},
		{"{% for i in [1,2] %}\n{{ i }}\n{% endfor %}\n", "1\n2\n"},
		{"{% set x = '\n' %}{{ x }}\n", "\n"},
		{"{% include 'inc' %}\n{% include 'inc' %}\n", "IstrIstr\n"},
		{"{%- for i in [1,2] %}\n  {{- i }}\n{%- endfor %}\n", "12\n"},
		{"\t {%- if 1 %} {%+ endif %}\n", " \n"},
		{"{% filter indent(2) %}a\nb{% endfilter %}", "a\n  b"},
		{"{{ 1 -}}  \n x {{- 2 }}", "1x2"},
		{"a{#-#}b {#--#} c", "abc"},
		{"{{'x'}}\013{%- if 1 %}\034{% endif -%}\302\240z\342\200\203",
				"x\034z\342\200\203"},
};

static void whitespace_goes_where_jinja2_drops_it(void **state)
{
	(void)state;
	TEMPLATE_CHECK(whitespace, true, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(whitespace_goes_where_jinja2_drops_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
