#include "tests/unit/jinja_template.h"

static const struct template_case templates[] = {
		{"{% import 'mod' as m %}{{ m }}{{ [m] }}", "text[<TemplateModule 'mod'>]"},
		{"{% block x %}B{% block y %}C{% endblock %}{% endblock x %}{{ self.x() }}",
				"BCBC"},
		{"{% set foo = 1 %}{% block x %}{{ foo }}{% endblock %}", "1"},
		{"{% for i in l %}{% block x scoped %}{{ i }}{{ loop.index }}{% endblock %}{% "
		 "endfor %}",
				"112233"},
		{"{% include 'inc' %}{% include ['no', 'inc'] %}{% include 'no' ignore missing %}",
				"IstrIstr"},
		{"{% import 'mod' as m %}{{ m.f(1) }}{{ m.v }}{{ m.nope is defined }}{{ m._p is "
		 "defined }}",
				"F1False5FalseFalse"},
		{"{% import 'mod' as m with context %}{{ m.g() }}", "str"},
		{"{% from 'mod' import f, v as w %}{{ f(2) }}{{ w }}", "F2False5"},
		{"{% from 'mod' import nope %}x", "x"},
		{"{% from 'mod' import f with context %}{{ f(1) }}", "F1True"},
		{"{% macro l2() %}{% include 'incv' %}{% endmacro %}{% set v = 3 %}{{ l2() }}",
				"<3>"},
		{"{% extends 'base' %}{% block a %}A{{ super() }}{% endblock %}ignored{% set q = 3 "
		 "%}{% block b %}{{ q }}{% endblock %}",
				"<Abase|33>"},
		{"{% if false %}{% extends 'base' %}{% endif %}zzz{% block a %}A{% endblock %}",
				"zzzA"},
		{"{% extends 'req' %}{% block r %}R{% endblock %}", "R"},
		{"{% block t %}{% endblock %}{{ self.t() }}{{ self.nope is defined }}", "False"},
		{"{% for i in l %}{% include 'incloop' %}{% endfor %}", "False1False2False3"},
		{"{% for i in l %}{{ loop.index }}{% include 'incloop' %}{% endfor %}",
				"1True12True23True3"},
};

static void templates_within_templates(void **state)
{
	(void)state;
	TEMPLATE_CHECK(templates, true, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(templates_within_templates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
