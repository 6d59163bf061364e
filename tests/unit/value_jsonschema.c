#include <errno.h>
#include <stdlib.h>

#include "tests/unit/value_fixture.h"
#include "src/base/buf.h"
#include "src/value/jsonschema.h"

/* What is valid is the business of tests/integration/values_schema.t; here, how it is said. */

static void expect_findings(struct diag *findings, const char *wanted)
{
	struct buf out = BUF_INIT;

	diag_sort(findings);
	diag_format(findings, &out);
	assert_string_equal(buf_str(&out), wanted);
	buf_release(&out);
	diag_release(findings);
}

/* What is said about VALUE: the schema is flow YAML, without its braces. */
static void expect(const char *schema, const char *value, const char *wanted)
{
	struct diag findings = DIAG_INIT;
	struct buf text = BUF_INIT;
	struct value *parsed;

	buf_printf(&text, "{%s}", schema);
	parsed = parse_as_of("s", buf_str(&text));
	jsonschema_check(parsed, &findings);
	assert_int_equal(findings.count, 0);
	assert_int_equal(jsonschema_validate(parsed, parse_as_of("v", value), &findings), 0);
	expect_findings(&findings, wanted);
	buf_release(&text);
}

/* What is said about a schema. */
static void expect_schema(const char *schema, const char *wanted)
{
	struct diag findings = DIAG_INIT;

	jsonschema_check(parse_as_of("s", schema), &findings);
	expect_findings(&findings, wanted);
}

static void scalars(void **state)
{
	(void)state;
	expect("properties: {a: {properties: {b: {type: integer}}}}", "\na:\n  b: abc\n",
			"v:3:6: a.b: 'abc' is not of type 'integer'\n");
	expect("type: [string, 'null']", "1.5",
			"v:1:1: (all): 1.5 is not of one of the types 'string', 'null'\n");
	expect("enum: [dev, stage, 3, null]", "stge",
			"v:1:1: (all): 'stge' is not one of 'dev', 'stage', 3, null (did you mean "
			"'stage'?)\n");
	expect("const: 1", "[]", "v:1:1: (all): a list is not 1, the only one allowed\n");
	expect("multipleOf: 5", "7", "v:1:1: (all): 7 is not a multiple of 5\n");
	expect("maximum: 5", "7", "v:1:1: (all): 7 is more than the maximum of 5\n");
	expect("exclusiveMaximum: 7", "7", "v:1:1: (all): 7 is not less than 7\n");
	expect("minimum: 5.5", "5", "v:1:1: (all): 5 is less than the minimum of 5.5\n");
	expect("exclusiveMinimum: 5", "5", "v:1:1: (all): 5 is not more than 5\n");
	expect("maxLength: 1", "éé", "v:1:1: (all): 'éé' has 2 characters; the limit is 1\n");
	expect("minLength: 3", "éé",
			"v:1:1: (all): 'éé' has 2 characters; at least 3 are needed\n");
	expect("pattern: '^a'", "b", "v:1:1: (all): 'b' does not match the pattern '^a'\n");
}

static void lists(void **state)
{
	(void)state;
	expect("items: {type: string}", "[a, 1]", "v:1:5: [1]: 1 is not of type 'string'\n");
	expect("prefixItems: [{type: string}], items: false", "[a, 1]",
			"v:1:5: [1]: the schema allows nothing here\n");
	expect("maxItems: 1", "[a, 1]", "v:1:1: (all): 2 items; the limit is 1\n");
	expect("minItems: 1", "[]", "v:1:1: (all): 0 items; at least 1 are needed\n");
	expect("uniqueItems: true", "[{a: 1, b: 2}, 1, {b: 2.0, a: 1}]",
			"v:1:19: (all): items [0] and [2] are the same (a map)\n");
	expect("contains: {type: string}, maxContains: 1", "[a, b]",
			"v:1:1: (all): 2 items fit what the list may contain; the limit is 1\n");
	expect("contains: {type: string}", "[1]",
			"v:1:1: (all): 0 items fit what the list must contain; at least 1 are "
			"needed\n");
	expect("unevaluatedItems: {type: string}, prefixItems: [true]", "[1, 2]",
			"v:1:5: [1]: 2 is not of type 'string'\n");
}

