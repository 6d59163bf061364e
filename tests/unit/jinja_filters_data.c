#include "tests/unit/jinja_ansible.h"

/* Expected: what ansible-core 2.14 says. */
static void filters_of_python(void **state)
{
	static const struct row rows[] = {
			{"to_json", "{\"b\": [1, {\"c\": null}], \"a\": \"é\", \"x\": true}", "[]",
					"{}",
					"'{\"b\": [1, {\"c\": null}], \"a\": \"\\\\u00e9\", \"x\": "
					"true}'"},
			{"to_nice_json", "{\"b\": [1, {\"c\": null}], \"a\": \"é\", \"x\": true}",
					"[]", "{}",
					"'{\\n    \"a\": \"\\\\u00e9\",\\n    \"b\": [\\n        "
					"1,\\n        {\\n            \"c\": null\\n        }\\n   "
					" ],\\n    \"x\": true\\n}'"},
			{"to_yaml", "{\"b\": [1, {\"c\": null}], \"a\": \"é\", \"x\": true}", "[]",
					"{}", "'a: é\\nb:\\n- 1\\n- {c: null}\\nx: true\\n'"},
			{"to_nice_yaml", "{\"b\": [1, {\"c\": null}], \"a\": \"é\", \"x\": true}",
					"[]", "{}", "'a: é\\nb:\\n- 1\\n-   c: null\\nx: true\\n'"},
			{"to_json", "{\"b\": [1, {\"c\": null}], \"a\": \"é\", \"x\": true}", "[]",
					"{\"indent\": 1, \"sort_keys\": true, \"ensure_ascii\": "
					"false, \"separators\": [\",\", \":\"]}",
					"'{\\n \"a\":\"é\",\\n \"b\":[\\n  1,\\n  {\\n   "
					"\"c\":null\\n  }\\n ],\\n \"x\":true\\n}'"},
			{"to_json", "{\"b\": [1, {\"c\": null}], \"a\": \"é\", \"x\": true}", "[2]",
					"{}", NULL},
			{"to_json", "{\"__undefined\": 1}", "[]", "{}", NULL},
			{"to_json", "[{\"__undefined\": 1}]", "[]", "{}", NULL},
			{"to_json", "{\"__generator\": [1]}", "[]", "{}", NULL},
			{"to_json", "1", "[]", "{\"bogus\": 1}", NULL},
			{"to_nice_json", "{\"b\": [1, {\"c\": null}], \"a\": \"é\", \"x\": true}",
					"[2, false]", "{}",
					"'{\\n  \"b\": [\\n    1,\\n    {\\n      \"c\": null\\n   "
					" }\\n  ],\\n  \"a\": \"\\\\u00e9\",\\n  \"x\": true\\n}'"},
			{"to_nice_json", "{\"1\": 1, \"a\": 2}", "[]",
					"{\"separators\": [\",\", \":\"]}", NULL},
			{"to_json", "[1.0, 1e+16, NaN, \"</é\"]", "[]", "{}",
					"'[1.0, 1e+16, NaN, \"\\\\u007f</\\\\u00e9\"]'"},
			{"to_nice_yaml", "{\"b\": [1, {\"c\": null}], \"a\": \"é\", \"x\": true}",
					"[2]", "{}", "'a: é\\nb:\\n- 1\\n- c: null\\nx: true\\n'"},
			{"to_nice_yaml",
					"[\"w w w w w w w w w w w w w w w w w w w w w w w w w w w "
					"w w w w w w w w w w w w w w w w w w w w w w w \"]",
					"[]", "{\"width\": 200}",
					"\"- 'w w w w w w w w w w w w w w w w w w w w w w w w w w "
					"w w w w w w w w w w w w w w w w w w w w w w w w '\\n\""},
			{"to_yaml", "{\"b\": [1, {\"c\": null}], \"a\": \"é\", \"x\": true}", "[]",
					"{\"default_flow_style\": false}",
					"'a: é\\nb:\\n- 1\\n- c: null\\nx: true\\n'"},
			{"to_yaml", "{\"b\": [1, {\"c\": null}], \"a\": \"é\", \"x\": true}", "[]",
					"{\"bogus\": 1}", NULL},
			{"to_yaml", "[\"yes\", \"1\", \"\", null, \"a: b\"]", "[]", "{}",
					"\"['yes', '1', '', null, 'a: b']\\n\""},
			{"to_yaml", "{\"b\": [1, {\"c\": null}], \"a\": \"é\", \"x\": true}", "[]",
					"{\"sort_keys\": false, \"explicit_start\": true}",
					"'---\\nb:\\n- 1\\n- {c: null}\\na: é\\nx: true\\n'"},
			{"to_nice_yaml", "{\"b\": [1, {\"c\": null}], \"a\": \"é\", \"x\": true}",
					"[]", "{\"default_flow_style\": true}", NULL},
			{"from_yaml", "\"a: 1\\nb: [yes, 010]\"", "[]", "{}",
					"{'a': 1, 'b': [True, 8]}"},
			{"from_yaml", "\"a: b: c\"", "[]", "{}", NULL},
			{"from_yaml", "\"\"", "[]", "{}", "None"},
			{"from_yaml", "5", "[]", "{}", "5"},
			{"from_yaml", "\"--- 1\\n--- 2\"", "[]", "{}", NULL},
			{"from_yaml_all", "\"--- 1\\n--- [2]\"", "[]", "{}", "[1, [2]]"},
			{"from_yaml_all", "[1]", "[]", "{}", "[1]"},
	};

	(void)state;
	check_filters(ROWS(rows));
}

static void refused(void **state)
{
	(void)state;
	check_failure("from_yaml", "\"a: [\"", "[]", FAULT_RUNTIME, "from_yaml: line ");
	check_failure("to_nice_json", "[1]", "[\"--\"]", FAULT_REFUSED,
			"an indent other than blanks is not supported");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(filters_of_python),
			cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
