#include "src/node/commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/workers.h"
#include "src/node/command.h"
#include "src/node/operations.h"

#define DEADLINE_MS                                                                                \
	(2ull * 3600 * 1000) /* of a runner that hangs itself; timeouts are its business */

struct command_run {
	struct commands *commands;
	struct command_run *next;
	struct worker *worker;
	command_fn *fn;
	void *arg;
};

struct commands {
	struct workers *workers;
	struct command_run *list;
};

int commands_new(struct loop *loop, const char *program, const char *name, struct commands **out,
		struct err *err)
{
	const struct workers_spec spec = {
			.loop = loop,
			.program = program,
			.role = "runner",
			.name = name,
			.lock = -1,
			.deadline_ms = DEADLINE_MS,
			.answer_max = COMMAND_MESSAGE_MAX,
			.most = COMMANDS_MAX,
	};
	struct commands *commands = calloc(1, sizeof(*commands));
	int rc;

	if (!commands)
		return err_sys(err, ENOMEM, "commands");
	rc = workers_new(&spec, &commands->workers, err);
	if (rc < 0)
		free(commands);
	else
		*out = commands;
	return rc;
}

static void forget(struct command_run *run)
{
	struct command_run **at = &run->commands->list;

	while (*at != run)
		at = &(*at)->next;
	*at = run->next;
	free(run);
}

void commands_free(struct commands *commands)
{
	if (!commands)
		return;
	workers_free(commands->workers);
	while (commands->list)
		forget(commands->list);
	free(commands);
}

static void on_answer(void *arg, const struct worker_answer *answer)
{
	struct command_run *run = arg;
	struct command_result result = COMMAND_RESULT_INIT;
	char failed[] = "the process that runs it did not answer", nothing[] = "";
	const struct command_result none = {.output = nothing, .error = failed};
	command_fn *fn = run->fn;
	void *fn_arg = run->arg;

	forget(run);
	if (command_result_decode(answer->data, answer->len, &result) < 0)
		fn(fn_arg, &none);
	else
		fn(fn_arg, &result);
	command_result_release(&result);
}

int commands_start(struct commands *commands, const struct command_order *order,
		struct command_run **out, struct err *err)
{
	struct command_run *run = calloc(1, sizeof(*run));
	struct buf job = BUF_INIT;
	int rc;

	if (!run)
		return err_sys(err, ENOMEM, "run '%s'", order->command->argv[0]);
	*run = (struct command_run){.commands = commands, .fn = order->fn, .arg = order->arg};
	command_encode(order->command, order->scene, order->is_candidate, &job);
	rc = workers_start(commands->workers, &job, on_answer, run, &run->worker, err);
	buf_release(&job);
	if (rc < 0) {
		free(run);
		return rc;
	}
	run->next = commands->list;
	commands->list = run;
	*out = run;
	return 0;
}

void command_cancel(struct command_run *run)
{
	if (!run)
		return;
	worker_cancel(run->worker);
	forget(run);
}
