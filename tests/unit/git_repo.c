#include <errno.h>
#include <sys/stat.h>

#include "tests/unit/git_fixture.h"
#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/git/repo.h"

static struct repo *open_repo(const char *source)
{
	struct err err = ERR_INIT;
	struct repo *repo = NULL;

	if (repo_open(source, &repo, &err) != 0)
		fail_msg("%s", err.text);
	return repo;
}

static void check_error(const char *source, int code, const char *text)
{
	struct err err = ERR_INIT;
	struct repo *repo = NULL;

	if (repo_open(source, &repo, &err) != -code)
		fail_msg("%s: %s", source, err.text);
	assert_null(repo);
	if (!strstr(err.text, text))
		fail_msg("'%s' is not in: %s", text, err.text);
}

/* REF leads to FULL and to what git makes of it. */
static void check_ref(struct repo *repo, const char *ref, const char *full)
{
	struct oid want = fixture_oid("git rev-parse '%s^{commit}'", full), got;
	struct err err = ERR_INIT;
	char name[REF_NAME_MAX];

	if (repo_ref(repo, ref, name, &got, &err) != 0)
		fail_msg("%s", err.text);
	assert_string_equal(name, full);
	assert_true(oid_equal(&got, &want));
}

static void check_no_ref(struct repo *repo, const char *ref, int code, const char *text)
{
	struct err err = ERR_INIT;
	char name[REF_NAME_MAX] = "same";
	struct oid got = {{7}};

	assert_int_equal(repo_ref(repo, ref, name, &got, &err), -code);
	assert_string_equal(name, "same");
	assert_int_equal(got.bytes[0], 7);
	if (!strstr(err.text, text))
		fail_msg("'%s' is not in: %s", text, err.text);
}

static void make_commits(void)
{
	(void)fixture_sh("t=$(git mktree </dev/null); a=$(git commit-tree -m one $t);"
			 "b=$(git commit-tree -m two -p $a $t); git update-ref refs/heads/main $b;"
			 "git update-ref refs/heads/team/one $a; git tag light $a;"
			 "git tag -m x heavy $b; git tag -m y heavier heavy; git tag -m z atree $t;"
			 "git update-ref refs/remotes/origin/far $a; git update-ref refs/odd $a");
}

static void every_form_of_source(void **state)
{
	static const char *const sources[] = {"r.git", "./r.git/", "%s/r.git", "file://%s/r.git",
			"file://localhost%s/r.git/", "file://%s/%%72.git", "w", "w/.git", "w/",
			NULL};
	char source[256], dir[256];

	(void)state;
	make_commits();
	(void)fixture_sh("unset GIT_DIR; git clone -q r.git w 2>&1");
	for (const char *const *form = sources; *form; form++) {
		const char *mark = strstr(*form, "%s");
		struct repo *repo;

		(void)snprintf(source, sizeof(source), "%.*s%s%s", (int)(mark ? mark - *form : 0),
				*form, mark ? fixture_dir : "", mark ? mark + 2 : *form);
		while ((mark = strstr(source, "%%")))
			memmove(source + (mark - source), mark + 1, strlen(mark));
		repo = open_repo(source);
		fixture_path(dir, sizeof(dir), (*form)[0] == 'w' ? "w/.git" : "r.git");
		assert_string_equal(repo_git_dir(repo), dir);
		assert_string_equal(repo_common_dir(repo), dir);
		repo_close(repo);
	}
	repo_close(NULL);
}

static void linked_worktree(void **state)
{
	char dir[256];
	struct repo *repo;

	(void)state;
	make_commits();
	(void)fixture_sh("git worktree add -q -b linked l refs/heads/team/one 2>&1");
	for (int i = 0; i < 2; i++) {
		repo = open_repo(i == 0 ? "l" : "l/.git");
		fixture_path(dir, sizeof(dir), "r.git/worktrees/l");
		assert_string_equal(repo_git_dir(repo), dir);
		fixture_path(dir, sizeof(dir), "r.git");
		assert_string_equal(repo_common_dir(repo), dir);
		check_ref(repo, "linked", "refs/heads/linked");
		check_ref(repo, "main", "refs/heads/main");
		repo_close(repo);
	}
}

static void errors_name_the_remedy(void **state)
{
	(void)state;
	check_error("nowhere", ENOENT, "'nowhere'");
	(void)fixture_sh("mkdir empty; echo x >file");
	check_error("empty", ENOENT, "is not a Git repository");
	check_error("file", ENOENT, "is not a Git repository");
	check_error("file://host/x", EINVAL, "another machine");
	(void)fixture_sh("unset GIT_DIR; git init -q --bare --object-format=sha256 s.git");
	check_error("s.git", ENOTSUP, "SHA-256");
	(void)fixture_sh("cp -r r.git p.git; git --git-dir p.git config "
			 "core.repositoryformatversion 1;"
			 "git --git-dir p.git config extensions.partialClone origin");
	check_error("p.git", ENOTSUP, "partial clone");
	(void)fixture_sh("cp -r r.git v.git; printf '[core]\n\trepositoryformatversion = 1\n"
			 "[extensions]\n\trefStorage = reftable\n' >v.git/config");
	check_error("v.git", ENOTSUP, "refs migrate");
	(void)fixture_sh("cp -r r.git x.git; printf '[core]\n\trepositoryformatversion = 1\n"
			 "[extensions]\n\tworktreeConfig = true\n' >x.git/config");
	repo_close(open_repo(
			"x.git")); /* nothing in it is read, so it does not matter where it is */
}

