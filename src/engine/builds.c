#include "src/engine/builds.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/loop.h"
#include "src/base/path.h"
#include "src/base/proc.h"
#include "src/build/job.h"

#define READ_STEP 65536

/* A builder process, from its start until it was reaped. */
struct build {
	struct builds *builds;
	struct build *next;
	pid_t pid;
	int socket; /* -1 once everything was received */
	struct loop_source *source, *deadline;
	struct buf job, reply;
	build_fn *fn; /* NULL: waiting for a job, or cancelled */
	void *arg;
	bool is_spare;
	bool is_late;	/* killed at the deadline */
	bool is_second; /* attempt */
	bool has_ended; /* was reaped */
	int status;	/* as of waitpid(2) */
};

struct builds {
	struct builds_spec spec;
	struct build *list; /* all of them, the spare too */
	struct build *spare;
	bool is_closing;
};

int builds_new(const struct builds_spec *spec, struct builds **out, struct err *err)
{
	struct builds *builds = calloc(1, sizeof(*builds));

	if (!builds)
		return err_sys(err, ENOMEM, "builds");
	builds->spec = *spec;
	*out = builds;
	return 0;
}

bool builds_are_idle(const struct builds *builds)
{
	const struct build *build;

	for (build = builds->list; build; build = build->next) {
		if (!build->is_spare)
			return false;
	}
	return true;
}

static void close_socket(struct build *build)
{
	loop_remove(build->source);
	build->source = NULL;
	if (build->socket >= 0)
		(void)close(build->socket);
	build->socket = -1;
}

static void forget(struct build *build)
{
	struct build **at = &build->builds->list;

	while (*at != build)
		at = &(*at)->next;
	*at = build->next;
	if (build->builds->spare == build)
		build->builds->spare = NULL;
	close_socket(build);
	loop_remove(build->deadline);
	buf_release(&build->reply);
	buf_release(&build->job);
	free(build);
}

/* The builder did not answer: say why, from how it ended. */
static void explain(const struct build *build, struct result *result)
{
	char text[128];
	const char *why = proc_status_text(build->status, text, sizeof(text));

	if (build->is_late)
		why = "took longer than two minutes";
	else if (WIFSIGNALED(build->status) && WTERMSIG(build->status) == SIGXCPU)
		why = "took more than a minute of CPU time";
	else if (WIFSIGNALED(build->status) && WTERMSIG(build->status) == SIGSYS)
		why = "was killed for a system call that is forbidden to it";
	result->kind = RESULT_REJECTED;
	diag_add(&result->findings, DIAG_ERROR, NULL, 0, 0,
			"building this commit failed: builder %s", why);
}

/* Tell whoever asked what came out; the process may still be ending. */
static void deliver(struct build *build)
{
	struct result result = RESULT_INIT;
	build_fn *fn = build->fn;
	void *arg = build->arg;
	struct err err = ERR_INIT;

	if (!fn)
		return;
	build->fn = NULL;
	if (build->reply.len == 0) {
		explain(build, &result);
	} else if (result_decode(build->reply.data, build->reply.len, &result, &err) < 0) {
		result.kind = RESULT_FAILED;
		result.code = EPROTO;
		(void)snprintf(result.error, sizeof(result.error), "builder: %.900s", err.text);
	}
	fn(arg, &result);
	result_release(&result);
}

static int again(struct build *build);

/*
 * Killed from outside: by somebody, or for want of memory on the machine. That says nothing about
 * the commit, at least not the first time.
 */
static bool was_killed(const struct build *build)
{
	return build->fn && build->reply.len == 0 && !build->is_late && !build->is_second &&
			WIFSIGNALED(build->status) && WTERMSIG(build->status) == SIGKILL;
}

/* The process is gone, and all it said was read. */
static void finish(struct build *build)
{
	struct builds *builds = build->builds;
	bool was_spare = build->is_spare;

	if (was_killed(build) && again(build) == 0)
		return;
	deliver(build);
	forget(build);
	if (!was_spare && builds_are_idle(builds))
		builds->spec.on_idle(builds->spec.arg);
}

static void on_child(void *arg, pid_t pid, int status)
{
	struct build *build = arg;

	(void)pid;
	build->has_ended = true;
	build->status = status;
	if (build->socket < 0 || build->is_spare || !build->fn)
		finish(build);
}

static void on_deadline(void *arg)
{
	struct build *build = arg;

	build->is_late = true;
	if (build->has_ended)
		finish(build); /* somebody else holds its socket open */
	else
		(void)kill(build->pid, SIGKILL);
}

static void end_of_reply(struct build *build)
{
	close_socket(build);
	if (build->has_ended)
		finish(build);
	else if (build->reply.len > 0)
		deliver(build); /* why it ends matters only when it said nothing */
	else
		(void)kill(build->pid, SIGKILL);
}

static void on_socket(void *arg, uint32_t epoll_events)
{
	struct build *build = arg;
	ssize_t got;

	(void)epoll_events;
	if (build->reply.len >= JOB_MESSAGE_MAX) {
		buf_clear(&build->reply);
		end_of_reply(build);
		return;
	}
	buf_reserve(&build->reply, READ_STEP);
	if (!buf_ok(&build->reply))
		return;
	got = recv(build->socket, build->reply.data + build->reply.len, READ_STEP, MSG_DONTWAIT);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got > 0) {
		build->reply.len += (size_t)got;
		return;
	}
	end_of_reply(build);
}

