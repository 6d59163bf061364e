#include "tests/unit/git_fixture.h"
#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/build/job.h"
#include "src/build/vet.h"
#include "src/git/repo.h"
#include "src/render/input.h"
#include "src/render/output.h"
#include "src/render/render.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)

static int setup(void **state)
{
	(void)fixture_setup(state);
	(void)unsetenv("GIT_DIR");
	(void)fixture_sh("git init -q -b main w && mkdir -p w/a/b && touch w/f w/a/b/f");
	return 0;
}

static const char *vet_with(struct input *input, uint64_t limit)
{
	static struct buf out;
	struct render_spec spec = {.input = input, .limits = RENDER_LIMITS_DEFAULT};
	struct outputs outputs = OUTPUTS_INIT;
	struct diag findings = DIAG_INIT;
	struct job_limits limits = JOB_LIMITS_DEFAULT;
	struct render *render = NULL;
	struct err err = ERR_INIT;

	limits.file_bytes = limit;
	buf_release(&out);
	assert_int_equal(render_open(&spec, &findings, &render, NULL), 0);
	assert_int_equal(render_run(render, NULL, &findings, &outputs, NULL, NULL), 0);
	if (vet_outputs(input, &outputs, &limits, &findings, &err) < 0)
		fail_msg("%s", err.text);
	diag_format(&findings, &out);
	diag_release(&findings);
	outputs_release(&outputs);
	render_free(render);
	return buf_str(&out);
}

/* Findings of what is committed, which a worktree's have to be as well. */
static const char *vet(uint64_t limit)
{
	struct repo *repo = NULL;
	struct input *input = NULL;
	struct oid tree;
	char path[256], *first;
	const char *second;

	fixture_path(path, sizeof(path), "w");
	assert_int_equal(repo_open(path, &repo, NULL), 0);
	assert_int_equal(input_new_worktree(repo, &input, NULL), 0);
	first = strdup(vet_with(input, 1000000));
	input_free(input);
	(void)fixture_sh("cd w && git add -A && git commit -q --allow-empty -m x");
	tree = fixture_oid("git -C w rev-parse 'main^{tree}'");
	assert_int_equal(input_new_tree(repo, &tree, &input, NULL), 0);
	if (limit == 1000000)
		assert_string_equal(vet_with(input, limit), first);
	second = vet_with(input, limit);
	free(first);
	input_free(input);
	repo_close(repo);
	return second;
}

static void links(void **state)
{
	(void)state;
	(void)fixture_sh("cd w && ln -s a/b fine && ln -s ../../f a/b/up && ln -s none dangling && "
			 "ln -s loop loop && ln -s /etc abs && ln -s ../x out && "
			 "ln -s ../../.. a/b/far && ln -s fine/../../.. through && "
			 "ln -s none/../../x missing && ln -s .refmount/at own && "
			 "ln -s abs/passwd behind && ln -s none/.. nothing");
	assert_string_equal(vet(1000000),
			"a/b/far: the link to '../../..' leads out of the tree\n"
			"abs: the link to '/etc' is absolute: only links inside the tree are "
			"shown\n"
			"behind: the link to 'abs/passwd' leads out of the tree\n"
			"missing: the link to 'none/../../x' leads out of the tree\n"
			"out: the link to '../x' leads out of the tree\n"
			"own: the link to '.refmount/at' leads to a name of the mount's own, which "
			"is "
			"not of the tree\n"
			"through: the link to 'fine/../../..' leads out of the tree\n");
}

static void files(void **state)
{
	(void)state;
	(void)fixture_sh("cd w && head -c 2000 /dev/zero >large && "
			 "printf 'version https://git-lfs.github.com/spec/v1\\noid "
			 "sha256:%%064d\\nsize "
			 "1\\n' 1 >lfs");
	assert_string_equal(vet(1999),
			"large: the file has 2000 bytes, more than the 1999 that it may\n"
			"lfs: a Git LFS pointer: the file itself is not in the "
			"repository; store it without LFS\n");
	assert_string_equal(vet(2000),
			"lfs: a Git LFS pointer: the file itself is not in the "
			"repository; store it without LFS\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			TEST(links),
			TEST(files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