static void foreign_owner(void **state)
{
	char want[256];

	(void)state;
	if (geteuid() != 0)
		skip();
	make_commits();
	(void)fixture_sh("unset GIT_DIR; git clone -q r.git w; chown -R 65534 w r.git");
	(void)unsetenv("SUDO_UID");
	(void)snprintf(want, sizeof(want), "git config --global --add safe.directory '%s/r.git'",
			fixture_dir);
	check_error("r.git", EPERM, want);
	(void)snprintf(want, sizeof(want), "safe.directory '%s/w'", fixture_dir);
	check_error("w", EPERM, want);

	/* The advice helps. */
	(void)fixture_sh("unset GIT_CONFIG_GLOBAL; for d in r.git w; do"
			 " git config --global --add safe.directory \"$PWD/$d\"; done");
	repo_close(open_repo("r.git"));
	repo_close(open_repo("w"));
	repo_close(open_repo("file:///../tmp/../proc/self/cwd/w"));

	/* An empty entry takes it back, and the repository's own configuration has no say. */
	(void)fixture_sh("unset GIT_CONFIG_GLOBAL; git config --global --add safe.directory '';"
			 "git --git-dir r.git config safe.directory '*'");
	check_error("r.git", EPERM, "safe.directory");
	(void)fixture_sh("chown -R 0 w/.git");
	check_error("w", EPERM, "uid 65534");
	(void)setenv("SUDO_UID", "65534", 1);
	repo_close(open_repo("r.git"));
	(void)unsetenv("SUDO_UID");
	(void)fixture_sh("unset GIT_CONFIG_GLOBAL; git config --global --add safe.directory '*'");
	repo_close(open_repo("r.git"));
	repo_close(open_repo("w"));
	(void)fixture_sh("unset GIT_CONFIG_GLOBAL; git config --global --unset-all safe.directory");
}

static void every_form_of_ref(void **state)
{
	struct repo *repo;
	char hex[OID_HEX_SIZE];

	(void)state;
	repo = open_repo("r.git");
	check_no_ref(repo, "HEAD", ENOENT, "names 'refs/heads/main', which has no commit yet");
	make_commits();
	for (int packed = 0; packed < 2; packed++) {
		check_ref(repo, "HEAD", "HEAD");
		check_ref(repo, "main", "refs/heads/main");
		check_ref(repo, "heads/main", "refs/heads/main");
		check_ref(repo, "refs/heads/main", "refs/heads/main");
		check_ref(repo, "team/one", "refs/heads/team/one");
		check_ref(repo, "light", "refs/tags/light");
		check_ref(repo, "heavy", "refs/tags/heavy");
		check_ref(repo, "heavier", "refs/tags/heavier");
		check_ref(repo, "origin/far", "refs/remotes/origin/far");
		check_ref(repo, "odd", "refs/odd");
		(void)fixture_sh("git pack-refs --all --prune");
	}
	(void)snprintf(hex, sizeof(hex), "%s", fixture_sh("git rev-parse main"));
	check_ref(repo, hex, hex);
	check_no_ref(repo, "1111111111111111111111111111111111111111", ENOENT, "missing");
	check_no_ref(repo, "maim", ENOENT, "did you mean 'main'?");
	check_no_ref(repo, "atree", EINVAL, "not a commit");
	repo_close(repo);
}

static void nothing_else_is_tried(void **state)
{
	static const char *const refs[] = {"", "main~1", "main^", "main@{0}", ":/one", "HEAD:", "@",
			"ma", "heads", "heads/team", "refs/heads/", "refs", "../r.git/HEAD",
			"config", "FETCH_HEAD", "/etc/passwd", "refs/heads/../heads/main",
			"main.lock", "a b", "refs/heads/main\n", "-h", "0123", NULL};
	char longest[3000];
	struct repo *repo;

	(void)state;
	make_commits();
	(void)fixture_sh("cp r.git/refs/heads/main r.git/FETCH_HEAD");
	repo = open_repo("r.git");
	for (const char *const *ref = refs; *ref; ref++)
		check_no_ref(repo, *ref, ENOENT, "no ref");
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	check_no_ref(repo, longest, ENOENT, "no ref");
	repo_close(repo);
}

/* The names, and how many more are wanted. */
struct listed {
	struct buf names;
	int wanted;
};

static bool list_name(void *arg, const char *name)
{
	struct listed *listed = arg;

	buf_printf(&listed->names, "%s ", name);
	return --listed->wanted > 0;
}

