#include <errno.h>

#include "tests/unit/git_fixture.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/git/repo.h"
#include "src/git/tree.h"

#define ID	 "%020d" /* printf(1): twenty digits stand for an id */
#define NO_LIMIT UINT64_MAX

static struct repo *open_repo(void)
{
	struct err err = ERR_INIT;
	struct repo *repo = NULL;

	if (repo_open("r.git", &repo, &err) != 0)
		fail_msg("%s", err.text);
	return repo;
}

static struct err read_err; /* of the last read_tree */

static int read_tree(struct repo *repo, const struct oid *oid, const char *path, uint64_t limit,
		struct diag *findings, struct tree *out)
{
	struct tree_spec spec = {.oid = *oid, .path = path, .limit = limit, .findings = findings};

	return tree_read(repo, &spec, out, &read_err);
}

struct hostile {
	const char *object;  /* for printf(1); every "%020d" becomes twenty zeros */
	const char *file;    /* the finding's; NULL: none at all */
	const char *message; /* part of it */
	size_t kept;	     /* entries that are left */
};

/* Entries at folder "etc". */
static const struct hostile hostile[] = {
		{"100644 a\\0" ID "100755 b\\0" ID "120000 c\\0" ID "40000 d\\0" ID, NULL, NULL, 4},
		{"", NULL, NULL, 0},
		{"100644 .\\0" ID, "etc/.", "stands for a folder", 0},
		{"40000 ..\\0" ID, "etc/..", "stands for a folder", 0},
		{"40000 .git\\0" ID "100644 x\\0" ID, "etc/.git", "'.git'", 1},
		{"40000 .GiT\\0" ID, "etc/.GiT", "'.git'", 0},
		{"40000 git~1\\0" ID, "etc/git~1", "'.git'", 0},
		{"100644 a/b\\0" ID, "etc/a/b", "slash", 0},
		{"100644 \\0" ID, "etc", "empty", 0},
		{"100644 a\\nb\\0" ID, "etc/a\\x0ab", "control", 0},
		{"100644 \\377\\0" ID, "etc/\\xff", "UTF-8", 0},
		{"160000 sub\\0" ID, "etc/sub", "submodule", 0},
		{"104755 suid\\0" ID, "etc/suid", "mode", 0},
		{"100664 old\\0" ID, "etc/old", "mode", 0},
		{"060000 dev\\0" ID, "etc/dev", "mode", 0},
		{"040000 pad\\0" ID, "etc/pad", "mode", 0},
		{"0100644 pad\\0" ID, "etc/pad", "mode", 0},
		{"1006440 x\\0" ID, "etc/x", "mode", 0},
		{"100 x\\0" ID, "etc/x", "mode", 0},
		{" x\\0" ID, "etc/x", "mode", 0},
		{"100844 x\\0" ID, "etc/x", "mode", 0},
		{"100644 a\\0" ID "100644 a\\0" ID, "etc/a", "twice", 1},
		{"100644 a\\0" ID "100644 a.b\\0" ID "40000 a\\0" ID, "etc/a", "twice", 2},
		{"100644 b\\0" ID "100644 a\\0" ID, "etc/a", "not sorted", 2},
		{"40000 a\\0" ID "100644 a.b\\0" ID, "etc/a.b", "not sorted", 2},
		{"100644 a\\0" ID "100644 b\\0short", "etc", "malformed", 1},
		{"100644 a", "etc", "malformed", 0},
		{"100644", "etc", "malformed", 0},
};

static void check_hostile(struct repo *repo, const struct hostile *item)
{
	struct oid oid = fixture_oid("printf '%s' | sed 's/%%020d/00000000000000000000/g' | "
				     "git hash-object -t tree -w --stdin --literally",
			item->object);
	struct diag findings = DIAG_INIT;
	struct tree tree = TREE_INIT;

	assert_int_equal(read_tree(repo, &oid, "etc", NO_LIMIT, &findings, &tree), 0);
	assert_int_equal(tree.count, item->kept);
	assert_int_equal(findings.count, item->file ? 1 : 0);
	if (item->file) {
		assert_string_equal(findings.items[0].file, item->file);
		if (!strstr(findings.items[0].message, item->message))
			fail_msg("%s: %s", item->object, findings.items[0].message);
	}
	tree_release(&tree);
	diag_release(&findings);
}

