#include <errno.h>

#include "tests/unit/git_fixture.h"
#include "src/base/err.h"
#include "src/git/blame.h"
#include "src/git/repo.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static struct repo *repo;

/* Four commits on the file v, named by their subjects. */
static int setup(void **state)
{
	char path[256];

	(void)fixture_setup(state);
	(void)unsetenv("GIT_DIR");
	(void)fixture_sh("git init -q -b main w && cd w && "
			 "put() { printf \"$1\" >v && git add v && git commit -qm \"$2\"; } && "
			 "echo x >other && git add other && git commit -qm zero && "
			 "put 'a: 1\\nb: 2\\nc: 3\\n' one && "
			 "put 'new: 0\\na: 1\\nb: 2\\nc: 3\\n' two && "
			 "echo y >other && git commit -qam between && "
			 "put 'new: 0\\na: 1\\nb: 22\\nc: 3\\nd: 4\\n' three && "
			 "put 'a: 1\\nb: 22\\nc: 3\\nd: 4\\n' four");
	fixture_path(path, sizeof(path), "w");
	assert_int_equal(repo_open(path, &repo, NULL), 0);
	return 0;
}

static int teardown(void **state)
{
	repo_close(repo);
	return fixture_teardown(state);
}

/* The subject of the commit that wrote LINE of v, of TEXT when there is one. */
static const char *who(uint32_t line, const char *text)
{
	static struct rev rev;
	struct err err = ERR_INIT;
	struct blame_spec spec = {.repo = repo,
			.commit = fixture_oid("git -C w rev-parse main"),
			.path = "v",
			.text = text,
			.text_len = text ? strlen(text) : 0,
			.line = line};
	int rc = blame_line(&spec, &rev, &err);

	if (rc < 0)
		fail_msg("%s", err.text);
	return rc == 0 ? rev.subject : "not committed";
}

static void of_a_commit(void **state)
{
	(void)state;
	assert_string_equal(who(1, NULL), "one");
	assert_string_equal(who(2, NULL), "three");
	assert_string_equal(who(3, NULL), "one");
	assert_string_equal(who(4, NULL), "three");
}

static void of_a_worktree(void **state)
{
	static const char text[] = "# top\na: 1\nb: 22\nc: 33\nd: 4\n";

	(void)state;
	assert_string_equal(who(1, text), "not committed");
	assert_string_equal(who(2, text), "one");
	assert_string_equal(who(3, text), "three");
	assert_string_equal(who(4, text), "not committed");
	assert_string_equal(who(5, text), "three");
}

static void of_a_file_that_is_not_there(void **state)
{
	struct rev rev;
	struct blame_spec spec = {.repo = repo,
			.commit = fixture_oid("git -C w rev-parse main"),
			.path = "d/none",
			.line = 1};

	(void)state;
	assert_int_equal(blame_line(&spec, &rev, NULL), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			TEST(of_a_commit),
			TEST(of_a_worktree),
			TEST(of_a_file_that_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
