/*
 * Everything that can be waited for is a descriptor: timers are timerfds, signals are signalfds,
 * children are pidfds. So there is one kind of source and one place that waits.
 *
 * A callback may remove any source, also one whose event lies further on in the batch that epoll
 * has just returned, and the memory may be reused at once by a source that is added. Hence removal
 * during dispatch only marks a source dead (and closes its own descriptor); the memory goes when
 * the batch is done, and dead sources are skipped until then.
 *
 * A timer that was set again or cleared after its event was fetched reads as "not expired", so a
 * stale event cannot fire it.
 */
#include "src/base/loop.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/err.h"

#define BATCH 32

enum source_kind { SOURCE_FD, SOURCE_TIMER, SOURCE_SIGNAL, SOURCE_CHILD };

struct loop_source {
	struct loop *loop;
	struct loop_source *prev, *next;
	enum source_kind kind;
	bool is_dead;
	/* Ours to close, except for SOURCE_FD. */
	int fd;
	pid_t pid;
	void *arg;
	union {
		loop_fd_fn *fd;
		loop_timer_fn *timer;
		loop_signal_fn *signal;
		loop_child_fn *child;
	} fn;
};

struct loop {
	int epoll_fd;
	int code;
	bool is_stopped;
	bool is_dispatching;
	struct loop_source *live;
	/* Removed during dispatch, linked by next. */
	struct loop_source *dead;
};

int loop_new(struct loop **out, struct err *err)
{
	struct loop *loop;

	loop = calloc(1, sizeof(*loop));
	if (!loop)
		return err_sys(err, ENOMEM, "event loop");
	loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll_fd < 0) {
		free(loop);
		return err_sys(err, errno, "event loop");
	}
	*out = loop;
	return 0;
}

static void source_close(struct loop_source *source)
{
	if (source->kind != SOURCE_FD && source->fd >= 0)
		(void)close(source->fd);
	source->fd = -1;
}

static void free_dead(struct loop *loop)
{
	struct loop_source *source;

	while ((source = loop->dead) != NULL) {
		loop->dead = source->next;
		free(source);
	}
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	assert(!loop->is_dispatching);
	while (loop->live)
		loop_remove(loop->live);
	(void)close(loop->epoll_fd);
	free(loop);
}

static void unlink_source(struct loop_source *source)
{
	if (source->prev)
		source->prev->next = source->next;
	else
		source->loop->live = source->next;
	if (source->next)
		source->next->prev = source->prev;
}

void loop_remove(struct loop_source *source)
{
	struct loop *loop;

	if (!source || source->is_dead)
		return;
	loop = source->loop;
	(void)epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, source->fd, NULL);
	source_close(source);
	unlink_source(source);
	if (!loop->is_dispatching) {
		free(source);
		return;
	}
	source->is_dead = true;
	source->next = loop->dead;
	loop->dead = source;
}

/* A source for FD, which is closed on failure if the source would own it. NULL with *CODE set. */
static struct loop_source *add(
		struct loop *loop, enum source_kind kind, int fd, uint32_t events, int *code)
{
	struct epoll_event event = {.events = events};
	struct loop_source *source;

	source = calloc(1, sizeof(*source));
	if (!source) {
		*code = ENOMEM;
		if (kind != SOURCE_FD)
			(void)close(fd);
		return NULL;
	}
	source->loop = loop;
	source->kind = kind;
	source->fd = fd;
	event.data.ptr = source;
	if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0) {
		*code = errno;
		source_close(source);
		free(source);
		return NULL;
	}
	source->next = loop->live;
	if (source->next)
		source->next->prev = source;
	loop->live = source;
	return source;
}

/* One parameter more than the rule allows: OUT and ERR come with every function of this kind. */
/* NOLINTNEXTLINE(readability-function-size) */
int loop_add_fd(struct loop *loop, int fd, uint32_t events, loop_fd_fn *fn, void *arg,
		struct loop_source **out, struct err *err)
{
	struct loop_source *source;
	int code = 0;

	source = add(loop, SOURCE_FD, fd, events, &code);
	if (!source)
		return err_sys(err, code, "wait for descriptor %d", fd);
	source->fn.fd = fn;
	source->arg = arg;
	if (out)
		*out = source;
	return 0;
}

int loop_set_events(struct loop_source *source, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = source};

	if (source->is_dead)
		return -ENOENT;
	if (epoll_ctl(source->loop->epoll_fd, EPOLL_CTL_MOD, source->fd, &event) < 0)
		return -errno;
	return 0;
}

int loop_add_timer(struct loop *loop, loop_timer_fn *fn, void *arg, struct loop_source **out,
		struct err *err)
{
	struct loop_source *source;
	int fd, code = 0;

	fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (fd < 0)
		return err_sys(err, errno, "timer");
	source = add(loop, SOURCE_TIMER, fd, EPOLLIN, &code);
	if (!source)
		return err_sys(err, code, "timer");
	source->fn.timer = fn;
	source->arg = arg;
	*out = source;
	return 0;
}

