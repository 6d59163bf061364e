#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/value/doc.h"
#include "src/value/emit.h"
#include "src/value/value.h"

/* What doc_parse makes of TEXT: as JSON, or the findings. */
static void expect_n(const char *text, size_t len, const char *json, const char *findings)
{
	struct arena *arena = arena_new(0);
	struct buf got = BUF_INIT, said = BUF_INIT;
	struct diag diag = DIAG_INIT;
	const struct value *value;

	value = doc_parse(arena, "f", text, len, &diag);
	assert_int_equal(!value, diag_has_errors(&diag));
	diag_format(&diag, &said);
	assert_string_equal(buf_str(&said), findings);
	if (json)
		assert_int_equal(emit_json(value, 0, &got), 0);
	else
		assert_null(value);
	if (json)
		assert_string_equal(buf_str(&got), json);
	buf_release(&said);
	buf_release(&got);
	diag_release(&diag);
	arena_free(arena);
}

static void good(const char *text, const char *json)
{
	expect_n(text, strlen(text), json, "");
}

static void bad(const char *text, const char *findings)
{
	expect_n(text, strlen(text), NULL, findings);
}

static void documents(void **state)
{
	(void)state;
	good("", "null");
	good("# nothing\n", "null");
	good("--- \n...\n", "null");
	good("a", "\"a\"");
	good("a: 1\nb: [x, 2.5, ~]\n", "{\"a\": 1, \"b\": [\"x\", 2.5, null]}");
	good("a: |\n  x\n  y\nb: >\n  x\n  y\n", "{\"a\": \"x\\ny\\n\", \"b\": \"x y\\n\"}");
	good("'010'", "\"010\"");
	good("\xef\xbb\xbf"
	     "a: 1\n",
			"{\"a\": 1}");
	good("1: a\n'1': b\n", "{\"1\": \"a\", \"1\": \"b\"}");
	good("{\"a\":[1,{\"b\":\"\\u00e9\"}]}", "{\"a\": [1, {\"b\": \"\xc3\xa9\"}]}");
}

static void tags(void **state)
{
	(void)state;
	good("!!str 12", "\"12\"");
	good("! 12", "\"12\"");
	good("!!int '12'", "12");
	good("!!float 3", "3.0");
	good("!!map {a: !!seq [!!null '', !!bool 'true']}", "{\"a\": [null, true]}");
	bad("!!int x", "f:1:1: this is not what its tag '!!int' says\n");
	bad("a: !foo x", "f:1:4: unknown tag '!foo'\n");
	bad("a: !!binary x", "f:1:4: unknown tag '!!binary'\n");
	bad("a: !!set {x}", "f:1:4: unknown tag '!!set'\n");
	bad("!!seq {}", "f:1:1: unknown tag '!!seq'\n");
}

static void anchors(void **state)
{
	(void)state;
	good("a: &x [1]\nb: *x\n", "{\"a\": [1], \"b\": [1]}");
	good("a: &x 1\nb: &x 2\nc: *x\n", "{\"a\": 1, \"b\": 2, \"c\": 2}");
	good("&k a: 1\nb: *k\n", "{\"a\": 1, \"b\": \"a\"}");
	bad("a: *x\n", "f:1:4: no anchor 'x' before this alias\n");
	bad("a: &x [1, *x]\n", "f:1:11: alias 'x' inside its own anchor\n");
	bad("&x a: *x\nb: &y {c: *y}\n", "f:2:11: alias 'y' inside its own anchor\n");
}

static void merges(void **state)
{
	(void)state;
	good("b: &b {k: v, z: 1}\nm: {<<: *b, z: 2}\n",
			"{\"b\": {\"k\": \"v\", \"z\": 1}, \"m\": {\"k\": \"v\", \"z\": 2}}");
	good("m: {z: 2, <<: [{a: 1}, {a: 2, b: 3, z: 9}]}\n",
			"{\"m\": {\"a\": 1, \"b\": 3, \"z\": 2}}");
	good("{'<<': 1}", "{\"<<\": 1}");
	bad("<<: 1\n", "f:1:5: '<<' needs a map or a list of maps\n");
	bad("<<: [{}, 1]\n", "f:1:5: '<<' needs a map or a list of maps\n");
	bad("<<: {a: 1}\n<<: {b: 1}\n", "f:2:1: duplicate key '<<'\n");
	good("- <<\n", "[\"<<\"]");
}

