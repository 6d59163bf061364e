#include "fs/children.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fs/forward.h"
#include "fs/keeper.h"
#include "fs/mount.h"
#include "fs/spawn.h"
#include "fs/upgrade.h"
#include "fs/watch.h"
#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/base/err.h"
#include "src/base/log.h"
#include "src/base/loop.h"
#include "src/base/proc.h"
#include "src/link/message.h"
#include "src/link/state.h"

#define ENGINE_DELAY_MIN_MS 100 /* before a dead engine is replaced; doubles ... */
#define ENGINE_DELAY_MAX_MS 5000
#define ENGINE_STABLE_MS    10000 /* ... unless it lived that long, or was killed */
#define ENGINE_DEATHS_MAX   3	  /* before there was anything to show */
#define SERVER_CRASHES_MAX  20	  /* within SERVER_WINDOW_MS; from then on with a delay */
#define SERVER_WINDOW_MS    5000
#define SERVER_DELAY_MS	    250
#define SERVER_LOST_MS	    4 /* after its link was closed it has ended, or will not for long */

void children_drop_link(struct child *child)
{
	loop_remove(child->link_source);
	child->link_source = NULL;
	keeper_close_fd(&child->link);
}

/* Somebody else ends a process with SIGKILL; whatever else ends one is its own doing. */
static bool is_crash(int status)
{
	return !WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL;
}

/* --- engine --- */

static void on_engine_exit(void *arg, pid_t pid, int status)
{
	struct keeper *keeper = arg;
	struct child *engine = &keeper->engine;
	const struct log_event event = {.event = "restart", .process = "engine"};
	char text[128], reason[256];

	(void)pid;
	engine->pid = 0;
	atomic_store(&keeper->state->engine, 0);
	children_drop_link(engine);
	if (keeper->is_ending) {
		keeper_check_ended(keeper);
		return;
	}
	(void)snprintf(reason, sizeof(reason), "the engine %s",
			proc_status_text(status, text, sizeof(text)));
	if (keeper->report >= 0 && ++engine->deaths > ENGINE_DEATHS_MAX) {
		keeper_give_up(keeper, KEEPER_COULD_NOT, reason);
		return;
	}
	if (clock_mono_ms() - engine->started_ms > ENGINE_STABLE_MS || engine->delay_ms == 0 ||
			!is_crash(status))
		engine->delay_ms = ENGINE_DELAY_MIN_MS;
	else if (engine->delay_ms < ENGINE_DELAY_MAX_MS)
		engine->delay_ms *= 2;
	log_event(LOG_ERR, &event, "%s: another follows in %llu ms", reason,
			(unsigned long long)engine->delay_ms);
	loop_timer_set(engine->timer, engine->delay_ms);
}

static int adopt(struct keeper *keeper, struct child *child, int link, loop_fd_fn *on_link,
		loop_child_fn *on_exit, struct err *err)
{
	int rc;

	child->link = link;
	child->started_ms = clock_mono_ms();
	rc = loop_add_child(keeper->loop, child->pid, on_exit, keeper, err);
	if (rc == 0)
		rc = loop_add_fd(keeper->loop, link, EPOLLIN, on_link, keeper, &child->link_source,
				err);
	if (rc < 0) /* nobody would listen to it */
		(void)kill(child->pid, SIGKILL);
	return rc;
}

static int launch_engine(struct keeper *keeper, struct err *err)
{
	const struct settings *settings = &keeper->settings;
	struct buf title = BUF_INIT;
	const char *argv[2] = {NULL, NULL};
	struct proc_spec spec = {.program = settings->program, .argv = argv, .fd_count = 3};
	int link[2], rc;

	rc = message_pair(link, err);
	if (rc < 0)
		return rc;
	buf_printf(&title, "refmount: engine %s", settings->name);
	argv[0] = buf_str(&title);
	spec.fds[0] = keeper->settings_fd;
	spec.fds[1] = link[1];
	spec.fds[2] = keeper->state_fd;
	rc = proc_spawn(&spec, &keeper->engine.pid, err);
	buf_release(&title);
	(void)close(link[1]);
	if (rc < 0) {
		(void)close(link[0]);
		return rc;
	}
	atomic_store(&keeper->state->engine, keeper->engine.pid);
	return adopt(keeper, &keeper->engine, link[0], forward_from_engine, on_engine_exit, err);
}

