#include "tests/unit/jinja_cases.h"

static void lists_change_in_place(void **state)
{
	static const struct jinja_case cases[] = {
			{"{% set q = l %}{% set x = q.append(5) %}{{ x }} {{ l }}",
					"None [3, 1, 2, 5]"},
			{"{% set q = l %}{% set x = q.extend(\"ab\") %}{{ x }} {{ l }}",
					"None [3, 1, 2, 'a', 'b']"},
			{"{% set q = l %}{% set x = q.extend(l) %}{{ x }} {{ l }}",
					"None [3, 1, 2, 3, 1, 2]"},
			{"{% set q = l %}{% set x = q.insert(0,9) %}{{ x }} {{ l }}",
					"None [9, 3, 1, 2]"},
			{"{% set q = l %}{% set x = q.insert(-1,9) %}{{ x }} {{ l }}",
					"None [3, 1, 9, 2]"},
			{"{% set q = l %}{% set x = q.insert(99,9) %}{{ x }} {{ l }}",
					"None [3, 1, 2, 9]"},
			{"{% set q = l %}{% set x = q.pop() %}{{ x }} {{ l }}", "2 [3, 1]"},
			{"{% set q = l %}{% set x = q.pop(0) %}{{ x }} {{ l }}", "3 [1, 2]"},
			{"{% set q = l %}{% set x = q.pop(-2) %}{{ x }} {{ l }}", "1 [3, 2]"},
			{"{% set q = l %}{% set x = q.remove(1) %}{{ x }} {{ l }}", "None [3, 2]"},
			{"{% set q = l %}{% set x = q.sort() %}{{ x }} {{ l }}", "None [1, 2, 3]"},
			{"{% set q = l %}{% set x = q.sort(reverse=true) %}{{ x }} {{ l }}",
					"None [3, 2, 1]"},
			{"{% set q = l %}{% set x = q.reverse() %}{{ x }} {{ l }}",
					"None [2, 1, 3]"},
			{"{% set q = l %}{% set x = q.clear() %}{{ x }} {{ l }}", "None []"},
			{"{% set q = l %}{% set x = q.copy() %}{{ x }} {{ l }}",
					"[3, 1, 2] [3, 1, 2]"},
			{"{% set q = l %}{% set x = q.index(1) %}{{ x }} {{ l }}", "1 [3, 1, 2]"},
			{"{% set q = l %}{% set x = q.index(2,1) %}{{ x }} {{ l }}", "2 [3, 1, 2]"},
			{"{% set q = l %}{% set x = q.count(true) %}{{ x }} {{ l }}",
					"1 [3, 1, 2]"},
	};

	(void)state;
	CASES_GIVE(cases, false);
}

static void dicts_change_in_place(void **state)
{
	static const struct jinja_case cases[] = {
			{"{% set x = d.get(\"b\") %}{{ x }} {{ d }}",
					"1 {'b': 1, 'A': 2, 'c': [1, 2], 'items': 9}"},
			{"{% set x = d.get(\"z\") %}{{ x }} {{ d }}",
					"None {'b': 1, 'A': 2, 'c': [1, 2], 'items': 9}"},
			{"{% set x = d.get(\"z\",1) %}{{ x }} {{ d }}",
					"1 {'b': 1, 'A': 2, 'c': [1, 2], 'items': 9}"},
			{"{% set x = d.update({\"b\":2,\"n\":3}) %}{{ x }} {{ d }}",
					"None {'b': 2, 'A': 2, 'c': [1, 2], 'items': 9, 'n': 3}"},
			{"{% set x = d.update([[\"n\",1]],k=2) %}{{ x }} {{ d }}",
					"None {'b': 1, 'A': 2, 'c': [1, 2], 'items': 9, 'n': 1, "
					"'k': 2}"},
			{"{% set x = d.pop(\"b\") %}{{ x }} {{ d }}",
					"1 {'A': 2, 'c': [1, 2], 'items': 9}"},
			{"{% set x = d.pop(\"z\",0) %}{{ x }} {{ d }}",
					"0 {'b': 1, 'A': 2, 'c': [1, 2], 'items': 9}"},
			{"{% set x = d.popitem() %}{{ x }} {{ d }}",
					"('items', 9) {'b': 1, 'A': 2, 'c': [1, 2]}"},
			{"{% set x = d.setdefault(\"b\",7) %}{{ x }} {{ d }}",
					"1 {'b': 1, 'A': 2, 'c': [1, 2], 'items': 9}"},
			{"{% set x = d.setdefault(\"n\",7) %}{{ x }} {{ d }}",
					"7 {'b': 1, 'A': 2, 'c': [1, 2], 'items': 9, 'n': 7}"},
			{"{% set x = d.clear() %}{{ x }} {{ d }}", "None {}"},
			{"{% set x = d.copy() %}{{ x }} {{ d }}",
					"{'b': 1, 'A': 2, 'c': [1, 2], 'items': 9} {'b': 1, 'A': "
					"2, 'c': [1, 2], 'items': 9}"},
	};

	(void)state;
	CASES_GIVE(cases, false);
}

