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
#include "src/engine/follow.h"

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
#include "src/engine/resolver.h"

#define QUIET_MS    2
#define LOOKS_MAX   4 /* in a row, while the folders to watch keep changing */
#define EVENTS_SIZE 16384

#define WATCH_MASK                                                                                 \
	(IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_CLOSE_WRITE | IN_MODIFY | IN_DELETE |        \
			IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)

struct follow {
	struct loop *loop;
	char *source, *ref;
	uint64_t poll_ms;
	follow_fn *fn;
	void *arg;

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

int follow_new(struct loop *loop, const struct follow_spec *spec, struct follow **out,
		struct err *err)
{
	const struct resolver_spec resolver = {
			.program = spec->program, .name = spec->name, .source = spec->source};
	struct follow *follow = calloc(1, sizeof(*follow));
	int rc;

	if (!follow)
		return err_sys(err, ENOMEM, "follow");
	follow->loop = loop;
	follow->inotify_fd = -1;
	follow->poll_ms = spec->poll_ms;
	follow->fn = spec->fn;
	follow->arg = spec->arg;
	follow->source = strdup(spec->source);
	follow->ref = strdup(spec->ref);
	rc = follow->source && follow->ref ? 0 : err_sys(err, ENOMEM, "follow");
	if (rc == 0)
		rc = resolver_new(&resolver, &follow->resolver, err);
	if (rc == 0)
		rc = loop_add_timer(loop, on_poll, follow, &follow->poll_timer, err);
	if (rc == 0)
		rc = loop_add_timer(loop, on_quiet, follow, &follow->quiet_timer, err);
	if (rc < 0) {
		follow_free(follow);
		return rc;
	}
	*out = follow;
	return 0;
}

static void unwatch(struct follow *follow)
{
	loop_remove(follow->inotify);
	follow->inotify = NULL;
	if (follow->inotify_fd >= 0)
		(void)close(follow->inotify_fd);
	follow->inotify_fd = -1;
	buf_clear(&follow->watched);
}

void follow_free(struct follow *follow)
{
	if (!follow)
		return;
	unwatch(follow);
	loop_remove(follow->poll_timer);
	loop_remove(follow->quiet_timer);
	resolver_free(follow->resolver);
	buf_release(&follow->dirs);
	buf_release(&follow->watched);
	free(follow->source);
	free(follow->ref);
	free(follow);
}

struct resolver *follow_resolver(struct follow *follow)
{
	return follow->resolver;
}

static void ask(struct follow *follow, struct follow_answer *answer)
{
	struct resolver_place place;

	answer->err = (struct err)ERR_INIT;
	answer->rc = resolver_ref(
			follow->resolver, follow->ref, &place, &follow->dirs, &answer->err);
	if (answer->rc < 0)
		return;
	str_copy(answer->full, sizeof(answer->full), place.full);
	answer->commit = place.commit;
}

/* The nearest folder on the way to the source that exists. */
static void nearest_parent(const struct follow *follow, struct buf *out)
{
	const char *path = follow->source;
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
static void watch(struct follow *follow, const struct buf *list)
{
	const char *path;

	unwatch(follow);
	follow->is_stale = false;
	follow->inotify_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (follow->inotify_fd < 0)
		return;
	for (path = buf_str(list); path < list->data + list->len; path += strlen(path) + 1)
		(void)inotify_add_watch(follow->inotify_fd, path, WATCH_MASK);
	if (loop_add_fd(follow->loop, follow->inotify_fd, EPOLLIN, on_inotify, follow,
			    &follow->inotify, NULL) < 0) {
		unwatch(follow);
		return;
	}
	buf_add(&follow->watched, list->data, list->len);
}

/* True: the folders had changed, and what was asked before may be outdated. */
static bool watch_again(struct follow *follow)
{
	struct buf list = BUF_INIT;
	bool differs;

	buf_add(&list, follow->dirs.data, follow->dirs.len);
	if (list.len == 0)
		nearest_parent(follow, &list);
	differs = follow->is_stale || list.len != follow->watched.len ||
			(list.len > 0 && memcmp(list.data, follow->watched.data, list.len) != 0);
	if (differs)
		watch(follow, &list);
	buf_release(&list);
	return differs;
}

void follow_now(struct follow *follow)
{
	struct follow_answer answer = {0};
	uint64_t began_ms = clock_mono_ms();
	int looks;

	answer.asked_ms = follow->noticed_ms ? follow->noticed_ms : clock_mono_ms();
	follow->noticed_ms = 0;
	loop_timer_clear(follow->quiet_timer);
	for (looks = 0; looks < LOOKS_MAX; looks++) {
		ask(follow, &answer);
		if (!watch_again(follow))
			break;
	}
	follow->looked_ms = clock_mono_ms();
	follow->took_ms = follow->looked_ms - began_ms;
	if (follow->poll_ms > 0)
		loop_timer_set(follow->poll_timer, follow->poll_ms);
	follow->fn(follow->arg, &answer);
}

static void on_poll(void *arg)
{
	follow_now(arg);
}

static void on_quiet(void *arg)
{
	follow_now(arg);
}

/* True: something happened that can have moved the ref. */
static bool matters(struct follow *follow, const struct inotify_event *event)
{
	if (event->mask & (IN_IGNORED | IN_DELETE_SELF | IN_MOVE_SELF | IN_Q_OVERFLOW)) {
		follow->is_stale = true;
		return true;
	}
	return event->len == 0 || !str_has_suffix(event->name, ".lock");
}

static bool drain(struct follow *follow)
{
	_Alignas(struct inotify_event) char events[EVENTS_SIZE];
	const struct inotify_event *event;
	bool is_due = false;
	ssize_t len, at;

	while ((len = read(follow->inotify_fd, events, sizeof(events))) > 0) {
		for (at = 0; at < len; at += (ssize_t)(sizeof(*event) + event->len)) {
			event = (const struct inotify_event *)(const void *)(events + at);
			is_due |= matters(follow, event);
		}
	}
	return is_due;
}

static void on_inotify(void *arg, uint32_t epoll_events)
{
	struct follow *follow = arg;
	uint64_t now = clock_mono_ms();
	uint64_t quiet_ms = follow->took_ms > QUIET_MS ? follow->took_ms : QUIET_MS;

	(void)epoll_events;
	if (!drain(follow) || follow->noticed_ms)
		return;
	follow->noticed_ms = now;
	if (now - follow->looked_ms >= quiet_ms)
		follow_now(follow);
	else
		loop_timer_set(follow->quiet_timer, quiet_ms);
}

int follow_change(struct follow *follow, const char *ref, struct err *err)
{
	struct resolver_place place;
	struct buf dirs = BUF_INIT;
	char *copy;
	int rc;

	rc = resolver_ref(follow->resolver, ref, &place, &dirs, err);
	buf_release(&dirs);
	if (rc < 0)
		return rc;
	copy = strdup(ref);
	if (!copy)
		return err_sys(err, ENOMEM, "follow");
	free(follow->ref);
	follow->ref = copy;
	return 0;
}
