/*
 * keeper: holds what must not get lost (the mount, the connection, the shared state, the segments)
 * and watches over those who do the work. One loop, fixed messages, no parsing.
 *
 * It never looks into its own mount and never sends an invalidation: both can block on the server that
 * it is there to heal. It forwards between engine and server, and keeps tables of what passes, so that
 * each of the two can be replaced at any moment:
 *
 *  - a server finds tables and views in the shared state and its descriptors under their numbers;
 *    the engine is told (MESSAGE_SERVER) and repeats what was not answered;
 *  - an engine comes back from disk and offers its segments again; known ones are ignored;
 *  - a keeper is handed what the one before it held (handover.h): by the service manager, or when it
 *    becomes another program (upgrade.h). It then ends the server and the engine that it finds, and
 *    starts its own.
 *
 * How it ends: asked to (MESSAGE_QUIT, a signal), by somebody else's umount(8) (the server ends with 0
 * and the mount is not in the kernel's table), or because the engine finds nothing to show at the
 * start. If the server ends with 0 and the mount is still there, the connection was aborted: the corpse
 * is detached and mounted again.
 */
#include "fs/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fs/children.h"
#include "fs/claim.h"
#include "fs/forward.h"
#include "fs/handover.h"
#include "fs/mark.h"
#include "fs/mount.h"
#include "fs/roles.h"
#include "fs/spawn.h"
#include "fs/upgrade.h"
#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/log.h"
#include "src/base/loop.h"
#include "src/base/notify.h"
#include "src/base/str.h"
#include "src/link/state.h"

#define REMOUNT_DELAY_MS 500
#define END_GENTLE_MS	 300  /* for the server to see by itself that the mount is gone */
#define END_TIMEOUT_MS	 2000 /* for children to end when told to */

int keeper_raise_fd(int fd)
{
	int high = fcntl(fd, F_DUPFD_CLOEXEC, SPAWN_FIRST_FD);
	int code = errno;

	(void)close(fd);
	return high < 0 ? -code : high;
}

void keeper_close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

/* --- report to whoever started us: end of file is success --- */

void keeper_fail(struct keeper *keeper, int code, const char *text)
{
	keeper->exit_status = code;
	if (keeper->settings.foreground)
		(void)dprintf(STDERR_FILENO, "refmount: %s\n", text);
	else
		log_error("%.*s", (int)strcspn(text, "\n"), text); /* findings follow */
	if (keeper->report >= 0)
		(void)dprintf(keeper->report, "%d\n%s", code, text);
	keeper_close_fd(&keeper->report);
}

/* --- ending --- */

/* Is there a server that has to end with us? */
static bool has_server(const struct keeper *keeper)
{
	return keeper->server.pid > 0 && !keeper->leaves_server;
}

void keeper_check_ended(struct keeper *keeper)
{
	if (keeper->is_ending && !has_server(keeper) && keeper->engine.pid == 0)
		loop_stop(keeper->loop, keeper->exit_status);
}

static void signal_children(struct keeper *keeper, int signo)
{
	if (has_server(keeper))
		(void)kill(keeper->server.pid, signo);
	if (keeper->engine.pid > 0)
		(void)kill(keeper->engine.pid, signo);
}

/* Does it serve what is mounted elsewhere: bound to another place, or in another namespace? */
static bool serves_others(const struct keeper *keeper)
{
	struct pollfd state = {.fd = keeper->device};

	return keeper->device >= 0 && !keeper->awaits_door &&
			poll(&state, 1, 0) == 0; /* POLLERR when nothing is mounted any more */
}

static void on_end_timer(void *arg)
{
	struct keeper *keeper = arg;

	switch (keeper->end_step++) {
	case 0:
		keeper->leaves_server |= serves_others(keeper);
		signal_children(keeper, SIGTERM);
		break;
	case 1:
		signal_children(keeper, SIGKILL);
		break;
	default: /* caught in the kernel, by a request that nobody will answer any more */
		mount_abort(keeper->connection);
		loop_stop(keeper->loop, keeper->exit_status);
		return;
	}
	loop_timer_set(keeper->end_timer, END_TIMEOUT_MS);
	keeper_check_ended(keeper);
}

