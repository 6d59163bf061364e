#include "tests/unit/jinja_ansible.h"

/* Expected: what ansible-core 2.14 says. */
static void tests_of_python(void **state)
{
	static const struct row rows[] = {
			{"failed", "{}", "[]", "{}", "False"},
			{"failed", "{\"failed\": \"yes\"}", "[]", "{}", "'yes'"},
			{"failed", "[]", "[]", "{}", NULL},
			{"failed", "{\"__undefined\": 1}", "[]", "{}", NULL},
			{"success", "{\"failed\": 1}", "[]", "{}", "False"},
			{"succeeded", "{}", "[]", "{}", "True"},
			{"unreachable", "{\"unreachable\": true}", "[]", "{}", "True"},
			{"reachable", "{}", "[]", "{}", "True"},
			{"skipped", "{\"skipped\": 1}", "[]", "{}", "1"},
			{"changed", "{\"changed\": 0}", "[]", "{}", "0"},
			{"changed", "{\"results\": [{}, {\"changed\": true}]}", "[]", "{}", "True"},
			{"changed", "{\"results\": []}", "[]", "{}", NULL},
			{"changed", "{\"results\": [{}, 1]}", "[]", "{}", NULL},
			{"started", "{}", "[]", "{}", "True"},
			{"started", "{\"started\": 0}", "[]", "{}", "False"},
			{"finished", "{\"finished\": 1}", "[]", "{}", "True"},
			{"any", "[0, 1]", "[]", "{}", "True"},
			{"any", "[]", "[]", "{}", "False"},
			{"all", "[]", "[]", "{}", "True"},
			{"all", "[1, \"\"]", "[]", "{}", "False"},
			{"all", "5", "[]", "{}", NULL},
			{"truthy", "\"no\"", "[]", "{}", "True"},
			{"falsy", "[]", "[]", "{}", "True"},
			{"truthy", "{\"__undefined\": 1}", "[]", "{}", NULL},
			{"nan", "NaN", "[]", "{}", "True"},
			{"isnan", "\"x\"", "[]", "{}", "False"},
			{"isnan", "1", "[]", "{}", "False"},
			{"vault_encrypted", "\"x\"", "[]", "{}", "False"},
			{"truthy", "\"no\"", "[true]", "{}", "False"},
			{"truthy", "\" ON \"", "[true]", "{}", "True"},
			{"falsy", "\"off\"", "[true]", "{}", "True"},
			{"truthy", "\"x\"", "[true]", "{}", "True"},
			{"contains", "[1, \"a\"]", "[\"a\"]", "{}", "True"},
			{"contains", "\"abc\"", "[\"b\"]", "{}", "True"},
			{"contains", "\"abc\"", "[1]", "{}", NULL},
			{"contains", "{\"a\": 1}", "[\"a\"]", "{}", "True"},
			{"subset", "[1, 2]", "[[2, 1, 3]]", "{}", "True"},
			{"issubset", "\"ab\"", "[\"abc\"]", "{}", "True"},
			{"superset", "[1, 2]", "[[3]]", "{}", "False"},
			{"issuperset", "[1]", "[[]]", "{}", "True"},
			{"subset", "[[1]]", "[[1]]", "{}", NULL},
			{"subset", "[1]", "[[[1]]]", "{}", NULL},
			{"match", "\"foobar\"", "[\"foo\"]", "{}", "True"},
			{"match", "\"foobar\"", "[\"bar\"]", "{}", "False"},
			{"search", "\"foobar\"", "[\"BAR\", true]", "{}", "True"},
			{"search", "\"a\\nb\"", "[\"^b\", false, true]", "{}", "True"},
			{"regex", "\"ab\"", "[\"b\"]", "{}", "True"},
			{"regex", "\"ab\"", "[\"b\", \"x\"]", "{}", "True"},
			{"search", "\"a\"", "[\"(\"]", "{}", NULL},
			{"search", "12", "[\"2\"]", "{}", "True"},
			{"search", "{\"__undefined\": 1}", "[\"a\"]", "{}", NULL},
			{"regex", "\"ab\"", "[\"a\"]", "{\"match_type\": \"fullmatch\"}", "False"},
			{"regex", "\"ab\"", "[\"a\"]", "{\"match_type\": \"match\"}", "True"},
	};

	(void)state;
	check_tests(ROWS(rows));
}

static void is_sorted(void **state)
{
	(void)state;
	for (size_t i = 1; i < ansible_test_count; i++)
		assert_true(strcmp(ansible_tests[i - 1].name, ansible_tests[i].name) < 0);
}

static void of_the_machine(void **state)
{
	struct run run = {.arena = arena_new(1u << 20), .steps_left = 1000, .is_ansible = true};
	const struct row row = {"exists", "\"/etc\"", "[]", "{}", NULL};
	struct object out;

	(void)state;
	assert_int_equal(call_row(&run, &row, true, &out), -1);
	assert_int_equal(run.fault, FAULT_REFUSED);
	assert_string_equal(run.message,
			"'exists' looks at the machine, outside of the repository: such "
			"a test is refused");
	arena_free(run.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(tests_of_python),
			cmocka_unit_test(is_sorted),
			cmocka_unit_test(of_the_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
