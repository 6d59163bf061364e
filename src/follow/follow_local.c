/*
 * A ref update is a lock file that is renamed over the ref, so whoever watches the folder sees
 * IN_MOVED_TO and finds the new value in place. Events of lock files themselves say nothing yet and
 * are ignored. Everything else in a watched folder causes a look, which costs some 50 us; after one
 * look the next waits QUIET_MS, so that a flood of events (a fetch that writes many refs) stays
 * cheap; and as long as the look took, so that a source that hangs leaves half of the time to us.
 *
 * Which folders to watch depends on what is found (HEAD leads to a branch, a loose ref may be
 * packed), and what is found may change before the watches are in place. So: look, watch, and look
 * again as long as the folders changed in between.
 *
 * A watch stands for an inode, not for a path: when a watched folder goes or moves (IN_IGNORED,
 * IN_MOVE_SELF), all watches are made anew.
 */
#include "src/follow/follow_kind.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/base/loop.h"
#include "src/base/str.h"
#include "src/follow/resolver.h"

#define QUIET_MS    2
#define LOOKS_MAX   4 /* in a row, while the folders to watch keep changing */
#define EVENTS_SIZE 16384

#define WATCH_MASK                                                                                 \
	(IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_CLOSE_WRITE | IN_MODIFY | IN_DELETE |        \
			IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)

struct local {
	struct follow follow; /* first: follow_kind.h */
	struct loop *loop;
	char *source, *ref;
	uint64_t poll_ms;
	follow_fn *fn;
	follow_changed_fn *changed;
	void *arg;
	uint64_t looks; /* so many were made */

	struct resolver *resolver;
	struct buf dirs;    /* what the last answer says has to be watched; empty: no repository */
	struct buf watched; /* the folders watched, as repo_watch_dirs() writes them */
	bool is_stale;	    /* a watched folder went away: watch anew */
	int inotify_fd;	    /* -1: nothing is watched */
	struct loop_source *inotify;
	struct loop_source *poll_timer, *quiet_timer;
	uint64_t looked_ms;  /* monotonic: end of the last look */
	uint64_t took_ms;    /* the last look */
	uint64_t noticed_ms; /* monotonic: first event since then; 0: none */
};

static void on_poll(void *arg);
static void on_quiet(void *arg);

static void unwatch(struct local *local)
{
	loop_remove(local->inotify);
	local->inotify = NULL;
	if (local->inotify_fd >= 0)
		(void)close(local->inotify_fd);
	local->inotify_fd = -1;
	buf_clear(&local->watched);
}

static void free_local(struct follow *follow)
{
	struct local *local = (struct local *)follow;

	unwatch(local);
	loop_remove(local->poll_timer);
	loop_remove(local->quiet_timer);
	resolver_free(local->resolver);
	buf_release(&local->dirs);
	buf_release(&local->watched);
	free(local->source);
	free(local->ref);
	free(local);
}

static struct resolver *get_resolver(struct follow *follow)
{
	return ((struct local *)follow)->resolver;
}

static void ask(struct local *local, struct follow_answer *answer)
{
	struct resolver_place place;

	answer->err = (struct err)ERR_INIT;
	answer->rc = resolver_ref(local->resolver, local->ref, &place, &local->dirs, &answer->err);
	if (answer->rc < 0)
		return;
	str_copy(answer->full, sizeof(answer->full), place.full);
	answer->commit = place.commit;
}

/* The nearest folder on the way to the source that exists. */
static void nearest_parent(const struct local *local, struct buf *out)
{
	const char *path = local->source;
	struct stat st;
	char *copy, *slash;

	if (str_has_prefix(path, "file://"))
		path += strlen("file://");
	copy = strdup(path);
	if (!copy)
		return;
	while (stat(copy, &st) < 0 || !S_ISDIR(st.st_mode)) {
		slash = strrchr(copy, '/');
		if (!slash)
			break;
		slash[slash == copy ? 1 : 0] = '\0';
		if (slash == copy)
			break;
	}
	buf_add(out, copy, strlen(copy) + 1);
	free(copy);
}

static void on_inotify(void *arg, uint32_t epoll_events);

/* Watch exactly FOLDERS. Without inotify (limits of the machine) there is still the poll. */
static void watch(struct local *local, const struct buf *list)
{
	const char *path;

	unwatch(local);
	local->is_stale = false;
	local->inotify_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (local->inotify_fd < 0)
		return;
	for (path = buf_str(list); path < list->data + list->len; path += strlen(path) + 1)
		(void)inotify_add_watch(local->inotify_fd, path, WATCH_MASK);
	if (loop_add_fd(local->loop, local->inotify_fd, EPOLLIN, on_inotify, local, &local->inotify,
			    NULL) < 0) {
		unwatch(local);
		return;
	}
	buf_add(&local->watched, list->data, list->len);
}