void children_start_engine(struct keeper *keeper)
{
	struct err err = ERR_INIT;
	struct view view;

	if (launch_engine(keeper, &err) < 0) {
		if (keeper->report >= 0) {
			keeper_give_up(keeper, KEEPER_COULD_NOT, err.text);
			return;
		}
		log_error("%s", err.text);
		loop_timer_set(keeper->engine.timer, ENGINE_DELAY_MAX_MS);
		return;
	}
	forward_number(&keeper->engine, MESSAGE_HELLO, 0,
			keeper->is_upgraded ? MESSAGE_ON_PURPOSE : 0,
			keeper->device >= 0 && state_view(keeper->state, &view));
	keeper->is_upgraded = false; /* the next one follows one that has ended */
}

void children_retry_engine(void *arg)
{
	struct keeper *keeper = arg;

	atomic_fetch_add(&keeper->state->engine_restarts, 1);
	children_start_engine(keeper);
}

/* --- server --- */

/* Every request that was being worked on may be the one that the server died of. */
static void blame(struct state *state)
{
	unsigned i;

	for (i = 0; i < STATE_SLOTS; i++) {
		if (atomic_load(&state->slots[i].started_ns))
			state->slots[i].crashes++;
	}
}

/* How long to wait before the next server: not at all, unless they crash one after the other. */
static uint64_t server_delay(struct child *server)
{
	uint64_t now = clock_mono_ms();

	if (now - server->window_ms > SERVER_WINDOW_MS) {
		server->window_ms = now;
		server->deaths = 0;
	}
	return ++server->deaths > SERVER_CRASHES_MAX ? SERVER_DELAY_MS : 0;
}

static void replace_server(struct keeper *keeper, int status)
{
	const struct log_event event = {.event = "restart", .process = "server"};
	uint64_t delay = 0;
	char text[128];

	keeper->server.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	upgrade_on_server_end(keeper);
	if (is_crash(status)) {
		blame(keeper->state);
		delay = server_delay(&keeper->server);
	}
	if (delay || children_start_server(keeper) < 0)
		loop_timer_set(keeper->server.timer, delay ? delay : SERVER_DELAY_MS);
	/* After the fact: readers are waiting. */
	log_event(LOG_WARNING, &event, "the server %s: replaced",
			proc_status_text(status, text, sizeof(text)));
}

/* Not without end at full speed, should servers of ours end by themselves, or somebody abort them all. */
static void remount(struct keeper *keeper)
{
	uint64_t delay = server_delay(&keeper->server);

	if (delay)
		loop_timer_set(keeper->remount_timer, delay);
	else
		keeper_remount(keeper);
}

static void on_server_exit(void *arg, pid_t pid, int status)
{
	struct keeper *keeper = arg;
	const struct log_event event = {.event = "stop", .path = keeper->settings.mountpoint};

	if (pid != keeper->server.pid)
		return; /* a lost one, which has a successor */
	keeper->server.pid = 0;
	loop_timer_clear(keeper->server.timer);
	atomic_store(&keeper->state->server, 0);
	children_drop_link(&keeper->server);
	loop_timer_clear(keeper->watch_timer);
	if (keeper->is_ending) {
		keeper_check_ended(keeper);
	} else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 ||
			upgrade_program(&keeper->upgrade)) {
		replace_server(keeper, status);
	} else if (mount_is_ours(keeper->settings.mountpoint)) {
		remount(keeper);
	} else {
		log_event(LOG_INFO, &event, "'%s' was unmounted", keeper->settings.mountpoint);
		keeper_end(keeper);
	}
}

