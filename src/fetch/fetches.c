#include "src/fetch/fetches.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/proc.h"
#include "src/base/workers.h"
#include "src/fetch/job.h"

/* A fetcher ends by itself before that; this is for one that does not. */
#define SPARE_MS 5000

struct fetches {
	struct workers *workers;
	struct worker *worker; /* NULL: nothing runs that somebody waits for */
	fetches_fn *fn;
	void *arg;
	fetches_idle_fn *on_idle;
	void *idle_arg;
};

static void on_idle(void *arg)
{
	struct fetches *fetches = arg;

	if (fetches->on_idle)
		fetches->on_idle(fetches->idle_arg);
}

int fetches_new(const struct fetches_spec *spec, struct fetches **out, struct err *err)
{
	struct fetches *fetches = calloc(1, sizeof(*fetches));
	const struct workers_spec workers = {
			.loop = spec->loop,
			.program = spec->program,
			.role = "fetcher",
			.name = spec->name,
			.lock = spec->lock,
			.deadline_ms = FETCH_DEADLINE_MS + SPARE_MS,
			.answer_max = FETCH_MESSAGE_MAX,
			.most = 1,
			.on_idle = on_idle,
			.arg = fetches,
	};
	int rc;

	if (!fetches)
		return err_sys(err, ENOMEM, "fetches");
	rc = workers_new(&workers, &fetches->workers, err);
	if (rc < 0)
		free(fetches);
	else
		*out = fetches;
	return rc;
}

void fetches_free(struct fetches *fetches)
{
	if (!fetches)
		return;
	workers_free(fetches->workers);
	free(fetches);
}

void fetches_on_idle(struct fetches *fetches, fetches_idle_fn *fn, void *arg)
{
	fetches->on_idle = fn;
	fetches->idle_arg = arg;
}

bool fetches_are_idle(const struct fetches *fetches)
{
	return workers_are_idle(fetches->workers);
}

/* The fetcher did not answer: say why, from how it ended. */
static void explain(const struct worker_answer *answer, struct fetch_result *result)
{
	char text[128];
	const char *why = proc_status_text(answer->status, text, sizeof(text));

	if (answer->is_late)
		why = "did not end in time";
	else if (WIFSIGNALED(answer->status) && WTERMSIG(answer->status) == SIGSYS)
		why = "was killed for a system call that is forbidden to it";
	result->kind = FETCH_FAILED;
	result->code = answer->is_late ? ETIMEDOUT : EIO;
	(void)snprintf(result->error, sizeof(result->error), "fetcher %s", why);
}

static void on_answer(void *arg, const struct worker_answer *answer)
{
	struct fetches *fetches = arg;
	struct fetch_result result = FETCH_RESULT_INIT;
	struct err err = ERR_INIT;

	fetches->worker = NULL;
	if (answer->len == 0) {
		explain(answer, &result);
	} else if (fetch_result_decode(answer->data, answer->len, &result, &err) < 0) {
		result.kind = FETCH_FAILED;
		result.code = EPROTO;
		(void)snprintf(result.error, sizeof(result.error), "fetcher: %.900s", err.text);
	}
	fetches->fn(fetches->arg, &result);
}

int fetches_start(struct fetches *fetches, const struct fetch_job *job, fetches_fn *fn, void *arg,
		struct err *err)
{
	struct buf bytes = BUF_INIT;

	fetch_job_encode(job, &bytes);
	if (!buf_ok(&bytes)) {
		buf_release(&bytes);
		return err_sys(err, ENOMEM, "fetcher");
	}
	fetches->fn = fn;
	fetches->arg = arg;
	return workers_start(fetches->workers, &bytes, on_answer, fetches, &fetches->worker, err);
}

void fetches_cancel(struct fetches *fetches)
{
	worker_cancel(fetches->worker);
	fetches->worker = NULL;
}
