#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/buf.h"
#include "src/git/verify.h"

static void good_names(void **state)
{
	static const char *const names[] = {"a", "nginx.conf", ".gitignore", ".gitattributes",
			".gitmodules", "..a", "a..", "...", "git", ".git2", ".gi", "git~2",
			"git~10", "dev-disk\\x2dby.mount", "caf\xc3\xa9", "\xf0\x9f\x98\x80", " ",
			"a b", ".gitx", "x.git", "a:b", ".GITHUB", "-", "COM1", NULL};
	char longest[VERIFY_NAME_MAX + 1];

	(void)state;
	for (const char *const *name = names; *name; name++) {
		if (verify_name(*name, strlen(*name)))
			fail_msg("'%s': %s", *name, verify_name(*name, strlen(*name)));
	}
	memset(longest, 'x', sizeof(longest));
	assert_null(verify_name(longest, VERIFY_NAME_MAX));
	assert_non_null(verify_name(longest, VERIFY_NAME_MAX + 1));
}

static void bad_names(void **state)
{
	static const char *const names[] = {"", ".", "..", "a/b", "/", "a\nb", "\t", "\x7f",
			"\xc2\x9b", "\xff", "\xc0\xaf", "\xed\xa0\x80", "\xc3", ".git", ".GIT",
			".Git", ".giT", "git~1", "GIT~1", "Git~1", ".git.", ".git ", ".git...",
			".git . .", "git~1 ", "git~1.", ".git::$INDEX_ALLOCATION", ".git:x",
			"git~1:x", ".git .:x", "a\\.git", "a\\git~1", "a\\.git\\b", ".git\\config",
			".g\xe2\x80\x8cit", "\xe2\x80\x8d.git", ".git\xe2\x80\x8e",
			".\xe2\x80\x8fgit", ".gi\xe2\x80\xaat", ".gi\xe2\x80\xabt",
			".gi\xe2\x80\xact", ".gi\xe2\x80\xadt", ".gi\xe2\x80\xaet",
			".gi\xe2\x81\xaat", ".gi\xe2\x81\xabt", ".gi\xe2\x81\xact",
			".gi\xe2\x81\xadt", ".gi\xe2\x81\xaet", ".gi\xe2\x81\xaft",
			"\xef\xbb\xbf.git", ".G\xef\xbb\xbfIT", NULL};

	(void)state;
	for (const char *const *name = names; *name; name++) {
		if (!verify_name(*name, strlen(*name)))
			fail_msg("'%s' was taken", *name);
	}
	assert_non_null(verify_name("a\0b", 3));
}

static void modes(void **state)
{
	static const uint32_t bad[] = {0, 040, 0100664, 0100600, 0104755, 060000, 020000, 0160000,
			0100645, 0120777, 0140000, 010000, UINT32_MAX};

	(void)state;
	assert_null(verify_mode(0100644));
	assert_null(verify_mode(0100755));
	assert_null(verify_mode(0120000));
	assert_null(verify_mode(040000));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_non_null(verify_mode(bad[i]));
	assert_non_null(strstr(verify_mode(0160000), "submodule"));
}

static int order(const char *a, bool a_is_dir, const char *b, bool b_is_dir)
{
	return verify_order(a, strlen(a), a_is_dir, b, strlen(b), b_is_dir);
}

static void order_is_that_of_git(void **state)
{
	(void)state;
	assert_true(order("a", false, "b", false) < 0);
	assert_true(order("b", false, "a", true) > 0);
	assert_true(order("a", false, "a.b", false) < 0);
	assert_true(order("a", true, "a.b", false) > 0); /* "a/" comes after "a." */
	assert_true(order("a", true, "a0", false) < 0);
	assert_true(order("a", false, "a", true) < 0);
	assert_int_equal(order("a", true, "a", true), 0);
	assert_true(order("\xc3", false, "z", false) > 0);
}

static void lfs_pointers(void **state)
{
	static const char pointer[] =
			"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n"
			"size 12345\n";
	char large[VERIFY_LFS_MAX] = {0};

	(void)state;
	memcpy(large, pointer, sizeof(pointer));
	assert_true(verify_is_lfs_pointer(pointer, sizeof(pointer) - 1));
	assert_false(verify_is_lfs_pointer(large, sizeof(large)));
	assert_false(verify_is_lfs_pointer(pointer, 20));
	assert_false(verify_is_lfs_pointer("", 0));
	assert_false(verify_is_lfs_pointer("see version https://git-lfs.github.com/spec/v1", 46));
}

static void escape_leaves_nothing_hidden(void **state)
{
	static const char bytes[] = "a\n\x1b[2J\xff caf\xc3\xa9 \xe2\x80\xae\xc2\x9b";
	struct buf out = BUF_INIT;

	(void)state;
	verify_escape(&out, bytes, sizeof(bytes) - 1);
	assert_string_equal(
			buf_str(&out), "a\\x0a\\x1b[2J\\xff caf\xc3\xa9 \\xe2\\x80\\xae\\xc2\\x9b");
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(good_names),
			cmocka_unit_test(bad_names),
			cmocka_unit_test(modes),
			cmocka_unit_test(order_is_that_of_git),
			cmocka_unit_test(lfs_pointers),
			cmocka_unit_test(escape_leaves_nothing_hidden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
