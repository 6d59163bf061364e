#include <errno.h>
#include <time.h>

#include "tests/unit/build_fixture.h"

/* A tree given as lines "PATH TARGET" (links) or "PATH" (files), built upon BASE. */
static void build(const char *lines, uint32_t number, uint32_t base, enum result_kind want)
{
	struct oid commit;
	char path[256];
	FILE *out;

	fixture_path(path, sizeof(path), "lines");
	out = fopen(path, "w");
	assert_non_null(out);
	assert_true(fputs(lines, out) >= 0);
	assert_int_equal(fclose(out), 0);
	commit = fixture_oid("rm -rf r.git/index; while read -r path target; do"
			     " if [ -n \"$target\" ]; then m=120000; else m=100644; fi;"
			     " e=$(printf '%%s' \"$target\" | git hash-object -w --stdin);"
			     " git update-index --add --cacheinfo $m,$e,$path;"
			     "done <lines; git commit-tree -m x $(git write-tree)");
	job_make("state", &commit, number, base);
	job_run(want);
}

static void links_that_stay(void **state)
{
	static const char *const trees[] = {
			"a/l ../b/f\nb/f\n",
			"l nowhere\n",
			"l nowhere/../x\n",
			"l .\n",
			"l ./././\n",
			"l l\n",
			"a b\nb a\n",
			"l f/x\nf\n",
			"l d/..\nd/f\n",
			"d/l ..\n",
			"d/l ../d/../d/l2\nd/l2 ../d\n",
			"d/e/up ../..\nx d/e/up/d/e\n",
			"l ...\n",
			"l a..b/..c\n",
			"l .status\n",
			"l x/y/z/../../../w\n",
			"l a//b\na/b\n",
			NULL,
	};
	uint32_t number = 1;

	(void)state;
	for (const char *const *tree = trees; *tree; tree++)
		build(*tree, number++, 0, RESULT_DONE);
}

struct leaving {
	const char *tree, *file, *message;
};

static void links_that_leave(void **state)
{
	static const struct leaving trees[] = {
			{"l /etc/passwd\n", "l", "'/etc/passwd' is absolute"},
			{"l //x\n", "l", "is absolute"},
			{"l ..\n", "l", "leads out of the tree"},
			{"l ../x\n", "l", "leads out"},
			{"d/l ../../x\n", "d/l", "leads out"},
			{"d/l ../d/../../d/l\n", "d/l", "leads out"}, /* though it comes back */
			{"l nowhere/../../x\n", "l", "leads out"},
			{"l f/../..\nf\n", "l", "leads out"},
			{"a/b/up ../..\nl a/b/up/..\n", "l", "leads out"},
			{"a/b/c/f\ns a/b/c\nl s/../../../..\n", "l", "leads out"},
			{"d l/x\nl ../y\n", "d", "leads out"}, /* through the other one */
			{"d l/x\nl /y\n", "d", "leads out"},
			{"l .refmount/at/x/../../../..\n", "l", "'.refmount'"},
			{"d/l ../.refmount\n", "d/l", "'.refmount'"},
	};
	uint32_t number = 1;

	(void)state;
	for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
		build(trees[i].tree, number++, 0, RESULT_REJECTED);
		expect_finding(trees[i].file, trees[i].message);
	}
	expect_clean("state", 0);
}

/* The link did not change, nor did its folder: what it leads through did. */
static void links_are_checked_again(void **state)
{
	(void)state;
	build("a/l ../b/c/../../f\nb/c/f\nz\n", 1, 0, RESULT_DONE);
	build("a/l ../b/c/../../f\nb/c ../z\nz/f\n", 2, 1, RESULT_REJECTED);
	expect_finding("a/l", "leads out");
	build("a/l ../b/c/../../f\nb/c/g\nz\n", 2, 1, RESULT_DONE);
}

static void long_chains(void **state)
{
	struct buf lines = BUF_INIT;

	(void)state;
	for (int i = 0; i < 60; i++)
		buf_printf(&lines, "l%d l%d\n", i, i + 1);
	buf_add_str(&lines, "l60 ../out\n");
	build(buf_str(&lines), 1, 0, RESULT_REJECTED);
	expect_finding("l60", "leads out");
	expect_finding("l21", "leads out");		   /* the 40th hop */
	for (size_t i = 0; i < result.findings.count; i++) /* from the 41st on it is ELOOP */
		assert_string_not_equal(result.findings.items[i].file, "l20");
	buf_release(&lines);
}

static void endless_work(void **state)
{
	struct timespec from, to;
	struct oid commit;

	(void)state;
	/* Each link goes through the next with a path of 2,000 components, 2,000 times. */
	commit = fixture_oid("t=$(git mktree </dev/null); p=$(yes ./ | head -1000 | tr -d '\\n');"
			     "for i in $(seq 1000 2999); do"
			     " e=$(printf '%%s' ${p}$((i + 1)) | git hash-object -w --stdin);"
			     " printf '120000 blob '$e'\\t'$i'\\n'; done | git mktree |"
			     "xargs git commit-tree -m x");
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	job_make("state", &commit, 1, 0);
	job_run(RESULT_REJECTED);
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	expect_finding(NULL, "path components to follow");
	assert_true(to.tv_sec - from.tv_sec < 5);
	expect_clean("state", 0);
}

static void targets_are_shown_safely(void **state)
{
	struct oid commit;

	(void)state;
	commit = fixture_oid("e=$(printf '/a\\n\\033[2J\\377' | git hash-object -w --stdin);"
			     "printf '120000 blob '$e'\\tl\\n' | git mktree | xargs git "
			     "commit-tree -m x");
	job_make("state", &commit, 1, 0);
	job_run(RESULT_REJECTED);
	expect_finding("l", "'/a\\x0a\\x1b[2J\\xff' is absolute");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			TEST(links_that_stay),
			TEST(links_that_leave),
			TEST(links_are_checked_again),
			TEST(long_chains),
			TEST(endless_work),
			TEST(targets_are_shown_safely),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
