/*
 * The child is a fork, as that of verify.c: the tree is mapped already. It puts what it found into one
 * message and writes it to a pipe when it is done, so a child that dies halfway has found nothing.
 *
 *     for each file that was applied   1, live path, error
 *     for each difference left         2, state, path, live path
 */
#include "src/engine/live.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/loop.h"
#include "src/base/proc.h"
#include "src/base/str.h"
#include "src/base/vec.h"
#include "src/base/wire.h"
#include "src/engine/live_apply.h"
#include "src/node/operations.h"

#define EVENTS_SIZE 4096
#define STEP	    65536
#define MESSAGE_MAX (16u << 20) /* bytes: twice LIVE_DRIFT_MAX paths, and more */

#define WATCH_MASK                                                                                 \
	(IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_CLOSE_WRITE | IN_DELETE | IN_ATTRIB |        \
			IN_DELETE_SELF | IN_MOVE_SELF)

enum { WORD_APPLIED = 1, WORD_DIFFERS = 2 };

struct live {
	struct live_spec spec;
	int inotify_fd;
	struct loop_source *inotify, *quiet_timer, *deadline;

	int pipe; /* -1: no look goes on */
	struct loop_source *pipe_source;
	pid_t pid;     /* 0: it was reaped */
	bool is_asked; /* somebody wanted a look meanwhile */
	struct buf message;

	struct live_list found;
	char trouble[160];
};

/* --- the child --- */

struct child {
	const struct segment_set *set;
	struct buf out;
};

static int child_apply(void *arg, const struct live_difference *difference)
{
	struct child *child = arg;
	struct err err = ERR_INIT;

	if (difference->state == LIVE_EXTRA || difference->state == LIVE_UNREADABLE)
		return 0;
	(void)live_apply(child->set, difference, &err);
	wire_put_u32(&child->out, WORD_APPLIED);
	wire_put_text(&child->out, difference->live);
	wire_put_text(&child->out, err.text);
	return 0;
}

static int child_tell(void *arg, const struct live_difference *difference)
{
	struct child *child = arg;

	wire_put_u32(&child->out, WORD_DIFFERS);
	wire_put_u32(&child->out, difference->state);
	wire_put_text(&child->out, difference->path);
	wire_put_text(&child->out, difference->live);
	return 0;
}

_Noreturn static void child_main(const struct live *live, int pipe_fd,
		const struct segment_set *set, place root, bool apply)
{
	const struct live_spec *spec = &live->spec;
	struct child child = {.set = set};
	int rc = 0;

	proc_after_fork("live", 10, pipe_fd);
	if (apply)
		rc = live_compare(set, root, spec->files, spec->count, child_apply, &child);
	if (rc == 0)
		rc = live_compare(set, root, spec->files, spec->count, child_tell, &child);
	if (rc == 0 && buf_ok(&child.out))
		rc = file_write_all(PROC_FORK_PIPE, buf_str(&child.out), child.out.len, NULL);
	_exit(rc == 0 && buf_ok(&child.out) ? EXIT_SUCCESS : EXIT_FAILURE);
}

/* --- what it found --- */

static void list_clear(struct live_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].path);
		free(list->items[i].live);
	}
	list->count = 0;
}

static void take_applied(struct live *live, struct wire *in)
{
	char *path = wire_take_text(in), *error = wire_take_text(in);

	if (path && error)
		live->spec.on_applied(live->spec.arg, path, error);
	free(path);
	free(error);
}

static void take_difference(struct live_list *list, struct wire *in)
{
	struct live_item item = {.state = (enum live_state)wire_take_u32(in)};

	item.path = wire_take_text(in);
	item.live = wire_take_text(in);
	if (!item.path || !item.live ||
			vec_reserve(&list->items, &list->cap, list->count + 1, sizeof(item)) < 0) {
		free(item.path);
		free(item.live);
		in->failed = true;
		return;
	}
	list->items[list->count++] = item;
}

static void take_message(struct live *live)
{
	struct wire in;

	list_clear(&live->found);
	wire_open(&in, live->message.data, live->message.len);
	while (in.len > 0 && !in.failed) {
		if (wire_take_u32(&in) == WORD_APPLIED)
			take_applied(live, &in);
		else
			take_difference(&live->found, &in);
	}
	if (wire_end(&in) < 0)
		str_copy(live->trouble, sizeof(live->trouble),
				"live files: the answer makes no sense");
}

static void end_look(struct live *live)
{
	loop_timer_clear(live->deadline);
	loop_remove(live->pipe_source);
	live->pipe_source = NULL;
	if (live->pipe >= 0)
		(void)close(live->pipe);
	live->pipe = -1;
	buf_clear(&live->message);
}

static void finish(struct live *live, int status)
{
	char text[64];

	live->trouble[0] = '\0';
	if (status == 0)
		take_message(live);
	else
		(void)snprintf(live->trouble, sizeof(live->trouble),
				"live files could not be compared: the process %s",
				proc_status_text(status, text, sizeof(text)));
	end_look(live);
	live->spec.on_found(live->spec.arg);
	if (live->is_asked) {
		live->is_asked = false;
		live->spec.on_change(live->spec.arg);
	}
}

/* All that is there; true at the end of it. */
static bool drain(struct live *live)
{
	ssize_t got;

	for (;;) {
		buf_reserve(&live->message, STEP);
		if (!buf_ok(&live->message) || live->message.len > MESSAGE_MAX)
			return true;
		got = read(live->pipe, live->message.data + live->message.len, STEP);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got == 0 || errno != EAGAIN;
		live->message.len += (size_t)got;
	}
}

