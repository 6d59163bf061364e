#include <errno.h>

#include "src/base/err.h"
#include "src/git/layout.h"
#include "tests/unit/git_fixture.h"

/* What is found of PATH: the folders, and the worktree (NULL: none). */
static void check(const char *path, const char *git, const char *common, const char *worktree)
{
	struct layout layout = LAYOUT_INIT;
	struct err err = ERR_INIT;

	if (layout_find(path, &layout, &err) < 0)
		fail_msg("%s", err.text);
	fixture_sh("[ '%s' -ef '%s' ] && [ '%s' -ef '%s' ]", layout.git_dir, git, layout.common_dir,
			common);
	if (worktree)
		fixture_sh("[ '%s' -ef '%s' ]", layout.worktree, worktree);
	else
		assert_null(layout.worktree);
	layout_release(&layout);
}

static void as_git_finds_them(void **state)
{
	(void)state;
	fixture_sh("git commit-tree -m x $(git mktree </dev/null) | xargs git update-ref "
		   "refs/heads/main; unset GIT_DIR; git clone -q r.git w 2>&1; git -C w worktree "
		   "add "
		   "-q ../l 2>&1; git init -q --separate-git-dir=s.git s");
	check("r.git", "r.git", "r.git", NULL);
	check("w", "w/.git", "w/.git", "w");
	check("w/.git", "w/.git", "w/.git", "w");
	check("l", "w/.git/worktrees/l", "w/.git", "l");
	check("l/.git", "w/.git/worktrees/l", "w/.git", "l");
	check("s", "s.git", "s.git", "s");
	/* A bare one that only looks like a worktree's, and its worktrees. */
	fixture_sh("git config -f w/.git/config core.bare true");
	check("w", "w/.git", "w/.git", NULL);
	check("l", "w/.git/worktrees/l", "w/.git", "l");
}

/* No setting says that something else is the worktree. */
static void no_setting_is_honoured(void **state)
{
	(void)state;
	fixture_sh("unset GIT_DIR; git clone -q r.git w 2>&1; mkfifo w/f; cp -r r.git b.git; for d "
		   "in "
		   "w/.git b.git; do git config -f $d/config core.worktree /etc; git config -f "
		   "$d/config include.path $PWD/w/f; git config -f $d/config "
		   "includeIf.gitdir:/**.path $PWD/w/f; done");
	check("w", "w/.git", "w/.git", "w");
	check("b.git", "b.git", "b.git", NULL);
}

static void what_is_no_file_is_not_waited_for(void **state)
{
	static const char *const names[] = {"HEAD", "config", "packed-refs", "commondir", "index"};

	(void)state;
	fixture_sh("cp -r r.git kept");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct layout layout = LAYOUT_INIT;
		struct err err = ERR_INIT;

		fixture_sh("rm -rf r.git && cp -r kept r.git && rm -f r.git/%s && mkfifo r.git/%s",
				names[i], names[i]);
		assert_int_equal(layout_find("r.git", &layout, &err), -EINVAL);
		assert_non_null(strstr(err.text, names[i]));
	}
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
			TEST(as_git_finds_them),
			TEST(no_setting_is_honoured),
			TEST(what_is_no_file_is_not_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
