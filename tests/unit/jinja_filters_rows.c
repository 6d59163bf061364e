#include "tests/unit/jinja_ansible.h"

/* Expected: what ansible-core 2.14 says. */
static void filters_of_python(void **state)
{
	static const struct row rows[] = {
			{"flatten", "[1, [2, [3, [4]]], null, \"null\"]", "[]", "{}",
					"[1, 2, 3, 4]"},
			{"flatten", "[1, [2, [3]]]", "[1]", "{}", "[1, 2, [3]]"},
			{"flatten", "[1, [2]]", "[0]", "{}", "[1, [2]]"},
			{"flatten", "[{\"__tuple\": [1, [2]]}]", "[]", "{}", "[1, 2]"},
			{"flatten", "[{\"__undefined\": 1}]", "[]", "{}", NULL},
			{"flatten", "5", "[]", "{}", NULL},
			{"zip", "[1, 2, 3]", "[\"ab\"]", "{}", "[(1, 'a'), (2, 'b')]"},
			{"zip", "[1]", "[5]", "{}", NULL},
			{"zip_longest", "[1, 2]", "[[3]]", "{}", "[(1, 3), (2, None)]"},
			{"product", "[1, 2]", "[\"ab\"]", "{}",
					"[(1, 'a'), (1, 'b'), (2, 'a'), (2, 'b')]"},
			{"permutations", "[1, 2, 3]", "[]", "{}",
					"[(1, 2, 3), (1, 3, 2), (2, 1, 3), (2, 3, 1), (3, 1, 2), "
					"(3, 2, 1)]"},
			{"permutations", "\"abc\"", "[2]", "{}",
					"[('a', 'b'), ('a', 'c'), ('b', 'a'), ('b', 'c'), ('c', "
					"'a'), ('c', 'b')]"},
			{"permutations", "[1]", "[2]", "{}", "[]"},
			{"combinations", "[1, 2, 3]", "[2]", "{}", "[(1, 2), (1, 3), (2, 3)]"},
			{"combinations", "[1, 2]", "[]", "{}", NULL},
			{"combinations", "[1, 2]", "[-1]", "{}", NULL},
			{"combinations", "[]", "[0]", "{}", "[()]"},
			{"flatten", "[1, null, [null]]", "[]", "{\"skip_nulls\": false}",
					"[1, None, None]"},
			{"zip_longest", "[1, 2]", "[[3]]", "{\"fillvalue\": \"-\"}",
					"[(1, 3), (2, '-')]"},
			{"product", "[0, 1]", "[]", "{\"repeat\": 2}",
					"[(0, 0), (0, 1), (1, 0), (1, 1)]"},
			{"product", "[]", "[[1]]", "{}", "[]"},
			{"zip", "[1]", "[[2, 3]]", "{\"strict\": true}", NULL},
			{"product", "[1]", "[]", "{\"bogus\": 1}", NULL},
	};

	(void)state;
	check_filters(ROWS(rows));
}

static void limits(void **state)
{
	(void)state;
	check_failure("product", "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]",
			"[[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], "
			"[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], "
			"[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], "
			"[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]]",
			FAULT_LIMIT, "too");
	check_failure("zip", "[]",
			"[[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],"
			"[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[]"
			",[],"
			"[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[]]",
			FAULT_LIMIT, "zip: more than 64 lists");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(filters_of_python),
			cmocka_unit_test(limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
