#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/buf.h"
#include "src/build/build.h"
#include "src/build/job.h"

static struct job make_job(void)
{
	struct job job = JOB_INIT;

	job.repository = strdup("/srv/git/config.git");
	job.state_dir = strdup("/var/lib/refmount/x");
	job.folder = strdup("a/b");
	job.revision = strdup("");
	job.facts = strdup("env=prod\n");
	job.secrets = strdup("/etc/refmount/secrets");
	memset(job.commit.bytes, 7, 20);
	job.served.bytes[3] = 9;
	job.allow_rewind = job.is_aside = job.is_second = true;
	job.number = 42;
	job.base = 41;
	job.first_dir = 1000;
	job.uid = 12;
	job.gid = UINT32_MAX;
	job.limits.file_bytes = UINT64_MAX;
	return job;
}

static struct result make_result(void)
{
	struct result result = {.kind = RESULT_REJECTED, .number = 5};

	result.commit.bytes[0] = 1;
	diag_add(&result.findings, DIAG_ERROR, "a/b", 3, 4, "wrong\nhere");
	diag_add(&result.findings, DIAG_WARNING, NULL, 0, 0, "odd");
	strcpy(result.error, "x\x1b[2J");
	return result;
}

static void jobs_travel(void **state)
{
	struct job job = make_job(), copy = JOB_INIT;
	struct buf one = BUF_INIT, other = BUF_INIT;

	(void)state;
	job_encode(&job, &one);
	assert_true(buf_ok(&one));
	assert_int_equal(job_decode(one.data, one.len, &copy, NULL), 0);
	assert_string_equal(copy.repository, "/srv/git/config.git");
	assert_string_equal(copy.folder, "a/b");
	assert_string_equal(copy.facts, "env=prod\n");
	assert_string_equal(copy.secrets, "/etc/refmount/secrets");
	assert_int_equal(copy.gid, UINT32_MAX);
	assert_true(copy.limits.file_bytes == UINT64_MAX);
	job_encode(&copy, &other);
	assert_int_equal(one.len, other.len);
	assert_memory_equal(one.data, other.data, one.len);
	assert_true(build_settings(&job) == build_settings(&copy));
	buf_release(&one);
	buf_release(&other);
	job_release(&copy);
	job_release(&job);
	job_release(&job);
}

static void results_travel(void **state)
{
	struct result result = make_result(), copy = RESULT_INIT;
	struct buf wire = BUF_INIT;

	(void)state;
	result_encode(&result, &wire);
	assert_int_equal(result_decode(wire.data, wire.len, &copy, NULL), 0);
	assert_int_equal(copy.kind, RESULT_REJECTED);
	assert_int_equal(copy.number, 5);
	assert_int_equal(copy.findings.count, 2);
	assert_string_equal(copy.findings.items[0].file, "a/b");
	assert_string_equal(copy.findings.items[0].message, "wrong?here");
	assert_string_equal(copy.error, "x?[2J");
	buf_release(&wire);
	result_release(&copy);
	result_release(&result);
}

static void kinds_keep_their_promise(void **state)
{
	struct result result = make_result(), copy = RESULT_INIT;
	struct buf wire = BUF_INIT;

	(void)state;
	result.kind = RESULT_DONE; /* with an error among the findings */
	result_encode(&result, &wire);
	assert_int_equal(result_decode(wire.data, wire.len, &copy, NULL), -EINVAL);
	buf_clear(&wire);
	result.kind = RESULT_FAILED; /* without a code */
	result_encode(&result, &wire);
	assert_int_equal(result_decode(wire.data, wire.len, &copy, NULL), -EINVAL);
	buf_clear(&wire);
	result.kind = RESULT_REJECTED; /* for no reason */
	diag_release(&result.findings);
	result_encode(&result, &wire);
	assert_int_equal(result_decode(wire.data, wire.len, &copy, NULL), -EINVAL);
	buf_release(&wire);
}

/* Every shorter message is refused, and every flipped byte is survived. */
static void any_bytes_at_all(void **state)
{
	struct job job = make_job(), job_copy = JOB_INIT;
	struct result result = make_result(), result_copy = RESULT_INIT;
	struct buf wire[2] = {BUF_INIT, BUF_INIT};

	(void)state;
	job_encode(&job, &wire[0]);
	result_encode(&result, &wire[1]);
	for (int kind = 0; kind < 2; kind++) {
		for (size_t i = 0; i < wire[kind].len; i++) {
			char *cut = malloc(i + 1);

			memcpy(cut, wire[kind].data, i);
			assert_true((kind ? result_decode(cut, i, &result_copy, NULL)
					  : job_decode(cut, i, &job_copy, NULL)) < 0);
			free(cut);
			wire[kind].data[i] ^= (char)0xff;
			if (kind == 0 &&
					job_decode(wire[0].data, wire[0].len, &job_copy, NULL) == 0)
				job_release(&job_copy);
			if (kind == 1 &&
					result_decode(wire[1].data, wire[1].len, &result_copy,
							NULL) == 0)
				result_release(&result_copy);
			wire[kind].data[i] ^= (char)0xff;
		}
		buf_add_char(&wire[kind], 'x');
	}
	assert_int_equal(job_decode(wire[0].data, wire[0].len, &job_copy, NULL), -EINVAL);
	assert_int_equal(result_decode(wire[1].data, wire[1].len, &result_copy, NULL), -EINVAL);
	buf_release(&wire[0]);
	buf_release(&wire[1]);
	result_release(&result);
	job_release(&job);
}

static void settings_are_what_shapes_the_tree(void **state)
{
	struct job a = make_job(), b = make_job();

	(void)state;
	b.commit.bytes[0]++;
	b.number++;
	b.limits.files++;
	assert_true(build_settings(&a) == build_settings(&b));
	b.uid++;
	assert_true(build_settings(&a) != build_settings(&b));
	b.uid--;
	b.folder[0] = 'x';
	assert_true(build_settings(&a) != build_settings(&b));
	job_release(&a);
	job_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(jobs_travel),
			cmocka_unit_test(results_travel),
			cmocka_unit_test(kinds_keep_their_promise),
			cmocka_unit_test(any_bytes_at_all),
			cmocka_unit_test(settings_are_what_shapes_the_tree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
