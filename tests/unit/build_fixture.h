/*
 * build_fixture: jobs on the repository of git_fixture.h, and what they leave in a state folder.
 */
#ifndef TESTS_BUILD_FIXTURE_H
#define TESTS_BUILD_FIXTURE_H

#include "tests/unit/git_fixture.h"
#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/build/build.h"
#include "src/build/job.h"
#include "src/snap/generation.h"
#include "src/snap/node.h"
#include "src/snap/store.h"

static struct job job;
static struct result result = RESULT_INIT;

/* A job for COMMIT as generation NUMBER upon BASE, in the state folder STATE. */
static inline void job_make(
		const char *state, const struct oid *commit, uint32_t number, uint32_t base)
{
	char path[256];

	job_release(&job);
	fixture_path(path, sizeof(path), "r.git");
	job.repository = strdup(path);
	fixture_path(path, sizeof(path), state);
	job.state_dir = strdup(path);
	job.folder = strdup("");
	job.commit = *commit;
	job.number = number;
	job.base = base;
	job.first_dir = DIR_FIRST_FREE;
	job.uid = 12;
	job.gid = 34;
}

static inline void job_run(enum result_kind want)
{
	struct buf text = BUF_INIT;

	result_release(&result);
	build_run(&job, &result);
	if (result.kind == want)
		return;
	diag_format(&result.findings, &text);
	fail_msg("result %d: %s%s", (int)result.kind, result.error, buf_str(&text));
}

static inline void job_done(const struct oid *commit, uint32_t number, uint32_t base)
{
	job_make("state", commit, number, base);
	job_run(RESULT_DONE);
}

/* Some finding names FILE (NULL: any) and says MESSAGE. */
static inline void expect_finding(const char *file, const char *message)
{
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < result.findings.count; i++) {
		const struct finding *item = &result.findings.items[i];

		if ((!file || (item->file && strcmp(item->file, file) == 0)) &&
				strstr(item->message, message))
			return;
	}
	diag_format(&result.findings, &text);
	fail_msg("no '%s: %s' in: %s", file ? file : "*", message, buf_str(&text));
}

/* Nothing but whole generations is in the state folder: COUNT of them. */
static inline void expect_clean(const char *state, int count)
{
	assert_int_equal(atoi(fixture_sh("ls %s/generations 2>/dev/null | wc -l", state)), count);
	assert_string_equal(fixture_sh("find %s -name '*.tmp' 2>/dev/null", state), "");
	if (count == 0)
		assert_string_equal(fixture_sh("ls %s/segments 2>/dev/null", state), "");
}

static inline void load(struct store *store, uint32_t number, struct generation *out)
{
	struct err err = ERR_INIT;

	if (store_load(store, number, out, &err) != 0)
		fail_msg("%s", err.text);
}

static inline struct store *open_state(const char *state)
{
	struct store *store = NULL;
	char path[256];

	fixture_path(path, sizeof(path), state);
	assert_int_equal(store_open(path, &store, NULL), 0);
	return store;
}

static inline int build_teardown(void **state)
{
	job_release(&job);
	result_release(&result);
	return fixture_teardown(state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, build_teardown)

#endif