/*
 * The mount is gone or was never there: end the children. A server that is waking watchers must not be
 * killed if that can be helped: it would be caught in the kernel. One that has closed its door ends
 * as soon as nothing is mounted; one that still serves files held open under a detached mount, or
 * what others have bound elsewhere, is not waited for.
 */
void keeper_end(struct keeper *keeper)
{
	bool has_door = keeper->door >= 0;

	if (keeper->is_ending)
		return;
	keeper->is_ending = true;
	(void)notify_send("STOPPING=1", -1);
	atomic_store(&keeper->state->mounted, 0);
	keeper_close_door(keeper, "ending");
	loop_timer_clear(keeper->server.timer);
	loop_timer_clear(keeper->engine.timer);
	loop_timer_clear(keeper->watch_timer);
	loop_timer_clear(keeper->remount_timer);
	loop_timer_clear(keeper->quit_timer);
	if (keeper->engine.pid > 0)
		(void)kill(keeper->engine.pid, SIGTERM);
	if (has_door)
		loop_timer_set(keeper->end_timer, END_GENTLE_MS);
	else
		on_end_timer(keeper);
	keeper_check_ended(keeper);
}

int keeper_detach(struct keeper *keeper, bool lazy, struct err *err)
{
	return keeper->device < 0 ? 0 : mount_detach(keeper->settings.mountpoint, lazy, err);
}

/* Nothing to show: tell why, leave nothing behind. */
void keeper_give_up(struct keeper *keeper, int code, const char *text)
{
	keeper_fail(keeper, code, text);
	(void)keeper_detach(keeper, true, NULL);
	keeper_end(keeper);
}

bool keeper_drain(struct keeper *keeper)
{
	return keeper->queue >= 0 && mark_drain(keeper->queue);
}

static void on_signal(void *arg, int signo)
{
	struct keeper *keeper = arg;
	const struct log_event event = {.event = "stop", .path = keeper->settings.mountpoint};
	struct err err = ERR_INIT;
	int rc;

	log_event(LOG_INFO, &event, "ending: %s", strsignal(signo));
	rc = keeper_detach(keeper, false, &err);
	if (rc == -EBUSY && keeper_drain(keeper))
		rc = keeper_detach(keeper, false, &err);
	if (rc < 0) {
		log_warn("%s: detaching it", err.text);
		keeper->leaves_server = true;
		if (keeper_detach(keeper, true, &err) < 0)
			log_error("%s", err.text);
	}
	keeper_end(keeper);
}

/* --- the mount --- */

void keeper_set_watchers(struct keeper *keeper, bool works, const char *reason)
{
	struct state *state = keeper->state;

	(void)snprintf(state->watchers_reason, sizeof(state->watchers_reason), "%s", reason);
	atomic_store(&state->watchers, works);
}

void keeper_close_door(struct keeper *keeper, const char *reason)
{
	if (keeper->door < 0)
		return;
	keeper_set_watchers(keeper, false, reason);
	keeper_close_fd(&keeper->door);
	handover_drop("door");
	keeper->awaits_door = true;
	forward_number(&keeper->server, MESSAGE_CLOSE_DOOR, 0, 0, 0);
}

/*
 * The door is a mount, too: while it is open the kernel keeps the connection, whatever happens to the
 * mount that people see. So it is closed when that one goes, and the server ends as soon as nobody
 * else (another namespace, an open file) holds on.
 */
static void on_mounts(void *arg, uint32_t events)
{
	struct keeper *keeper = arg;

	(void)events;
	if (keeper->door < 0 || mount_is_ours(keeper->settings.mountpoint))
		return;
	keeper->is_unmounted = true;
	keeper_close_door(keeper, "the mount was moved or unmounted");
}

/* --- who opens what --- */

static void lose_readers(struct keeper *keeper, const char *reason)
{
	struct state *state = keeper->state;

	str_copy(state->readers_reason, sizeof(state->readers_reason), reason);
	atomic_store(&state->readers, STATE_READERS_OFF);
}