static int spawn(struct builds *builds, struct build *build, int theirs, struct err *err)
{
	struct buf title = BUF_INIT;
	const char *argv[2] = {NULL, NULL};
	struct proc_spec spec = {
			.program = builds->spec.program,
			.argv = argv,
			.fds = {theirs, builds->spec.lock},
			.fd_count = 2,
			.devnull = true,
			.keep_stderr = true,
			.death_signal = SIGKILL,
	};
	int rc;

	buf_printf(&title, "refmount: builder %s", builds->spec.name);
	argv[0] = buf_str(&title);
	rc = buf_ok(&title) ? proc_spawn(&spec, &build->pid, err) : err_sys(err, ENOMEM, "builder");
	buf_release(&title);
	return rc;
}

/* Give BUILD a process that waits for its job. */
static int start(struct build *build, struct err *err)
{
	int pair[2], rc;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(err, errno, "make a pair of sockets");
	rc = spawn(build->builds, build, pair[1], err);
	(void)close(pair[1]);
	if (rc == 0) {
		rc = loop_add_child(build->builds->spec.loop, build->pid, on_child, build, err);
		if (rc < 0) {
			(void)kill(build->pid, SIGKILL);
			(void)waitpid(build->pid, NULL, 0);
		}
	}
	if (rc < 0) {
		(void)close(pair[0]);
		return rc;
	}
	build->socket = pair[0];
	build->has_ended = false;
	return 0;
}

/* One more, waiting, in the list. */
static int launch(struct builds *builds, struct build **out, struct err *err)
{
	struct build *build = calloc(1, sizeof(*build));
	int rc;

	if (!build)
		return err_sys(err, ENOMEM, "builder");
	build->builds = builds;
	build->socket = -1;
	build->is_spare = true;
	rc = start(build, err);
	if (rc < 0) {
		free(build);
		return rc;
	}
	build->next = builds->list;
	builds->list = build;
	*out = build;
	return 0;
}

void builds_warm(struct builds *builds)
{
	if (!builds->spare && !builds->is_closing)
		(void)launch(builds, &builds->spare, NULL);
}

static size_t running(const struct builds *builds)
{
	const struct build *build;
	size_t count = 0;

	for (build = builds->list; build; build = build->next)
		count += !build->is_spare;
	return count;
}

/* Jobs are small next to a socket's buffer, so this does not wait. */
static int send_job(const struct build *build)
{
	ssize_t sent;

	if (!buf_ok(&build->job))
		return -ENOMEM;
	sent = send(build->socket, build->job.data, build->job.len, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (sent < 0)
		return -errno;
	if ((size_t)sent != build->job.len)
		return -EMSGSIZE;
	return shutdown(build->socket, SHUT_WR) < 0 ? -errno : 0;
}

/* Give BUILD's process, which waits, its job, and listen to what it says. */
static int employ(struct build *build, struct err *err)
{
	struct loop *loop = build->builds->spec.loop;
	int rc;

	rc = send_job(build);
	if (rc < 0)
		return err_sys(err, -rc, "send a job to the builder");
	rc = loop_add_fd(loop, build->socket, EPOLLIN, on_socket, build, &build->source, err);
	if (rc == 0 && !build->deadline)
		rc = loop_add_timer(loop, on_deadline, build, &build->deadline, err);
	if (rc == 0)
		loop_timer_set(build->deadline, BUILD_DEADLINE_MS);
	return rc;
}

/* The same job in a new process; negative when there is none: BUILD has ended for good. */
static int again(struct build *build)
{
	build->is_second = true;
	close_socket(build);
	if (start(build, NULL) < 0)
		return -ECHILD;
	if (employ(build, NULL) < 0) {
		close_socket(build);
		(void)kill(build->pid, SIGKILL); /* on_child() takes it from there */
	}
	return 0;
}

/* It is out of use. One that was reaped already is forgotten here, all others by on_child(). */
static void dismiss(struct build *build)
{
	build->fn = NULL;
	close_socket(build);
	if (build->has_ended)
		forget(build);
	else
		(void)kill(build->pid, SIGKILL);
}

int builds_start(struct builds *builds, const struct job *job, build_fn *fn, void *arg,
		struct build **out, struct err *err)
{
	struct build *build = builds->spare;
	int rc = -EPIPE;

	if (running(builds) >= BUILDS_MAX)
		return err_set(err, EAGAIN, "%d builders are already running", BUILDS_MAX);
	if (build) {
		builds->spare = NULL;
		build->is_spare = false;
		job_encode(job, &build->job);
		rc = employ(build, NULL);
		if (rc < 0)
			dismiss(build); /* the spare was dead: take a fresh one */
	}
	if (rc < 0) {
		rc = launch(builds, &build, err);
		if (rc < 0)
			return rc;
		build->is_spare = false;
		job_encode(job, &build->job);
		rc = employ(build, err);
		if (rc < 0) {
			dismiss(build);
			return rc;
		}
	}
	build->fn = fn;
	build->arg = arg;
	*out = build;
	return 0;
}

void build_cancel(struct build *build)
{
	if (build)
		dismiss(build);
}

void builds_free(struct builds *builds)
{
	struct build *build;

	if (!builds)
		return;
	builds->is_closing = true;
	while ((build = builds->list) != NULL) {
		(void)kill(build->pid, SIGKILL);
		forget(build); /* init, or the parent's end, reaps what is left */
	}
	free(builds);
}
