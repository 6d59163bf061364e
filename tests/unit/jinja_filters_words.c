#include "tests/unit/jinja_ansible.h"

/* Expected: what ansible-core 2.14 says. */
static void filters_of_python(void **state)
{
	static const struct row rows[] = {
			{"quote", "\"it's\"", "[]", "{}", "'\\'it\\'\"\\'\"\\'s\\''"},
			{"quote", "\"a-b_c/d.e@%+=:,1\"", "[]", "{}", "'a-b_c/d.e@%+=:,1'"},
			{"quote", "\"\"", "[]", "{}", "\"''\""},
			{"quote", "null", "[]", "{}", "\"''\""},
			{"quote", "\"é\"", "[]", "{}", "\"'é'\""},
			{"quote", "12", "[]", "{}", "'12'"},
			{"split", "\"a b  c\"", "[]", "{}", "['a', 'b', 'c']"},
			{"split", "\"a,b\"", "[\",\"]", "{}", "['a', 'b']"},
			{"split", "\"a,b,c\"", "[\",\", 1]", "{}", "['a', 'b,c']"},
			{"split", "[\"a\"]", "[]", "{}", NULL},
			{"comment", "\"a\\n\\nb\"", "[]", "{}", "'#\\n# a\\n#\\n# b\\n#'"},
			{"comment", "\"a\"", "[\"c\"]", "{}", "'//\\n// a\\n//'"},
			{"comment", "\"a\"", "[\"cblock\"]", "{}", "'/*\\n *\\n * a\\n *\\n */'"},
			{"comment", "\"a\"", "[\"xml\"]", "{}", "'<!--\\n -\\n - a\\n -\\n-->'"},
			{"comment", "\"a\"", "[\"erlang\"]", "{}", "'%\\n% a\\n%'"},
			{"comment", "\"a\"", "[\"nope\"]", "{}", NULL},
			{"comment", "5", "[]", "{}", NULL},
			{"strftime", "\"%Y-%m-%d %H:%M:%S\"", "[1700000000, true]", "{}",
					"'2023-11-14 22:13:20'"},
			{"strftime", "\"\"", "[0]", "{}", "''"},
			{"strftime", "\"%Y\"", "[\"x\"]", "{}", NULL},
			{"comment", "\"a\\nb\"", "[]",
					"{\"decoration\": \"! \", \"prefix_count\": 2, "
					"\"postfix_count\": 0}",
					"'!\\n!\\n! a\\n! b'"},
			{"comment", "\"a\"", "[]",
					"{\"beginning\": \"<<\", \"end\": \">>\", \"prefix\": "
					"\"\", \"postfix\": \"-\"}",
					"'<<\\n# a\\n-\\n>>'"},
			{"comment", "\"a|b\"", "[\"plain\"]", "{\"newline\": \"|\"}",
					"'#|# a|# b|#'"},
			{"comment", "\"a\"", "[]", "{\"postfix_count\": \"2\"}", NULL},
			{"comment", "\"a\"", "[]", "{\"prefix\": \"\\n\", \"prefix_count\": \"2\"}",
					"'\\n\\n# a\\n#'"},
	};

	(void)state;
	check_filters(ROWS(rows));
}

static void refused(void **state)
{
	(void)state;
	check_failure("strftime", "\"%Y\"", "[]", FAULT_REFUSED,
			"strftime without seconds reads the clock: name the time");
	check_failure("to_datetime", "\"2020\"", "[]", FAULT_REFUSED, "to_datetime");
	check_failure("comment", "\"a\"", "[\"nope\"]", FAULT_RUNTIME,
			"the style is plain, erlang, c, cblock or xml, not 'nope'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(filters_of_python),
			cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
