#include <errno.h>
#include <sys/stat.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/git/regular.h"
#include "src/git/repo.h"
#include "tests/unit/git_fixture.h"

static void only_small_files(void **state)
{
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;

	(void)state;
	fixture_sh("printf hello >file && ln -s file link && ln -s nothing dangling && mkfifo "
		   "fifo");
	assert_int_equal(regular_check("file", 5, NULL), 0);
	assert_int_equal(regular_check("link", 5, NULL), 0);
	assert_int_equal(regular_check("file", 4, &err), -EFBIG);
	assert_int_equal(regular_check("fifo", 5, &err), -EINVAL);
	assert_non_null(strstr(err.text, "'fifo' is not a regular file"));
	assert_int_equal(regular_check("/dev/zero", 5, &err), -EINVAL);
	err = (struct err)ERR_INIT;
	assert_int_equal(regular_check("dangling", 5, &err), -ENOENT);
	assert_int_equal(regular_check("file/below", 5, &err), -ENOENT);
	assert_int_equal(err.code, 0);
	assert_int_equal(regular_read("link", 5, &text, NULL), 0);
	assert_string_equal(text.data, "hello");
	buf_release(&text);
}

/* Each in place of what libgit2 would open; none of it may be waited for. */
static void a_repository_with_special_files(void **state)
{
	static const char *const names[] = {
			"HEAD", "config", "commondir", "packed-refs", "shallow"};
	struct repo *repo = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct err err = ERR_INIT;

		fixture_sh("touch r.git/%s; mv r.git/%s kept && mkfifo r.git/%s", names[i],
				names[i], names[i]);
		assert_int_equal(repo_open("r.git", &repo, &err), -EINVAL);
		assert_non_null(strstr(err.text, names[i]));
		fixture_sh("rm r.git/%s; if [ -s kept ]; then mv kept r.git/%s; fi", names[i],
				names[i]);
	}
	assert_int_equal(repo_open("r.git", &repo, NULL), 0);
	repo_close(repo);
}

static void a_git_file(void **state)
{
	struct err err = ERR_INIT;
	struct repo *repo = NULL;

	(void)state;
	fixture_sh("mkdir w && echo \"gitdir: $PWD/r.git\" >w/.git");
	assert_int_equal(repo_open("w", &repo, NULL), 0);
	repo_close(repo);
	fixture_sh("rm w/.git && mkfifo w/.git");
	assert_int_equal(repo_open("w", &repo, &err), -EINVAL);
	fixture_sh("rm w/.git && echo \"gitdir: $PWD/r.git\" >w/.git && rm r.git/config && mkfifo "
		   "r.git/config");
	assert_int_equal(repo_open("w", &repo, &err), -EINVAL);
}

static void refs(void **state)
{
	char full[REF_NAME_MAX];
	struct err err = ERR_INIT;
	struct repo *repo = NULL;
	struct oid oid;

	(void)state;
	fixture_sh("mkfifo r.git/refs/heads/main && echo 'ref: refs/heads/main' "
		   ">r.git/refs/heads/other && "
		   "for i in 0 1 2 3 4 5 6; do echo \"ref: refs/heads/l$((i + 1))\" "
		   ">r.git/refs/heads/l$i; done");
	assert_int_equal(repo_open("r.git", &repo, NULL), 0);
	assert_int_equal(repo_ref(repo, "main", full, &oid, &err), -EINVAL);
	assert_int_equal(repo_ref(repo, "other", full, &oid, &err), -EINVAL);
	assert_int_equal(repo_ref(repo, "l0", full, &oid, &err), -ELOOP);
	repo_close(repo);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
			TEST(only_small_files),
			TEST(a_repository_with_special_files),
			TEST(a_git_file),
			TEST(refs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
