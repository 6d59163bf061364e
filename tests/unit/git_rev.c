#include <errno.h>
#include <time.h>

#include "tests/unit/git_fixture.h"
#include "src/base/err.h"
#include "src/git/repo.h"
#include "src/git/rev.h"

static struct repo *open_repo(const char *source)
{
	struct err err = ERR_INIT;
	struct repo *repo = NULL;

	if (repo_open(source, &repo, &err) != 0)
		fail_msg("%s", err.text);
	return repo;
}

static struct oid id(const char *rev)
{
	return fixture_oid("git rev-parse '%s'", rev);
}

/* A line of COUNT commits after FROM ("": none) on branch NAME; their dates step by STEP seconds.
 */
static void make_line(const char *name, const char *from, int count, int step)
{
	char path[256];
	FILE *file;

	fixture_path(path, sizeof(path), "stream");
	file = fopen(path, "w");
	assert_non_null(file);
	for (int i = 0; i < count; i++) {
		fprintf(file, "commit refs/heads/%s\ncommitter %s <c@d> %d +0000\ndata 5\n%04d\n",
				name, name, 1600000000 + i * step, i % 10000);
		if (i == 0 && *from)
			fprintf(file, "from %s\n", from);
	}
	assert_int_equal(fclose(file), 0);
	(void)fixture_sh("git fast-import --quiet <stream");
}

static int is_ancestor(struct repo *repo, const char *from, const char *to, struct err *err)
{
	struct oid a = id(from), b = id(to);

	return rev_is_ancestor(repo, &a, &b, err);
}

static void check_count(struct repo *repo, const char *from, const char *to)
{
	struct oid a = id(from), b = id(to);
	uint64_t count = 0;
	struct err err = ERR_INIT;

	assert_int_equal(rev_count(repo, &a, &b, &count, &err), 0);
	assert_int_equal(count, atoi(fixture_sh("git rev-list --count %s..%s", from, to)));
}

