#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/err.h"
#include "src/fetch/refs.h"

#define ID "0123456789012345678901234567890123456789"

static const char list[] = "ref: refs/heads/main\tHEAD\n" ID "\tHEAD\n" ID "\trefs/heads/main\n" ID
			   "\trefs/heads/v1\n" ID "\trefs/heads/team/x\n" ID
			   "\trefs/pull/1/head\n" ID "\trefs/tags/v1\n" ID "\trefs/tags/v1^{}\n";

static void is_found(const char *name, const char *wanted)
{
	char full[REFS_NAME_MAX] = "";
	struct err err = ERR_INIT;

	assert_int_equal(refs_find(list, strlen(list), name, full, &err), 0);
	assert_string_equal(full, wanted);
}

static void is_missing(const char *name, int code, const char *words)
{
	char full[REFS_NAME_MAX] = "x";
	struct err err = ERR_INIT;

	assert_int_equal(refs_find(list, strlen(list), name, full, &err), -code);
	if (!strstr(err.text, words))
		fail_msg("'%s': '%s'", name, err.text);
	assert_string_equal(full, "x");
}

static void tags_of_a_commit(void **state)
{
	static const char tags[] =
			"1111111111111111111111111111111111111111\trefs/tags/a\n" ID
			"\trefs/tags/a^{}\n" ID "\trefs/tags/light\n"
			"2222222222222222222222222222222222222222\trefs/tags/b/c\n" ID
			"\trefs/tags/b/c^{}\n"
			"3333333333333333333333333333333333333333\trefs/tags/other\n"
			"4444444444444444444444444444444444444444\trefs/tags/other^{}\n" ID
			"\trefs/tags/alone^{}\n" ID "\trefs/heads/x^{}\n" ID "\t^{}\n";
	struct refs_tag out[3];
	struct oid tip;

	(void)state;
	assert_int_equal(oid_parse(ID, &tip), 0);
	assert_int_equal(refs_tags_of(tags, strlen(tags), &tip, out, 3), 2);
	assert_string_equal(out[0].full, "refs/tags/a");
	assert_int_equal(out[0].tag.bytes[0], 0x11);
	assert_string_equal(out[1].full, "refs/tags/b/c");
	assert_int_equal(refs_tags_of(tags, strlen(tags), &tip, out, 1), 1);
	assert_int_equal(refs_tags_of("", 0, &tip, out, 1), 0);
}

static void found(void **state)
{
	(void)state;
	is_found("HEAD", "HEAD");
	is_found("main", "refs/heads/main");
	is_found("heads/main", "refs/heads/main");
	is_found("team/x", "refs/heads/team/x");
	is_found("v1", "refs/tags/v1"); /* as git prefers it */
	is_found("refs/heads/v1", "refs/heads/v1");
	is_found("refs/pull/1/head", "refs/pull/1/head");
}

static void missing(void **state)
{
	(void)state;
	is_missing("mian", ENOENT, "did you mean 'main'?");
	is_missing("production", ENOENT, "the branches main, v1, team/x");
	is_missing("x", ENOENT, "");
	is_missing("--upload-pack=x", EINVAL, "not the name");
	is_missing("a..b", EINVAL, "not the name");
	is_missing("refs/heads/*", EINVAL, "not the name");
	is_missing("", EINVAL, "not the name");
}

static void nothing_there(void **state)
{
	char full[REFS_NAME_MAX];
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(refs_find("", 0, "HEAD", full, &err), -ENOENT);
	assert_non_null(strstr(err.text, "no branches"));
}

static void hostile_lines(void **state)
{
	static const char text[] = ID "\trefs/heads/\x1b[2J\n" ID "\t-x\n" ID " refs/heads/a\n" ID
				      "\trefs/heads/a\0b\n" ID "\n\n\t\n" ID "\trefs/heads/last";
	char full[REFS_NAME_MAX];

	(void)state;
	assert_int_equal(refs_find(text, sizeof(text) - 1, "a", full, NULL), -ENOENT);
	assert_int_equal(refs_find(text, sizeof(text) - 1, "last", full, NULL), 0);
}

static void names(void **state)
{
	static const char *const bad[] = {"/a", "a/", "a//b", "a b", "a\tb", "a~1", "a^", "a:b",
			"a?", "a*", "a[", "a\\b", "a.lock", "a.lock/b", ".a", "a/.b", "a.", "@",
			"a@{1}", "\xff", "-a"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(refs_is_name(bad[i]));
	assert_true(refs_is_name("feature/\xc3\xa4-1.2_@x"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(tags_of_a_commit),
			cmocka_unit_test(found),
			cmocka_unit_test(missing),
			cmocka_unit_test(nothing_there),
			cmocka_unit_test(hostile_lines),
			cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
