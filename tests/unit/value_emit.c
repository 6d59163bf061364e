#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "tests/unit/value_fixture.h"
#include "src/base/buf.h"
#include "src/value/emit.h"

static void expect_json(const struct value *value, unsigned indent, const char *json)
{
	struct buf out = BUF_INIT;

	assert_int_equal(emit_json(value, indent, &out), 0);
	assert_string_equal(buf_str(&out), json);
	buf_release(&out);
}

/* VALUE is written as YAML, and that reads back. */
static void expect_yaml(const struct value *value, const char *yaml)
{
	struct buf out = BUF_INIT;

	assert_int_equal(emit_yaml(value, &out), 0);
	assert_string_equal(buf_str(&out), yaml);
	assert_true(value_equal(value, parse(out.data)));
	buf_release(&out);
}

static void json(void **state)
{
	const struct value *value = parse("{a: 1, b: [true, null, 1.5], c: {}, d: [], 7: x}");

	(void)state;
	expect_json(value, 0,
			"{\"a\": 1, \"b\": [true, null, 1.5], \"c\": {}, \"d\": [], \"7\": \"x\"}");
	expect_json(value, 2,
			"{\n  \"a\": 1,\n  \"b\": [\n    true,\n    null,\n    1.5\n  ],\n  \"c\": "
			"{},\n"
			"  \"d\": [],\n  \"7\": \"x\"\n}");
	expect_json(value_string(arena, "\"\\\b\f\n\r\t\x01\x7f\xc2\x9b\xc3\xa9/"), 0,
			"\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u007f\\u009b\xc3\xa9/\"");
	expect_json(value_string_n(arena, "a\0b", 3), 0, "\"a\\u0000b\"");
}

static void what_json_cannot_say(void **state)
{
	struct value *deep = value_list(arena), *next;
	struct buf out = BUF_INIT;
	int i;

	(void)state;
	assert_int_equal(emit_json(value_float(arena, (double)NAN), 0, &out), -EINVAL);
	assert_int_equal(emit_json(value_float(arena, (double)INFINITY), 0, &out), -EINVAL);
	for (i = 0; i < 10 * EMIT_DEPTH_MAX; i++) {
		next = value_list(arena);
		(void)value_append(arena, next, deep);
		deep = next;
	}
	assert_int_equal(emit_json(deep, 0, &out), -EINVAL);
	assert_int_equal(emit_yaml(deep, &out), -EINVAL);
	buf_release(&out);
}

static void yaml_for_people(void **state)
{
	(void)state;
	expect_yaml(parse("{mount: /srv/config, hold: null, last_sync: {time: x, result: ok}, "
			  "findings: [], drift: {}}"),
			"mount: /srv/config\nhold: null\nlast_sync: {time: x, result: "
			"ok}\nfindings: []\ndrift: {}\n");
	expect_yaml(parse("findings: [{file: a.yaml, line: 3, message: 'no, not this'}, {file: "
			  "b}]"),
			"findings:\n  - {file: a.yaml, line: 3, message: 'no, not this'}\n  - "
			"{file: b}\n");
	expect_yaml(parse("[[1, [2]], {a: {b: [c, [d]]}}]"),
			"- - 1\n  - [2]\n- a:\n    b:\n      - c\n      - [d]\n");
	expect_yaml(parse("x"), "x\n");
	expect_yaml(parse("{}"), "{}\n");
}

static void long_lines_become_blocks(void **state)
{
	struct value *map = value_map(arena), *inner = value_map(arena);
	char text[91], flow[128], block[128];

	(void)state;
	memset(text, 'x', 90);
	text[90] = '\0';
	(void)snprintf(flow, sizeof(flow), "key: {k: %s}\n", text); /* 100 columns */
	(void)snprintf(block, sizeof(block), "key:\n  k: %s\n  k2: null\n", text);
	(void)value_set(arena, inner, "k", value_string(arena, text));
	(void)value_set(arena, map, "key", inner);
	expect_yaml(map, flow);
	(void)value_set(arena, inner, "k2", value_null(arena));
	expect_yaml(map, block);
}

