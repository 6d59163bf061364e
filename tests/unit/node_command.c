#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/buf.h"
#include "src/node/command.h"
#include "src/node/operations.h"

static const char *const argv[] = {"a{root}", "-c", "{root}/x:{revision}", "{previous}",
		"{changed}", "%{code} {roo} {", "{mount}{mount}", NULL};
static const struct command command = {.argv = argv, .user = "nobody", .timeout_ms = 1500};
static const struct command_scene scene = {.mount = "/m",
		.pinned = "/m/at",
		.revision = "123",
		.previous = "",
		.changed = "/c"};

static void a_job_travels(void **state)
{
	struct command_job job = COMMAND_JOB_INIT;
	struct buf bytes = BUF_INIT;
	size_t len;

	(void)state;
	command_encode(&command, &scene, true, &bytes);
	assert_int_equal(command_decode(bytes.data, bytes.len, &job), 0);
	assert_string_equal(job.argv[0], "a{root}");
	assert_null(job.argv[7]);
	assert_string_equal(job.user, "nobody");
	assert_int_equal(job.timeout_ms, 1500);
	assert_true(job.is_candidate);
	assert_int_equal(command_expand(&job, "/r"), 0);
	assert_string_equal(job.argv[0], "a{root}"); /* the program is nobody's to choose */
	assert_string_equal(job.argv[1], "-c");
	assert_string_equal(job.argv[2], "/r/x:123");
	assert_string_equal(job.argv[3], "");
	assert_string_equal(job.argv[4], "/c");
	assert_string_equal(job.argv[5], "%{code} {roo} {");
	assert_string_equal(job.argv[6], "/m/m");
	command_job_release(&job);
	for (len = 0; len < bytes.len; len++)
		assert_int_equal(command_decode(bytes.data, len, &job), -EINVAL);
	buf_release(&bytes);
}

static void a_result_travels(void **state)
{
	char output[] = "said", error[] = "why";
	const struct command_result result = {
			.is_late = true, .status = 0x100, .output = output, .error = error};
	struct command_result out = COMMAND_RESULT_INIT;
	struct buf bytes = BUF_INIT;
	size_t len;

	(void)state;
	command_result_encode(&result, &bytes);
	assert_int_equal(command_result_decode(bytes.data, bytes.len, &out), 0);
	assert_false(out.has_run);
	assert_true(out.is_late);
	assert_int_equal(out.status, 0x100);
	assert_string_equal(out.output, "said");
	assert_string_equal(out.error, "why");
	command_result_release(&out);
	for (len = 0; len < bytes.len; len++)
		assert_int_equal(command_result_decode(bytes.data, len, &out), -EINVAL);
	buf_release(&bytes);
}

static void explains(int status, bool is_late, const char *output, const char *said)
{
	char *copy = strdup(output), error[] = "";
	const struct command_result result = {.has_run = true,
			.is_late = is_late,
			.status = status,
			.output = copy,
			.error = error};
	struct buf text = BUF_INIT;

	command_explain(&result, 1500, &text);
	assert_string_equal(buf_str(&text), said);
	buf_release(&text);
	free(copy);
}

static void what_is_said(void **state)
{
	char error[] = "no program 'x'";
	const struct command_result none = {.error = error};
	struct buf text = BUF_INIT;

	(void)state;
	explains(0x100, false, "", "exited with 1");
	explains(0x100, false, "\n \n", "exited with 1");
	explains(0x100, false, "one\ntwo\n\n", "exited with 1: one; two");
	explains(0x100, false, "1\n2\n3\n4\n5\n6\n7\n", "exited with 1: 3; 4; 5; 6; 7");
	explains(0x100, false, "a\n\n\nb\n", "exited with 1: a; b");
	explains(0x200, false, "\x1b[31mred\x1b[0m\tand\r\n\x07", "exited with 2: red and");
	explains(0x200, false, "\xff\xc3\xa9\xc2\x85 x", "exited with 2: \xc3\xa9 x");
	explains(9, false, "", "killed by signal 9 (Killed)");
	explains(15, true, "slow", "took longer than 1500ms: slow");
	command_explain(&none, 0, &text);
	assert_string_equal(buf_str(&text), "no program 'x'");
	buf_release(&text);
}

static void much_output_is_cut(void **state)
{
	char output[COMMAND_OUTPUT_MAX + 1], error[] = "";
	const struct command_result result = {
			.has_run = true, .status = 0x100, .output = output, .error = error};
	struct buf text = BUF_INIT;

	(void)state;
	memset(output, 'x', COMMAND_OUTPUT_MAX);
	output[COMMAND_OUTPUT_MAX] = '\0';
	command_explain(&result, 0, &text);
	assert_in_range(text.len, 100, 700);
	buf_release(&text);
}

static void success(void **state)
{
	struct command_result result = {.has_run = true};

	(void)state;
	assert_true(command_succeeded(&result));
	result.is_late = true; /* it ended with 0 when it was told to end */
	assert_false(command_succeeded(&result));
	result = (struct command_result){.has_run = true, .status = 0x100};
	assert_false(command_succeeded(&result));
	result = (struct command_result){.status = 0};
	assert_false(command_succeeded(&result));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(a_job_travels),
			cmocka_unit_test(a_result_travels),
			cmocka_unit_test(what_is_said),
			cmocka_unit_test(much_output_is_cut),
			cmocka_unit_test(success),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