static void keys(void **state)
{
	(void)state;
	bad("a: 1\nb: 2\na: 3\n1: x\n1: y\n",
			"f:3:1: duplicate key 'a' (first in line 1)\n"
			"f:5:1: duplicate key 1 (first in line 4)\n");
	bad("true: 1\n1.5: 2\n[a]: 3\n~: 4\n",
			"f:1:1: a key must be a string or an integer, not a boolean; quote it\n"
			"f:2:1: a key must be a string or an integer, not a float; quote it\n"
			"f:3:1: a key must be a string or an integer, not a list\n"
			"f:4:1: a key must be a string or an integer, not null; quote it\n");
}

static void numbers(void **state)
{
	(void)state;
	bad("a: 9223372036854775808\n", "f:1:4: integer beyond 64 bits; quote it if it is text\n");
	bad("a: 123e4567\n", "f:1:4: number too large for a float; quote it if it is text\n");
}

static void warnings(void **state)
{
	const char *text = "a: yes\nb: 010\nc: 'no'\nd: !!str off\n";

	(void)state;
	expect_n(text, strlen(text), "{\"a\": \"yes\", \"b\": 10, \"c\": \"no\", \"d\": \"off\"}",
			"f:1:4: warning: 'yes' is a string here, but a boolean in YAML 1.1; quote "
			"it if it is text\n"
			"f:2:4: warning: '010' is an integer here, but an octal integer in YAML "
			"1.1; quote it if it is "
			"text\n");
}

static void syntax(void **state)
{
	(void)state;
	bad("a: 1\n---\nb: 2\n", "f:2:1: more than one document\n");
	bad("a:\n\tb: 1\n", "f:2:1: a tab cannot indent YAML; use spaces\n");
	bad("a: [1\nb: 2\n",
			"f:2:2: did not find expected ',' or ']', while parsing a flow sequence "
			"that begins in "
			"line 1\n");
	bad("a: b: c\n", "f:1:5: mapping values are not allowed in this context\n");
	bad("x: 1\ny: \xff\n", "f:2:4: not UTF-8: invalid leading UTF-8 octet\n");
	bad("y: \xed\xa0\x80\n", "f:1:4: not UTF-8: invalid Unicode character\n");
	bad("a: \x01\n", "f:1:4: control characters are not allowed\n");
	expect_n("a: \0\n", 5, NULL, "f:1:4: control characters are not allowed\n");
}

static char *repeat(const char *before, const char *part, size_t count, const char *after)
{
	struct buf text = BUF_INIT;

	buf_add_str(&text, before);
	while (count-- > 0)
		buf_add_str(&text, part);
	buf_add_str(&text, after);
	return buf_steal(&text);
}

static void expect_limit(char *text, const char *message)
{
	struct arena *arena = arena_new(0);
	struct diag diag = DIAG_INIT;

	assert_null(doc_parse(arena, "f", text, strlen(text), &diag));
	assert_int_equal(diag.count, 1);
	assert_string_equal(diag.items[0].message, message);
	diag_release(&diag);
	arena_free(arena);
	free(text);
}

