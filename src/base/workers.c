#include "src/base/workers.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/loop.h"
#include "src/base/proc.h"

#define READ_STEP 65536

/* A process, from its start until it was reaped. */
struct worker {
	struct workers *workers;
	struct worker *next;
	pid_t pid;
	int socket; /* -1 once everything was received */
	struct loop_source *source, *deadline;
	struct buf job, reply;
	worker_fn *fn; /* NULL: waiting for a job, or cancelled */
	void *arg;
	bool is_spare;
	bool is_late;	/* killed at the deadline */
	bool is_second; /* attempt */
	bool has_ended; /* was reaped */
	int status;	/* as of waitpid(2) */
};

struct workers {
	struct workers_spec spec;
	struct worker *list; /* all of them, the spare too */
	struct worker *spare;
	bool is_closing;
};

int workers_new(const struct workers_spec *spec, struct workers **out, struct err *err)
{
	struct workers *workers = calloc(1, sizeof(*workers));

	if (!workers)
		return err_sys(err, ENOMEM, "workers");
	workers->spec = *spec;
	*out = workers;
	return 0;
}

bool workers_are_idle(const struct workers *workers)
{
	const struct worker *worker;

	for (worker = workers->list; worker; worker = worker->next) {
		if (!worker->is_spare)
			return false;
	}
	return true;
}

static void close_socket(struct worker *worker)
{
	loop_remove(worker->source);
	worker->source = NULL;
	if (worker->socket >= 0)
		(void)close(worker->socket);
	worker->socket = -1;
}

static void forget(struct worker *worker)
{
	struct worker **at = &worker->workers->list;

	while (*at != worker)
		at = &(*at)->next;
	*at = worker->next;
	if (worker->workers->spare == worker)
		worker->workers->spare = NULL;
	close_socket(worker);
	loop_remove(worker->deadline);
	buf_release(&worker->reply);
	buf_release(&worker->job);
	free(worker);
}

/* Tell whoever asked what came out; the process may still be ending. */
static void deliver(struct worker *worker)
{
	const struct worker_answer answer = {
			.data = worker->reply.data,
			.len = worker->reply.len,
			.is_late = worker->is_late,
			.status = worker->status,
	};
	worker_fn *fn = worker->fn;

	worker->fn = NULL;
	if (fn)
		fn(worker->arg, &answer);
}

static int again(struct worker *worker);

/*
 * Killed from outside: by somebody, or for want of memory on the machine. That says nothing about
 * its job, at least not the first time.
 */
static bool was_killed(const struct worker *worker)
{
	return worker->fn && worker->reply.len == 0 && !worker->is_late && !worker->is_second &&
			WIFSIGNALED(worker->status) && WTERMSIG(worker->status) == SIGKILL;
}

/* All of its session: what it has started, too. */
static void kill_all(const struct worker *worker)
{
	(void)kill(-worker->pid, SIGKILL);
}

/* The process is gone, and all it said was read. */
static void finish(struct worker *worker)
{
	struct workers *workers = worker->workers;
	bool was_spare = worker->is_spare;

	if (was_killed(worker) && again(worker) == 0)
		return;
	deliver(worker);
	forget(worker);
	if (!was_spare && workers->spec.on_idle && workers_are_idle(workers))
		workers->spec.on_idle(workers->spec.arg);
}

static void on_child(void *arg, pid_t pid, int status)
{
	struct worker *worker = arg;

	(void)pid;
	worker->has_ended = true;
	worker->status = status;
	if (worker->socket < 0 || worker->is_spare || !worker->fn)
		finish(worker);
}

static void on_deadline(void *arg)
{
	struct worker *worker = arg;

	worker->is_late = true;
	if (worker->has_ended)
		finish(worker); /* somebody else holds its socket open */
	else
		kill_all(worker);
}

static void end_of_reply(struct worker *worker)
{
	close_socket(worker);
	if (worker->has_ended)
		finish(worker);
	else if (worker->reply.len > 0)
		deliver(worker); /* why it ends matters only when it said nothing */
	else
		kill_all(worker);
}

static void on_socket(void *arg, uint32_t epoll_events)
{
	struct worker *worker = arg;
	ssize_t got;

	(void)epoll_events;
	if (worker->reply.len >= worker->workers->spec.answer_max) {
		buf_clear(&worker->reply);
		end_of_reply(worker);
		return;
	}
	buf_reserve(&worker->reply, READ_STEP);
	if (!buf_ok(&worker->reply))
		return;
	got = recv(worker->socket, worker->reply.data + worker->reply.len, READ_STEP, MSG_DONTWAIT);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got > 0) {
		worker->reply.len += (size_t)got;
		return;
	}
	end_of_reply(worker);
}

static int spawn(struct workers *workers, struct worker *worker, int theirs, struct err *err)
{
	struct buf title = BUF_INIT;
	const char *argv[2] = {NULL, NULL};
	struct proc_spec spec = {
			.program = workers->spec.program,
			.argv = argv,
			.fds = {theirs, workers->spec.lock},
			.fd_count = workers->spec.lock < 0 ? 1 : 2,
			.new_session = true,
			.devnull = true,
			.keep_stderr = true,
			.death_signal = SIGKILL,
	};
	int rc;

	buf_printf(&title, "refmount: %s %s", workers->spec.role, workers->spec.name);
	argv[0] = buf_str(&title);
	rc = buf_ok(&title) ? proc_spawn(&spec, &worker->pid, err)
			    : err_sys(err, ENOMEM, "%s", workers->spec.role);
	buf_release(&title);
	return rc;
}

