#include "tests/unit/jinja_ansible.h"

/* Expected: what ansible-core 2.14 says. */
static void tests_of_python(void **state)
{
	static const struct row rows[] = {
			{"version", "\"1.10\"", "[\"1.9\", \">\"]", "{}", "True"},
			{"version", "\"1.2.3\"", "[\"1.2.3\"]", "{}", "True"},
			{"version", "\"1.0a\"", "[\"1.0\", \">\"]", "{}", "True"},
			{"version", "\"1.a\"", "[\"1.1\", \"<\"]", "{}", NULL},
			{"version", "\"\"", "[\"1\"]", "{}", NULL},
			{"version", "\"1\"", "[\"\"]", "{}", NULL},
			{"version", "\"1.0\"", "[\"1\", \"bad\"]", "{}", NULL},
			{"version_compare", "1.5", "[\"1.4\", \"gt\"]", "{}", "True"},
			{"version", "\"1.0-rc_1\"", "[\"1.0-rc_2\", \"lt\"]", "{}", "True"},
			{"version", "\"20230101123456789012\"", "[\"20230101123456789013\", \"<\"]",
					"{}", "True"},
			{"version", "\"1.0a1\"", "[\"1.0\", \"<\"]", "{\"strict\": true}", "True"},
			{"version", "\"1.0\"", "[\"1.0.0\", \"<\"]", "{\"strict\": true}", "False"},
			{"version", "\"1.0a1\"", "[\"1.0b1\", \"<\"]", "{\"strict\": true}",
					"True"},
			{"version", "\"1\"", "[\"2\", \"<\"]", "{\"strict\": true}", NULL},
			{"version", "\"1.0.0-alpha\"", "[\"1.0.0\", \"<\"]",
					"{\"version_type\": \"semver\"}", "True"},
			{"version", "\"1.0.0-alpha\"", "[\"1.0.0-alpha.1\", \"<\"]",
					"{\"version_type\": \"semver\"}", "True"},
			{"version", "\"1.0.0-1\"", "[\"1.0.0-a\", \"<\"]",
					"{\"version_type\": \"semver\"}", "True"},
			{"version", "\"1.0.0-2\"", "[\"1.0.0-10\", \"<\"]",
					"{\"version_type\": \"semver\"}", "True"},
			{"version", "\"1.0.0+a\"", "[\"1.0.0+b\", \"<\"]",
					"{\"version_type\": \"semver\"}", "False"},
			{"version", "\"01.0.0\"", "[\"1.0.0\", \"<\"]",
					"{\"version_type\": \"semver\"}", NULL},
			{"version", "\"1.0\"", "[\"1.0.0\", \"<\"]",
					"{\"version_type\": \"semver\"}", NULL},
			{"version", "\"1.0.dev1\"", "[\"1.0a1\", \"<\"]",
					"{\"version_type\": \"pep440\"}", "True"},
			{"version", "\"1.0a1\"", "[\"1.0.rc1\", \"<\"]",
					"{\"version_type\": \"pep440\"}", "True"},
			{"version", "\"1.0\"", "[\"1.0.post1\", \"<\"]",
					"{\"version_type\": \"pep440\"}", "True"},
			{"version", "\"1.0.0\"", "[\"1\", \"<\"]", "{\"version_type\": \"pep440\"}",
					"False"},
			{"version", "\"1!0\"", "[\"2\", \"<\"]", "{\"version_type\": \"pep440\"}",
					"False"},
			{"version", "\"1.0+a\"", "[\"1.0+1\", \"<\"]",
					"{\"version_type\": \"pep440\"}", "True"},
			{"version", "\"1.0\"", "[\"1.0+a\", \"<\"]",
					"{\"version_type\": \"pep440\"}", "True"},
			{"version", "\"v1.0ALPHA\"", "[\"1.0a0\", \"<\"]",
					"{\"version_type\": \"pep440\"}", "False"},
			{"version", "\"1.0a1.dev1\"", "[\"1.0a1\", \"<\"]",
					"{\"version_type\": \"pep440\"}", "True"},
			{"version", "\"x\"", "[\"1\", \"<\"]", "{\"version_type\": \"pep440\"}",
					NULL},
			{"version", "\"1\"", "[\"2\", \"<\", true, \"loose\"]", "{}", NULL},
			{"version", "\"1\"", "[\"2\"]", "{\"version_type\": \"x\"}", NULL},
	};

	(void)state;
	check_tests(ROWS(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(tests_of_python),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
