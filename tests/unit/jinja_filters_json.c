#include "tests/unit/jinja_ansible.h"

/* Expected: what ansible-core 2.14 says. */
static void filters_of_python(void **state)
{
	static const struct row rows[] = {
			{"from_json",
					"\"{\\\"a\\\": [1, -2.5e3, true, null], \\\"b\\\": "
					"\\\"\\\\u00e9\\\\ud83d\\\\ude00\\\\n\\\"}\"",
					"[]", "{}",
					"{'a': [1, -2500.0, True, None], 'b': 'é😀\\n'}"},
			{"from_json", "\"{\\\"a\\\":1,\\\"a\\\":2}\"", "[]", "{}", "{'a': 2}"},
			{"from_json", "\"NaN\"", "[]", "{}", "nan"},
			{"from_json", "\"-Infinity\"", "[]", "{}", "-inf"},
			{"from_json", "\" [ ] \"", "[]", "{}", "[]"},
			{"from_json", "\"01\"", "[]", "{}", NULL},
			{"from_json", "\"1.\"", "[]", "{}", NULL},
			{"from_json", "\"[1,]\"", "[]", "{}", NULL},
			{"from_json", "\"{\\\"a\\\":}\"", "[]", "{}", NULL},
			{"from_json", "\"'a'\"", "[]", "{}", NULL},
			{"from_json", "\"\\\"a\\nb\\\"\"", "[]", "{}", NULL},
			{"from_json", "\"\\\"\\\\x\\\"\"", "[]", "{}", NULL},
			{"from_json", "\"[1] x\"", "[]", "{}", NULL},
			{"from_json", "\"\"", "[]", "{}", NULL},
			{"from_json", "\"\\\"a\"", "[]", "{}", NULL},
			{"from_json", "\"1E400\"", "[]", "{}", "inf"},
			{"from_json", "\"-\"", "[]", "{}", NULL},
			{"from_json", "\"-9223372036854775808\"", "[]", "{}",
					"-9223372036854775808"},
			{"from_json", "\"{\\\"a\\\" 1}\"", "[]", "{}", NULL},
			{"from_json", "\"{1: 2}\"", "[]", "{}", NULL},
			{"from_json", "\"nul\"", "[]", "{}", NULL},
			{"from_json", "\"[1 2]\"", "[]", "{}", NULL},
			{"from_json", "1", "[]", "{}", NULL},
	};

	(void)state;
	check_filters(ROWS(rows));
}

static void limits(void **state)
{
	char deep[256];

	(void)state;
	memset(deep, '[', 65);
	memset(deep + 65, ']', 65);
	deep[130] = '\0';
	/* A string of JSON that holds JSON needs no escapes here. */
	memmove(deep + 1, deep, 130);
	deep[0] = deep[131] = '"';
	deep[132] = '\0';
	check_failure("from_json", deep, "[]", FAULT_LIMIT, "nested deeper than 64 levels");
	check_failure("from_json", "\"[1,\\n x]\"", "[]", FAULT_RUNTIME,
			"from_json: Expecting value: line 2 column 2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(filters_of_python),
			cmocka_unit_test(limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