/* Give BUILD a process that waits for its job. */
static int start(struct worker *worker, struct err *err)
{
	int pair[2], rc;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(err, errno, "make a pair of sockets");
	rc = spawn(worker->workers, worker, pair[1], err);
	(void)close(pair[1]);
	if (rc == 0) {
		rc = loop_add_child(worker->workers->spec.loop, worker->pid, on_child, worker, err);
		if (rc < 0) {
			kill_all(worker);
			(void)waitpid(worker->pid, NULL, 0);
		}
	}
	if (rc < 0) {
		(void)close(pair[0]);
		return rc;
	}
	worker->socket = pair[0];
	worker->has_ended = false;
	return 0;
}

/* One more, waiting, in the list. */
static int launch(struct workers *workers, struct worker **out, struct err *err)
{
	struct worker *worker = calloc(1, sizeof(*worker));
	int rc;

	if (!worker)
		return err_sys(err, ENOMEM, "%s", workers->spec.role);
	worker->workers = workers;
	worker->socket = -1;
	worker->is_spare = true;
	rc = start(worker, err);
	if (rc < 0) {
		free(worker);
		return rc;
	}
	worker->next = workers->list;
	workers->list = worker;
	*out = worker;
	return 0;
}

void workers_warm(struct workers *workers)
{
	if (!workers->spare && !workers->is_closing)
		(void)launch(workers, &workers->spare, NULL);
}

static size_t running(const struct workers *workers)
{
	const struct worker *worker;
	size_t count = 0;

	for (worker = workers->list; worker; worker = worker->next)
		count += !worker->is_spare;
	return count;
}

/* Jobs are small next to a socket's buffer, so this does not wait. */
static int send_job(const struct worker *worker)
{
	ssize_t sent;

	if (!buf_ok(&worker->job))
		return -ENOMEM;
	sent = send(worker->socket, worker->job.data, worker->job.len, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (sent < 0)
		return -errno;
	if ((size_t)sent != worker->job.len)
		return -EMSGSIZE;
	return shutdown(worker->socket, SHUT_WR) < 0 ? -errno : 0;
}

/* Give BUILD's process, which waits, its job, and listen to what it says. */
static int employ(struct worker *worker, struct err *err)
{
	struct loop *loop = worker->workers->spec.loop;
	int rc;

	rc = send_job(worker);
	if (rc < 0)
		return err_sys(err, -rc, "send a job to the %s", worker->workers->spec.role);
	rc = loop_add_fd(loop, worker->socket, EPOLLIN, on_socket, worker, &worker->source, err);
	if (rc == 0 && !worker->deadline)
		rc = loop_add_timer(loop, on_deadline, worker, &worker->deadline, err);
	if (rc == 0)
		loop_timer_set(worker->deadline, worker->workers->spec.deadline_ms);
	return rc;
}

/* The same job in a new process; negative when there is none: BUILD has ended for good. */
static int again(struct worker *worker)
{
	worker_again_fn *change = worker->workers->spec.again;

	worker->is_second = true;
	if (change && change(&worker->job) < 0)
		return -ECHILD;
	close_socket(worker);
	if (start(worker, NULL) < 0)
		return -ECHILD;
	if (employ(worker, NULL) < 0) {
		close_socket(worker);
		kill_all(worker); /* on_child() takes it from there */
	}
	return 0;
}

/* It is out of use. One that was reaped already is forgotten here, all others by on_child(). */
static void dismiss(struct worker *worker)
{
	worker->fn = NULL;
	close_socket(worker);
	if (worker->has_ended)
		forget(worker);
	else
		kill_all(worker);
}

static void swallow(struct worker *worker, struct buf *job)
{
	worker->is_spare = false;
	worker->job = *job;
	*job = (struct buf)BUF_INIT;
}

/* Employ the one that waits; NULL: there is none, or it is dead. */
static struct worker *employ_spare(struct workers *workers, struct buf *job)
{
	struct worker *worker = workers->spare;

	if (!worker)
		return NULL;
	workers->spare = NULL;
	swallow(worker, job);
	if (employ(worker, NULL) == 0)
		return worker;
	*job = worker->job;
	worker->job = (struct buf)BUF_INIT;
	dismiss(worker);
	return NULL;
}

static int employ_new(
		struct workers *workers, struct buf *job, struct worker **out, struct err *err)
{
	struct worker *worker;
	int rc;

	rc = launch(workers, &worker, err);
	if (rc < 0)
		return rc;
	swallow(worker, job);
	rc = employ(worker, err);
	if (rc < 0)
		dismiss(worker);
	else
		*out = worker;
	return rc;
}

int workers_start(struct workers *workers, struct buf *job, worker_fn *fn, void *arg,
		struct worker **out, struct err *err)
{
	struct worker *worker = NULL;
	int rc = 0;

	if (running(workers) >= workers->spec.most)
		rc = err_set(err, EAGAIN, "%zu %ss are already running", workers->spec.most,
				workers->spec.role);
	if (rc == 0)
		worker = employ_spare(workers, job);
	if (rc == 0 && !worker)
		rc = employ_new(workers, job, &worker, err);
	buf_release(job);
	if (rc < 0)
		return rc;
	worker->fn = fn;
	worker->arg = arg;
	*out = worker;
	return 0;
}

void worker_cancel(struct worker *worker)
{
	if (worker)
		dismiss(worker);
}

void workers_free(struct workers *workers)
{
	struct worker *worker;

	if (!workers)
		return;
	workers->is_closing = true;
	while ((worker = workers->list) != NULL) {
		if (!worker->has_ended)
			kill_all(worker);
		forget(worker); /* init, or the parent's end, reaps what is left */
	}
	free(workers);
}
