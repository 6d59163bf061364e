#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/value/doc.h"
#include "src/value/emit.h"
#include "src/value/layer.h"
#include "src/value/query.h"

static struct arena *arena;
static struct diag findings;

static int setup(void **state)
{
	(void)state;
	findings = (struct diag)DIAG_INIT;
	arena = arena_new(0);
	return arena ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	diag_release(&findings);
	arena_free(arena);
	return 0;
}

static struct value *layer(const char *file, const char *text)
{
	const struct doc_options options = {.allows_deletion = true};
	struct value *value;

	value = doc_parse_as(arena, &options, file, text, strlen(text), &findings);
	assert_non_null(value);
	return value;
}

static struct value *merge(const struct merge_rule *rules, size_t rule_count, const char *lower,
		const char *upper)
{
	const struct layer_spec spec = {.arena = arena,
			.rules = rules,
			.rule_count = rule_count,
			.findings = &findings};
	struct value *first;

	first = layer_merge(&spec, NULL, layer("low", lower));
	return first ? layer_merge(&spec, first, layer("up", upper)) : NULL;
}

/* The merged value as JSON and then the findings. */
static void expect(const struct merge_rule *rule, const char *lower, const char *upper,
		const char *wanted)
{
	struct buf out = BUF_INIT;
	struct value *merged;

	diag_release(&findings);
	merged = merge(rule, rule ? 1 : 0, lower, upper);
	if (merged)
		assert_int_equal(emit_json(merged, 0, &out), 0);
	if (findings.count > 0 && merged)
		buf_add_char(&out, '\n');
	diag_format(&findings, &out);
	assert_string_equal(buf_str(&out), wanted);
	buf_release(&out);
}

static void maps_merge_deep(void **state)
{
	(void)state;
	expect(NULL, "{a: 1, b: {c: 1, d: {e: 1}}, f: 1}", "{g: 2, b: {d: {x: 2, e: 2}}, a: 2}",
			"{\"a\": 2, \"b\": {\"c\": 1, \"d\": {\"e\": 2, \"x\": 2}}, \"f\": 1, "
			"\"g\": 2}");
	expect(NULL, "{1: a, '1': b}", "{'1': c}", "{\"1\": \"a\", \"1\": \"c\"}");
	expect(NULL, "", "a: 1", "{\"a\": 1}");
	expect(NULL, "a: 1", "", "{\"a\": 1}");
}

static void other_values_replace(void **state)
{
	(void)state;
	expect(NULL, "{a: [1, 2], b: 1, c: x}", "{a: [3], b: text, c: 1.5}",
			"{\"a\": [3], \"b\": \"text\", \"c\": 1.5}");
	expect(NULL, "{a: {x: 1}, b: null}", "{a: null, b: [1]}", "{\"a\": null, \"b\": [1]}");
}

static void deletions(void **state)
{
	(void)state;
	expect(NULL, "{a: 1, b: {c: 1, d: 2}, e: {f: 1}}",
			"{a: !delete , b: {c: !delete }, e: !delete }", "{\"b\": {\"d\": 2}}");
	expect(NULL, "{a: 1}", "{b: !delete , c: [{d: !delete , e: 1}]}",
			"{\"a\": 1, \"c\": [{\"e\": 1}]}\n"
			"up:1:5: warning: b: there is nothing to delete in the layers below\n"
			"up:1:23: warning: c.d: there is nothing to delete in the layers below\n");
	expect(NULL, "{a: !delete }", "{a: 1}",
			"{\"a\": 1}\nlow:1:5: warning: a: there is nothing to delete in the layers "
			"below\n");
}

static void a_changed_kind_is_a_finding(void **state)
{
	const struct merge_rule replace = {.path = "a", .kind = MERGE_REPLACE};

	(void)state;
	expect(NULL, "a:\n  b: 1", "a: [1]",
			"up:1:4: a: a list in the place of a map (low:2:3); with 'merge: {a: "
			"replace}' it "
			"may be\n");
	expect(NULL, "a: {b: 1}", "a: {b: {}}",
			"up:1:8: a.b: a map in the place of an integer (low:1:8); with 'merge: "
			"{a.b: "
			"replace}' it may be\n");
	expect(&replace, "a: {b: 1}", "a: [1]", "{\"a\": [1]}");
	expect(&replace, "a: {b: 1}", "a: {c: 1}", "{\"a\": {\"c\": 1}}");
}

static void lists(void **state)
{
	const struct merge_rule append = {.path = "a.\"b c\"", .kind = MERGE_APPEND};
	const struct merge_rule prepend = {.path = "a", .kind = MERGE_PREPEND};
	const struct merge_rule unique = {.path = "a", .kind = MERGE_UNIQUE};

	(void)state;
	expect(&append, "a: {b c: [1, 2]}", "a: {b c: [2, 3]}", "{\"a\": {\"b c\": [1, 2, 2, 3]}}");
	expect(&prepend, "a: [1, 2]", "a: [2, 3]", "{\"a\": [2, 3, 1, 2]}");
	expect(&unique, "a: [1, 1, {x: 1}]", "a: [2, 1, {x: 1}, 2, {x: 2}, 1.0]",
			"{\"a\": [1, 1, {\"x\": 1}, 2, {\"x\": 2}, 1.0]}");
}