/* Without a door there is no way to the file system but through the visible mount. */
static int make_queue(void)
{
	int fd = mark_queue();

	if (fd >= 0)
		fd = keeper_raise_fd(fd);
	if (fd >= 0)
		handover_keep("queue", fd);
	return fd;
}

void keeper_watch_readers(struct keeper *keeper)
{
	if (keeper->door < 0) {
		lose_readers(keeper, keeper->state->watchers_reason);
		return;
	}
	if (keeper->queue < 0)
		keeper->queue = make_queue();
	if (keeper->queue < 0) {
		lose_readers(keeper, mark_reason(-keeper->queue));
		keeper->queue = -1;
		return;
	}
	atomic_store(&keeper->state->leases.chains.length_ms, (uint32_t)keeper->settings.lease_ms);
	atomic_store(&keeper->state->readers, STATE_READERS_EXPECTED);
}

static void on_marker_exit(void *arg, pid_t pid, int status)
{
	struct keeper *keeper = arg;

	if (pid != keeper->marker)
		return;
	keeper->marker = 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		atomic_store(&keeper->state->readers, STATE_READERS_MARKED);
	else
		lose_readers(keeper, mark_reason(WIFEXITED(status) ? WEXITSTATUS(status) : EINTR));
	if (keeper->is_ready)
		keeper_ready(keeper);
}

void keeper_mark(struct keeper *keeper)
{
	struct err err = ERR_INIT;
	int rc;

	if (keeper->queue < 0 || keeper->door < 0 || keeper->marker > 0 || keeper->is_ending ||
			atomic_load(&keeper->state->readers) != STATE_READERS_EXPECTED)
		return;
	rc = mark_start(keeper->queue, keeper->door, &keeper->marker, &err);
	if (rc == 0)
		rc = loop_add_child(keeper->loop, keeper->marker, on_marker_exit, keeper, &err);
	if (rc == 0)
		return;
	log_warn("%s", err.text);
	lose_readers(keeper, err.text);
	keeper->marker = 0;
}

void keeper_ready(struct keeper *keeper)
{
	const struct log_event event = {.event = "start", .path = keeper->settings.mountpoint};

	if (!keeper->is_ready)
		log_event(LOG_INFO, &event, "'%s' is served", keeper->settings.mountpoint);
	keeper->is_ready = true;
	if (keeper->marker > 0)
		return;
	keeper_close_fd(&keeper->report);
	(void)notify_send("READY=1", -1);
}

static int take_made(struct keeper *keeper, struct mount_made *made, struct err *err)
{
	int rc = keeper_raise_fd(made->device);

	if (rc < 0) {
		if (made->door >= 0)
			(void)close(made->door);
		return err_sys(err, -rc, "keep the connection");
	}
	keeper->device = rc;
	keeper->door = made->door < 0 ? -1 : keeper_raise_fd(made->door);
	if (made->door >= 0 && keeper->door < 0)
		(void)snprintf(made->reason, sizeof(made->reason), "too many open files");
	keeper_set_watchers(keeper, keeper->door >= 0, keeper->door >= 0 ? "" : made->reason);
	keeper_watch_readers(keeper);
	handover_keep("device", keeper->device);
	handover_keep("state", keeper->state_fd);
	if (keeper->door >= 0)
		handover_keep("door", keeper->door);
	return 0;
}

int keeper_attach(struct keeper *keeper, struct err *err)
{
	const struct settings *settings = &keeper->settings;
	struct buf source = BUF_INIT;
	struct mount_made made;
	struct mount_spec spec;
	int rc;

	buf_printf(&source, "%s#%s", settings->source, settings->ref);
	spec = (struct mount_spec){.mountpoint = settings->mountpoint,
			.place = keeper->place,
			.source = buf_str(&source),
			.allow_other = settings->allow_other,
			.noexec = settings->noexec};
	rc = mount_attach(&spec, &made, err);
	keeper_close_fd(&keeper->place);
	buf_release(&source);
	if (rc == 0) {
		keeper->is_unmounted = false;
		keeper->connection = mount_connection(settings->mountpoint);
		rc = take_made(keeper, &made, err);
	}
	if (rc < 0)
		return rc;
	atomic_store(&keeper->state->mounted, 1);
	return 0;
}