static void on_pipe(void *arg, uint32_t epoll_events)
{
	struct live *live = arg;

	(void)epoll_events;
	if (drain(live)) {
		loop_remove(live->pipe_source);
		live->pipe_source = NULL; /* the child ends now */
	}
}

static void on_child(void *arg, pid_t pid, int status)
{
	struct live *live = arg;

	(void)pid;
	live->pid = 0;
	if (live->pipe_source)
		(void)drain(live);
	finish(live, status);
}

static void on_deadline(void *arg)
{
	struct live *live = arg;

	if (live->pid > 0)
		(void)kill(live->pid, SIGKILL);
}

/* --- watching --- */

/* The folder in which a file lies, or the nearest one above that there is. */
static void watch_folder_of(const struct live *live, const char *path)
{
	char dir[PATH_MAX];
	char *slash;

	if (strlen(path) >= sizeof(dir))
		return;
	str_copy(dir, sizeof(dir), path);
	while ((slash = strrchr(dir, '/'))) {
		*slash = '\0';
		if (inotify_add_watch(live->inotify_fd, slash == dir ? "/" : dir,
				    WATCH_MASK | IN_ONLYDIR) >= 0 ||
				slash == dir)
			return;
	}
}

/* Again at each look: what was not there may have come. A path watched twice is watched once. */
static void watch_all(const struct live *live)
{
	for (size_t i = 0; i < live->spec.count; i++) {
		watch_folder_of(live, live->spec.files[i].live);
		(void)inotify_add_watch(live->inotify_fd, live->spec.files[i].live,
				WATCH_MASK | IN_ONLYDIR);
	}
}

static void on_inotify(void *arg, uint32_t epoll_events)
{
	_Alignas(struct inotify_event) char events[EVENTS_SIZE];
	struct live *live = arg;
	bool is_of_use = false;
	ssize_t got, at;

	(void)epoll_events;
	while ((got = read(live->inotify_fd, events, sizeof(events))) > 0) {
		for (at = 0; at < got;) {
			const struct inotify_event *event = (const void *)(events + at);

			is_of_use |= event->len == 0 || !live_is_ours(event->name);
			at += (ssize_t)(sizeof(*event) + event->len);
		}
	}
	if (is_of_use)
		loop_timer_set(live->quiet_timer, LIVE_QUIET_MS);
}

static void on_quiet(void *arg)
{
	struct live *live = arg;

	live->spec.on_change(live->spec.arg);
}

/* --- life --- */

static int begin(struct live *live, struct err *err)
{
	struct loop *loop = live->spec.loop;
	int rc;

	live->inotify_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (live->inotify_fd < 0)
		return err_sys(err, errno, "inotify for live files");
	rc = loop_add_fd(loop, live->inotify_fd, EPOLLIN, on_inotify, live, &live->inotify, err);
	if (rc == 0)
		rc = loop_add_timer(loop, on_quiet, live, &live->quiet_timer, err);
	if (rc == 0)
		rc = loop_add_timer(loop, on_deadline, live, &live->deadline, err);
	return rc;
}

int live_new(const struct live_spec *spec, struct live **out, struct err *err)
{
	struct live *live = calloc(1, sizeof(*live));
	int rc;

	if (!live)
		return err_sys(err, ENOMEM, "live files");
	live->spec = *spec;
	live->inotify_fd = live->pipe = -1;
	rc = begin(live, err);
	if (rc < 0) {
		live_free(live);
		return rc;
	}
	*out = live;
	return 0;
}

void live_free(struct live *live)
{
	if (!live)
		return;
	if (live->pid > 0)
		(void)kill(live->pid, SIGKILL);
	end_look(live);
	loop_remove(live->inotify);
	loop_remove(live->quiet_timer);
	loop_remove(live->deadline);
	if (live->inotify_fd >= 0)
		(void)close(live->inotify_fd);
	list_clear(&live->found);
	free(live->found.items);
	buf_release(&live->message);
	free(live);
}

static int start(struct live *live, const struct segment_set *set, place root, bool apply,
		struct err *err)
{
	int pair[2], rc;

	if (pipe2(pair, O_CLOEXEC) < 0)
		return err_sys(err, errno, "look at live files");
	(void)fcntl(pair[0], F_SETFL, O_NONBLOCK);
	live->pipe = pair[0];
	live->pid = fork();
	if (live->pid == 0)
		child_main(live, pair[1], set, root, apply);
	(void)close(pair[1]);
	if (live->pid < 0) {
		live->pid = 0;
		return err_sys(err, errno, "look at live files");
	}
	rc = loop_add_child(live->spec.loop, live->pid, on_child, live, err);
	if (rc == 0)
		rc = loop_add_fd(live->spec.loop, live->pipe, EPOLLIN, on_pipe, live,
				&live->pipe_source, err);
	loop_timer_set(live->deadline, LIVE_DEADLINE_MS);
	return rc;
}

void live_check(struct live *live, const struct segment_set *set, place root, bool apply)
{
	struct err err = ERR_INIT;

	if (live_is_busy(live)) {
		live->is_asked = true;
		return;
	}
	watch_all(live);
	if (start(live, set, root, apply, &err) == 0)
		return;
	if (live->pid > 0)
		(void)kill(live->pid, SIGKILL);
	end_look(live);
	str_copy(live->trouble, sizeof(live->trouble), err.text);
	live->spec.on_found(live->spec.arg);
}

bool live_is_busy(const struct live *live)
{
	return live->pipe >= 0 || live->pid > 0;
}

const struct live_list *live_found(const struct live *live)
{
	return &live->found;
}

const char *live_trouble(const struct live *live)
{
	return live->trouble;
}
