#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "src/base/buf.h"
#include "src/base/unified.h"

#define FILE_644 (S_IFREG | 0644)
#define FILE_755 (S_IFREG | 0755)

static struct unified_side side(uint32_t mode, const char *data)
{
	return (struct unified_side){.mode = mode, .data = data, .len = strlen(data)};
}

static void check(const char *path, struct unified_side from, struct unified_side to,
		const char *expected)
{
	struct buf out = BUF_INIT;

	unified_add(&out, UNIFIED_PLAIN, path, &from, &to);
	assert_true(buf_ok(&out));
	assert_string_equal(buf_str(&out), expected);
	buf_release(&out);
}

static void hunks(void **state)
{
	(void)state;
	check("d/a", side(FILE_644, "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n"),
			side(FILE_644, "1\n2\n3\n4\nfive\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n"),
			"diff --git a/d/a b/d/a\n--- a/d/a\n+++ b/d/a\n"
			"@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n"
			"@@ -12,3 +12,4 @@\n 12\n 13\n 14\n+15\n");
	/* Six lines between two changes belong to both: one hunk. */
	check("a", side(FILE_644, "a\n1\n2\n3\n4\n5\n6\nb\n"),
			side(FILE_644, "A\n1\n2\n3\n4\n5\n6\nB\n"),
			"diff --git a/a b/a\n--- a/a\n+++ b/a\n"
			"@@ -1,8 +1,8 @@\n-a\n+A\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n+B\n");
	check("a", side(FILE_644, "a\n1\n2\n3\n4\n5\n6\n7\nb\n"),
			side(FILE_644, "A\n1\n2\n3\n4\n5\n6\n7\nB\n"),
			"diff --git a/a b/a\n--- a/a\n+++ b/a\n"
			"@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n"
			"@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+B\n");
}

static void ends_without_newline(void **state)
{
	(void)state;
	check("a", side(FILE_644, "one"), side(FILE_644, "one\n"),
			"diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n"
			"-one\n\\ No newline at end of file\n+one\n");
	check("a", side(FILE_644, "x\nsame"), side(FILE_644, "y\nsame"),
			"diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n"
			"-x\n+y\n same\n\\ No newline at end of file\n");
}

static void added_removed_and_modes(void **state)
{
	const struct unified_side none = {0};

	(void)state;
	check("a", none, side(FILE_755, "x\n"),
			"diff --git a/a b/a\nnew file mode 100755\n--- /dev/null\n+++ b/a\n"
			"@@ -0,0 +1 @@\n+x\n");
	check("a", side(FILE_644, "x\ny\n"), none,
			"diff --git a/a b/a\ndeleted file mode 100644\n--- a/a\n+++ /dev/null\n"
			"@@ -1,2 +0,0 @@\n-x\n-y\n");
	check("a", none, side(FILE_644, ""), "diff --git a/a b/a\nnew file mode 100644\n");
	check("a", side(FILE_644, "x\n"), side(FILE_755, "x\n"),
			"diff --git a/a b/a\nold mode 100644\nnew mode 100755\n");
	check("a", side(FILE_644, "x\n"), side(FILE_755, "y\n"),
			"diff --git a/a b/a\nold mode 100644\nnew mode 100755\n--- a/a\n+++ b/a\n"
			"@@ -1 +1 @@\n-x\n+y\n");
	check("a", side(FILE_644, "x\n"), side(FILE_644, "x\n"), "");
	check("a", none, none, "");
}

static void ids(void **state)
{
	const struct unified_side none = {0};
	struct unified_side from = side(FILE_644, "x\n"), to = side(FILE_644, "y\n");

	(void)state;
	from.id = "1234567890";
	check("a", from, to, "diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-x\n+y\n");
	to.id = "abcdefabcdef";
	check("a", from, to,
			"diff --git a/a b/a\nindex 1234567..abcdefa 100644\n--- a/a\n+++ b/a\n"
			"@@ -1 +1 @@\n-x\n+y\n");
	check("a", from, none,
			"diff --git a/a b/a\ndeleted file mode 100644\nindex 1234567..0000000\n"
			"--- a/a\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n");
	to.mode = FILE_755;
	check("a", from, to,
			"diff --git a/a b/a\nold mode 100644\nnew mode 100755\n"
			"index 1234567..abcdefa\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-x\n+y\n");
	to.hidden = "secret";
	check("a", none, to,
			"diff --git a/a b/a\nnew file mode 100755\n"
			"Files /dev/null and b/a differ (secret)\n");
}

