#include "tests/unit/jinja_ansible.h"

/* Expected: what ansible-core 2.14 says. */
static void filters_of_python(void **state)
{
	static const struct row rows[] = {
			{"basename", "\"/a/b.c\"", "[]", "{}", "'b.c'"},
			{"dirname", "\"/a/b.c\"", "[]", "{}", "'/a'"},
			{"splitext", "\"/a/b.c\"", "[]", "{}", "('/a/b', '.c')"},
			{"normpath", "\"/a/b.c\"", "[]", "{}", "'/a/b.c'"},
			{"basename", "\"a//\"", "[]", "{}", "''"},
			{"dirname", "\"a//\"", "[]", "{}", "'a'"},
			{"splitext", "\"a//\"", "[]", "{}", "('a//', '')"},
			{"normpath", "\"a//\"", "[]", "{}", "'a'"},
			{"basename", "\"\"", "[]", "{}", "''"},
			{"dirname", "\"\"", "[]", "{}", "''"},
			{"splitext", "\"\"", "[]", "{}", "('', '')"},
			{"normpath", "\"\"", "[]", "{}", "'.'"},
			{"basename", "\"//x\"", "[]", "{}", "'x'"},
			{"dirname", "\"//x\"", "[]", "{}", "'//'"},
			{"splitext", "\"//x\"", "[]", "{}", "('//x', '')"},
			{"normpath", "\"//x\"", "[]", "{}", "'//x'"},
			{"basename", "\".bash.rc\"", "[]", "{}", "'.bash.rc'"},
			{"dirname", "\".bash.rc\"", "[]", "{}", "''"},
			{"splitext", "\".bash.rc\"", "[]", "{}", "('.bash', '.rc')"},
			{"normpath", "\".bash.rc\"", "[]", "{}", "'.bash.rc'"},
			{"basename", "\"..a\"", "[]", "{}", "'..a'"},
			{"dirname", "\"..a\"", "[]", "{}", "''"},
			{"splitext", "\"..a\"", "[]", "{}", "('..a', '')"},
			{"normpath", "\"..a\"", "[]", "{}", "'..a'"},
			{"win_basename", "\"C:\\\\x\\\\y.z\"", "[]", "{}", "'y.z'"},
			{"win_dirname", "\"C:\\\\x\\\\y.z\"", "[]", "{}", "'C:\\\\x'"},
			{"win_splitdrive", "\"C:\\\\x\\\\y.z\"", "[]", "{}",
					"('C:', '\\\\x\\\\y.z')"},
			{"win_basename", "\"\\\\\\\\h\\\\s\\\\d\"", "[]", "{}", "'d'"},
			{"win_dirname", "\"\\\\\\\\h\\\\s\\\\d\"", "[]", "{}",
					"'\\\\\\\\h\\\\s\\\\'"},
			{"win_splitdrive", "\"\\\\\\\\h\\\\s\\\\d\"", "[]", "{}",
					"('\\\\\\\\h\\\\s', '\\\\d')"},
			{"win_basename", "\"c:/a\\\\b\"", "[]", "{}", "'b'"},
			{"win_dirname", "\"c:/a\\\\b\"", "[]", "{}", "'c:/a'"},
			{"win_splitdrive", "\"c:/a\\\\b\"", "[]", "{}", "('c:', '/a\\\\b')"},
			{"win_basename", "\"\\\\\\\\?\\\\UNC\\\\h\\\\s\\\\d\"", "[]", "{}", "'d'"},
			{"win_dirname", "\"\\\\\\\\?\\\\UNC\\\\h\\\\s\\\\d\"", "[]", "{}",
					"'\\\\\\\\?\\\\UNC\\\\h\\\\s\\\\'"},
			{"win_splitdrive", "\"\\\\\\\\?\\\\UNC\\\\h\\\\s\\\\d\"", "[]", "{}",
					"('\\\\\\\\?\\\\UNC\\\\h\\\\s', '\\\\d')"},
			{"path_join", "[\"a\", \"b\"]", "[]", "{}", "'a/b'"},
			{"path_join", "[\"a\", \"/b\", \"c\"]", "[]", "{}", "'/b/c'"},
			{"path_join", "[\"a/\", \"\", \"b\"]", "[]", "{}", "'a/b'"},
			{"path_join", "\"x\"", "[]", "{}", "'x'"},
			{"path_join", "[]", "[]", "{}", NULL},
			{"path_join", "[\"a\", 1]", "[]", "{}", NULL},
			{"path_join", "null", "[]", "{}", NULL},
			{"relpath", "\"/a/b\"", "[\"/a/c\"]", "{}", "'../b'"},
			{"relpath", "\"a/b\"", "[\"a\"]", "{}", "'b'"},
			{"relpath", "\"/\"", "[\"/\"]", "{}", "'.'"},
			{"relpath", "\"\"", "[\"/\"]", "{}", NULL},
			{"normpath", "\"/a/../../b/./c//\"", "[]", "{}", "'/b/c'"},
			{"normpath", "\"../../a/..\"", "[]", "{}", "'../..'"},
			{"commonpath", "[\"/a/b\", \"/a/c/d\"]", "[]", "{}", "'/a'"},
			{"commonpath", "[\"a/./b\", \"a/b/c\"]", "[]", "{}", "'a/b'"},
			{"commonpath", "[\"/a\", \"a\"]", "[]", "{}", NULL},
			{"commonpath", "[]", "[]", "{}", NULL},
			{"basename", "5", "[]", "{}", NULL},
			{"dirname", "null", "[]", "{}", NULL},
	};

	(void)state;
	check_filters(ROWS(rows));
}

static void refused(void **state)
{
	(void)state;
	check_failure("relpath", "\"a\"", "[\"/\"]", FAULT_REFUSED,
			"the way from '/' to 'a' depends on the working directory");
	check_failure("relpath", "\"../a\"", "[]", FAULT_REFUSED,
			"depends on the working directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(filters_of_python),
			cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
