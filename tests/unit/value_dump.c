#include <errno.h>
#include <math.h>

#include "tests/unit/value_fixture.h"
#include "src/base/buf.h"
#include "src/value/dump.h"

/* What Python says to the same input is the business of tests/integration/values_dump.t. */

static void expect_yaml(
		const struct value *value, struct dump_yaml_options options, const char *yaml)
{
	struct buf out = BUF_INIT;

	assert_int_equal(dump_yaml(value, &options, &out), 0);
	assert_string_equal(buf_str(&out), yaml);
	buf_release(&out);
}

static void expect_json(
		const struct value *value, struct dump_json_options options, const char *json)
{
	struct buf out = BUF_INIT;

	assert_int_equal(dump_json(value, &options, &out), 0);
	assert_string_equal(buf_str(&out), json);
	buf_release(&out);
}

static void yaml_flows(void **state)
{
	struct value *value = parse("{b: [1, {x: yes}], a: {c: null, d: '1'}}");
	struct dump_yaml_options options = DUMP_YAML_OPTIONS_DEFAULT;

	(void)state;
	expect_yaml(value, options, "a: {c: null, d: '1'}\nb:\n- 1\n- {x: 'yes'}\n");
	options.flow = DUMP_FLOW_ALWAYS;
	expect_yaml(value, options, "{a: {c: null, d: '1'}, b: [1, {x: 'yes'}]}\n");
	options.flow = DUMP_FLOW_NEVER;
	options.indent = 4;
	options.sort_keys = false;
	options.explicit_start = options.explicit_end = true;
	expect_yaml(value, options,
			"---\nb:\n- 1\n-   x: 'yes'\na:\n    c: null\n    d: '1'\n...\n");
}

static void yaml_anchors(void **state)
{
	struct value *value = parse("{a: [&x [1], *x], b: &y {}, c: *y, d: *x, e: [1]}");
	struct dump_yaml_options options = DUMP_YAML_OPTIONS_DEFAULT;

	(void)state;
	expect_yaml(value, options,
			"a:\n- &id001 [1]\n- *id001\nb: &id002 {}\nc: *id002\nd: *id001\ne: [1]\n");
}

/* A map with keys that YAML files of ours cannot have. */
static struct value *map_of(struct value **keys, size_t count)
{
	struct value *map = value_map(arena), *name;
	size_t i;

	for (i = 0; i < count; i++) {
		name = value_int(arena, (int64_t)i);
		assert_int_equal(value_set_pair(arena, map, name, value_int(arena, 1)), 0);
		*name = *keys[i];
	}
	return map;
}

static void keys_of_any_kind(void **state)
{
	struct value *numbers[] = {value_float(arena, 2.5), value_bool(arena, true),
			value_int(arena, 2), value_float(arena, -INFINITY)};
	struct value *mixed[] = {value_string(arena, "b"), value_null(arena), value_int(arena, 1)};
	struct dump_yaml_options yaml = DUMP_YAML_OPTIONS_DEFAULT;
	struct dump_json_options json = DUMP_JSON_OPTIONS_DEFAULT;
	struct buf out = BUF_INIT;

	(void)state;
	json.sort_keys = true;
	expect_yaml(map_of(numbers, 4), yaml, "{-.inf: 1, true: 1, 2: 1, 2.5: 1}\n");
	expect_json(map_of(numbers, 4), json,
			"{\"-Infinity\": 1, \"true\": 1, \"2\": 1, \"2.5\": 1}");
	expect_yaml(map_of(mixed, 3), yaml, "{b: 1, null: 1, 1: 1}\n");
	assert_int_equal(dump_json(map_of(mixed, 3), &json, &out), -EINVAL);
	json.sort_keys = false;
	expect_json(map_of(mixed, 3), json, "{\"b\": 1, \"null\": 1, \"1\": 1}");
	buf_release(&out);
}

static void json_layout(void **state)
{
	struct value *value = parse("{b: [1, 'é😀\\'], a: {}, c: [.nan, .inf]}");
	struct dump_json_options options = DUMP_JSON_OPTIONS_DEFAULT;

	(void)state;
	expect_json(value, options,
			"{\"b\": [1, \"\\u00e9\\ud83d\\ude00\\\\\"], \"a\": {}, \"c\": [NaN, "
			"Infinity]}");
	options.item_separator = ",";
	options.key_separator = ":";
	options.ensure_ascii = false;
	expect_json(value, options, "{\"b\":[1,\"é😀\\\\\"],\"a\":{},\"c\":[NaN,Infinity]}");
	options = (struct dump_json_options)DUMP_JSON_OPTIONS_DEFAULT;
	options.indent = 1;
	options.sort_keys = true;
	expect_json(parse("{b: [], a: [1]}"), options, "{\n \"a\": [\n  1\n ],\n \"b\": []\n}");
}

static void bounds(void **state)
{
	struct dump_yaml_options yaml = DUMP_YAML_OPTIONS_DEFAULT;
	struct dump_json_options json = DUMP_JSON_OPTIONS_DEFAULT;
	struct value *deep = value_list(arena), *wide = value_string(arena, "0123456789"), *outer;
	struct buf out = BUF_INIT;
	int i;

	(void)state;
	for (i = 0; i <= DUMP_DEPTH_MAX; i++, deep = outer) {
		outer = value_list(arena);
		assert_int_equal(value_append(arena, outer, deep), 0);
	}
	assert_int_equal(dump_yaml(deep, &yaml, &out), -EINVAL);
	assert_int_equal(dump_json(deep, &json, &out), -EINVAL);
	for (i = 0; i < 40; i++, wide = outer) {
		outer = value_list(arena);
		assert_int_equal(value_append(arena, outer, wide), 0);
		assert_int_equal(value_append(arena, outer, wide), 0);
	}
	buf_clear(&out);
	assert_int_equal(dump_json(wide, &json, &out), -E2BIG);
	buf_clear(&out);
	assert_int_equal(dump_yaml(wide, &yaml, &out), 0); /* aliases */
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(yaml_flows),
			cmocka_unit_test(yaml_anchors),
			cmocka_unit_test(keys_of_any_kind),
			cmocka_unit_test(json_layout),
			cmocka_unit_test(bounds),
	};

	return cmocka_run_group_tests(tests, arena_setup, arena_teardown);
}