static void links_and_other_kinds(void **state)
{
	(void)state;
	check("l", side(S_IFLNK, "x"), side(S_IFLNK, "y"),
			"diff --git a/l b/l\n--- a/l\n+++ b/l\n@@ -1 +1 @@\n"
			"-x\n\\ No newline at end of file\n+y\n\\ No newline at end of file\n");
	check("l", side(FILE_644, "x\n"), side(S_IFLNK, "y"),
			"diff --git a/l b/l\ndeleted file mode 100644\n--- a/l\n+++ /dev/null\n"
			"@@ -1 +0,0 @@\n-x\n"
			"diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n"
			"@@ -0,0 +1 @@\n+y\n\\ No newline at end of file\n");
}

static void contents_that_are_not_shown(void **state)
{
	const struct unified_side none = {0}, secret = {.mode = FILE_644, .hidden = "secret"};
	const struct unified_side binary = {.mode = FILE_644, .data = "a\0b", .len = 3};

	(void)state;
	check("b", side(FILE_644, "x\n"), binary,
			"diff --git a/b b/b\nBinary files a/b and b/b differ\n");
	check("b", none, binary,
			"diff --git a/b b/b\nnew file mode 100644\n"
			"Binary files /dev/null and b/b differ\n");
	check("s", side(FILE_644, "x\n"), secret,
			"diff --git a/s b/s\nFiles a/s and b/s differ (secret)\n");
	check("s", secret, none,
			"diff --git a/s b/s\ndeleted file mode 100644\n"
			"Files a/s and /dev/null differ (secret)\n");
}

static void names(void **state)
{
	const struct unified_side none = {0};

	(void)state;
	check("a b", none, side(FILE_644, "x\n"),
			"diff --git a/a b b/a b\nnew file mode 100644\n--- /dev/null\n+++ b/a b\t\n"
			"@@ -0,0 +1 @@\n+x\n");
	check("\303\244 \"\\\n", none, side(FILE_644, "x\n"),
			"diff --git \"a/\\303\\244 \\\"\\\\\\n\" \"b/\\303\\244 \\\"\\\\\\n\"\n"
			"new file mode 100644\n--- /dev/null\n+++ \"b/\\303\\244 \\\"\\\\\\n\"\n"
			"@@ -0,0 +1 @@\n+x\n");
}

static void on_a_terminal(void **state)
{
	const struct unified_side from = side(FILE_644, "a\n"),
				  to = side(FILE_644, "\033[2J\t\xc2\x9b\xc3\xa4\n");
	struct buf out = BUF_INIT;

	(void)state;
	unified_add(&out, UNIFIED_TERMINAL, "a", &from, &to);
	assert_string_equal(buf_str(&out),
			"diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1 +1 "
			"@@\n-a\n+^[[2J\t<9b>\xc3\xa4\n");
	buf_clear(&out);
	unified_add(&out, UNIFIED_COLOURS, "a", &from, &to);
	assert_string_equal(buf_str(&out),
			"\033[1mdiff --git a/a b/a\033[m\n\033[1m--- a/a\033[m\n\033[1m+++ "
			"b/a\033[m\n"
			"\033[36m@@ -1 +1 @@\033[m\n\033[31m-a\033[m\n"
			"\033[32m+^[[2J\t<9b>\xc3\xa4\033[m\n");
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(hunks),
			cmocka_unit_test(ends_without_newline),
			cmocka_unit_test(added_removed_and_modes),
			cmocka_unit_test(ids),
			cmocka_unit_test(links_and_other_kinds),
			cmocka_unit_test(contents_that_are_not_shown),
			cmocka_unit_test(names),
			cmocka_unit_test(on_a_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