/* The connection is new: nothing that the kernel agreed to or refers to is left. */
static void reset_connection(struct state *state)
{
	unsigned i;

	atomic_store(&state->init_len, 0);
	memset(&state->taken, 0, sizeof(state->taken));
	atomic_store(&state->leases.settling, 0);
	for (i = 0; i < STATE_SLOTS; i++)
		memset(&state->slots[i], 0, sizeof(state->slots[i]));
	for (i = 0; i < STATE_SEGMENTS; i++)
		atomic_store(&state->segments[i].lookups, 0);
	memset(state->handles, 0, sizeof(state->handles));
}

void keeper_remount(void *arg)
{
	struct keeper *keeper = arg;
	struct err err = ERR_INIT;
	int rc;

	rc = mount_detach(keeper->settings.mountpoint, true, &err);
	keeper_close_fd(&keeper->door);
	keeper_close_fd(&keeper->device);
	handover_drop("door");
	handover_drop("device");
	handover_drop("state");
	if (rc == 0) {
		reset_connection(keeper->state);
		rc = keeper_attach(keeper, &err);
	}
	if (rc == 0)
		rc = children_start_server(keeper);
	if (rc == 0) {
		log_warn("the connection was lost: '%s' is mounted again",
				keeper->settings.mountpoint);
		return;
	}
	log_error("the connection was lost: %s", err.text);
	loop_timer_set(keeper->remount_timer, REMOUNT_DELAY_MS);
}

/* --- life --- */