static int launch_server(struct keeper *keeper, struct err *err)
{
	struct spawn spawn;
	int link[2], rc;

	rc = message_pair(link, err);
	if (rc < 0)
		return rc;
	link[1] = keeper_raise_fd(link[1]);
	if (link[1] < 0) {
		(void)close(link[0]);
		return err_sys(err, -link[1], "start a server");
	}
	spawn = (struct spawn){.program = upgrade_program(&keeper->upgrade),
			.name = keeper->settings.name,
			.device = keeper->device,
			.state_fd = keeper->state_fd,
			.link = link[1],
			.door = keeper->door,
			.queue = keeper->queue,
			.state = keeper->state};
	rc = spawn_server(&spawn, &keeper->server.pid, err);
	(void)close(link[1]);
	if (rc < 0) {
		(void)close(link[0]);
		return rc;
	}
	atomic_store(&keeper->state->server, keeper->server.pid);
	return adopt(keeper, &keeper->server, link[0], forward_from_server, on_server_exit, err);
}

int children_start_server(struct keeper *keeper)
{
	struct err err = ERR_INIT;
	int rc;

	rc = launch_server(keeper, &err);
	if (rc < 0) {
		log_error("%s", err.text);
		return rc;
	}
	keeper->watch = (struct watch)WATCH_INIT;
	loop_timer_set(keeper->watch_timer, WATCH_IDLE_MS);
	if (keeper->had_server) {
		atomic_fetch_add(&keeper->state->server_restarts, 1);
		forward_number(&keeper->engine, MESSAGE_SERVER, (uint32_t)keeper->server.pid,
				upgrade_program(&keeper->upgrade) ? MESSAGE_ON_PURPOSE : 0,
				keeper->server.signal);
	}
	keeper->had_server = true;
	return 0;
}

void children_lose_server(struct keeper *keeper)
{
	children_drop_link(&keeper->server);
	if (keeper->server.pid > 0 && !keeper->is_ending)
		loop_timer_set(keeper->server.timer, SERVER_LOST_MS);
}

/*
 * A server's thread that waits in the kernel for an answer which only a server can give (switch.c)
 * cannot be killed, so the process does not end, and we are not told. But the rest of it is dead, and
 * with it the descriptors that all threads but that one share. Its successor answers; then it ends.
 */
static void replace_lost(struct keeper *keeper)
{
	log_warn("the server (process %d) is caught in the kernel", (int)keeper->server.pid);
	(void)kill(keeper->server.pid, SIGKILL);
	keeper->server.pid = 0;
	loop_timer_clear(keeper->watch_timer);
	replace_server(keeper, SIGKILL);
}

void children_retry_server(void *arg)
{
	struct keeper *keeper = arg;

	if (keeper->server.pid > 0) {
		if (keeper->server.link < 0 && !keeper->is_ending)
			replace_lost(keeper);
		return;
	}
	if (children_start_server(keeper) < 0)
		loop_timer_set(keeper->server.timer, SERVER_DELAY_MS);
}

void children_watch(void *arg)
{
	struct keeper *keeper = arg;
	const struct watch_fds fds = {.device = keeper->device,
			.queue = keeper->queue,
			.link = keeper->is_unmounted ? keeper->server.link : -1};
	enum watch_result result;

	result = watch_look(&keeper->watch, keeper->state, &fds, clock_mono_ms());
	if (result == WATCH_HUNG) {
		log_error("the server hangs: replacing it");
		blame(keeper->state);
		(void)kill(keeper->server.pid, SIGKILL);
		return;
	}
	loop_timer_set(keeper->watch_timer, result == WATCH_BUSY ? WATCH_BUSY_MS : WATCH_IDLE_MS);
}
