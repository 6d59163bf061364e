#include "src/node/command.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "src/base/buf.h"
#include "src/base/proc.h"
#include "src/base/str.h"
#include "src/base/wire.h"
#include "src/node/operations.h"

#define LINES_MAX 5
#define TEXT_MAX  600 /* bytes of output that are quoted */
#define ESCAPE	  0x1b

/* --- the job --- */

static size_t count_args(const char *const *argv)
{
	size_t count = 0;

	while (argv[count])
		count++;
	return count;
}

void command_encode(const struct command *command, const struct command_scene *scene,
		bool is_candidate, struct buf *out)
{
	size_t i, count = count_args(command->argv);

	wire_put_u32(out, (uint32_t)count);
	for (i = 0; i < count; i++)
		wire_put_text(out, command->argv[i]);
	wire_put_text(out, command->user);
	wire_put_u64(out, command->timeout_ms);
	wire_put_u32(out, is_candidate);
	wire_put_text(out, scene->mount);
	wire_put_text(out, scene->pinned);
	wire_put_text(out, scene->revision);
	wire_put_text(out, scene->previous);
	wire_put_text(out, scene->changed);
}

int command_decode(const void *data, size_t len, struct command_job *out)
{
	struct command_job job = COMMAND_JOB_INIT;
	struct wire in;
	uint32_t i, count;

	wire_open(&in, data, len);
	count = wire_take_u32(&in);
	if (count == 0 || count > COMMAND_ARGS_MAX)
		return -EINVAL;
	for (i = 0; i < count; i++)
		job.argv[i] = wire_take_text(&in);
	job.user = wire_take_text(&in);
	job.timeout_ms = wire_take_u64(&in);
	job.is_candidate = wire_take_u32(&in) != 0;
	job.mount = wire_take_text(&in);
	job.pinned = wire_take_text(&in);
	job.revision = wire_take_text(&in);
	job.previous = wire_take_text(&in);
	job.changed = wire_take_text(&in);
	if (wire_end(&in) < 0) {
		command_job_release(&job);
		return -EINVAL;
	}
	*out = job;
	return 0;
}

void command_job_release(struct command_job *job)
{
	size_t i;

	for (i = 0; i < COMMAND_ARGS_MAX; i++)
		free(job->argv[i]);
	free(job->user);
	free(job->mount);
	free(job->pinned);
	free(job->revision);
	free(job->previous);
	free(job->changed);
	*job = (struct command_job)COMMAND_JOB_INIT;
}

struct placeholder {
	const char *name, *text;
};

/* Append what stands for the placeholder at TEXT, and return its length; 0: there is none. */
static size_t replace(const struct placeholder *all, const char *text, struct buf *out)
{
	for (; all->name; all++) {
		if (str_has_prefix(text, all->name)) {
			buf_add_str(out, all->text);
			return strlen(all->name);
		}
	}
	return 0;
}

static char *expand(const struct placeholder *all, const char *text)
{
	struct buf out = BUF_INIT;
	size_t len;

	while (*text) {
		len = *text == '{' ? replace(all, text, &out) : 0;
		if (len == 0)
			buf_add_char(&out, *text++);
		text += len;
	}
	return out.data || out.failed ? buf_steal(&out) : strdup("");
}

int command_expand(struct command_job *job, const char *root)
{
	const struct placeholder all[] = {
			{"{mount}", job->mount},
			{"{root}", root},
			{"{revision}", job->revision},
			{"{previous}", job->previous},
			{"{changed}", job->changed},
			{NULL, NULL},
	};
	size_t i;

	for (i = 1; job->argv[i]; i++) {
		char *text = expand(all, job->argv[i]);

		if (!text)
			return -ENOMEM;
		free(job->argv[i]);
		job->argv[i] = text;
	}
	return 0;
}

/* --- the result --- */