static void lists_by_key(void **state)
{
	const struct merge_rule by = {.path = "u", .kind = MERGE_BY, .key = "n"};
	const struct merge_rule both[] = {by, {.path = "u.g", .kind = MERGE_APPEND}};
	struct buf out = BUF_INIT;

	(void)state;
	expect(&by, "u: [{n: a, x: 1}, {n: b}]", "u: [{n: c}, {n: a, y: 2, x: 3}]",
			"{\"u\": [{\"n\": \"a\", \"x\": 3, \"y\": 2}, {\"n\": \"b\"}, {\"n\": "
			"\"c\"}]}");
	expect(&by, "u: [{n: a}, 1]", "u: [{n: b}, {n: b}, {x: 1}, {n: []}]",
			"low:1:13: u: merged by 'n', so each item is a map, not an integer\n"
			"up:1:13: u: merged by 'n', and another item has the same (up:1:5)\n"
			"up:1:21: u: merged by 'n', which this item lacks\n"
			"up:1:33: u: merged by 'n', which is a string or an integer, not a list\n");
	diag_release(&findings);
	assert_int_equal(emit_json(merge(both, 2, "u: [{n: a, g: [1]}]", "u: [{n: a, g: [2]}]"), 0,
					 &out),
			0);
	assert_string_equal(buf_str(&out), "{\"u\": [{\"n\": \"a\", \"g\": [1, 2]}]}");
	buf_release(&out);
}

static void a_rule_that_does_not_fit(void **state)
{
	const struct merge_rule rule = {.path = "a",
			.kind = MERGE_APPEND,
			.origin = {.file = "refmount.yaml", .line = 7, .column = 3}};

	(void)state;
	expect(&rule, "a: {}", "a: {}",
			"up:1:4: a: the rule 'append' (refmount.yaml:7:3) is for lists, and this "
			"is a "
			"map\n");
	expect(NULL, "[1]", "a: 1", "low:1:1: a file of values is a map, not a list\n");
}

/* The winner's place, also for the key; what is not merged is not copied. */
static void origins_and_sharing(void **state)
{
	const struct layer_spec spec = {.arena = arena, .findings = &findings};
	struct value *lower = layer("low", "a: 1\nb: {c: 1}\nd: {e: 1}\n");
	struct value *upper = layer("up", "\nd: {e: 2}\na: 2\n"), *merged;

	(void)state;
	merged = layer_merge(&spec, lower, upper);
	assert_non_null(merged);
	assert_string_equal(value_get(merged, "a")->origin.file, "up");
	assert_int_equal(value_get(merged, "a")->origin.line, 3);
	assert_string_equal(merged->map.pairs[0].key->origin.file, "up");
	assert_ptr_equal(value_get(merged, "b"), value_get(lower, "b"));
	assert_string_equal(value_get(merged, "d")->origin.file, "up");
	assert_int_equal(value_get(lower, "a")->integer, 1);
}

/* 20,000 items against 20,000: not every pair is looked at. */
static void long_lists_are_quick(void **state)
{
	const struct merge_rule unique = {.path = "a", .kind = MERGE_UNIQUE};
	const struct merge_rule by = {.path = "b", .kind = MERGE_BY, .key = "n"};
	const struct merge_rule rules[] = {unique, by};
	struct buf text = BUF_INIT;
	struct value *merged;
	int i;

	(void)state;
	buf_add_str(&text, "a: [");
	for (i = 0; i < 20000; i++)
		buf_printf(&text, "%d,", i);
	buf_add_str(&text, "]\nb: [");
	for (i = 0; i < 20000; i++)
		buf_printf(&text, "{n: x%d},", i);
	buf_add_str(&text, "]\n");
	merged = merge(rules, 2, buf_str(&text), buf_str(&text));
	assert_non_null(merged);
	assert_int_equal(value_get(merged, "a")->list.count, 20000);
	assert_int_equal(value_get(merged, "b")->list.count, 20000);
	buf_release(&text);
}

static void a_full_arena_is_a_finding(void **state)
{
	struct arena *small = arena_new(64);
	const struct layer_spec spec = {.arena = small, .findings = &findings};

	(void)state;
	assert_null(layer_merge(&spec, layer("low", "a: {b: 1}"), layer("up", "a: {c: 1}")));
	assert_int_equal(findings.errors, 1);
	assert_string_equal(findings.items[0].message, "not enough memory to merge this layer");
	arena_free(small);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test_setup_teardown(maps_merge_deep, setup, teardown),
			cmocka_unit_test_setup_teardown(other_values_replace, setup, teardown),
			cmocka_unit_test_setup_teardown(deletions, setup, teardown),
			cmocka_unit_test_setup_teardown(
					a_changed_kind_is_a_finding, setup, teardown),
			cmocka_unit_test_setup_teardown(lists, setup, teardown),
			cmocka_unit_test_setup_teardown(lists_by_key, setup, teardown),
			cmocka_unit_test_setup_teardown(a_rule_that_does_not_fit, setup, teardown),
			cmocka_unit_test_setup_teardown(origins_and_sharing, setup, teardown),
			cmocka_unit_test_setup_teardown(long_lists_are_quick, setup, teardown),
			cmocka_unit_test_setup_teardown(a_full_arena_is_a_finding, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
