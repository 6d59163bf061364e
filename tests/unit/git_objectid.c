#include "tests/unit/git_fixture.h"
#include "src/git/objectid.h"
#include "src/git/tree.h"

/* `git hash-object` of the file `content` in the test's folder, which gets SIZE bytes at DATA. */
static struct oid git_says(const void *data, size_t size)
{
	char path[256];
	FILE *file;

	fixture_path(path, sizeof(path), "content");
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
	return fixture_oid("git hash-object -w --no-filters content");
}

static void blobs(void **state)
{
	static const struct {
		const char *data;
		size_t size;
	} cases[] = {{"", 0}, {"x\n", 2}, {"a\0b", 3}, {"no newline", 10}, {"\r\n", 2}};
	struct oid got, want;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		want = git_says(cases[i].data, cases[i].size);
		assert_int_equal(objectid_blob(cases[i].data, cases[i].size, &got), 0);
		assert_true(oid_equal(&got, &want));
	}
	assert_int_equal(objectid_blob(NULL, 0, &got), 0);
	want = git_says("", 0);
	assert_true(oid_equal(&got, &want));
}

static struct tree_entry entry(enum tree_kind kind, const char *name, const struct oid *oid)
{
	return (struct tree_entry){
			.kind = kind, .name = name, .name_len = strlen(name), .oid = *oid};
}

/* Git sorts a folder as if its name ended in a slash: `a.b` comes before the folder `a`. */
static void trees(void **state)
{
	struct tree_entry entries[5];
	struct oid blob, folder, got, want;

	(void)state;
	blob = git_says("x\n", 2);
	assert_int_equal(objectid_tree(NULL, 0, &folder), 0);
	want = fixture_oid("git mktree </dev/null");
	assert_true(oid_equal(&folder, &want));

	entries[0] = entry(TREE_DIR, "a", &folder);
	entries[1] = entry(TREE_FILE, "a.b", &blob);
	entries[2] = entry(TREE_EXECUTABLE, "a0", &blob);
	entries[3] = entry(TREE_LINK, "z", &blob);
	entries[4] = entry(TREE_FILE, "caf\303\251", &blob);
	assert_int_equal(objectid_tree(entries, 5, &got), 0);
	want = fixture_oid("b=$(git hash-object content); t=$(git mktree </dev/null);"
			   "printf '040000 tree %%s\\ta\\n100644 blob %%s\\ta.b\\n"
			   "100755 blob %%s\\ta0\\n120000 blob %%s\\tz\\n"
			   "100644 blob %%s\\tcaf\303\251\\n' $t $b $b $b $b | git mktree");
	assert_true(oid_equal(&got, &want));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test_setup_teardown(blobs, fixture_setup, fixture_teardown),
			cmocka_unit_test_setup_teardown(trees, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
