#include "fs/handover.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fs/keeper.h"
#include "fs/mount.h"
#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/log.h"
#include "src/base/notify.h"
#include "src/link/state.h"

#define SEGMENT_PREFIX "segment."
#define NAME_SIZE      32
#define ORPHAN_END_MS  200 /* for one that was killed to have ended */

/* --- the variable --- */

struct handed {
	char name[NAME_SIZE];
	int fd;
};

/* The next one of TEXT, which moves behind it; false at the end, and at what is malformed. */
static bool next_handed(const char **text, struct handed *out)
{
	int used = 0;

	if (sscanf(*text, "%31[^=:]=%d%n", out->name, &out->fd, &used) != 2 || out->fd < 0)
		return false;
	*text += used;
	if (**text == ':')
		(*text)++;
	return true;
}

/* The descriptor called NAME, which stays open; -1: there is none. */
static int find_handed(const char *name)
{
	const char *text = getenv(HANDOVER_VARIABLE);
	struct handed handed;

	while (text && next_handed(&text, &handed)) {
		if (strcmp(handed.name, name) == 0)
			return handed.fd;
	}
	return -1;
}

bool handover_is_there(void)
{
	return find_handed("device") >= 0 && find_handed("state") >= 0;
}

int handover_settings(void)
{
	int fd = find_handed("settings");

	return fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

/* All that were handed over are duplicated where they are needed. */
static void close_handed(void)
{
	const char *text = getenv(HANDOVER_VARIABLE);
	struct handed handed;

	while (text && next_handed(&text, &handed))
		(void)close(handed.fd);
	(void)unsetenv(HANDOVER_VARIABLE);
}

/* --- taking up --- */

static int duplicate(const char *name)
{
	int fd = find_handed(name);

	return fd < 0 ? -1 : keeper_raise_fd(fcntl(fd, F_DUPFD_CLOEXEC, 0));
}

/* A segment that did not come along is taken from the table, so that the engine offers it again. */
static void take_segments(struct state *state)
{
	unsigned i, lost = 0;
	char name[NAME_SIZE];

	for (i = 0; i < STATE_SEGMENTS; i++) {
		struct state_segment *entry = &state->segments[i];
		uint32_t number = atomic_load(&entry->number);

		if (number == 0)
			continue;
		(void)snprintf(name, sizeof(name), SEGMENT_PREFIX "%u", number);
		entry->fd = duplicate(name);
		if (entry->fd >= 0)
			continue;
		atomic_store(&entry->number, 0);
		lost++;
	}
	if (lost > 0)
		log_warn("%u segments were not handed over: files held open may be stale", lost);
}

static int take_state(struct keeper *keeper, struct err *err)
{
	int rc;

	keeper->state_fd = duplicate("state");
	if (keeper->state_fd < 0)
		return err_sys(err, -keeper->state_fd, "keep the shared state");
	rc = state_map(keeper->state_fd, &keeper->state, err);
	if (rc == -EPROTO)
		return err_wrap(err,
				"'%s' is mounted by another version of this program, which has to "
				"go "
				"on with it",
				keeper->settings.mountpoint);
	return rc;
}

/* As with a systemd before 246, which keeps no descriptor that it cannot poll. */
static void lose_door(struct keeper *keeper)
{
	if (atomic_load(&keeper->state->watchers))
		keeper_set_watchers(
				keeper, false, "the service manager has not kept what they need");
}

static int take_up(struct keeper *keeper, struct err *err)
{
	int rc = take_state(keeper, err);

	if (rc < 0)
		return rc;
	keeper->device = duplicate("device");
	if (keeper->device < 0)
		return err_sys(err, -keeper->device, "keep the connection");
	keeper->door = duplicate("door");
	if (keeper->door < 0) {
		keeper->door = -1;
		lose_door(keeper);
	}
	keeper->queue = duplicate("queue");
	if (keeper->queue < 0) {
		keeper->queue = -1;
		keeper_watch_readers(keeper); /* the mark went with the queue */
	}
	keeper->connection = mount_connection(keeper->settings.mountpoint);
	keeper->had_server = true;
	take_segments(keeper->state);
	return 1;
}

int handover_take(struct keeper *keeper, struct err *err)
{
	int rc = 0;

	if (handover_is_there() && mount_is_ours(keeper->settings.mountpoint))
		rc = take_up(keeper, err);
	close_handed();
	return rc;
}

/* --- orphans --- */

/* Numbers of processes are used again: is PID still the ROLE of this mount? */
static bool is_role(const struct keeper *keeper, pid_t pid, const char *role)
{
	char path[64], title[NAME_MAX + 1], wanted[NAME_MAX + 1];
	ssize_t len;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	len = read(fd, title, sizeof(title) - 1);
	(void)close(fd);
	title[len > 0 ? len : 0] = '\0';
	(void)snprintf(wanted, sizeof(wanted), "refmount: %s %s", role, keeper->settings.name);
	return strcmp(title, wanted) == 0;
}

/*
 * Who it is, the lock says; a keeper that was killed may not have come to write it down. One that is
 * caught in the kernel, by a request that its successor will answer, is not waited for.
 */
static void end_orphan(const struct keeper *keeper, enum state_role claim, _Atomic int32_t *slot,
		const char *role)
{
	pid_t recorded = atomic_exchange(slot, 0), pid = state_holder(keeper->state_fd, claim);
	struct pollfd end = {.events = POLLIN};

	if (pid == 0)
		pid = recorded;
	if (pid <= 0 || !is_role(keeper, pid, role))
		return;
	end.fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (end.fd < 0)
		return;
	if (syscall(SYS_pidfd_send_signal, end.fd, SIGKILL, NULL, 0) == 0 &&
			poll(&end, 1, ORPHAN_END_MS) == 0)
		log_warn("the %s before us (process %d) has not ended yet", role, (int)pid);
	(void)close(end.fd);
	(void)waitpid(pid, NULL, WNOHANG); /* after an exec it is our own child */
}

void handover_end_orphans(struct keeper *keeper)
{
	end_orphan(keeper, STATE_ENGINE, &keeper->state->engine, "engine");
	end_orphan(keeper, STATE_SERVER, &keeper->state->server, "server");
}

/* --- exec --- */

static void add(struct buf *text, const char *name, int fd)
{
	if (fd >= 0)
		buf_printf(text, "%s%s=%d", text->len ? ":" : "", name, fd);
}

static void list_held(const struct keeper *keeper, struct buf *text)
{
	const struct state_segment *segments = keeper->state->segments;
	char name[NAME_SIZE];
	unsigned i;

	add(text, "settings", keeper->settings_fd);
	add(text, "state", keeper->state_fd);
	add(text, "device", keeper->device);
	add(text, "door", keeper->door);
	add(text, "queue", keeper->queue);
	for (i = 0; i < STATE_SEGMENTS; i++) {
		if (!atomic_load(&segments[i].number))
			continue;
		(void)snprintf(name, sizeof(name), SEGMENT_PREFIX "%u", segments[i].number);
		add(text, name, segments[i].fd);
	}
}

/* FLAGS (FD_CLOEXEC or none) for every descriptor that TEXT lists. */
static void set_flags(const char *text, int flags)
{
	struct handed handed;

	while (next_handed(&text, &handed))
		(void)fcntl(handed.fd, F_SETFD, flags);
}

int handover_exec(struct keeper *keeper, const char *program, struct err *err)
{
	struct buf text = BUF_INIT;
	char title[NAME_MAX + 1], *argv[] = {title, NULL};
	int rc;

	list_held(keeper, &text);
	(void)snprintf(title, sizeof(title), "refmount: keeper %s", keeper->settings.name);
	if (!buf_ok(&text) || setenv(HANDOVER_VARIABLE, buf_str(&text), 1) < 0) {
		buf_release(&text);
		return err_sys(err, ENOMEM, "hand the mount over");
	}
	set_flags(buf_str(&text), 0);
	(void)execv(program, argv);
	rc = err_sys(err, errno, "start '%s'", program);
	set_flags(buf_str(&text), FD_CLOEXEC);
	(void)unsetenv(HANDOVER_VARIABLE);
	buf_release(&text);
	return rc;
}

/* --- the service manager's store --- */

void handover_keep(const char *name, int fd)
{
	int rc = notify_store(name, fd);

	if (rc < 0)
		log_warn("the service manager does not keep '%s': %s", name, strerrordesc_np(-rc));
}

void handover_keep_segment(uint32_t number, int fd)
{
	char name[NAME_SIZE];

	(void)snprintf(name, sizeof(name), SEGMENT_PREFIX "%u", number);
	handover_keep(name, fd);
}

void handover_drop(const char *name)
{
	(void)notify_unstore(name); /* one kept for too long does no harm */
}

void handover_drop_segment(uint32_t number)
{
	char name[NAME_SIZE];

	(void)snprintf(name, sizeof(name), SEGMENT_PREFIX "%u", number);
	handover_drop(name);
}
