#include <errno.h>
#include <stdlib.h>

#include "tests/unit/value_fixture.h"
#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/render/views.h"

/* That other readers agree is the business of tests/integration/views_roundtrip.t. */

/* VALUE in FORMAT is WANTED. */
static void good(enum view_format format, const char *value, const char *wanted)
{
	struct diag findings = DIAG_INIT;
	struct buf out = BUF_INIT;

	assert_int_equal(view_format(parse(value), format, "v", &out, &findings), 0);
	assert_string_equal(buf_str(&out), wanted);
	assert_int_equal(findings.count, 0);
	buf_release(&out);
}

/* VALUE cannot be said in FORMAT, and these are the findings. */
static void bad(enum view_format format, const char *value, const char *wanted)
{
	struct diag findings = DIAG_INIT;
	struct buf out = BUF_INIT;

	assert_int_equal(view_format(parse(value), format, "v", &out, &findings), -EINVAL);
	buf_clear(&out);
	diag_format(&findings, &out);
	assert_string_equal(buf_str(&out), wanted);
	diag_release(&findings);
	buf_release(&out);
}

static void json(void **state)
{
	(void)state;
	good(VIEW_JSON, "{b: [1, 2.0, é], a: {}, n: null}",
			"{\n  \"b\": [\n    1,\n    2.0,\n    \"é\"\n  ],\n  \"a\": {},\n  \"n\": "
			"null\n}\n");
	bad(VIEW_JSON, "a: [1, .nan, -.inf]",
			"f:1:8: v.a[1]: json has no number for this; write it as a text\n"
			"f:1:14: v.a[2]: json has no number for this; write it as a text\n");
	bad(VIEW_JSON, "{1: a, '1': b}", "f:1:2: v: the keys 1 and '1' are the same in json\n");
}

static void yaml(void **state)
{
	(void)state;
	good(VIEW_YAML, "{b: [1, 'no'], a: {c: null}, 1: x}",
			"b:\n- 1\n- 'no'\na:\n  c: null\n1: x\n");
}

static void env(void **state)
{
	(void)state;
	good(VIEW_ENV, "{A: 'x \"$y\" `z` \\', B_2: true, _c: 1.0, D: ''}",
			"A=\"x \\\"\\$y\\\" \\`z\\` \\\\\"\nB_2=\"true\"\n_c=\"1.0\"\nD=\"\"\n");
	good(VIEW_ENV, "{A: \"x\\ny\"}", "A=\"x\ny\"\n");
	good(VIEW_ENV, "{}", "");
	bad(VIEW_ENV, "{A: null, B: [1], 2c: x, D: \"a\\rb\", E: \"\\ufeff\"}",
			"f:1:5: v.A: env has no null; write '' for an empty text, or remove the "
			"key "
			"with !delete\n"
			"f:1:14: v.B: env cannot say a list here; write it as one text\n"
			"f:1:19: v.2c: the name of a variable is letters, digits and '_', not "
			"beginning with a digit; rename the key\n"
			"f:1:29: v.D: the character U+000D cannot be in the value of a variable of "
			"env; remove it\n"
			"f:1:40: v.E: the character U+FEFF cannot be in the value of a variable of "
			"env; remove it\n");
	bad(VIEW_ENV, "[1]", "f:1:1: v: a file in env is made from a map, not from a list\n");
}

static void env_docker(void **state)
{
	struct buf text = BUF_INIT;
	size_t i;

	(void)state;
	good(VIEW_ENV_DOCKER, "{A: ' \"x\" # y ', B: \"\\t\"}", "A= \"x\" # y \nB=\t\n");
	bad(VIEW_ENV_DOCKER, "{A: \"x\\ny\"}",
			"f:1:5: v.A: env-docker has no quotes, so a line break ends the value; use "
			"the format env or shell, or a text of one line\n");
	buf_add_str(&text, "A: ");
	for (i = 0; i < VIEW_DOCKER_LINE_MAX - 2; i++)
		buf_add_char(&text, 'x');
	buf_add_char(&text, 'x');
	bad(VIEW_ENV_DOCKER, buf_str(&text),
			"f:1:4: v.A: a line of 65536 bytes; docker reads at most 65535\n");
	buf_release(&text);
}

static void shell(void **state)
{
	(void)state;
	good(VIEW_SHELL, "{A: \"it's\\n$x\", B: ''}", "export A='it'\\''s\n$x'\nexport B=''\n");
	bad(VIEW_SHELL, "{A: \"\\0\"}",
			"f:1:5: v.A: the character U+0000 cannot be in the value of a variable of "
			"shell; remove it\n");
}

static void properties(void **state)
{
	(void)state;
	good(VIEW_PROPERTIES, "{a: {b: {c: 1}, l: [x, {y: true}]}, '': e}",
			"a.b.c=1\na.l[0]=x\na.l[1].y=true\n=e\n");
	good(VIEW_PROPERTIES, "{' a:#!=b ': ' x =:#! ', c: \"\\t\\n\\f\\r\\\\\\x01é\"}",
			"\\ a\\:\\#\\!\\=b\\ =\\ x \\=\\:\\#\\! \nc=\\t\\n\\f\\r\\\\\\u0001é\n");
	bad(VIEW_PROPERTIES, "{a.b: 1, a: {b: 2, c: [], d: null}}",
			"f:1:17: v.a.b: the key 'a.b' is also made from the value in f:1:7; rename "
			"one\n"
			"f:1:23: v.a.c: properties cannot say a list that is empty; write '' or "
			"remove the key with !delete\n"
			"f:1:30: v.a.d: properties has no null; write '' for an empty text, or "
			"remove "
			"the key with !delete\n");
}

