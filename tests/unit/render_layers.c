#include <errno.h>

#include "tests/unit/git_fixture.h"
#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/git/repo.h"
#include "src/render/facts.h"
#include "src/render/input.h"
#include "src/render/layers.h"
#include "src/render/manifest.h"
#include "src/value/emit.h"
#include "src/value/value.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static const char text[] =
		"refmount: 1\nfacts: {env: {required: true}, site: }\nmerge: {list: append}\n"
		"layers:\n  - {path: v/common.yaml, required: true}\n  - v/env/${env}.yaml\n"
		"  - v/site-${site}/x.yaml\n";

static struct repo *repo;
static struct input *input;
static struct arena *arena;
static struct layer_cache *cache;
static struct manifest manifest;

static int setup(void **state)
{
	struct diag findings = DIAG_INIT;
	char path[256];

	(void)fixture_setup(state);
	(void)unsetenv("GIT_DIR");
	(void)fixture_sh("git init -q w && mkdir -p w/v/env w/v/site-s");
	fixture_path(path, sizeof(path), "w");
	assert_int_equal(repo_open(path, &repo, NULL), 0);
	assert_int_equal(input_new_worktree(repo, &input, NULL), 0);
	arena = arena_new(0);
	cache = layer_cache_new();
	assert_int_equal(manifest_read(arena, "m", text, strlen(text), &findings, &manifest), 0);
	assert_int_equal(findings.count, 0);
	return 0;
}

static int teardown(void **state)
{
	manifest_release(&manifest);
	layer_cache_free(cache);
	arena_free(arena);
	input_free(input);
	repo_close(repo);
	return fixture_teardown(state);
}

/* What the layers come to for GIVEN as JSON, or the findings. */
static const char *merge(const char *given)
{
	static struct buf out;
	struct diag findings = DIAG_INIT;
	struct layers layers = {0};
	struct err err = ERR_INIT;
	struct layers_spec spec = {.arena = arena,
			.cache = cache,
			.input = input,
			.manifest = &manifest,
			.facts = facts_resolve(arena, &manifest, given, &findings)};

	buf_release(&out);
	assert_non_null(spec.facts);
	if (layers_read(&spec, &findings, &layers, &err) < 0)
		fail_msg("%s", err.text);
	diag_format(&findings, &out);
	if (layers.merged)
		assert_int_equal(emit_json(layers.merged, 0, &out), 0);
	diag_release(&findings);
	return buf_str(&out);
}

static void merges(void **state)
{
	(void)state;
	(void)fixture_sh("cd w/v && echo 'a: 1\nb: {c: 2}\nlist: [1]' >common.yaml && "
			 "echo 'b: {d: 3}\nlist: [2]\na: !delete' >env/prod.yaml && "
			 "echo 'e: 1' >site-s/x.yaml");
	assert_string_equal(merge("env=dev\n"), "{\"a\": 1, \"b\": {\"c\": 2}, \"list\": [1]}");
	assert_string_equal(merge("env=prod\n"), "{\"b\": {\"c\": 2, \"d\": 3}, \"list\": [1, 2]}");
	assert_string_equal(merge("env=prod\nsite=s\n"),
			"{\"b\": {\"c\": 2, \"d\": 3}, \"list\": [1, 2], \"e\": 1}");
	assert_string_equal(merge("env=dev\n"), "{\"a\": 1, \"b\": {\"c\": 2}, \"list\": [1]}");
}

static void complains(void **state)
{
	(void)state;
	assert_string_equal(merge("env=dev\n"),
			"m:5:12: the required layer 'v/common.yaml' does not exist\n");
	layer_cache_free(cache);
	cache = layer_cache_new();
	(void)fixture_sh("cd w/v && printf 'a: [' >common.yaml && mkdir env/prod.yaml && "
			 "ln -s common.yaml env/link.yaml");
	assert_string_equal(merge("env=prod\n"),
			"v/common.yaml:2:1: did not find expected node content, while parsing a "
			"flow node\n"
			"v/env/prod.yaml: a layer must be a file\n");
	assert_non_null(strstr(merge("env=link\n"), "v/env/link.yaml: a layer must be a file\n"));
}

static void names(void *arg, const char *name)
{
	buf_printf(arg, "%s,", name);
}

static void paths(void **state)
{
	struct buf found = BUF_INIT;

	(void)state;
	layers_names("a/${b}/${c}-${b}.yaml", names, &found);
	assert_string_equal(buf_str(&found), "b,c,b,");
	buf_release(&found);
	assert_int_equal(layers_check_path("${a}.yaml", NULL), 0);
	assert_int_equal(layers_check_path("/${a}.yaml", NULL), -EINVAL);
	assert_int_equal(layers_check_path("${a", NULL), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			TEST(merges),
			TEST(complains),
			TEST(paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
