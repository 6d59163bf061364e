#include "src/build/builds.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/proc.h"
#include "src/base/workers.h"
#include "src/build/job.h"

struct build {
	struct builds *builds;
	struct build *next;
	struct worker *worker;
	build_fn *fn;
	void *arg;
};

struct builds {
	struct workers *workers;
	struct build *list;
};

/* Say in the job that somebody had it before. */
static int mark_second(struct buf *bytes)
{
	struct job job = JOB_INIT;
	int rc;

	rc = job_decode(bytes->data, bytes->len, &job, NULL);
	if (rc < 0)
		return rc;
	job.is_second = true;
	buf_clear(bytes);
	job_encode(&job, bytes);
	job_release(&job);
	return 0;
}

int builds_new(const struct builds_spec *spec, struct builds **out, struct err *err)
{
	const struct workers_spec workers = {
			.loop = spec->loop,
			.program = spec->program,
			.role = "builder",
			.name = spec->name,
			.lock = spec->lock,
			.deadline_ms = BUILD_DEADLINE_MS,
			.answer_max = JOB_MESSAGE_MAX,
			.most = BUILDS_MAX,
			.again = mark_second,
			.on_idle = spec->on_idle,
			.arg = spec->arg,
	};
	struct builds *builds = calloc(1, sizeof(*builds));
	int rc;

	if (!builds)
		return err_sys(err, ENOMEM, "builds");
	rc = workers_new(&workers, &builds->workers, err);
	if (rc < 0)
		free(builds);
	else
		*out = builds;
	return rc;
}

static void forget(struct build *build)
{
	struct build **at = &build->builds->list;

	while (*at != build)
		at = &(*at)->next;
	*at = build->next;
	free(build);
}

void builds_free(struct builds *builds)
{
	if (!builds)
		return;
	workers_free(builds->workers);
	while (builds->list)
		forget(builds->list);
	free(builds);
}

void builds_warm(struct builds *builds)
{
	workers_warm(builds->workers);
}

bool builds_are_idle(const struct builds *builds)
{
	return workers_are_idle(builds->workers);
}

/* The builder did not answer: say why, from how it ended. */
static void explain(const struct worker_answer *answer, struct result *result)
{
	char text[128];
	const char *why = proc_status_text(answer->status, text, sizeof(text));

	if (answer->is_late)
		why = "took longer than two minutes";
	else if (WIFSIGNALED(answer->status) && WTERMSIG(answer->status) == SIGXCPU)
		why = "took more than a minute of CPU time";
	else if (WIFSIGNALED(answer->status) && WTERMSIG(answer->status) == SIGSYS)
		why = "was killed for a system call that is forbidden to it";
	result->kind = RESULT_REJECTED;
	diag_add(&result->findings, DIAG_ERROR, NULL, 0, 0,
			"building this commit failed: builder %s", why);
}

static void on_answer(void *arg, const struct worker_answer *answer)
{
	const struct build build = *(struct build *)arg;
	struct result result = RESULT_INIT;
	struct err err = ERR_INIT;

	forget(arg);
	if (answer->len == 0) {
		explain(answer, &result);
	} else if (result_decode(answer->data, answer->len, &result, &err) < 0) {
		result.kind = RESULT_FAILED;
		result.code = EPROTO;
		(void)snprintf(result.error, sizeof(result.error), "builder: %.900s", err.text);
	}
	build.fn(build.arg, &result);
	result_release(&result);
}

int builds_start(struct builds *builds, const struct job *job, build_fn *fn, void *arg,
		struct build **out, struct err *err)
{
	struct build *build = calloc(1, sizeof(*build));
	struct buf bytes = BUF_INIT;
	int rc;

	if (!build)
		return err_sys(err, ENOMEM, "build");
	job_encode(job, &bytes);
	rc = workers_start(builds->workers, &bytes, on_answer, build, &build->worker, err);
	if (rc < 0) {
		free(build);
		return rc;
	}
	build->fn = fn;
	build->arg = arg;
	build->builds = builds;
	build->next = builds->list;
	builds->list = build;
	*out = build;
	return 0;
}

void build_cancel(struct build *build)
{
	if (!build)
		return;
	worker_cancel(build->worker);
	forget(build);
}