/* Each segment is a descriptor. */
static void raise_limits(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

/* A manager that does not hear from us in time ends us: we are only alive if this loop turns. */
static void on_watchdog(void *arg)
{
	struct keeper *keeper = arg;

	(void)notify_send("WATCHDOG=1", -1);
	loop_timer_set(keeper->watchdog_timer, notify_watchdog_ms() / 2);
}

static int add_sources(struct keeper *keeper, struct err *err)
{
	const struct {
		loop_timer_fn *fn;
		struct loop_source **source;
	} timers[] = {
			{children_retry_server, &keeper->server.timer},
			{children_retry_engine, &keeper->engine.timer},
			{children_watch, &keeper->watch_timer},
			{on_end_timer, &keeper->end_timer},
			{keeper_remount, &keeper->remount_timer},
			{upgrade_on_timer, &keeper->upgrade.timer},
			{on_watchdog, &keeper->watchdog_timer},
			{forward_quit, &keeper->quit_timer},
	};
	size_t i;
	int rc;

	rc = loop_add_signal(keeper->loop, SIGTERM, on_signal, keeper, err);
	if (rc == 0)
		rc = loop_add_signal(keeper->loop, SIGINT, on_signal, keeper, err);
	if (rc == 0)
		rc = loop_add_signal(keeper->loop, SIGHUP, upgrade_on_signal, keeper, err);
	for (i = 0; i < sizeof(timers) / sizeof(timers[0]) && rc == 0; i++)
		rc = loop_add_timer(keeper->loop, timers[i].fn, keeper, timers[i].source, err);
	if (rc == 0 && notify_watchdog_ms() > 0)
		on_watchdog(keeper);
	return rc;
}

/* Without the table the door stays closed: nobody would notice that the mount is gone. */
static int watch_mounts(struct keeper *keeper, struct err *err)
{
	struct loop_source *source;

	keeper->mounts = open("/proc/self/mounts", O_RDONLY | O_CLOEXEC);
	if (keeper->mounts < 0)
		return err_sys(err, errno, "open '/proc/self/mounts'");
	keeper->mounts = keeper_raise_fd(keeper->mounts);
	if (keeper->mounts < 0)
		return err_sys(err, -keeper->mounts, "open '/proc/self/mounts'");
	return loop_add_fd(keeper->loop, keeper->mounts, EPOLLPRI, on_mounts, keeper, &source, err);
}

/* What tests and comparisons ask for. */
static uint32_t options_of_environment(void)
{
	uint32_t options = getenv("REFMOUNT_NO_EPOCH") ? STATE_NO_EPOCH : 0;

#ifdef REFMOUNT_TEST
	if (getenv("REFMOUNT_TEST_NAIVE"))
		options |= STATE_NAIVE;
#endif
	return options;
}

static int begin_afresh(struct keeper *keeper, struct err *err)
{
	int rc;

	/* Where autofs waits for us we must not look; the command has. */
	rc = keeper->place < 0 ? mount_check(keeper->settings.mountpoint, err) : 0;
	if (rc == 0)
		rc = state_create(&keeper->state_fd, &keeper->state, err);
	if (rc < 0)
		return rc;
	keeper->state_fd = keeper_raise_fd(keeper->state_fd);
	atomic_store(&keeper->state->options,
			options_of_environment() | (keeper->settings.debug ? STATE_DEBUG : 0));
	return 0;
}

/* Nothing is mounted by us and nothing is started yet: what fails here has no traces. */
static int prepare(struct keeper *keeper, struct err *err)
{
	int rc;

	rc = claim_take(&keeper->settings, &keeper->lock, err);
	if (rc < 0)
		return rc;
	rc = handover_take(keeper, err);
	if (rc == 0)
		rc = begin_afresh(keeper, err);
	if (rc >= 0) {
		atomic_store(&keeper->state->keeper, getpid());
		rc = loop_new(&keeper->loop, err);
	}
	if (rc == 0)
		rc = add_sources(keeper, err);
	return rc == 0 ? watch_mounts(keeper, err) : rc;
}

/* The first keeper of a mount gets them from a command, one that follows by exec from that one. */
static void take_descriptors(struct keeper *keeper)
{
	int settings = handover_settings();

	keeper->is_upgraded = settings >= 0;
	if (settings < 0) {
		keeper->report = keeper_raise_fd(KEEPER_FD_REPORT);
		keeper->place = getenv(HANDOVER_VARIABLE) ? -1 : keeper_raise_fd(KEEPER_FD_PLACE);
		settings = KEEPER_FD_SETTINGS;
	}
	keeper->settings_fd = keeper_raise_fd(settings);
}

static int open_keeper(struct keeper *keeper, const char *name, struct err *err)
{
	int rc;

	take_descriptors(keeper); /* before anything opens another one */
	log_open("keeper", name, true);
	if (keeper->settings_fd < 0)
		return err_sys(err, -keeper->settings_fd, "open the settings");
	rc = settings_load(keeper->settings_fd, &keeper->settings, err);
	if (rc < 0)
		return rc;
	log_open("keeper", name, !keeper->settings.foreground);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	(void)signal(SIGPIPE, SIG_IGN);
	raise_limits();
	return prepare(keeper, err);
}

/* What is mounted already is served before anything else. */
static void start(struct keeper *keeper)
{
	if (keeper->device >= 0) {
		handover_end_orphans(keeper);
		if (children_start_server(keeper) < 0)
			children_retry_server(keeper);
	}
	children_start_engine(keeper);
}

static void close_keeper(struct keeper *keeper)
{
	upgrade_release(&keeper->upgrade);
	loop_free(keeper->loop);
	if (keeper->lock >= 0)
		claim_withdraw(&keeper->settings);
	state_unmap(keeper->state);
	settings_release(&keeper->settings);
	free(keeper); /* descriptors, and with them the lock, go with the process */
}

int keeper_main(const char *name)
{
	struct keeper *keeper = calloc(1, sizeof(*keeper));
	struct err err = ERR_INIT;
	int rc;

	if (!keeper)
		return KEEPER_COULD_NOT;
	keeper->lock = keeper->device = keeper->state_fd = keeper->report = keeper->place = -1;
	keeper->door = keeper->mounts = keeper->queue = -1;
	keeper->server.link = keeper->engine.link = -1;
	keeper->upgrade = (struct upgrade)UPGRADE_INIT;
	rc = open_keeper(keeper, name, &err);
	if (rc < 0) {
		keeper_fail(keeper, KEEPER_COULD_NOT, err.text);
	} else {
		start(keeper);
		rc = loop_run(keeper->loop, &err);
		if (rc < 0)
			log_error("%s", err.text);
	}
	close_keeper(keeper);
	return rc < 0 ? KEEPER_COULD_NOT : rc;
}
