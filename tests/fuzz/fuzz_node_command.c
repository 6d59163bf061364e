/*
 * What a command prints, which a commit may have a say in, as a line for people; and the bytes between
 * the engine and its runner.
 */
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/str.h"
#include "src/node/command.h"

#define LINE_MAX_BYTES 1024

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_line(const struct buf *line)
{
	const char *at = buf_str(line), *end = at + line->len;

	if (line->len > LINE_MAX_BYTES || !str_is_utf8(at, line->len))
		abort();
	while (at < end) {
		uint32_t code = str_next_code(&at, end);

		if (code < 0x20 || (code >= 0x7f && code <= 0x9f))
			abort();
	}
}

static void explain(const uint8_t *data, size_t size)
{
	struct command_result result = {.has_run = true, .status = 0x100};
	char nothing[] = "", *output = calloc(1, size + 1);
	struct buf line = BUF_INIT;

	if (!output)
		return;
	memcpy(output, data, size);
	result.output = output;
	result.error = nothing;
	command_explain(&result, 1000, &line);
	check_line(&line);
	buf_release(&line);
	free(output);
}

static void decode(const uint8_t *data, size_t size)
{
	struct command_job job = COMMAND_JOB_INIT;
	struct command_result result = COMMAND_RESULT_INIT;

	if (command_decode(data, size, &job) == 0 && command_expand(&job, "/root") < 0)
		abort();
	command_job_release(&job);
	(void)command_result_decode(data, size, &result);
	command_result_release(&result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	decode(data, size);
	explain(data, size < COMMAND_OUTPUT_MAX ? size : COMMAND_OUTPUT_MAX);
	return 0;
}
