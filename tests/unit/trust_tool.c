#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/trust/tool.h"

static int run(const char *script, struct buf *output, struct buf *complaints, int *status)
{
	const char *const argv[] = {"sh", "-c", script, NULL};
	struct buf input = BUF_INIT, file = BUF_INIT;
	const struct tool tool = {
			.program = "sh",
			.argv = argv,
			.input = &input,
			.files = {&file, &input},
			.file_count = 2,
	};
	struct tool_result result = {.output = output, .complaints = complaints};
	int rc;

	buf_add_str(&input, "input\n");
	buf_add_str(&file, "file\n");
	rc = tool_run(&tool, &result, NULL);
	*status = result.status;
	buf_release(&file);
	buf_release(&input);
	return rc;
}

static void everything_comes_through_memory(void **state)
{
	struct buf output = BUF_INIT, complaints = BUF_INIT;
	int status = 0;

	(void)state;
	assert_int_equal(run("cat; cat " TOOL_FILE_0 " " TOOL_FILE_1 "; echo no >&2; exit 3",
					 &output, &complaints, &status),
			0);
	assert_string_equal(buf_str(&output), "input\nfile\ninput\n");
	assert_string_equal(buf_str(&complaints), "no\n");
	assert_int_equal(WEXITSTATUS(status), 3);
	buf_release(&complaints);
	buf_release(&output);
}

static void the_environment_is_known(void **state)
{
	struct buf output = BUF_INIT, complaints = BUF_INIT;
	int status = 0;

	(void)state;
	assert_int_equal(run("env | grep -v '^_=\\|^PWD=\\|^SHLVL=\\|^OLDPWD=' | sort", &output,
					 &complaints, &status),
			0);
	assert_string_equal(buf_str(&output), "HOME=/nonexistent\nLC_ALL=C\nPATH=/usr/bin:/bin\n");
	buf_release(&complaints);
	buf_release(&output);
}

static void talk_is_bounded(void **state)
{
	struct buf output = BUF_INIT, complaints = BUF_INIT;
	int status = 0;

	(void)state;
	assert_int_equal(run("head -c 65537 /dev/zero", &output, &complaints, &status), -EFBIG);
	assert_int_equal(run("head -c 65536 /dev/zero", &output, &complaints, &status), 0);
	assert_int_equal(output.len, 65536);
	buf_release(&complaints);
	buf_release(&output);
}

static void a_tool_may_be_missing(void **state)
{
	const char *const argv[] = {"no-such-tool", NULL};
	struct buf nothing = BUF_INIT, output = BUF_INIT;
	const struct tool tool = {.program = "no-such-tool", .argv = argv, .input = &nothing};
	struct tool_result result = {.output = &output, .complaints = &output};
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(tool_run(&tool, &result, &err), -ENOENT);
	assert_non_null(strstr(err.text, "no program 'no-such-tool'"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(everything_comes_through_memory),
			cmocka_unit_test(the_environment_is_known),
			cmocka_unit_test(talk_is_bounded),
			cmocka_unit_test(a_tool_may_be_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