static void hostile_trees(void **state)
{
	struct repo *repo = open_repo();

	(void)state;
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++)
		check_hostile(repo, &hostile[i]);
	repo_close(repo);
}

static void entries_are_sorted_by_name(void **state)
{
	static const char *const names[] = {"a", "a-b", "a.b", "a0", NULL};
	struct repo *repo = open_repo();
	struct diag findings = DIAG_INIT;
	struct tree tree = TREE_INIT;
	struct oid oid;

	(void)state;
	oid = fixture_oid("e=$(git hash-object -w --stdin </dev/null); t=$(git mktree </dev/null);"
			  "printf '100644 blob %%s\\t%%s\\n' $e a.b $e a-b $e a0 > in;"
			  "printf '040000 tree %%s\\ta\\n' $t >> in; git mktree <in");
	assert_int_equal(read_tree(repo, &oid, "", NO_LIMIT, &findings, &tree), 0);
	assert_int_equal(findings.count, 0);
	for (size_t i = 0; names[i]; i++) {
		assert_string_equal(tree.entries[i].name, names[i]);
		assert_int_equal(tree.entries[i].kind, i == 0 ? TREE_DIR : TREE_FILE);
	}
	tree_release(&tree);
	repo_close(repo);
}

static void what_is_no_tree(void **state)
{
	struct repo *repo = open_repo();
	struct diag findings = DIAG_INIT;
	struct tree tree = TREE_INIT;
	struct oid blob, missing = {{1}}, large;

	(void)state;
	blob = fixture_oid("echo hello | git hash-object -w --stdin");
	assert_int_equal(read_tree(repo, &blob, "a", NO_LIMIT, &findings, &tree), 0);
	assert_int_equal(findings.count, 1);
	assert_string_equal(findings.items[0].file, "a");
	assert_non_null(strstr(findings.items[0].message, "is a blob, not a tree"));
	assert_int_equal(read_tree(repo, &missing, "a", NO_LIMIT, &findings, &tree), -ENOENT);
	assert_non_null(strstr(read_err.text, "missing"));

	large = fixture_oid("e=$(git hash-object -w --stdin </dev/null); for i in $(seq 1000 1099);"
			    "do printf '100644 blob %%s\\t%%s\\n' $e $i; done | git mktree");
	assert_int_equal(read_tree(repo, &large, "", 1000, &findings, &tree), 0);
	assert_int_equal(findings.count, 2);
	assert_null(findings.items[1].file);
	assert_non_null(strstr(findings.items[1].message, "the limit is 1000"));
	assert_int_equal(read_tree(repo, &large, "", NO_LIMIT, &findings, &tree), 0);
	assert_int_equal(tree.count, 100);
	tree_release(&tree);
	diag_release(&findings);
	repo_close(repo);
}

static void endless_names_are_cut(void **state)
{
	struct repo *repo = open_repo();
	struct diag findings = DIAG_INIT;
	struct tree tree = TREE_INIT;
	struct oid oid;

	(void)state;
	oid = fixture_oid(
			"{ printf '100644 '; head -c 1000000 /dev/zero | tr '\\0' x; "
			"printf '\\0%%020d' 0; } | git hash-object -t tree -w --stdin --literally");
	assert_int_equal(read_tree(repo, &oid, "", NO_LIMIT, &findings, &tree), 0);
	assert_int_equal(findings.count, 1);
	assert_true(strlen(findings.items[0].file) < 300);
	tree_release(&tree);
	diag_release(&findings);
	repo_close(repo);
}

