#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/buf.h"
#include "src/base/path.h"

struct pair {
	const char *in, *out;
};

static void join_has_one_slash(void **state)
{
	static const char *const cases[][3] = {
			{"a", "b", "a/b"},
			{"a/", "b", "a/b"},
			{"a//", "/b", "a/b"},
			{"/", "b", "/b"},
			{"", "b", "b"},
			{"", "/b", "/b"},
			{"a", "", "a"},
			{"/a/b", "c/d", "/a/b/c/d"},
	};
	struct buf buf = BUF_INIT;
	size_t i;

	(void)state;
	buf_add_str(&buf, "left over");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		path_join(&buf, cases[i][0], cases[i][1]);
		assert_string_equal(buf_str(&buf), cases[i][2]);
	}
	buf_release(&buf);
}

/* The right column is what systemd-escape --path prints. */
static void escape_is_that_of_systemd(void **state)
{
	static const struct pair cases[] = {
			{"/srv/config", "srv-config"},
			{"/", "-"},
			{"//", "-"},
			{"/a-b/c d", "a\\x2db-c\\x20d"},
			{"/.x", "\\x2ex"},
			{"/a/.x", "a-.x"},
			{"/srv//config/", "srv-config"},
			{"/srv/./config", "srv-config"},
			{"/a\\b", "a\\x5cb"},
			{"/a_b:c.d", "a_b:c.d"},
			{"/caf\xc3\xa9", "caf\\xc3\\xa9"},
			{"/a@b", "a\\x40b"},
	};
	struct buf buf = BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		path_escape(&buf, cases[i].in);
		assert_string_equal(buf_str(&buf), cases[i].out);
		assert_true(path_is_name(cases[i].out));
	}
	buf_release(&buf);
}

static void names(void **state)
{
	char text[202];

	(void)state;
	assert_true(path_is_name("web-01"));
	assert_true(path_is_name("a\\x2db:c_d.e@f"));
	assert_false(path_is_name(""));
	assert_false(path_is_name(".hidden"));
	assert_false(path_is_name(".."));
	assert_false(path_is_name("a/b"));
	assert_false(path_is_name("a b"));
	assert_false(path_is_name("a\n"));
	assert_false(path_is_name("caf\xc3\xa9"));
	memset(text, 'n', 201);
	text[201] = '\0';
	assert_false(path_is_name(text));
	text[200] = '\0';
	assert_true(path_is_name(text));
}

static void clean_paths(void **state)
{
	static const char *const good[] = {"a", "a/b", "...", ".a/..b", "a/.git"};
	static const char *const bad[] = {
			"", "/", "/a", "a/", "a//b", ".", "..", "./a", "a/.", "a/..", "a/../b"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(path_is_clean(good[i]));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(path_is_clean(bad[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(join_has_one_slash),
			cmocka_unit_test(escape_is_that_of_systemd),
			cmocka_unit_test(names),
			cmocka_unit_test(clean_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