void loop_timer_set(struct loop_source *source, uint64_t after_ms)
{
	const uint64_t longest_s = 100ull * 365 * 24 * 3600;
	struct itimerspec when = {0};
	uint64_t seconds = after_ms / 1000;

	assert(source->kind == SOURCE_TIMER);
	if (source->is_dead)
		return;
	when.it_value.tv_sec = (time_t)(seconds < longest_s ? seconds : longest_s);
	when.it_value.tv_nsec = (long)(after_ms % 1000) * 1000000;
	if (after_ms == 0)
		when.it_value.tv_nsec = 1; /* zero would switch it off */
	(void)timerfd_settime(source->fd, 0, &when, NULL);
}

void loop_timer_clear(struct loop_source *source)
{
	static const struct itimerspec off;

	assert(source->kind == SOURCE_TIMER);
	if (!source->is_dead)
		(void)timerfd_settime(source->fd, 0, &off, NULL);
}

int loop_add_signal(struct loop *loop, int signo, loop_signal_fn *fn, void *arg, struct err *err)
{
	struct loop_source *source;
	sigset_t set;
	int fd, code;

	(void)sigemptyset(&set);
	if (sigaddset(&set, signo) < 0)
		return err_sys(err, errno, "signal %d", signo);
	code = pthread_sigmask(SIG_BLOCK, &set, NULL);
	if (code)
		return err_sys(err, code, "signal %d", signo);
	fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (fd < 0)
		return err_sys(err, errno, "signal %d", signo);
	source = add(loop, SOURCE_SIGNAL, fd, EPOLLIN, &code);
	if (!source)
		return err_sys(err, code, "signal %d", signo);
	source->fn.signal = fn;
	source->arg = arg;
	return 0;
}

int loop_add_child(struct loop *loop, pid_t pid, loop_child_fn *fn, void *arg, struct err *err)
{
	struct loop_source *source;
	int fd, code = 0;

	fd = (int)syscall(SYS_pidfd_open, pid, 0); /* close-on-exec by itself */
	if (fd < 0)
		return err_sys(err, errno, "wait for process %d", (int)pid);
	source = add(loop, SOURCE_CHILD, fd, EPOLLIN, &code);
	if (!source)
		return err_sys(err, code, "wait for process %d", (int)pid);
	source->fn.child = fn;
	source->arg = arg;
	source->pid = pid;
	return 0;
}

static void dispatch_timer(struct loop_source *source)
{
	uint64_t expirations;

	if (read(source->fd, &expirations, sizeof(expirations)) == (ssize_t)sizeof(expirations))
		source->fn.timer(source->arg);
}

static void dispatch_signal(struct loop_source *source)
{
	struct signalfd_siginfo info;

	if (read(source->fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
		source->fn.signal(source->arg, (int)info.ssi_signo);
}

static void dispatch_child(struct loop_source *source)
{
	loop_child_fn *fn = source->fn.child;
	void *arg = source->arg;
	pid_t pid = source->pid, done;
	int status = 0;

	done = waitpid(pid, &status, WNOHANG);
	if (done == 0 || (done < 0 && errno == EINTR))
		return; /* not yet; the pidfd stays readable once it has ended */
	if (done < 0)
		status = W_EXITCODE(255, 0); /* somebody else reaped it: not to pass for success */
	loop_remove(source);
	fn(arg, pid, status);
}

static void dispatch(struct loop_source *source, uint32_t events)
{
	if (source->is_dead)
		return;
	switch (source->kind) {
	case SOURCE_FD:
		source->fn.fd(source->arg, events);
		return;
	case SOURCE_TIMER:
		dispatch_timer(source);
		return;
	case SOURCE_SIGNAL:
		dispatch_signal(source);
		return;
	case SOURCE_CHILD:
		dispatch_child(source);
		return;
	}
}

/* One batch; what follows a loop_stop() in it is left for the next run. */
static void turn(struct loop *loop, const struct epoll_event *events, int count)
{
	int i;

	loop->is_dispatching = true;
	for (i = 0; i < count && !loop->is_stopped; i++)
		dispatch(events[i].data.ptr, events[i].events);
	loop->is_dispatching = false;
	free_dead(loop);
}

int loop_run(struct loop *loop, struct err *err)
{
	struct epoll_event events[BATCH];
	int count;

	assert(!loop->is_dispatching);
	while (!loop->is_stopped) {
		count = epoll_wait(loop->epoll_fd, events, BATCH, -1);
		if (count < 0 && errno != EINTR)
			return err_sys(err, errno, "event loop");
		if (count > 0)
			turn(loop, events, count);
	}
	loop->is_stopped = false;
	return loop->code;
}

void loop_stop(struct loop *loop, int code)
{
	loop->code = code;
	loop->is_stopped = true;
}
