/*
 * git_fixture: a folder for one test, with real repositories made by git itself.
 *
 * Commands run in the shell, in that folder, cut off from the configuration of whoever runs the
 * tests.
 */
#ifndef TESTS_GIT_FIXTURE_H
#define TESTS_GIT_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/base/oid.h"

/* libgit2 1.5 leaks a match of pcre2 for each repository whose format version is 1. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libpcre2\n";
}

static char fixture_dir[64];

static inline void fixture_path(char *out, size_t size, const char *name)
{
	int len = snprintf(out, size, "%s/%s", fixture_dir, name);

	assert_true(len > 0 && (size_t)len < size);
}

/* Run a shell command; its standard output, without the last newline, is kept until the next call.
 */
__attribute__((format(printf, 1, 2))) static inline const char *fixture_sh(const char *fmt, ...)
{
	static char output[1 << 20];
	char script[8192];
	size_t len;
	va_list ap;
	FILE *pipe;

	va_start(ap, fmt);
	(void)vsnprintf(script, sizeof(script), fmt, ap);
	va_end(ap);
	pipe = popen(script, "r"); /* NOLINT: tests need a shell */
	assert_non_null(pipe);
	len = fread(output, 1, sizeof(output) - 1, pipe);
	output[len] = '\0';
	if (pclose(pipe) != 0)
		fail_msg("failed: %s", script);
	if (len > 0 && output[len - 1] == '\n')
		output[len - 1] = '\0';
	return output;
}

/* The object id that the command prints. */
__attribute__((format(printf, 1, 2))) static inline struct oid fixture_oid(const char *fmt, ...)
{
	char script[8192];
	struct oid oid = {0};
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(script, sizeof(script), fmt, ap);
	va_end(ap);
	if (oid_parse(fixture_sh("%s", script), &oid) != 0)
		fail_msg("no id from: %s", script);
	return oid;
}

/* cmocka setup: the folder, with a bare repository r.git whose branch will be main. */
static inline int fixture_setup(void **state)
{
	(void)state;
	(void)snprintf(fixture_dir, sizeof(fixture_dir), "/tmp/refmount-test-XXXXXX");
	assert_non_null(mkdtemp(fixture_dir));
	assert_int_equal(chdir(fixture_dir), 0);
	(void)setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
	(void)setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
	(void)setenv("HOME", fixture_dir, 1);
	(void)unsetenv("XDG_CONFIG_HOME");
	(void)setenv("GIT_AUTHOR_NAME", "A U Thor", 1);
	(void)setenv("GIT_AUTHOR_EMAIL", "author@example.com", 1);
	(void)setenv("GIT_AUTHOR_DATE", "1700000000 +0000", 1);
	(void)setenv("GIT_COMMITTER_NAME", "C O Mitter", 1);
	(void)setenv("GIT_COMMITTER_EMAIL", "committer@example.com", 1);
	(void)setenv("GIT_COMMITTER_DATE", "1700000001 +0000", 1);
	(void)fixture_sh("git init -q --bare -b main r.git");
	(void)setenv("GIT_DIR", "r.git", 1);
	(void)fixture_sh("git config advice.nestedTag false");
	return 0;
}

static inline int fixture_teardown(void **state)
{
	(void)state;
	(void)unsetenv("GIT_DIR");
	assert_int_equal(chdir("/"), 0);
	(void)fixture_sh("rm -rf '%s'", fixture_dir);
	return 0;
}

/* Commit TREE on main without a parent. */
static inline struct oid fixture_commit(const struct oid *tree)
{
	char hex[OID_HEX_SIZE];

	oid_format(tree, hex);
	return fixture_oid("c=$(git commit-tree -m subject %s) && git update-ref refs/heads/main "
			   "$c && "
			   "echo $c",
			hex);
}

#endif
