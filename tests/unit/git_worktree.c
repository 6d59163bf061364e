#include <errno.h>

#include "tests/unit/git_fixture.h"
#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/git/repo.h"
#include "src/git/worktree.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

static struct repo *repo;
static struct worktree *worktree;

static void open_worktree(void)
{
	char path[256];
	struct err err = ERR_INIT;

	fixture_path(path, sizeof(path), "w");
	if (repo_open(path, &repo, &err) != 0 || worktree_open(repo, &worktree, &err) != 0)
		fail_msg("%s", err.text);
}

static void close_worktree(void)
{
	worktree_close(worktree);
	repo_close(repo);
}

/* The names of folder PATH, and the findings. */
static const char *list(const char *path, uint64_t limit)
{
	static struct buf text;
	struct diag findings = DIAG_INIT;
	struct tree_spec spec = {.path = path, .limit = limit, .findings = &findings};
	struct tree tree = TREE_INIT;
	struct err err = ERR_INIT;

	buf_release(&text);
	if (worktree_read(worktree, &spec, &tree, &err) != 0)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < tree.count; i++)
		buf_printf(&text, "%s:%d ", tree.entries[i].name, tree.entries[i].kind);
	diag_sort(&findings);
	diag_format(&findings, &text);
	diag_release(&findings);
	tree_release(&tree);
	return buf_str(&text);
}

static void init(const char *script)
{
	(void)unsetenv("GIT_DIR");
	(void)fixture_sh("git init -q w && cd w && %s", script);
	open_worktree();
}

static void takes_what_git_would_commit(void **state)
{
	(void)state;
	init("mkdir d ign sub && printf '*.o\\nign/\\n' >.gitignore && echo x >tracked.o && echo x "
	     ">a && "
	     "echo y >new.o && echo z >d/z && echo k >ign/kept && git add -f a tracked.o ign/kept "
	     "&& "
	     "echo l >ign/lost && chmod +x a && ln -s a link && mkfifo pipe && git init -q sub");
	assert_string_equal(list("", 1000),
			".gitignore:0 a:1 d:3 ign:3 link:2 tracked.o:0 sub: a submodule; its "
			"files are not part of this repository: copy them in, or remove it\n");
	assert_string_equal(list("ign", 1000), "kept:0 ");
	assert_string_equal(list("d", 1000), "z:0 ");
	close_worktree();
	(void)fixture_sh("rm -rf w");
}

static void names_and_sizes(void **state)
{
	(void)state;
	init("printf 12345 >five && printf 123 >three && touch \"$(printf 'a\\nb')\"");
	assert_string_equal(list("", 4),
			"three:0 a\\x0ab: a name with a control character\n"
			"five: the file has more than the 4 bytes that it may\n");
	close_worktree();
}

static void finds_and_reads(void **state)
{
	struct tree_entry entry;
	struct buf text = BUF_INIT;
	struct oid want;

	(void)state;
	init("mkdir d && printf hello >d/f && ln -s d l && ln -s /etc out && printf hello | git "
	     "hash-object "
	     "-w --stdin >/dev/null");
	want = fixture_oid("cd w && git hash-object d/f");
	assert_int_equal(worktree_lookup(worktree, "d/f", 10, &entry, NULL), 0);
	assert_true(oid_equal(&entry.oid, &want));
	assert_string_equal(entry.name, "f");
	assert_int_equal(worktree_lookup(worktree, "d", 10, &entry, NULL), 0);
	assert_int_equal(entry.kind, TREE_DIR);
	assert_int_equal(worktree_lookup(worktree, "l", 10, &entry, NULL), 0);
	assert_int_equal(entry.kind, TREE_LINK);
	assert_int_equal(worktree_lookup(worktree, "nothing", 10, &entry, NULL), -ENOENT);
	assert_int_equal(worktree_lookup(worktree, "d/f/x", 10, &entry, NULL), -ENOENT);
	/* Links are never followed. */
	assert_int_equal(worktree_lookup(worktree, "l/f", 10, &entry, NULL), -ENOENT);
	assert_int_equal(worktree_file(worktree, "out/passwd", 1000000, &text, NULL), -ENOENT);

	assert_int_equal(worktree_file(worktree, "d/f", 4, &text, NULL), -EFBIG);
	assert_int_equal(worktree_file(worktree, "d", 4, &text, NULL), -EISDIR);
	assert_int_equal(worktree_file(worktree, "d/f", 5, &text, NULL), 0);
	assert_int_equal(worktree_file(worktree, "l", 5, &text, NULL), 0);
	assert_string_equal(buf_str(&text), "hellod");
	buf_release(&text);
	close_worktree();
}

static void bare_has_none(void **state)
{
	char path[256];

	(void)state;
	fixture_path(path, sizeof(path), "r.git");
	assert_int_equal(repo_open(path, &repo, NULL), 0);
	assert_int_equal(worktree_open(repo, &worktree, NULL), -ENOTDIR);
	repo_close(repo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			TEST(takes_what_git_would_commit),
			TEST(names_and_sizes),
			TEST(finds_and_reads),
			TEST(bare_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
