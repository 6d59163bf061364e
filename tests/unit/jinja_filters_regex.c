#include "tests/unit/jinja_ansible.h"

/* Expected: what ansible-core 2.14 says. */
static void filters_of_python(void **state)
{
	static const struct row rows[] = {
			{"regex_replace", "\"foo bar\"", "[\"(\\\\w+) (\\\\w+)\", \"\\\\2 \\\\1\"]",
					"{}", "'bar foo'"},
			{"regex_replace", "\"aAa\"", "[\"a\", \"x\"]", "{\"ignorecase\": true}",
					"'xxx'"},
			{"regex_replace", "\"a\\nb\"", "[\"^\", \"> \"]", "{\"multiline\": true}",
					"'> a\\n> b'"},
			{"regex_replace", "12", "[\"1\", \"x\"]", "{}", "'x2'"},
			{"regex_replace", "\"abxd\"", "[\"x*\", \"-\"]", "{}", "'-a-b--d-'"},
			{"regex_replace", "\"a\"", "[\"(\", \"x\"]", "{}", NULL},
			{"regex_replace", "\"a\"", "[\"a\", \"\\\\2\"]", "{}", NULL},
			{"regex_replace", "{\"__undefined\": 1}", "[\"a\", \"b\"]", "{}", NULL},
			{"regex_replace", "\"abc\"", "[\"b\"]", "{}", "'ac'"},
			{"regex_replace", "\"a\"", "[1, \"b\"]", "{}", NULL},
			{"regex_findall", "\"a1b22\"", "[\"\\\\d+\"]", "{}", "['1', '22']"},
			{"regex_findall", "\"a1b22\"", "[\"([a-z])(\\\\d+)\"]", "{}",
					"[('a', '1'), ('b', '22')]"},
			{"regex_findall", "\"ab\"", "[\"(a)|b\"]", "{}", "['a', '']"},
			{"regex_findall", "\"aA\"", "[\"a\"]", "{\"ignorecase\": true}",
					"['a', 'A']"},
			{"regex_findall", "\"a\\nb\"", "[\"^.\", true]", "{}", "['a', 'b']"},
			{"regex_findall", "\"a\"", "[]", "{}", NULL},
			{"regex_search", "\"foo12\"", "[\"\\\\d+\"]", "{}", "'12'"},
			{"regex_search", "\"foo\"", "[\"\\\\d\"]", "{}", "None"},
			{"regex_search", "\"foo12\"",
					"[\"([a-z]+)(\\\\d+)\", \"\\\\2\", \"\\\\1\"]", "{}",
					"['12', 'foo']"},
			{"regex_search", "\"foo12\"", "[\"(?P<n>\\\\d)\", \"\\\\g<n>\"]", "{}",
					"['1']"},
			{"regex_search", "\"a\"", "[\"(a)|(b)\", \"\\\\2\"]", "{}", "[None]"},
			{"regex_search", "\"a\"", "[\"a\", \"\\\\1\"]", "{}", NULL},
			{"regex_search", "\"b\"", "[\"a\", \"\\\\1\"]", "{}", "None"},
			{"regex_search", "\"b\"", "[\"a\", \"1\"]", "{}", NULL},
			{"regex_search", "\"A\\nB\"", "[\"^b\"]",
					"{\"multiline\": true, \"ignorecase\": true}", "'B'"},
			{"regex_search", "\"a\"", "[]", "{\"bogus\": 1}", NULL},
			{"regex_search", "\"a\"", "[]", "{\"regex\": \"a\"}", "'a'"},
			{"regex_escape", "\"a.b*[x] -#\"", "[]", "{}",
					"'a\\\\.b\\\\*\\\\[x\\\\]\\\\ \\\\-\\\\#'"},
			{"regex_escape", "\"^f.*o(.*)$\"", "[\"posix_basic\"]", "{}",
					"'\\\\^f\\\\.\\\\*o(\\\\.\\\\*)\\\\$'"},
			{"regex_escape", "\"a\"", "[\"posix_extended\"]", "{}", NULL},
	};

	(void)state;
	check_filters(ROWS(rows));
}

static void limits(void **state)
{
	(void)state;
	check_failure("regex_findall", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\"",
			"[\"(a+)+$\"]", FAULT_LIMIT, "needs too many steps on this text");
	check_failure("regex_search", "\"a\"", "[\"a(b\"]", FAULT_RUNTIME,
			"regular expression 'a(b': missing ), unterminated subpattern at position "
			"1");
	check_failure("regex_search", "\"a\"", "[\"a\", \"1\"]", FAULT_RUNTIME,
			"unknown argument '1': groups are written as '\\\\1' or '\\\\g<name>'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(filters_of_python),
			cmocka_unit_test(limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