static void names_as_they_are_typed(void **state)
{
	struct listed all = {.wanted = 100}, two = {.wanted = 2};
	struct repo *repo;

	(void)state;
	make_commits();
	repo = open_repo("r.git");
	repo_each_ref(repo, list_name, &all);
	assert_string_equal(buf_str(&all.names),
			"main team/one refs/odd origin/far atree heavier heavy light ");
	repo_each_ref(repo, list_name, &two);
	assert_string_equal(buf_str(&two.names), "main team/one ");
	buf_release(&all.names);
	buf_release(&two.names);
	repo_close(repo);
}

static void a_tag_goes_before_a_branch(void **state)
{
	struct repo *repo;

	(void)state;
	make_commits();
	(void)fixture_sh("git tag main team/one");
	repo = open_repo("r.git");
	check_ref(repo, "main", "refs/tags/main");
	repo_close(repo);
}

/* Whatever others do to the refs between two questions. */
static void never_stale(void **state)
{
	struct repo *repo;

	(void)state;
	make_commits();
	repo = open_repo("r.git");
	check_ref(repo, "main", "refs/heads/main");
	(void)fixture_sh("git update-ref refs/heads/main team/one");
	check_ref(repo, "main", "refs/heads/main");
	(void)fixture_sh("git pack-refs --all");
	check_ref(repo, "main", "refs/heads/main");
	for (int i = 0; i < 20; i++) {
		/* Same size, often the same time and inode as the one before the last. */
		(void)fixture_sh("git update-ref refs/heads/main %s; git pack-refs --all",
				i % 2 ? "heavy^{}" : "light");
		check_ref(repo, "main", "refs/heads/main");
	}
	(void)fixture_sh("git commit-tree -m new -p main main^{tree} | xargs git update-ref "
			 "refs/heads/main; git repack -adq; git prune-packed -q; git pack-refs "
			 "--all");
	check_ref(repo, "main", "refs/heads/main");
	(void)fixture_sh("git symbolic-ref HEAD refs/heads/team/one");
	check_ref(repo, "HEAD", "HEAD");
	(void)fixture_sh("git update-ref -d refs/heads/main");
	check_no_ref(repo, "main", ENOENT, "no ref");
	repo_close(repo);
}

static void endless_tags(void **state)
{
	struct repo *repo;

	(void)state;
	make_commits();
	(void)fixture_sh("git tag -m x t0 main; for i in $(seq 30); do "
			 "git tag -m x t$i t$((i - 1)); done 2>&1");
	repo = open_repo("r.git");
	check_ref(repo, "t10", "refs/tags/t10");
	check_no_ref(repo, "t30", EINVAL, "other tags");
	repo_close(repo);
}

static void check_dirs(struct repo *repo, const char *full, const char *const *want)
{
	struct buf dirs = BUF_INIT;
	char path[256];
	size_t at = 0;

	assert_int_equal(repo_watch_dirs(repo, full, &dirs, NULL), 0);
	for (; *want; want++) {
		fixture_path(path, sizeof(path), *want);
		assert_true(at < dirs.len);
		assert_string_equal(dirs.data + at, path);
		at += strlen(dirs.data + at) + 1;
	}
	assert_int_equal(at, dirs.len);
	buf_release(&dirs);
}

static void folders_to_watch(void **state)
{
	static const char *const branch[] = {
			"r.git", "r.git/refs", "r.git/refs/heads", "r.git/refs/tags", NULL};
	static const char *const nested[] = {"r.git", "r.git/refs", "r.git/refs/heads",
			"r.git/refs/heads/team", "r.git/refs/tags", NULL};
	static const char *const linked[] = {"r.git/worktrees/l", "r.git", "r.git/refs",
			"r.git/refs/heads", "r.git/refs/tags", NULL};
	static const char *const fixed[] = {"r.git", NULL};
	struct repo *repo;

	(void)state;
	make_commits();
	repo = open_repo("r.git");
	check_dirs(repo, "refs/heads/main", branch);
	check_dirs(repo, "refs/heads/team/one", nested);
	check_dirs(repo, "HEAD", branch);
	check_dirs(repo, "refs/heads/none/yet/here", branch);
	check_dirs(repo, "1111111111111111111111111111111111111111", fixed);
	(void)fixture_sh("git symbolic-ref HEAD refs/heads/team/one");
	check_dirs(repo, "HEAD", nested);
	(void)fixture_sh("git symbolic-ref refs/heads/a refs/heads/b; "
			 "git symbolic-ref refs/heads/b refs/heads/a");
	check_dirs(repo, "refs/heads/a", branch);
	(void)fixture_sh("git worktree add -q -b linked l refs/heads/main 2>&1");
	repo_close(repo);
	repo = open_repo("l");
	check_dirs(repo, "HEAD", linked);
	repo_close(repo);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
			TEST(foreign_owner), /* first: libgit2 looks for HOME only once */
			TEST(every_form_of_source),
			TEST(linked_worktree),
			TEST(errors_name_the_remedy),
			TEST(every_form_of_ref),
			TEST(nothing_else_is_tried),
			TEST(names_as_they_are_typed),
			TEST(a_tag_goes_before_a_branch),
			TEST(never_stale),
			TEST(endless_tags),
			TEST(folders_to_watch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