static void ini(void **state)
{
	(void)state;
	good(VIEW_INI, "{a b: {x: 1, Y: '', z: '; #x = \"y\"'}, c: {}}",
			"[a b]\nx = 1\nY =\nz = ; #x = \"y\"\n\n[c]\n");
	bad(VIEW_INI, "{top: 1, 'a]': {}, s: {x=y: 1, '#z': 1, K: 1, k: 2, l: ' x', m: \"a\\nb\"}}",
			"f:1:7: v.top: an ini file is sections of keys, so this is a map, not an "
			"integer; put it below the name of a section\n"
			"f:1:10: v.\"a]\": the name of a section of ini cannot have a ']'; rename "
			"the "
			"key\n"
			"f:1:24: v.s.x=y: a key of ini cannot have '=' or ':' nor begin with '#', "
			"';' "
			"or '['; rename it\n"
			"f:1:32: v.s.#z: a key of ini cannot have '=' or ':' nor begin with '#', "
			"';' "
			"or '['; rename it\n"
			"f:1:47: v.s.k: the key in line 1 is the same, but for upper and lower "
			"case; "
			"rename one\n"
			"f:1:56: v.s.l: blanks at the beginning or end are lost in ini; remove "
			"them\n"
			"f:1:65: v.s.m: ini has no line breaks inside a value; use another format, "
			"or "
			"a text of one line\n");
}

static void toml(void **state)
{
	(void)state;
	good(VIEW_TOML,
			"{t: {x: {y: 1}}, a: 1, l: [{b: 2}, {c: {d: []}}], e: {}, m: [1, {q r: "
			"[{}]}]}",
			"a = 1\nm = [1, { \"q r\" = [{}] }]\n\n[t.x]\ny = 1\n\n[[l]]\nb = "
			"2\n\n[[l]]\n"
			"\n[l.c]\nd = []\n\n[e]\n");
	good(VIEW_TOML, "{f: [1.0, .inf, 1e+16], s: \"a\\\"\\x7f\\n\"}",
			"f = [1.0, inf, 1e+16]\ns = \"a\\\"\\u007F\\n\"\n");
	bad(VIEW_TOML, "{a: null, b: [null], 1: x, '1': y}",
			"f:1:22: v: the keys 1 and '1' are the same in toml\n"
			"f:1:5: v.a: toml has no null; remove the item, or the key with !delete\n"
			"f:1:15: v.b[0]: toml has no null; remove the item, or the key with "
			"!delete\n");
}

static void names(void **state)
{
	enum view_format format;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(view_format_find("env-docker", &format, &err), 0);
	assert_int_equal(format, VIEW_ENV_DOCKER);
	assert_string_equal(view_format_name(format), "env-docker");
	assert_int_equal(view_format_find("propertes", &format, &err), -EINVAL);
	assert_string_equal(err.text, "unknown format 'propertes' (did you mean 'properties'?)");
	assert_int_equal(view_format_find("xml", &format, &err), -EINVAL);
	assert_string_equal(err.text,
			"unknown format 'xml'; there are json, yaml, env, env-docker, shell, "
			"properties, ini and toml");
}

/* Lists that hold the one before twice: 2^40 items from 40 nodes. */
static struct value *bomb(const char *key)
{
	struct value *value = value_string(arena, "0123456789"), *outer, *map = value_map(arena);
	int i;

	for (i = 0; i < 40; i++, value = outer) {
		outer = value_list(arena);
		assert_int_equal(value_append(arena, outer, value), 0);
		assert_int_equal(value_append(arena, outer, value), 0);
	}
	assert_int_equal(value_set(arena, map, key, value), 0);
	return map;
}

static void bounds(void **state)
{
	static const enum view_format formats[] = {VIEW_JSON, VIEW_TOML};
	struct value *deep = value_map(arena), *outer;
	struct diag findings = DIAG_INIT;
	struct buf out = BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		assert_int_equal(view_format(bomb("k"), formats[i], "v", &out, &findings), -E2BIG);
		assert_string_equal(findings.items[i].message + 3,
				formats[i] == VIEW_JSON ? "more than 8388608 bytes of json"
							: "more than 8388608 bytes of toml");
		buf_clear(&out);
	}
	for (i = 0; i < 300; i++, deep = outer) {
		outer = value_map(arena);
		assert_int_equal(value_set(arena, outer, "k", deep), 0);
	}
	for (i = 0; i <= VIEW_TOML; i++)
		assert_int_equal(view_format(deep, (enum view_format)i, "v", &out, &findings),
				-EINVAL);
	diag_release(&findings);
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(json),
			cmocka_unit_test(yaml),
			cmocka_unit_test(env),
			cmocka_unit_test(env_docker),
			cmocka_unit_test(shell),
			cmocka_unit_test(properties),
			cmocka_unit_test(ini),
			cmocka_unit_test(toml),
			cmocka_unit_test(names),
			cmocka_unit_test(bounds),
	};

	return cmocka_run_group_tests(tests, arena_setup, arena_teardown);
}