static void damage_is_an_error(void **state)
{
	struct repo *repo = open_repo();
	struct diag findings = DIAG_INIT;
	struct tree tree = TREE_INIT;
	struct blob blob = BLOB_INIT;
	struct err err = ERR_INIT;
	struct oid a, b;

	(void)state;
	/* The object of one blob under the name of another: only the hash tells. */
	a = fixture_oid("echo hello | git hash-object -w --stdin");
	b = fixture_oid("echo world | git hash-object -w --stdin");
	(void)fixture_sh("cd r.git/objects; cp -f ce/013625030ba8dba906f756967f9e9ca394464a x;"
			 "cp -f x cc/628ccd10742baea8241c5924df992b5c019f71");
	assert_int_equal(blob_read(repo, &a, NO_LIMIT, &blob, &err), 0);
	blob_release(&blob);
	assert_int_equal(blob_read(repo, &b, NO_LIMIT, &blob, &err), -EBADMSG);
	(void)fixture_sh(
			"printf garbage > r.git/objects/cc/628ccd10742baea8241c5924df992b5c019f71");
	assert_int_equal(read_tree(repo, &b, "x", NO_LIMIT, &findings, &tree), -EBADMSG);
	assert_int_equal(findings.count, 0);
	repo_close(repo);
}

static void blobs(void **state)
{
	struct repo *repo = open_repo();
	struct blob blob = BLOB_INIT;
	struct err err = ERR_INIT;
	struct oid oid, tree, empty;
	uint64_t size = 0;

	(void)state;
	oid = fixture_oid("echo hello | git hash-object -w --stdin");
	empty = fixture_oid("git hash-object -w --stdin </dev/null");
	tree = fixture_oid("git mktree </dev/null");
	for (int packed = 0; packed < 2; packed++) {
		assert_int_equal(blob_size(repo, &oid, &size, NULL), 0);
		assert_int_equal(size, 6);
		assert_int_equal(blob_read(repo, &oid, 5, &blob, &err), -EFBIG);
		assert_int_equal(blob_read(repo, &oid, 6, &blob, &err), 0);
		assert_memory_equal(blob.data, "hello\n", 6);
		blob_release(&blob);
		assert_int_equal(blob_read(repo, &empty, 0, &blob, &err), 0);
		assert_int_equal(blob.size, 0);
		blob_release(&blob);
		assert_int_equal(blob_size(repo, &tree, &size, &err), -EINVAL);
		assert_int_equal(blob_read(repo, &tree, 100, &blob, &err), -EINVAL);
		oid.bytes[0] ^= 1;
		assert_int_equal(blob_read(repo, &oid, 100, &blob, &err), -ENOENT);
		oid.bytes[0] ^= 1;
		(void)fixture_sh(
				"git cat-file --batch-all-objects --batch-check='%%(objectname)' | "
				"git pack-objects -q r.git/objects/pack/pack; "
				"git prune-packed -q");
	}
	repo_close(repo);
}

static void finds_folders(void **state)
{
	struct repo *repo = open_repo();
	struct err err = ERR_INIT;
	struct oid root, got, want;

	(void)state;
	root = fixture_oid("echo x >f; export GIT_WORK_TREE=.; git update-index --add --cacheinfo "
			   "100644,$(git hash-object -w f),a/b/c/f; git write-tree");
	want = fixture_oid("git rev-parse $(git write-tree):a/b");
	assert_int_equal(tree_find(repo, &root, "a/b", &got, &err), 0);
	assert_true(oid_equal(&got, &want));
	assert_int_equal(tree_find(repo, &root, "a/x/y", &got, &err), -ENOENT);
	assert_non_null(strstr(err.text, "'a/x'"));
	assert_int_equal(tree_find(repo, &root, "a/b/c/f", &got, &err), -ENOTDIR);
	assert_int_equal(tree_find(repo, &root, "a/b/c/f/g", &got, &err), -ENOTDIR);
	assert_true(oid_equal(&got, &want));
	repo_close(repo);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
			TEST(hostile_trees),
			TEST(entries_are_sorted_by_name),
			TEST(what_is_no_tree),
			TEST(endless_names_are_cut),
			TEST(damage_is_an_error),
			TEST(blobs),
			TEST(finds_folders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