static void reads_a_commit(void **state)
{
	struct oid commit, tree;
	struct rev rev;
	struct repo *repo = open_repo("r.git");
	struct err err = ERR_INIT;

	(void)state;
	commit = fixture_oid("printf 'Raise\\tit \\nmore\\n\\nbody\\n' | git commit-tree "
			     "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
	assert_int_equal(rev_read(repo, &commit, &rev, NULL), 0);
	assert_true(oid_equal(&rev.commit, &commit));
	tree = fixture_oid("echo 4b825dc642cb6eb9a060e54bf8d69288fbee4904");
	assert_true(oid_equal(&rev.tree, &tree));
	assert_int_equal(rev.time, 1700000001);
	assert_string_equal(rev.author, "A U Thor <author@example.com>");
	assert_string_equal(rev.subject, "Raise it");

	tree = fixture_oid("git mktree </dev/null");
	assert_int_equal(rev_read(repo, &tree, &rev, &err), -EINVAL);
	memset(&tree, 1, 20);
	assert_int_equal(rev_read(repo, &tree, &rev, &err), -ENOENT);
	repo_close(repo);
}

static void large_commits_are_not_read(void **state)
{
	struct repo *repo = open_repo("r.git");
	struct oid commit;
	struct rev rev;

	(void)state;
	commit = fixture_oid("head -c 2000000 /dev/zero | tr '\\0' x | git commit-tree "
			     "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
	assert_int_equal(rev_read(repo, &commit, &rev, NULL), -EFBIG);
	repo_close(repo);
}

static void parses_like_git(void **state)
{
	static const char *const good[] = {
			"main", "main~2", "main^", "HEAD", "refs/heads/main", "t", ":/0003", NULL};
	static const char *const bad[] = {
			"nothing", "main~99", "", "main:", "..", "main^{tree}", NULL};
	struct repo *repo;
	struct oid got, want;
	char shorted[16];

	(void)state;
	make_line("main", "", 5, 1);
	(void)fixture_sh("git tag -m x t main~1");
	repo = open_repo("r.git");
	for (const char *const *text = good; *text; text++) {
		want = fixture_oid("git rev-parse -q --verify '%s^{commit}' || "
				   "git rev-parse '%s'",
				*text, *text);
		assert_int_equal(rev_parse(repo, *text, &got, NULL), 0);
		assert_true(oid_equal(&got, &want));
	}
	(void)snprintf(shorted, sizeof(shorted), "%.8s", fixture_sh("git rev-parse main"));
	want = id("main");
	assert_int_equal(rev_parse(repo, shorted, &got, NULL), 0);
	assert_true(oid_equal(&got, &want));
	for (const char *const *text = bad; *text; text++)
		assert_true(rev_parse(repo, *text, &got, NULL) < 0);
	repo_close(repo);
}

static void ancestors(void **state)
{
	struct repo *repo;
	struct err err = ERR_INIT;

	(void)state;
	make_line("main", "", 30, 1);
	make_line("side", "refs/heads/main~10", 10, 1000);
	make_line("other", "", 3, 1);
	(void)fixture_sh("git commit-tree -p main -p side -m merge main^{tree} | "
			 "xargs git update-ref refs/heads/merge");
	repo = open_repo("r.git");
	assert_int_equal(is_ancestor(repo, "main", "main", &err), 1);
	assert_int_equal(is_ancestor(repo, "main~29", "main", &err), 1);
	assert_int_equal(is_ancestor(repo, "main", "main~1", &err), 0);
	assert_int_equal(is_ancestor(repo, "side", "main", &err), 0);
	assert_int_equal(is_ancestor(repo, "side~10", "main", &err), 1);
	assert_int_equal(is_ancestor(repo, "side~3", "merge", &err), 1);
	assert_int_equal(is_ancestor(repo, "main~3", "merge", &err), 1);
	assert_int_equal(is_ancestor(repo, "other", "merge", &err), 0);
	assert_int_equal(is_ancestor(repo, "merge", "main~29", &err), 0);
	check_count(repo, "main", "merge");
	check_count(repo, "merge", "main");
	check_count(repo, "main~20", "merge");
	check_count(repo, "other", "merge");
	check_count(repo, "side", "main");
	repo_close(repo);
}

/* Dates that run backwards make the walk longer, not wrong. */
static void dates_do_not_matter(void **state)
{
	struct repo *repo;
	struct err err = ERR_INIT;

	(void)state;
	make_line("main", "", 50, -100000);
	make_line("side", "refs/heads/main~20", 30, 5);
	repo = open_repo("r.git");
	assert_int_equal(is_ancestor(repo, "main~49", "main", &err), 1);
	assert_int_equal(is_ancestor(repo, "main", "main~49", &err), 0);
	assert_int_equal(is_ancestor(repo, "main~20", "side", &err), 1);
	assert_int_equal(is_ancestor(repo, "main~19", "side", &err), 0);
	check_count(repo, "main~49", "main");
	repo_close(repo);
}

static void long_history(void **state)
{
	struct repo *repo;
	struct err err = ERR_INIT;
	struct oid a, b;
	uint64_t count = 0;

	(void)state;
	make_line("main", "", REV_WALK_MAX + 500, 1);
	make_line("other", "", 2, 1);
	repo = open_repo("r.git");
	assert_int_equal(is_ancestor(repo, "main~9000", "main", &err), 1);
	assert_int_equal(is_ancestor(repo, "main", "main~1", &err), 0); /* at once */
	assert_int_equal(is_ancestor(repo, "main~10400", "main", &err), -E2BIG);
	assert_non_null(strstr(err.text, "too long"));
	assert_int_equal(is_ancestor(repo, "other", "main", &err), -E2BIG);
	a = id("other");
	b = id("main");
	assert_int_equal(rev_count(repo, &a, &b, &count, &err), 0);
	assert_int_equal(count, REV_WALK_MAX);
	memset(&a, 1, 20); /* the served commit is gone: nothing descends from it */
	assert_int_equal(rev_is_ancestor(repo, &a, &b, &err), 0);
	repo_close(repo);
}

static void shallow_clone(void **state)
{
	struct repo *repo;
	struct err err = ERR_INIT;
	struct oid old, tip;

	(void)state;
	make_line("main", "", 20, 1);
	old = id("main~15");
	(void)fixture_sh("unset GIT_DIR; git clone -q --bare --depth 5 file://$PWD/r.git s.git");
	repo = open_repo("s.git");
	assert_int_equal(is_ancestor(repo, "main~3", "main", &err), 1);
	assert_int_equal(is_ancestor(repo, "main", "main~3", &err), 0);
	tip = id("main");
	assert_int_equal(rev_is_ancestor(repo, &old, &tip, &err), -E2BIG);
	assert_non_null(strstr(err.text, "shallow"));
	repo_close(repo);
}

static void missing_history_is_an_error(void **state)
{
	struct repo *repo;
	struct err err = ERR_INIT;
	struct oid to, from;

	(void)state;
	to = fixture_oid("git hash-object -t commit -w --stdin --literally <<EOF\n"
			 "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n"
			 "parent 1111111111111111111111111111111111111111\n"
			 "author A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\nx\nEOF");
	make_line("main", "", 2, 1);
	from = id("main");
	repo = open_repo("r.git");
	assert_int_equal(rev_is_ancestor(repo, &from, &to, &err), -ENOENT);
	assert_non_null(strstr(err.text, "1111111111"));
	repo_close(repo);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
			TEST(reads_a_commit),
			TEST(large_commits_are_not_read),
			TEST(parses_like_git),
			TEST(ancestors),
			TEST(dates_do_not_matter),
			TEST(long_history),
			TEST(shallow_clone),
			TEST(missing_history_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