void command_result_encode(const struct command_result *result, struct buf *out)
{
	wire_put_u32(out, result->has_run);
	wire_put_u32(out, result->is_late);
	wire_put_u32(out, (uint32_t)result->status);
	wire_put_text(out, result->output);
	wire_put_text(out, result->error);
}

int command_result_decode(const void *data, size_t len, struct command_result *out)
{
	struct command_result result = COMMAND_RESULT_INIT;
	struct wire in;

	wire_open(&in, data, len);
	result.has_run = wire_take_u32(&in) != 0;
	result.is_late = wire_take_u32(&in) != 0;
	result.status = (int)wire_take_u32(&in);
	result.output = wire_take_text(&in);
	result.error = wire_take_text(&in);
	if (wire_end(&in) < 0) {
		command_result_release(&result);
		return -EINVAL;
	}
	*out = result;
	return 0;
}

void command_result_release(struct command_result *result)
{
	free(result->output);
	free(result->error);
	*result = (struct command_result)COMMAND_RESULT_INIT;
}

bool command_succeeded(const struct command_result *result)
{
	return result->has_run && !result->is_late && WIFEXITED(result->status) &&
			WEXITSTATUS(result->status) == 0;
}

/* Behind a terminal's escape sequence that begins at AT. */
static const char *skip_escape(const char *at, const char *end)
{
	at++;
	if (at == end || *at != '[')
		return at;
	for (at++; at < end; at++) {
		if (*at >= '@' && *at <= '~')
			return at + 1;
	}
	return end;
}

/* The line from AT to END, as far as it can be shown and LIMIT allows. */
static void add_clean(const char *at, const char *end, size_t limit, struct buf *out)
{
	const char *from;
	uint32_t code;

	while (at < end && out->len < limit) {
		if (*at == ESCAPE) {
			at = skip_escape(at, end);
			continue;
		}
		from = at;
		code = str_next_code(&at, end);
		if (code == '\t')
			buf_add_char(out, ' ');
		else if (code >= 0x20 && (code < 0x7f || code > 0x9f))
			buf_add(out, from, (size_t)(at - from));
	}
}

/* Where the line that ends before END begins. */
static const char *line_start(const char *text, const char *end)
{
	while (end > text && end[-1] != '\n')
		end--;
	return end;
}

/* Where the last lines of TEXT begin. */
static const char *last_lines(const char *text, const char *end)
{
	const char *at = end;
	int lines;

	for (lines = 0; lines < LINES_MAX && at > text; lines++) {
		const char *before = line_start(text, at > text && at[-1] == '\n' ? at - 1 : at);

		if (end - before > TEXT_MAX && lines > 0)
			break;
		at = before;
	}
	return at;
}

/* What it said last, in one line. */
static void add_output(const char *text, struct buf *out)
{
	const char *end = text + strlen(text), *at, *stop;
	const char *separator = ": ";
	size_t before, limit = out->len + TEXT_MAX;

	while (end > text && strchr(" \t\r\n", end[-1]))
		end--;
	for (at = last_lines(text, end); at < end && out->len < limit; at = stop + 1) {
		stop = memchr(at, '\n', (size_t)(end - at));
		if (!stop)
			stop = end;
		before = out->len;
		buf_add_str(out, separator);
		add_clean(at, stop, limit, out);
		if (out->len == before + strlen(separator))
			buf_cut(out, before); /* an empty line */
		else
			separator = "; ";
	}
}

void command_explain(const struct command_result *result, uint64_t timeout_ms, struct buf *out)
{
	char text[128];

	if (!result->has_run)
		buf_add_str(out, result->error);
	else if (!result->is_late)
		buf_add_str(out, proc_status_text(result->status, text, sizeof(text)));
	else if (timeout_ms % 1000 == 0)
		buf_printf(out, "took longer than %" PRIu64 "s", timeout_ms / 1000);
	else
		buf_printf(out, "took longer than %" PRIu64 "ms", timeout_ms);
	if (result->has_run)
		add_output(result->output, out);
}
