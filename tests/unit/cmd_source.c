#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/cmd/source.h"

static char dir[] = "/tmp/refmount-test-XXXXXX";

static int setup(void **state)
{
	(void)state;
	if (!mkdtemp(dir) || chdir(dir) < 0)
		return -1;
	if (mkdir("a.git", 0755) < 0 || mkdir("b#c", 0755) < 0 || mkdir("d:e", 0755) < 0)
		return -1;
	return symlink("a.git", "link");
}

static int teardown(void **state)
{
	(void)state;
	return chdir("/") < 0 ? -1 : file_remove_tree(AT_FDCWD, dir, NULL);
}

/* REPOSITORY: relative to the folder of the test unless it begins with a slash or a scheme. */
static void expect(const char *text, const char *repository, const char *ref)
{
	struct source source = SOURCE_INIT;
	struct err err = ERR_INIT;
	char full[256];

	(void)snprintf(full, sizeof(full), "%s%s%s", dir, *repository ? "/" : "", repository);
	if (repository[0] == '/' || strstr(repository, "://"))
		(void)strcpy(full, repository);
	assert_int_equal(source_parse(text, &source, &err), 0);
	assert_string_equal(source.repository, full);
	assert_string_equal(source.ref, ref);
	source_release(&source);
}

static void expect_error(const char *text, int code, const char *message)
{
	struct source source = SOURCE_INIT;
	struct err err = ERR_INIT;

	assert_int_equal(source_parse(text, &source, &err), -code);
	assert_non_null(strstr(err.text, message));
}

static void the_disk_decides(void **state)
{
	(void)state;
	expect("a.git", "a.git", "HEAD");
	expect("a.git#main", "a.git", "main");
	expect("a.git#feature#1", "a.git", "feature#1");
	expect("./link/#refs/heads/x", "a.git", "refs/heads/x");
	expect("b#c", "b#c", "HEAD");
	expect("b#c#main", "b#c", "main");
	expect("d:e#main", "d:e", "main");
	expect(".#main", "", "main");
}

static void what_is_missing_is_cut_at_its_first(void **state)
{
	(void)state;
	expect("gone.git#a#b", "gone.git", "a#b");
	expect("/nonexistent/gone.git", "/nonexistent/gone.git", "HEAD");
	expect("file:///nonexistent/x.git#main", "file:///nonexistent/x.git", "main");
}

static void other_machines(void **state)
{
	struct source source = SOURCE_INIT;

	(void)state;
	assert_int_equal(source_parse("https://git.example.com/x.git#a/b", &source, NULL), 0);
	assert_true(source.is_remote);
	assert_string_equal(source.repository, "https://git.example.com/x.git");
	assert_string_equal(source.ref, "a/b");
	source_release(&source);
	assert_int_equal(source_parse("git@host:x.git", &source, NULL), 0);
	assert_true(source.is_remote);
	assert_string_equal(source.repository, "git@host:x.git");
	assert_string_equal(source.ref, "HEAD");
	source_release(&source);
	assert_int_equal(source_parse("/nonexistent/a:b.git", &source, NULL), 0);
	assert_false(source.is_remote);
	source_release(&source);
}

static void faults(void **state)
{
	(void)state;
	expect_error("https://me:pw@git.example.com/x.git", EINVAL, "password_file");
	expect_error("ftp://git.example.com/x.git", EINVAL, "not by 'ftp'");
	expect_error("ext::sh", EINVAL, "never run");
	expect_error("a.git#", EINVAL, "no ref behind the '#' of 'a.git#'");
	expect_error("#main", EINVAL, "the repository is missing");
	expect_error("", EINVAL, "the repository is missing");
	expect_error("file://x.git", EINVAL, "needs an absolute path");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(the_disk_decides),
			cmocka_unit_test(what_is_missing_is_cut_at_its_first),
			cmocka_unit_test(other_machines),
			cmocka_unit_test(faults),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
