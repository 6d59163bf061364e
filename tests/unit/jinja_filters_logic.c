#include "tests/unit/jinja_ansible.h"

/* Expected: what ansible-core 2.14 says. */
static void filters_of_python(void **state)
{
	static const struct row rows[] = {
			{"bool", "\"yes\"", "[]", "{}", "True"},
			{"bool", "\"ON\"", "[]", "{}", "True"},
			{"bool", "\"1\"", "[]", "{}", "True"},
			{"bool", "\"true\"", "[]", "{}", "True"},
			{"bool", "\"y\"", "[]", "{}", "False"},
			{"bool", "\"\"", "[]", "{}", "False"},
			{"bool", "1", "[]", "{}", "True"},
			{"bool", "1.0", "[]", "{}", "True"},
			{"bool", "2", "[]", "{}", "False"},
			{"bool", "null", "[]", "{}", "None"},
			{"bool", "true", "[]", "{}", "True"},
			{"bool", "[]", "[]", "{}", "False"},
			{"bool", "{\"__undefined\": 1}", "[]", "{}", NULL},
			{"ternary", "true", "[1, 2]", "{}", "1"},
			{"ternary", "\"\"", "[1, 2]", "{}", "2"},
			{"ternary", "null", "[1, 2, 3]", "{}", "3"},
			{"ternary", "null", "[1, 2]", "{}", "2"},
			{"ternary", "1", "[1]", "{}", NULL},
			{"ternary", "0", "[]", "{\"true_val\": \"a\", \"false_val\": \"b\"}",
					"'b'"},
			{"mandatory", "0", "[]", "{}", "0"},
			{"mandatory", "{\"__undefined\": 1}", "[]", "{}", NULL},
			{"mandatory", "{\"__undefined\": 1}", "[\"say\"]", "{}", NULL},
			{"type_debug", "\"a\"", "[]", "{}", "'str'"},
			{"type_debug", "[1]", "[]", "{}", "'list'"},
			{"type_debug", "1.5", "[]", "{}", "'float'"},
			{"type_debug", "null", "[]", "{}", "'NoneType'"},
	};

	(void)state;
	check_filters(ROWS(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(filters_of_python),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