static void maps(void **state)
{
	(void)state;
	expect("required: [a, b]", "{b: 1}", "v:1:1: (all): the key 'a' is missing\n");
	expect("dependentRequired: {a: [b]}", "{a: 1}",
			"v:1:1: (all): the key 'b' is missing; 'a' needs it\n");
	expect("properties: {port: true, 80: {type: string}}, additionalProperties: false",
			"{prt: 1, 80: x, q: 1}",
			"v:1:2: prt: unknown key (did you mean 'port'?)\nv:1:17: q: unknown key\n");
	expect("patternProperties: {'^x-': {type: string}}, additionalProperties: {type: integer}",
			"{x-a: 1, b: c}",
			"v:1:7: x-a: 1 is not of type 'string'\nv:1:13: b: 'c' is not of type "
			"'integer'\n");
	expect("propertyNames: {pattern: '^[a-z]+$'}", "{a b: 1}",
			"v:1:2: \"a b\": 'a b' does not match the pattern '^[a-z]+$'\n");
	expect("maxProperties: 0", "{a: 1}", "v:1:1: (all): 1 keys; the limit is 0\n");
	expect("minProperties: 2", "{a: 1}", "v:1:1: (all): 1 keys; at least 2 are needed\n");
	expect("unevaluatedProperties: false, anyOf: [{properties: {a: true}}]", "{a: 1, b: 2}",
			"v:1:8: b: unknown key\n");
}

static void logic(void **state)
{
	(void)state;
	expect("anyOf: [{type: string}, {type: 'null'}]", "1",
			"v:1:1: (all): 1 fits none of the 2 schemas that are allowed here "
			"(anyOf)\n");
	expect("oneOf: [{type: string}, {type: 'null'}]", "1",
			"v:1:1: (all): 1 fits none of the 2 schemas of which it must fit one "
			"(oneOf)\n");
	expect("oneOf: [true, {type: integer}, false]", "1",
			"v:1:1: (all): 1 fits 2 of the 3 schemas of which it must fit one only "
			"(oneOf)\n");
	expect("not: {type: integer}", "1", "v:1:1: (all): 1 is what the schema excludes (not)\n");
	expect("if: {type: integer}, then: {minimum: 2}, else: {type: string}", "1",
			"v:1:1: (all): 1 is less than the minimum of 2\n");
	expect("allOf: [{$ref: '#/$defs/p'}], $defs: {p: {type: string}}", "1",
			"v:1:1: (all): 1 is not of type 'string'\n");
}

static void references(void **state)
{
	const char *wanted = "v:1:1: (all): 1 is not of type 'string'\n";

	(void)state;
	expect("$ref: '#/$defs/a~1b%25/allOf/0', $defs: {a/b%: {allOf: [{type: string}]}}", "1",
			wanted);
	expect("$ref: '#x', $defs: {a: {$anchor: x, type: string}}", "1", wanted);
	expect("$id: 'http://e/s#', $ref: 'http://e/s#x', $defs: {a: {$anchor: x, type: string}}",
			"1", wanted);
	expect("$schema: 'http://json-schema.org/draft-07/schema#', allOf: [{$ref: '#x', type: "
	       "object}], definitions: {a: {$id: '#x', type: string}}",
			"1", wanted);
	expect("properties: {next: {$ref: '#'}}, required: [v]", "{v: 1, next: {v: 1, next: {}}}",
			"v:1:27: next.next: the key 'v' is missing\n");
}