static void plain_or_not(const char *text, const char *yaml)
{
	expect_yaml(value_string(arena, text), yaml);
}

static void strings_that_need_quotes(void **state)
{
	(void)state;
	plain_or_not("1234567890123456789012345678901234567890\n",
			"\"1234567890123456789012345678901234567890\\n\"\n");
	plain_or_not("1234567890123456789012345678901234567890",
			"'1234567890123456789012345678901234567890'\n");
	plain_or_not("123e4567", "'123e4567'\n");
	plain_or_not("0123", "'0123'\n");
	plain_or_not("yes", "'yes'\n");
	plain_or_not("null", "'null'\n");
	plain_or_not("12:30", "'12:30'\n");
	plain_or_not("2026-11-23", "'2026-11-23'\n");
	plain_or_not("", "''\n");
	plain_or_not(" a", "' a'\n");
	plain_or_not("a ", "'a '\n");
	plain_or_not("a: b", "'a: b'\n");
	plain_or_not("a:", "'a:'\n");
	plain_or_not("a #b", "'a #b'\n");
	plain_or_not("#a", "'#a'\n");
	plain_or_not("it's", "it's\n");
	plain_or_not("'a", "'''a'\n");
	plain_or_not("- a", "'- a'\n");
	plain_or_not("---", "'---'\n");
	plain_or_not("...", "'...'\n");
	plain_or_not("@a", "'@a'\n");
	plain_or_not("a\tb", "\"a\\tb\"\n");
	plain_or_not("a\xc2\x85"
		     "b",
			"\"a\\u0085b\"\n");
	plain_or_not("\xef\xbb\xbf"
		     "a",
			"\"\\ufeffa\"\n");
	plain_or_not("a\xe2\x80\xa8z", "\"a\\u2028z\"\n");
	plain_or_not("A U Thor <a@b.c>", "A U Thor <a@b.c>\n");
	plain_or_not("https://x/y?z=1", "https://x/y?z=1\n");
	plain_or_not("\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80\n");
}

static void times_stand_plain(void **state)
{
	struct buf out = BUF_INIT;
	struct value *map = value_map(arena);

	(void)state;
	(void)value_set(arena, map, "t", value_time(arena, 86400));
	assert_int_equal(emit_yaml(map, &out), 0);
	assert_string_equal(buf_str(&out), "t: 1970-01-02T00:00:00Z\n");
	buf_release(&out);
	expect_json(map, 0, "{\"t\": \"1970-01-02T00:00:00Z\"}");
}

static void floats(void **state)
{
	(void)state;
	expect_yaml(value_float(arena, 1e16), "1.0e+16\n");
	expect_yaml(value_float(arena, 1.5e-7), "1.5e-07\n");
	expect_yaml(value_float(arena, 3), "3.0\n");
	expect_yaml(value_float(arena, (double)NAN), ".nan\n");
	expect_yaml(value_float(arena, -(double)INFINITY), "-.inf\n");
}

static void long_keys(void **state)
{
	struct value *map = value_map(arena);
	struct buf out = BUF_INIT;
	char key[2000];

	(void)state;
	memset(key, 'k', sizeof(key));
	key[sizeof(key) - 1] = '\0';
	(void)value_set(arena, map, key, parse("[a, [b, [c]]]"));
	key[900] = '\0';
	(void)value_set(arena, map, key, value_int(arena, 1));
	assert_int_equal(emit_yaml(map, &out), 0);
	assert_true(value_equal(map, parse(out.data)));
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(json),
			cmocka_unit_test(what_json_cannot_say),
			cmocka_unit_test(yaml_for_people),
			cmocka_unit_test(long_lines_become_blocks),
			cmocka_unit_test(strings_that_need_quotes),
			cmocka_unit_test(times_stand_plain),
			cmocka_unit_test(floats),
			cmocka_unit_test(long_keys),
	};

	return cmocka_run_group_tests(tests, arena_setup, arena_teardown);
}
