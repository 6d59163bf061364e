#include "tests/unit/jinja_ansible.h"

/* Expected: what ansible-core 2.14 says. */
static void filters_of_python(void **state)
{
	static const struct row rows[] = {
			{"log", "10", "[]", "{}", "2.302585092994046"},
			{"log", "8", "[2]", "{}", "3.0"},
			{"log", "1000", "[10]", "{}", "3.0"},
			{"log", "0", "[]", "{}", NULL},
			{"log", "1", "[1]", "{}", NULL},
			{"log", "\"x\"", "[]", "{}", NULL},
			{"pow", "2", "[10]", "{}", "1024.0"},
			{"pow", "-8", "[0.5]", "{}", NULL},
			{"pow", "10", "[400]", "{}", NULL},
			{"pow", "0", "[-1]", "{}", NULL},
			{"root", "16", "[]", "{}", "4.0"},
			{"root", "27", "[3]", "{}", "3.0"},
			{"root", "-1", "[]", "{}", NULL},
			{"root", "8", "[\"3\"]", "{}", "2.0"},
			{"root", "4", "[0]", "{}", NULL},
			{"human_readable", "1023", "[]", "{}", "'1023.00 Bytes'"},
			{"human_readable", "1024", "[]", "{}", "'1.00 KB'"},
			{"human_readable", "1152921504606846975", "[]", "{}", "'1024.00 PB'"},
			{"human_readable", "10", "[true]", "{}", "'10.00 bits'"},
			{"human_readable", "10240", "[false, \"M\"]", "{}", "'0.01 MB'"},
			{"human_readable", "10240", "[true, \"m\"]", "{}", "'0.01 Mb'"},
			{"human_readable", "-5", "[]", "{}", "'-5.00 Bytes'"},
			{"human_readable", "1e+30", "[]", "{}", "'827180.61 YB'"},
			{"human_readable", "\"1\"", "[]", "{}", NULL},
			{"human_to_bytes", "\"1.5K\"", "[]", "{}", "1536"},
			{"human_to_bytes", "\"10MB\"", "[]", "{}", "10485760"},
			{"human_to_bytes", "\"10Mb\"", "[]", "{}", NULL},
			{"human_to_bytes", "\"10Mb\"", "[null, true]", "{}", "10485760"},
			{"human_to_bytes", "10", "[\"M\"]", "{}", "10485760"},
			{"human_to_bytes", "\"2.5\"", "[]", "{}", "2"},
			{"human_to_bytes", "\"10 megabytes\"", "[]", "{}", "10485760"},
			{"human_to_bytes", "\"x\"", "[]", "{}", NULL},
			{"human_to_bytes", "\"5X\"", "[]", "{}", NULL},
			{"human_to_bytes", "\"\"", "[]", "{}", NULL},
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
