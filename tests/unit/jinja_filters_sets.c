#include "tests/unit/jinja_ansible.h"

/* Expected: what ansible-core 2.14 says. */
static void filters_of_python(void **state)
{
	static const struct row rows[] = {
			{"unique", "[\"a\", \"A\", \"b\"]", "[]", "{}", "['a', 'b']"},
			{"unique", "[\"a\", \"A\", \"b\"]", "[true]", "{}", "['a', 'A', 'b']"},
			{"unique", "[1, 1.0, true, \"1\"]", "[]", "{}", "[1, '1']"},
			{"unique", "[[1], [1], 2]", "[]", "{}", "[[1], 2]"},
			{"unique", "[[1]]", "[false]", "{}", NULL},
			{"unique", "[{\"n\": \"a\"}, {\"n\": \"A\"}]", "[null, \"n\"]", "{}",
					"[{'n': 'a'}]"},
			{"unique", "{\"__generator\": [[1], 2, 2]}", "[]", "{}", "[2]"},
			{"union", "[1, 2]", "[[2, 3]]", "{}", "[1, 2, 3]"},
			{"union", "[{\"a\": 1}]", "[[{\"a\": 1}, {\"b\": 2}]]", "{}",
					"[{'a': 1}, {'b': 2}]"},
			{"union", "[1]", "[\"ab\"]", "{}", NULL},
			{"intersect", "[1, 2, 2]", "[[2]]", "{}", "[2]"},
			{"difference", "[1, 2, 3]", "[[2]]", "{}", "[1, 3]"},
			{"difference", "{\"__generator\": [1, 2]}", "[[2]]", "{}", "[1]"},
			{"difference", "5", "[[1]]", "{}", NULL},
			{"symmetric_difference", "[1, 2]", "[[2, 3]]", "{}", "[1, 3]"},
			{"symmetric_difference", "[[1]]", "[[[1], [2]]]", "{}", "[[2]]"},
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
