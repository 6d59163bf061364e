#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/utf8.h"
#include "src/git/commit.h"

#define TREE   "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n"
#define PARENT "parent 1111111111111111111111111111111111111111\n"

static int parse(const char *text, struct commit *out)
{
	return commit_parse(text, strlen(text), out);
}

static void all_fields(void **state)
{
	struct commit commit;
	struct oid parent;

	(void)state;
	assert_int_equal(parse(TREE PARENT PARENT "author A <a@b> 1 +0000\n"
						  "committer C <c@d> 1700000001 -0200\n"
						  "gpgsig x\n author no\n\n\n  Subject \nrest\n",
					 &commit),
			0);
	assert_int_equal(commit.time, 1700000001);
	assert_memory_equal(commit.author.data, "A <a@b>", commit.author.len);
	assert_int_equal(commit.author.len, 7);
	assert_int_equal(commit.subject.len, 7);
	assert_memory_equal(commit.subject.data, "Subject", 7);
	assert_int_equal(commit_parent(&commit, &parent), 1);
	assert_int_equal(parent.bytes[19], 0x11);
	assert_int_equal(commit_parent(&commit, &parent), 1);
	assert_int_equal(commit_parent(&commit, &parent), 0);
	assert_int_equal(commit_parent(&commit, &parent), 0);
}

static void anything_goes_but_the_tree(void **state)
{
	static const char *const texts[] = {"", "\n", "tree ", "tree 12\n", "parent x\n", "tree",
			"tree 4b825dc642cb6eb9a060e54bf8d69288fbee490z\n", NULL};
	static const char *const odd[] = {TREE, TREE "\n", TREE "author\n", TREE "author \n\n",
			TREE "committer C <c@d>", TREE "committer C <c@d> ",
			TREE "committer 5 5 5\n",
			TREE "committer <> 99999999999999999999999999 +0000\n\n\n\n", NULL};
	struct commit commit;
	struct oid parent;

	(void)state;
	for (const char *const *text = texts; *text; text++)
		assert_int_equal(parse(*text, &commit), -EINVAL);
	for (const char *const *text = odd; *text; text++) {
		assert_int_equal(parse(*text, &commit), 0);
		assert_int_equal(commit.time, 0);
		assert_int_equal(commit.subject.len, 0);
		assert_int_equal(commit_parent(&commit, &parent), 0);
	}
}

static void text_is_made_safe(void **state)
{
	static const char text[] = "a\x1b\xff\tb\xc3\xa9";
	char out[32], tiny[6];

	(void)state;
	utf8_copy_text(out, sizeof(out), text, sizeof(text) - 1);
	assert_string_equal(out, "a\xef\xbf\xbd\xef\xbf\xbd b\xc3\xa9");
	utf8_copy_text(tiny, sizeof(tiny), "abcd\xc3\xa9", 6);
	assert_string_equal(tiny, "abcd");
	utf8_copy_text(tiny, sizeof(tiny), NULL, 0);
	assert_string_equal(tiny, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(all_fields),
			cmocka_unit_test(anything_goes_but_the_tree),
			cmocka_unit_test(text_is_made_safe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