/* True: the folders had changed, and what was asked before may be outdated. */
static bool watch_again(struct local *local)
{
	struct buf list = BUF_INIT;
	bool differs;

	buf_add(&list, local->dirs.data, local->dirs.len);
	if (list.len == 0)
		nearest_parent(local, &list);
	differs = local->is_stale || list.len != local->watched.len ||
			(list.len > 0 && memcmp(list.data, local->watched.data, list.len) != 0);
	if (differs)
		watch(local, &list);
	buf_release(&list);
	return differs;
}

static uint64_t look(struct follow *follow)
{
	struct local *local = (struct local *)follow;
	struct follow_answer answer = {0};
	uint64_t began_ms = clock_mono_ms();
	int looks;

	answer.asked_ms = local->noticed_ms ? local->noticed_ms : clock_mono_ms();
	local->noticed_ms = 0;
	loop_timer_clear(local->quiet_timer);
	for (looks = 0; looks < LOOKS_MAX; looks++) {
		ask(local, &answer);
		if (!watch_again(local) || answer.rc == -ETIMEDOUT)
			break;
	}
	local->looked_ms = clock_mono_ms();
	local->took_ms = local->looked_ms - began_ms;
	if (local->poll_ms > 0)
		loop_timer_set(local->poll_timer, local->poll_ms);
	local->looks++;
	local->fn(local->arg, &answer);
	return local->looks;
}

static bool is_done(const struct follow *follow, uint64_t number)
{
	return number <= ((const struct local *)follow)->looks;
}

/* Nobody but its owner moves anything in it. */
static void calm(struct follow *follow)
{
	(void)follow;
}

static void on_poll(void *arg)
{
	(void)look(arg);
}

static void on_quiet(void *arg)
{
	(void)look(arg);
}

/* True: something happened that can have moved the ref. */
static bool matters(struct local *local, const struct inotify_event *event)
{
	if (event->mask & (IN_IGNORED | IN_DELETE_SELF | IN_MOVE_SELF | IN_Q_OVERFLOW)) {
		local->is_stale = true;
		return true;
	}
	return event->len == 0 || !str_has_suffix(event->name, ".lock");
}

static bool drain(struct local *local)
{
	_Alignas(struct inotify_event) char events[EVENTS_SIZE];
	const struct inotify_event *event;
	bool is_due = false;
	ssize_t len, at;

	while ((len = read(local->inotify_fd, events, sizeof(events))) > 0) {
		for (at = 0; at < len; at += (ssize_t)(sizeof(*event) + event->len)) {
			event = (const struct inotify_event *)(const void *)(events + at);
			is_due |= matters(local, event);
		}
	}
	return is_due;
}

static void on_inotify(void *arg, uint32_t epoll_events)
{
	struct local *local = arg;
	uint64_t now = clock_mono_ms();
	uint64_t quiet_ms = local->took_ms > QUIET_MS ? local->took_ms : QUIET_MS;

	(void)epoll_events;
	if (!drain(local) || local->noticed_ms)
		return;
	local->noticed_ms = now;
	if (now - local->looked_ms >= quiet_ms)
		(void)look(&local->follow);
	else
		loop_timer_set(local->quiet_timer, quiet_ms);
}

static int try_ref(struct local *local, const char *ref, struct err *err)
{
	struct resolver_place place;
	struct buf dirs = BUF_INIT;
	char *copy;
	int rc;

	rc = resolver_ref(local->resolver, ref, &place, &dirs, err);
	buf_release(&dirs);
	if (rc < 0)
		return rc;
	copy = strdup(ref);
	if (!copy)
		return err_sys(err, ENOMEM, "follow");
	free(local->ref);
	local->ref = copy;
	return 0;
}

static void change(struct follow *follow, const char *ref)
{
	struct local *local = (struct local *)follow;
	struct err err = ERR_INIT;

	local->changed(local->arg, ref, try_ref(local, ref, &err), &err);
}

int follow_local_new(struct loop *loop, const struct follow_spec *spec, struct follow **out,
		struct err *err)
{
	static const struct follow_kind kind = {
			free_local, look, is_done, change, get_resolver, calm};
	const struct resolver_spec resolver = {
			.program = spec->program, .name = spec->name, .source = spec->repository};
	struct local *local = calloc(1, sizeof(*local));
	int rc;

	if (!local)
		return err_sys(err, ENOMEM, "follow");
	local->follow.kind = &kind;
	local->loop = loop;
	local->inotify_fd = -1;
	local->poll_ms = spec->poll_ms;
	local->fn = spec->fn;
	local->changed = spec->changed;
	local->arg = spec->arg;
	local->source = strdup(spec->repository);
	local->ref = strdup(spec->ref);
	rc = local->source && local->ref ? 0 : err_sys(err, ENOMEM, "follow");
	if (rc == 0)
		rc = resolver_new(&resolver, &local->resolver, err);
	if (rc == 0)
		rc = loop_add_timer(loop, on_poll, local, &local->poll_timer, err);
	if (rc == 0)
		rc = loop_add_timer(loop, on_quiet, local, &local->quiet_timer, err);
	if (rc < 0) {
		free_local(&local->follow);
		return rc;
	}
	*out = &local->follow;
	return 0;
}
