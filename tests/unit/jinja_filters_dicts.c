#include "tests/unit/jinja_ansible.h"

/* Expected: what ansible-core 2.14 says. */
static void filters_of_python(void **state)
{
	static const struct row rows[] = {
			{"combine", "{\"a\": {\"x\": 1, \"l\": [1, 2]}, \"k\": 1}",
					"[{\"a\": {\"y\": 2, \"l\": [2, 3]}, \"n\": null}]", "{}",
					"{'a': {'y': 2, 'l': [2, 3]}, 'k': 1, 'n': None}"},
			{"combine", "{\"a\": {\"x\": 1, \"l\": [1, 2]}, \"k\": 1}",
					"[{\"a\": {\"y\": 2, \"l\": [2, 3]}, \"n\": null}]",
					"{\"recursive\": true, \"list_merge\": \"replace\"}",
					"{'a': {'x': 1, 'l': [2, 3], 'y': 2}, 'k': 1, 'n': None}"},
			{"combine", "{\"a\": {\"x\": 1, \"l\": [1, 2]}, \"k\": 1}",
					"[{\"a\": {\"y\": 2, \"l\": [2, 3]}, \"n\": null}]",
					"{\"recursive\": true, \"list_merge\": \"keep\"}",
					"{'a': {'x': 1, 'l': [1, 2], 'y': 2}, 'k': 1, 'n': None}"},
			{"combine", "{\"a\": {\"x\": 1, \"l\": [1, 2]}, \"k\": 1}",
					"[{\"a\": {\"y\": 2, \"l\": [2, 3]}, \"n\": null}]",
					"{\"recursive\": true, \"list_merge\": \"append\"}",
					"{'a': {'x': 1, 'l': [1, 2, 2, 3], 'y': 2}, 'k': 1, 'n': "
					"None}"},
			{"combine", "{\"a\": {\"x\": 1, \"l\": [1, 2]}, \"k\": 1}",
					"[{\"a\": {\"y\": 2, \"l\": [2, 3]}, \"n\": null}]",
					"{\"recursive\": true, \"list_merge\": \"prepend\"}",
					"{'a': {'x': 1, 'l': [2, 3, 1, 2], 'y': 2}, 'k': 1, 'n': "
					"None}"},
			{"combine", "{\"a\": {\"x\": 1, \"l\": [1, 2]}, \"k\": 1}",
					"[{\"a\": {\"y\": 2, \"l\": [2, 3]}, \"n\": null}]",
					"{\"recursive\": true, \"list_merge\": \"append_rp\"}",
					"{'a': {'x': 1, 'l': [1, 2, 3], 'y': 2}, 'k': 1, 'n': "
					"None}"},
			{"combine", "{\"a\": {\"x\": 1, \"l\": [1, 2]}, \"k\": 1}",
					"[{\"a\": {\"y\": 2, \"l\": [2, 3]}, \"n\": null}]",
					"{\"recursive\": true, \"list_merge\": \"prepend_rp\"}",
					"{'a': {'x': 1, 'l': [2, 3, 1], 'y': 2}, 'k': 1, 'n': "
					"None}"},
			{"combine", "{\"a\": {\"x\": 1, \"l\": [1, 2]}, \"k\": 1}",
					"[{\"a\": {\"y\": 2, \"l\": [2, 3]}, \"n\": null}]",
					"{\"recursive\": true, \"list_merge\": \"other\"}", NULL},
			{"combine",
					"[{\"a\": {\"x\": 1, \"l\": [1, 2]}, \"k\": 1}, {\"a\": "
					"{\"y\": 2, \"l\": [2, 3]}, \"n\": null}]",
					"[]", "{}",
					"{'a': {'y': 2, 'l': [2, 3]}, 'k': 1, 'n': None}"},
			{"combine", "[]", "[]", "{}", "{}"},
			{"combine", "{}", "[[{\"a\": 1}, {\"b\": 2}]]", "{}", "{'a': 1, 'b': 2}"},
			{"combine", "{\"a\": {\"x\": 1, \"l\": [1, 2]}, \"k\": 1}", "[5]", "{}",
					NULL},
			{"combine", "{\"a\": {\"__undefined\": 1}}",
					"[{\"a\": {\"x\": 1, \"l\": [1, 2]}, \"k\": 1}]", "{}",
					NULL},
			{"combine", "{\"a\": {\"x\": 1, \"l\": [1, 2]}, \"k\": 1}", "[null]", "{}",
					"{'a': {'x': 1, 'l': [1, 2]}, 'k': 1}"},
			{"dict2items", "{\"a\": 1, \"b\": [2]}", "[]", "{}",
					"[{'key': 'a', 'value': 1}, {'key': 'b', 'value': [2]}]"},
			{"dict2items", "[1]", "[]", "{}", NULL},
			{"dict2items", "{\"a\": 1}", "[\"file\", \"path\"]", "{}",
					"[{'file': 'a', 'path': 1}]"},
			{"items2dict",
					"[{\"key\": \"a\", \"value\": 1}, {\"key\": \"b\", "
					"\"value\": 2}]",
					"[]", "{}", "{'a': 1, 'b': 2}"},
			{"items2dict", "[{\"key\": \"a\"}]", "[]", "{}", NULL},
			{"items2dict", "[[\"a\", 1]]", "[0, 1]", "{}", "{'a': 1}"},
			{"items2dict", "\"x\"", "[]", "{}", NULL},
			{"extract", "\"a\"", "[{\"a\": [1, {\"b\": 2}]}]", "{}", "[1, {'b': 2}]"},
			{"extract", "\"a\"", "[{\"a\": [1, {\"b\": 2}]}, [1, \"b\"]]", "{}", "2"},
			{"extract", "1", "[[\"x\", \"y\"]]", "{}", "'y'"},
			{"extract", "\"z\"", "[{\"a\": 1}]", "{}", "Undefined"},
			{"subelements",
					"[{\"n\": 1, \"g\": [\"a\", \"b\"]}, {\"n\": 2, \"g\": "
					"[]}]",
					"[\"g\"]", "{}",
					"[({'n': 1, 'g': ['a', 'b']}, 'a'), ({'n': 1, 'g': ['a', "
					"'b']}, 'b')]"},
			{"subelements", "{\"k\": {\"d\": {\"e\": [1]}}}", "[\"d.e\"]", "{}",
					"[({'d': {'e': [1]}}, 1)]"},
			{"subelements", "[{\"n\": 1}]", "[\"g\"]", "{}", NULL},
			{"subelements", "[{\"n\": 1}, {\"g\": [5]}]", "[\"g\", true]", "{}",
					"[({'g': [5]}, 5)]"},
			{"subelements", "[{\"g\": \"s\"}]", "[\"g\"]", "{}", NULL},
			{"subelements", "5", "[\"g\"]", "{}", NULL},
			{"rekey_on_member", "[{\"n\": \"a\", \"v\": 1}, {\"n\": \"b\"}]", "[\"n\"]",
					"{}", "{'a': {'n': 'a', 'v': 1}, 'b': {'n': 'b'}}"},
			{"rekey_on_member", "{\"x\": {\"n\": 1}, \"y\": {\"n\": 1}}", "[\"n\"]",
					"{}", NULL},
			{"rekey_on_member", "[{\"n\": 1, \"v\": 1}, {\"n\": 1, \"v\": 2}]",
					"[\"n\", \"overwrite\"]", "{}", "{1: {'n': 1, 'v': 2}}"},
			{"rekey_on_member", "[{}]", "[\"n\"]", "{}", NULL},
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