static void schemas_that_are_wrong(void **state)
{
	(void)state;
	expect_schema("{typ: string}",
			"s:1:2: keyword 'typ' is not supported (did you mean 'type'?)\n");
	expect_schema("{$dynamicRef: '#x'}", "s:1:2: keyword '$dynamicRef' is not supported\n");
	expect_schema("{type: strng}", "s:1:8: unknown type 'strng' (did you mean 'string'?)\n");
	expect_schema("{properties: {a: 1}, required: a, items: [true], maxItems: -1}",
			"s:1:18: a schema is a map, true or false, not an integer\n"
			"s:1:32: 'required' is a list of strings, not a string\n"
			"s:1:42: 'items' is one schema; a list is 'prefixItems'\n"
			"s:1:60: 'maxItems' is an integer of 0 or more\n");
	expect_schema("{dependencies: {}, additionalItems: true}",
			"s:1:2: keyword 'dependencies' is not in draft 2020-12; there it is "
			"'dependentRequired' or 'dependentSchemas'\n"
			"s:1:20: keyword 'additionalItems' is not in draft 2020-12; there it is "
			"'items'\n");
	expect_schema("{$schema: 'http://json-schema.org/draft-07/schema#', prefixItems: [true]}",
			"s:1:54: keyword 'prefixItems' is not in draft 7; there it is a list in "
			"'items'\n");
	expect_schema("{$schema: 'http://json-schema.org/draft-04/schema#'}",
			"s:1:11: unknown dialect 'http://json-schema.org/draft-04/schema#'; there "
			"are "
			"'https://json-schema.org/draft/2020-12/schema' and "
			"'http://json-schema.org/draft-07/schema#'\n");
	expect_schema("{$ref: 'other.json', allOf: [{$ref: '#/title'}], title: t}",
			"s:1:8: '$ref' leads nowhere: 'other.json'; only places in this file are "
			"known, as '#/$defs/name'\n"
			"s:1:37: '$ref' leads to a string, which is no schema: '#/title'\n");
	expect_schema("{allOf: [], not: {$id: x}, multipleOf: 0, 1: 2}",
			"s:1:9: 'allOf' is a list of schemas, not empty\n"
			"s:1:24: '$id' is supported for the whole file only; use '$anchor'\n"
			"s:1:40: 'multipleOf' is a number above 0\n"
			"s:1:43: a keyword of JSON Schema is a string\n");
}

static void a_pattern_that_is_wrong(void **state)
{
	struct diag findings = DIAG_INIT;

	(void)state;
	jsonschema_check(parse_as_of("s", "{pattern: '(', patternProperties: {'[': true}}"),
			&findings);
	assert_int_equal(findings.errors, 2);
	assert_int_equal(findings.items[0].column, 11);
	diag_release(&findings);
}

static void expect_limit(const char *schema, const char *value, const char *wanted)
{
	struct diag findings = DIAG_INIT;
	struct value *parsed = parse_as_of("s", schema);

	jsonschema_check(parsed, &findings);
	assert_int_equal(findings.count, 0);
	assert_int_equal(jsonschema_validate(parsed, parse_as_of("v", value), &findings), -E2BIG);
	assert_int_equal(findings.count, 1);
	assert_string_equal(findings.items[0].message, wanted);
	diag_release(&findings);
}

static void limits(void **state)
{
	struct buf value = BUF_INIT;
	int i;

	(void)state;
	expect_limit("{$ref: '#'}", "1", "the schema refers to itself without end");
	expect_limit("{anyOf: [{anyOf: [{$ref: '#'}]}]}", "1",
			"the schema refers to itself without end");
	/* Two ways at each of 60 levels. */
	expect_limit("{$defs: {a: {items: {oneOf: [{$ref: '#/$defs/a'}, {$ref: '#/$defs/a'}]}}}, "
		     "$ref: '#/$defs/a'}",
			"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
			"]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
			"checking against this schema takes too many steps");
	buf_add_char(&value, '\'');
	for (i = 0; i < 5000; i++)
		buf_add_char(&value, 'a');
	buf_add_str(&value, "!'");
	expect_limit("{pattern: '^(a+)+$'}", buf_str(&value),
			"the regular expression needs too many steps on this text (more than "
			"1000000): nested or adjoining repetitions are the usual cause");
	buf_release(&value);
}

/* 20,000 items that are all different: not every pair is compared. */
static void long_lists_are_quick(void **state)
{
	struct buf value = BUF_INIT;
	int i;

	(void)state;
	buf_add_char(&value, '[');
	for (i = 0; i < 20000; i++)
		buf_printf(&value, "{n: x%d},", i);
	buf_add_char(&value, ']');
	expect("uniqueItems: true", buf_str(&value), "");
	buf_release(&value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(scalars),
			cmocka_unit_test(lists),
			cmocka_unit_test(maps),
			cmocka_unit_test(logic),
			cmocka_unit_test(references),
			cmocka_unit_test(schemas_that_are_wrong),
			cmocka_unit_test(a_pattern_that_is_wrong),
			cmocka_unit_test(limits),
			cmocka_unit_test(long_lists_are_quick),
	};

	return cmocka_run_group_tests(tests, arena_setup, arena_teardown);
}