static void views_show_what_is_there(void **state)
{
	static const struct jinja_case cases[] = {
			{"{% set v = d.keys() %}{% set x = d.update(n=1) %}{{ v|list }} {{ "
			 "v|length }} {{ 'n' in v }}",
					"['b', 'A', 'c', 'items', 'n'] 5 True"},
			{"{{ d.items()|list }}",
					"[('b', 1), ('A', 2), ('c', [1, 2]), ('items', 9)]"},
			{"{{ d.values() }}", "dict_values([1, 2, [1, 2], 9])"},
			{"{{ d.keys() == d.keys() }}", "True"},
			{"{{ {'a':1}.items() }}", "dict_items([('a', 1)])"},
	};

	(void)state;
	CASES_GIVE(cases, false);
}

static void keys_and_methods(void **state)
{
	static const struct jinja_case cases[] = {
			{"{{ d['items'] }}", "9"},
			{"{{ d.items is callable }}", "True"},
			{"{{ d['get'] is callable }}", "True"},
			{"{{ [(1,2,1).count(1), (1,2).index(2)] }}", "[2, 1]"},
			{"{{ [(5).bit_length(), (2.0).is_integer(), range(5).index(3), "
			 "range(0,9,3).count(6)] }}",
					"[3, True, 3, 1]"},
	};

	(void)state;
	CASES_GIVE(cases, false);
}

static void itself_in_itself(void **state)
{
	static const struct jinja_case cases[] = {
			{"{% set x = l.append(l) %}{{ l }}", "[3, 1, 2, [...]]"},
	};

	(void)state;
	CASES_GIVE(cases, false);
}

static void failures(void **state)
{
	static const struct jinja_case cases[] = {
			{"{{ l.pop(9) }}", "out of range"},
			{"{{ [].pop() }}", "empty list"},
			{"{{ l.remove(9) }}", "not in"},
			{"{{ l.index(9) }}", "not in"},
			{"{{ l.extend(5) }}", "not iterable"},
			{"{{ [1,'a'].sort() }}", "not supported"},
			{"{{ l.sort(key=1) }}", "not supported"},
			{"{{ d.pop('z') }}", "no such key"},
			{"{{ {}.popitem() }}", "empty"},
			{"{{ d.update(5) }}", "not iterable"},
			{"{{ d.update([[1]]) }}", "2 is required"},
			{"{{ d.get([]) }}", "unhashable"},
			{"{{ d.items ~ '' }}", "['items']"},
			{"{{ d.get(key=1) }}", "keyword"},
			{"{{ (1,2).append(3) }}", "no attribute 'append'"},
	};

	(void)state;
	CASES_FAIL(cases, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(lists_change_in_place),
			cmocka_unit_test(dicts_change_in_place),
			cmocka_unit_test(views_show_what_is_there),
			cmocka_unit_test(keys_and_methods),
			cmocka_unit_test(itself_in_itself),
			cmocka_unit_test(failures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