static void limits(void **state)
{
	struct buf text = BUF_INIT;
	char *deep;
	int i;

	(void)state;
	deep = repeat("", "[", DOC_DEPTH_MAX,
			"]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]");
	expect_n(deep, strlen(deep),
			"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
			"]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
			"");
	free(deep);
	expect_limit(repeat("", "[", 500000, ""), "nested deeper than 64 levels");
	expect_limit(repeat("", "- ", 100, ""), "nested deeper than 64 levels");
	expect_limit(repeat("", "x", DOC_SIZE_MAX + 1, ""),
			"1048577 bytes of YAML; the limit is 1048576");
	expect_limit(repeat("", "%TAG !a! x\n", 65, ""), "more than 64 lines begin with '%'");
	buf_add_str(&text, "- &a0 []\n");
	for (i = 1; i < 100; i++)
		buf_printf(&text, "- &a%d [*a%d]\n", i, i - 1);
	expect_limit(buf_steal(&text), "nested deeper than 64 levels, with aliases expanded");
	buf_add_str(&text, "- &a0 [x, x, x, x, x, x, x, x, x, x]\n");
	for (i = 1; i < 10; i++)
		buf_printf(&text, "- &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n",
				i, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
	expect_limit(buf_steal(&text), "more than 1000000 nodes, with aliases expanded");
}

static void a_full_arena_is_a_finding(void **state)
{
	const char *text = "a: &x {b: [1, 2, 3], c: d}\ne: *x\nf: {<<: *x, g: h}\n";
	struct diag diag = DIAG_INIT;
	struct arena *arena;
	size_t limit, refused = 0;

	(void)state;
	for (limit = 16; limit < 4000; limit += 16) {
		arena = arena_new(limit);
		if (!doc_parse(arena, "f", text, strlen(text), &diag)) {
			assert_true(diag_has_errors(&diag));
			refused++;
		}
		diag_release(&diag);
		arena_free(arena);
	}
	assert_true(refused > 50);
}

static void origins(void **state)
{
	struct arena *arena = arena_new(0);
	struct diag diag = DIAG_INIT;
	const struct value *value;

	(void)state;
	value = doc_parse(arena, "dir/f.yaml", "a:\n  - x\n  - {y: 1}\n", 19, &diag);
	assert_non_null(value);
	value = value_get(value, "a")->list.items[1];
	assert_string_equal(value->origin.file, "dir/f.yaml");
	assert_int_equal(value->origin.line, 3);
	assert_int_equal(value->origin.column, 5);
	assert_int_equal(value_get(value, "y")->origin.column, 9);
	diag_release(&diag);
	arena_free(arena);
}

/* TEXT read with OPTIONS: the JSON of its value, or what the findings say. */
static void expect_as(struct doc_options options, const char *text, const char *wanted)
{
	struct arena *arena = arena_new(0);
	struct diag diag = DIAG_INIT;
	struct buf out = BUF_INIT;
	struct value *value;

	value = doc_parse_as(arena, &options, "f", text, strlen(text), &diag);
	if (value)
		assert_int_equal(emit_json(value, 0, &out), 0);
	diag_format(&diag, &out);
	assert_string_equal(buf_str(&out), wanted);
	buf_release(&out);
	diag_release(&diag);
	arena_free(arena);
}

static void yaml11(void **state)
{
	const struct doc_options old = {.is_yaml11 = true};

	(void)state;
	expect_as(old, "[yes, off, 010, 1_000, 12:30, 2001-12-14, 0o17, 1e3, 1.5e+3, y]",
			"[true, false, 8, 1000, 750, \"2001-12-14\", \"0o17\", \"1e3\", 1500.0, "
			"\"y\"]");
	expect_as(old, "{a: 1, b: 2, a: 3}", "{\"a\": 3, \"b\": 2}");
	expect_as(old, "{=: 1, !!int '0x1f': !!float 7}", "{\"=\": 1, \"31\": 7.0}");
	expect_as(old, "[=]", "f:1:2: '=' means nothing here; quote it if it is text\n");
	expect_as(old, "[0x_]", "f:1:2: a number without digits; quote it if it is text\n");
	expect_as(old, "{yes: 1}",
			"f:1:2: a key must be a string or an integer, not a boolean; quote it\n");
	expect_as(old, "9223372036854775808",
			"f:1:1: integer beyond 64 bits; quote it if it is text\n");
}

static void streams(void **state)
{
	const struct doc_options stream = {.is_stream = true};

	(void)state;
	expect_as(stream, "", "[]");
	expect_as(stream, "a: &x 1\n", "[{\"a\": 1}]");
	expect_as(stream, "---\n---\n[2]\n...\n---\nc\n", "[null, [2], \"c\"]");
	expect_as(stream, "--- &x 1\n--- *x\n", "f:2:5: no anchor 'x' before this alias\n");
}

static void deletions(void **state)
{
	const struct doc_options options = {.allows_deletion = true};

	(void)state;
	expect_as((struct doc_options){0}, "a: !delete", "f:1:4: unknown tag '!delete'\n");
	expect_as(options, "{a: !delete , b: !delete null}", "{\"a\": null, \"b\": null}");
	expect_as(options, "a: !delete 1", "f:1:4: '!delete' takes no value\n");
	expect_as(options, "a: !delete {}", "f:1:4: '!delete' takes no value\n");
	expect_as(options, "[!delete ]",
			"f:1:2: '!delete' removes a key, so it stands only behind one\n");
	expect_as(options, "!delete",
			"f:1:1: '!delete' removes a key, so it stands only behind one\n");
	expect_as(options, "!delete : 1",
			"f:1:1: '!delete' stands behind the key that it removes\n"
			"f:1:1: a key must be a string or an integer, not null; quote it\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(documents),
			cmocka_unit_test(tags),
			cmocka_unit_test(anchors),
			cmocka_unit_test(merges),
			cmocka_unit_test(keys),
			cmocka_unit_test(numbers),
			cmocka_unit_test(warnings),
			cmocka_unit_test(syntax),
			cmocka_unit_test(limits),
			cmocka_unit_test(a_full_arena_is_a_finding),
			cmocka_unit_test(origins),
			cmocka_unit_test(yaml11),
			cmocka_unit_test(streams),
			cmocka_unit_test(deletions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
