#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/buf.h"
#include "src/fetch/job.h"

static struct fetch_job make_job(void)
{
	struct fetch_job job = FETCH_JOB_INIT;

	job.url = strdup("https://example.com/x");
	job.ref = strdup("main");
	job.folder = strdup("nginx/conf");
	job.mirror = strdup("/var/lib/refmount/x/mirror.git");
	job.program = strdup("/usr/bin/refmount");
	job.access.username = strdup("deploy");
	job.access.proxy = strdup("http://proxy.example.com");
	job.access.helper = calloc(3, sizeof(*job.access.helper));
	job.access.helper[0] = strdup("/usr/local/bin/get-token");
	job.access.helper[1] = strdup("");
	job.access.is_verified = true;
	job.wants_tags = true;
	job.depth = 50;
	job.accepted.bytes[0] = 7;
	job.keep = calloc(2, sizeof(*job.keep));
	job.keep_count = 2;
	job.keep[1].bytes[19] = 9;
	return job;
}

static void jobs_travel(void **state)
{
	struct fetch_job job = make_job(), copy = FETCH_JOB_INIT;
	struct buf bytes = BUF_INIT, again = BUF_INIT;

	(void)state;
	fetch_job_encode(&job, &bytes);
	assert_int_equal(fetch_job_decode(bytes.data, bytes.len, &copy, NULL), 0);
	assert_string_equal(copy.url, "https://example.com/x");
	assert_string_equal(copy.folder, "nginx/conf");
	assert_string_equal(copy.access.proxy, "http://proxy.example.com");
	assert_string_equal(copy.access.token_file, "");
	assert_string_equal(copy.access.helper[0], "/usr/local/bin/get-token");
	assert_string_equal(copy.access.helper[1], "");
	assert_null(copy.access.helper[2]);
	assert_true(copy.access.is_verified);
	assert_true(copy.wants_tags);
	assert_int_equal(copy.depth, 50);
	assert_int_equal(copy.keep_count, 2);
	assert_int_equal(copy.keep[1].bytes[19], 9);
	fetch_job_encode(&copy, &again);
	assert_int_equal(again.len, bytes.len);
	assert_memory_equal(again.data, bytes.data, bytes.len);
	fetch_job_release(&copy);
	fetch_job_release(&job);
	buf_release(&again);
	buf_release(&bytes);
}

static void jobs_cut_short(void **state)
{
	struct fetch_job job = make_job(), copy = FETCH_JOB_INIT;
	struct buf bytes = BUF_INIT;

	(void)state;
	fetch_job_encode(&job, &bytes);
	for (size_t len = 0; len < bytes.len; len++)
		assert_int_equal(fetch_job_decode(bytes.data, len, &copy, NULL), -EINVAL);
	buf_add_char(&bytes, '\0');
	assert_int_equal(fetch_job_decode(bytes.data, bytes.len, &copy, NULL), -EINVAL);
	assert_null(copy.url);
	fetch_job_release(&job);
	buf_release(&bytes);
}

static int decoded(const struct fetch_result *result, struct fetch_result *out)
{
	struct buf bytes = BUF_INIT;
	int rc;

	fetch_result_encode(result, &bytes);
	rc = fetch_result_decode(bytes.data, bytes.len, out, NULL);
	buf_release(&bytes);
	return rc;
}

static void results_travel(void **state)
{
	struct fetch_result result = {.kind = FETCH_FAILED, .code = EPERM, .packs = 3}, copy = {0};

	(void)state;
	strcpy(result.error, "no\x1b[2J way\n");
	assert_int_equal(decoded(&result, &copy), 0);
	assert_int_equal(copy.packs, 3);
	assert_int_equal(copy.code, EPERM);
	assert_string_equal(copy.error, "no\xef\xbf\xbd[2J way\xef\xbf\xbd");
}

static void results_of_nobody(void **state)
{
	struct fetch_result copy = {0};

	(void)state;
	assert_int_equal(decoded(&(struct fetch_result){.kind = FETCH_FAILED}, &copy), -EINVAL);
	assert_int_equal(decoded(&(struct fetch_result){.kind = FETCH_DONE, .code = 1}, &copy),
			-EINVAL);
	assert_int_equal(decoded(&(struct fetch_result){.kind = 9}, &copy), -EINVAL);
	assert_int_equal(fetch_result_decode("x", 1, &copy, NULL), -EINVAL);
	assert_int_equal(copy.kind, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(jobs_travel),
			cmocka_unit_test(jobs_cut_short),
			cmocka_unit_test(results_travel),
			cmocka_unit_test(results_of_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
