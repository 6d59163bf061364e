#include <errno.h>

#include "tests/unit/git_fixture.h"
#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/git/repo.h"
#include "src/render/files.h"
#include "src/render/input.h"
#include "src/render/manifest.h"
#include "src/render/templates.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static struct repo *repo;
static struct input *inputs[2]; /* a worktree, and the same as a commit */

static int setup(void **state)
{
	char path[256];
	struct oid tree;

	(void)fixture_setup(state);
	(void)unsetenv("GIT_DIR");
	(void)fixture_sh("git init -q -b main w && cd w && mkdir -p files/d/e lib && "
			 "printf 12345 >files/a && printf x >files/d/e/x && ln -s a files/l && "
			 "printf one >lib/one && printf lib >lib/a && ln -s a lib/link && "
			 "printf '\\377' >lib/bad && git add -A && git commit -qm x");
	fixture_path(path, sizeof(path), "w");
	assert_int_equal(repo_open(path, &repo, NULL), 0);
	tree = fixture_oid("git -C w rev-parse 'main^{tree}'");
	assert_int_equal(input_new_worktree(repo, &inputs[0], NULL), 0);
	assert_int_equal(input_new_tree(repo, &tree, &inputs[1], NULL), 0);
	return 0;
}

static int teardown(void **state)
{
	input_free(inputs[0]);
	input_free(inputs[1]);
	repo_close(repo);
	return fixture_teardown(state);
}

static void both_read_alike(void **state)
{
	struct tree_entry entries[2];
	struct err err = ERR_INIT;

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct buf text = BUF_INIT;

		assert_int_equal(input_find(inputs[i], "files/a", &entries[i], NULL), 0);
		assert_int_equal(entries[i].kind, TREE_FILE);
		assert_int_equal(input_read(inputs[i], "files/a", 5, &text, NULL), 0);
		assert_int_equal(input_read(inputs[i], "files/l", 5, &text, NULL), 0);
		assert_string_equal(buf_str(&text), "12345a");
		assert_int_equal(input_read(inputs[i], "files/a", 4, &text, &err), -EFBIG);
		assert_string_equal(err.text, "'files/a' is larger than 4 bytes");
		assert_int_equal(input_read(inputs[i], "files/d", 4, &text, NULL), -EISDIR);
		assert_int_equal(input_read(inputs[i], "files/b", 4, &text, NULL), -ENOENT);
		assert_int_equal(input_read(inputs[i], "none/b", 4, &text, NULL), -ENOENT);
		assert_int_equal(input_read(inputs[i], "files/a/b", 4, &text, NULL), -ENOENT);
		assert_string_equal(buf_str(&text), "12345a");
		buf_release(&text);
	}
	assert_true(oid_equal(&entries[0].oid, &entries[1].oid));
}

/* --- files --- */

static int collect(void *arg, const char *path, const char *name, const struct tree_entry *entry,
		struct err *err)
{
	(void)err;
	assert_ptr_equal(path + strlen(path) - strlen(name), name);
	buf_printf(arg, "%s:%d ", name, entry->kind);
	return 0;
}

/* The files below FOLDER, and the findings. */
static const char *walk(struct input *input, struct files_spec spec, int want)
{
	static struct buf out;
	struct diag findings = DIAG_INIT;

	buf_release(&out);
	spec.input = input;
	spec.findings = &findings;
	assert_int_equal(files_walk(&spec, collect, &out, NULL), want);
	diag_format(&findings, &out);
	diag_release(&findings);
	return buf_str(&out);
}

static void walks(void **state)
{
	const struct files_spec spec = {.folder = "files",
			.max_files = 100,
			.max_depth = 10,
			.path_bytes = 100,
			.file_bytes = 100};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct files_spec other = spec;

		assert_string_equal(walk(inputs[i], spec, 0), "a:0 d/e/x:0 l:2 ");
		other.folder = "nothing";
		(void)walk(inputs[i], other, -ENOENT);
		other.folder = "files/a";
		(void)walk(inputs[i], other, -ENOTDIR);
		other = spec;
		other.max_files = 2;
		assert_string_equal(walk(inputs[i], other, 0), "a:0 more than 2 folders in all\n");
		other = spec;
		other.max_depth = 1;
		assert_string_equal(walk(inputs[i], other, 0),
				"a:0 l:2 files/d/e: more folders in each other than may be (the "
				"limit is 1)\n");
		other = spec;
		other.path_bytes = 4;
		assert_string_equal(walk(inputs[i], other, 0),
				"a:0 l:2 files/d/e/x: the path is longer than paths may be (the "
				"limit is 4)\n");
	}
}

/* --- templates --- */

static void templates_are_found(void **state)
{
	static const char *folders[] = {"lib"};
	struct manifest manifest = {.root = "files", .include_path = folders, .include_count = 1};
	const struct template *found = NULL;
	struct err err = ERR_INIT;

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct templates *templates = templates_new(inputs[i], &manifest);

		assert_int_equal(templates_load(templates, "a", &found, NULL), 0);
		assert_string_equal(found->path, "files/a"); /* before lib/a */
		assert_string_equal(found->text, "12345");
		assert_int_equal(templates_load(templates, "one", &found, NULL), 0);
		assert_string_equal(found->path, "lib/one");
		assert_int_equal(templates_load(templates, "bad", &found, &err), -EINVAL);
		assert_string_equal(err.text, "'lib/bad' is not UTF-8");
		assert_int_equal(templates_find(templates, "link", &found, NULL), 0);
		assert_null(found->path); /* no link is followed */
		assert_int_equal(templates_load(templates, "d", &found, NULL), -ENOENT);
		assert_int_equal(templates_load(templates, "../lib/one", &found, NULL), -ENOENT);
		assert_int_equal(templates_load(templates, "/etc/passwd", &found, NULL), -ENOENT);
		assert_int_equal(templates_load(templates, "", &found, NULL), -ENOENT);
		for (int k = 0; k < 3000; k++) {
			char name[32];

			(void)snprintf(name, sizeof(name), "n%d", k);
			assert_int_equal(templates_find(templates, name, &found, NULL), 0);
			assert_null(found->path);
		}
		assert_int_equal(templates_find(templates, "one", &found, NULL), 0);
		assert_string_equal(found->text, "one");
		templates_free(templates);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			TEST(both_read_alike),
			TEST(walks),
			TEST(templates_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
