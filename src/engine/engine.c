#include "src/engine/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/base/log.h"
#include "src/base/loop.h"
#include "src/base/mountinfo.h"
#include "src/base/path.h"
#include "src/base/proc.h"
#include "src/base/str.h"
#include "src/build/build.h"
#include "src/build/builds.h"
#include "src/build/job.h"
#include "src/ctl/server.h"
#include "src/engine/core.h"
#include "src/engine/credentials.h"
#include "src/engine/gate.h"
#include "src/engine/history.h"
#include "src/engine/hooks.h"
#include "src/engine/listener.h"
#include "src/engine/live.h"
#include "src/engine/probation.h"
#include "src/engine/sole.h"
#include "src/engine/switch.h"
#include "src/engine/verify.h"
#include "src/fetch/fetches.h"
#include "src/node/commands.h"
#include "src/node/operations.h"
#include "src/snap/store.h"
#include "src/trust/signatures.h"

#define CRASHES_MAX 3
#define CRASHES_MS  10000 /* after a switch */

/* --- processes that had to be restarted --- */

static void on_notice_timer(void *arg)
{
	struct engine *engine = arg;

	engine->notice[0] = '\0';
	present_now(engine);
}

static void show_restart(struct engine *engine, const char *role)
{
	char time[CLOCK_TEXT_SIZE];

	clock_format(clock_wall_s(), time);
	(void)snprintf(engine->notice, sizeof(engine->notice), "the %s was restarted at %s", role,
			time);
	loop_timer_set(engine->notice_timer, NOTICE_MS);
}

/* Is a switch to something else under way, and something there to stay with? */
static bool is_switching(const struct engine *engine)
{
	return switcher_is_busy(engine->switcher) && engine->visible &&
			engine->showing.generation && engine->showing.generation != engine->visible;
}

/* A commit that the server cannot even switch to: it stays with what it has. */
static void give_up_switch(struct engine *engine)
{
	const struct oid commit = engine->showing.generation->commit;
	bool is_of_ref = engine->showing.is_of_ref;
	struct diag findings = DIAG_INIT;
	char sentence[128];

	(void)snprintf(sentence, sizeof(sentence),
			"the server crashed %d times while it switched to this commit",
			CRASHES_MAX);
	present_abandon(engine, sentence);
	engine->crashes = 0;
	diag_add(&findings, DIAG_ERROR, NULL, 0, 0, "%s", sentence);
	if (is_of_ref)
		decide_reject(engine, &commit, &findings);
	diag_release(&findings);
}

/*
 * A commit that makes the server crash again and again is no good, whatever the checks said: back
 * to the one before it.
 */
static void condemn(struct engine *engine)
{
	struct generation *previous = kept_find_commit(
			&engine->kept, &engine->saved.previous.commit, engine->settings_hash);
	struct diag findings = DIAG_INIT;

	if (!previous || engine->saved.hold.is_active || engine->goal.is_active)
		return;
	diag_add(&findings, DIAG_ERROR, NULL, 0, 0,
			"the server crashed %d times within %d s of the switch to this commit",
			CRASHES_MAX, CRASHES_MS / 1000);
	decide_fall_back(engine, previous, &findings, "the server kept crashing");
	diag_release(&findings);
}

/*
 * Did a server that ended by signal SIGNO stumble over what it served? Not if somebody killed it.
 */
static bool is_crash(int signo)
{
	return signo == SIGSEGV || signo == SIGBUS || signo == SIGABRT || signo == SIGILL ||
			signo == SIGFPE || signo == SIGTRAP || signo == SIGSYS;
}

static void count_crash(struct engine *engine)
{
	bool is_switched =
			engine->switched_ms && clock_mono_ms() - engine->switched_ms < CRASHES_MS;

	if ((!is_switching(engine) && !is_switched) || ++engine->crashes < CRASHES_MAX)
		return;
	if (is_switching(engine))
		give_up_switch(engine);
	else if (engine->crashes == CRASHES_MAX)
		condemn(engine);
}

static void on_server(struct engine *engine, const struct message *message)
{
	uint64_t restarts = atomic_load(&engine->shared->server_restarts);
	bool is_new = restarts != engine->restarts;

	if (is_new && is_crash(message->code))
		count_crash(engine);
	switcher_repeat(engine->switcher);
	if (!is_new)
		return;
	engine->restarts = restarts;
	if (message->flags != MESSAGE_ON_PURPOSE) {
		log_warn("the server was restarted (%llu so far)", (unsigned long long)restarts);
		show_restart(engine, "server");
	}
	decide_next(engine);
}

/* --- the keeper --- */

struct wanted_mount {
	const char *path;
	bool is_there;
};

static bool look_for(void *arg, const struct mountinfo *info)
{
	struct wanted_mount *wanted = arg;

	wanted->is_there =
			str_has_prefix(info->type, "fuse") && strcmp(info->path, wanted->path) == 0;
	return wanted->is_there;
}

/* Also if the table cannot be read: nobody ends because of that. */
static bool is_mounted(const struct engine *engine)
{
	struct wanted_mount wanted = {.path = engine->settings.mountpoint};

	return mountinfo_each(look_for, &wanted, NULL) < 0 || wanted.is_there;
}

static void on_mountinfo(void *arg, uint32_t epoll_events)
{
	struct engine *engine = arg;

	(void)epoll_events;
	if (!is_mounted(engine))
		loop_stop(engine->loop, 0);
}

/* The server goes on serving; so do we, until the mount is gone. */
static void on_cut(struct engine *engine)
{
	loop_remove(engine->link_source);
	engine->link_source = NULL;
	switcher_cut(engine->switcher);
	if (tickets_unmounted(engine) || engine->is_failed || !engine->visible) {
		loop_stop(engine->loop, 0);
		return;
	}
	engine->mountinfo_fd = open(MOUNTINFO_FILE, O_RDONLY | O_CLOEXEC);
	if (engine->mountinfo_fd < 0 || !is_mounted(engine) ||
			loop_add_fd(engine->loop, engine->mountinfo_fd, EPOLLPRI, on_mountinfo,
					engine, &engine->mountinfo_source, NULL) < 0) {
		loop_stop(engine->loop, 0);
		return;
	}
	log_error("the keeper has gone: nothing is switched any more");
	tickets_check(engine);
}

/* A mount that nobody can push to is not what was asked for; one that is served already stays. */
static bool listens(struct engine *engine, bool is_adopted)
{
	struct err err = ERR_INIT;

	if (!engine->listener || listener_start(engine->listener, &err) == 0)
		return true;
	log_error("%s", err.text);
	if (is_adopted)
		return true;
	engine->is_failed = true;
	switcher_fail(engine->switcher, 2, err.text);
	return false;
}

static void on_hello(struct engine *engine, const struct message *message)
{
	if (engine->is_greeted)
		return;
	engine->is_greeted = true;
	if (message->code == 1 && message->flags != MESSAGE_ON_PURPOSE)
		show_restart(engine, "engine");
	if (listens(engine, message->code == 1))
		start_serving(engine, message->code == 1);
}

static void on_message(struct engine *engine, const struct message *message)
{
	switch (message->type) {
	case MESSAGE_HELLO:
		on_hello(engine, message);
		return;
	case MESSAGE_PUBLISHED:
		present_answer(engine, message);
		return;
	case MESSAGE_SERVER:
		on_server(engine, message);
		return;
	case MESSAGE_REFUSED:
		tickets_refused(engine, message);
		return;
	default:
		return;
	}
}

static void on_link(void *arg, uint32_t epoll_events)
{
	struct engine *engine = arg;
	int fd = -1, rc;

	(void)epoll_events;
	while (!switcher_is_cut(engine->switcher)) {
		rc = message_receive(ENGINE_FD_LINK, &engine->message, &fd);
		if (rc == 0)
			on_message(engine, &engine->message);
		else if (rc != -EBADMSG && rc != -EAGAIN)
			on_cut(engine);
		if (fd >= 0)
			(void)close(fd);
		fd = -1;
		if (rc == -EAGAIN)
			return;
	}
}

/* --- timers and signals --- */

static void on_spare_timer(void *arg)
{
	struct engine *engine = arg;

	if (engine->task.build)
		return;
	builds_warm(engine->builds);
	signatures_warm(engine->signatures);
	start_verifying(engine);
}

static void on_term(void *arg, int signo)
{
	struct engine *engine = arg;

	(void)signo;
	loop_stop(engine->loop, 0); /* whatever matters is on disk */
}

/* Whoever changed something about the source (a credential, the network) need not wait for a poll. */
static void on_hup(void *arg, int signo)
{
	struct engine *engine = arg;

	(void)signo;
	if (engine->follow)
		(void)follow_now(engine->follow);
}

static int add_timers(struct engine *engine, struct err *err)
{
	const struct {
		loop_timer_fn *fn;
		struct loop_source **out;
	} timers[] = {
			{asking_on_timer, &engine->hold_timer},
			{present_on_timer, &engine->status_timer},
			{on_spare_timer, &engine->spare_timer},
			{on_notice_timer, &engine->notice_timer},
			{pinning_on_timer, &engine->pin_timer},
			{decide_on_debounce_timer, &engine->debounce_timer},
			{reading_on_timer, &engine->look_timer},
	};
	size_t i;
	int rc = 0;

	for (i = 0; i < sizeof(timers) / sizeof(timers[0]) && rc == 0; i++)
		rc = loop_add_timer(engine->loop, timers[i].fn, engine, timers[i].out, err);
	return rc;
}

/* --- pushes --- */

static void on_push(void *arg)
{
	struct engine *engine = arg;

	if (engine->follow)
		follow_now(engine->follow);
}

static void on_question(void *arg, struct report *out)
{
	present_report(arg, out);
}

static void on_listener(void *arg, bool has_restarted)
{
	struct engine *engine = arg;

	if (has_restarted)
		show_restart(engine, "HTTP role");
	present_now(engine);
}

static int prepare_listener(struct engine *engine, struct err *err)
{
	const struct listener_spec spec = {
			.loop = engine->loop,
			.settings = &engine->settings,
			.look = on_push,
			.report = on_question,
			.change = on_listener,
			.arg = engine,
	};

	if (!engine->settings.http_listen[0])
		return 0;
	return listener_new(&spec, &engine->listener, err);
}

/* --- life --- */

/* How long it was before we started that the source could last be asked. */
static void note_age(struct engine *engine)
{
	int64_t last = engine->saved.last_sync.ok_time, now = clock_wall_s();

	engine->contact_time = last;
	if (last > 0 && last < now)
		engine->unasked_ms = (uint64_t)(now - last) * 1000;
}

static int load_saved(struct engine *engine, struct err *err)
{
	struct err reason = ERR_INIT;
	int rc;

	rc = saved_load(engine->settings.state_dir, &engine->saved, &reason);
	if (rc == -EPROTO)
		return err_set(err, EPROTO, "%s/%s", engine->settings.state_dir, reason.text);
	if (rc < 0) {
		log_error("%s: starting from what is on disk", reason.text);
		str_copy(engine->trouble, sizeof(engine->trouble), reason.text);
		engine->is_lost = true;
	}
	note_age(engine);
	hold_restore(&engine->saved.hold, clock_wall_s(), clock_mono_ms());
	return 0;
}

static uint64_t settings_hash(const struct settings *settings)
{
	struct job job = JOB_INIT;

	job.folder = settings->folder;
	job.facts = settings->facts;
	job.uid = settings->uid;
	job.gid = settings->gid;
	return build_settings(&job);
}

static int open_parts(struct engine *engine, struct err *err)
{
	const struct settings *settings = &engine->settings;
	const struct builds_spec builds = {
			.loop = engine->loop,
			.program = settings->program,
			.name = settings->name,
			.lock = engine->sole,
			.on_idle = record_cleanup,
			.arg = engine,
	};
	const struct fetches_spec fetches = {
			.loop = engine->loop,
			.program = settings->program,
			.name = settings->name,
			.lock = engine->sole,
	};
	int rc;

	rc = operations_parse(settings->operations, &engine->operations, err);
	if (rc == 0)
		rc = load_saved(engine, err);
	if (rc == 0 && settings->is_remote)
		rc = fetches_new(&fetches, &engine->fetches, err);
	if (rc == 0)
		rc = trusting_begin(engine, err);
	if (rc == 0 && settings->secrets[0])
		rc = credentials_new(engine->loop, settings->secrets, decide_on_secrets, engine,
				&engine->credentials, err);
	if (rc == 0)
		rc = history_open(settings->state_dir, &engine->history, err);
	if (rc == 0)
		rc = drifting_start(engine, err);
	if (rc == 0)
		rc = builds_new(&builds, &engine->builds, err);
	return rc;
}

/* What the node runs besides us, and when. */
static int open_operations(struct engine *engine, struct err *err)
{
	const struct settings *settings = &engine->settings;
	int rc;

	rc = commands_new(engine->loop, settings->program, settings->name, &engine->commands, err);
	if (rc == 0)
		rc = gate_new(engine, &engine->gate, err);
	if (rc == 0)
		rc = hooks_new(engine, &engine->hooks, err);
	if (rc == 0)
		rc = probation_new(engine, &engine->probation, err);
	return rc;
}

static int listen_for_requests(struct engine *engine, struct err *err)
{
	struct buf path = BUF_INIT;
	int rc;

	path_join(&path, engine->settings.run_dir, "ctl");
	rc = ctl_server_new(engine->loop, buf_str(&path), requests_receive, tickets_gone, engine,
			&engine->ctl, err);
	buf_release(&path);
	return rc;
}

static int begin(struct engine *engine, struct err *err)
{
	int rc;

	rc = loop_new(&engine->loop, err);
	if (rc == 0)
		rc = loop_add_signal(engine->loop, SIGTERM, on_term, engine, err);
	if (rc == 0)
		rc = loop_add_signal(engine->loop, SIGHUP, on_hup, engine, err);
	if (rc == 0)
		rc = add_timers(engine, err);
	if (rc == 0)
		rc = state_map(ENGINE_FD_STATE, &engine->shared, err);
	if (rc == 0)
		rc = sole_take(engine->settings.state_dir, &engine->sole, err);
	if (rc == 0)
		rc = state_claim(ENGINE_FD_STATE, STATE_ENGINE);
	if (rc == 0)
		rc = store_open(engine->settings.state_dir, &engine->store, err);
	if (rc == 0)
		rc = switcher_new(ENGINE_FD_LINK, engine->shared, engine->store, &engine->switcher,
				err);
	if (rc == 0)
		rc = open_parts(engine, err);
	if (rc == 0)
		rc = open_operations(engine, err);
	if (rc == 0)
		rc = prepare_listener(engine, err);
	if (rc == 0)
		rc = listen_for_requests(engine, err);
	if (rc == 0)
		rc = loop_add_fd(engine->loop, ENGINE_FD_LINK, EPOLLIN, on_link, engine,
				&engine->link_source, err);
	return rc;
}

static void end(struct engine *engine)
{
	tickets_release(engine);
	probation_free(engine->probation);
	hooks_free(engine->hooks);
	gate_free(engine->gate);
	commands_free(engine->commands);
	ctl_server_free(engine->ctl);
	listener_free(engine->listener);
	follow_free(engine->follow);
	verify_free(engine->verify);
	credentials_free(engine->credentials);
	live_free(engine->live);
	signatures_free(engine->signatures);
	builds_free(engine->builds);
	fetches_free(engine->fetches);
	switcher_free(engine->switcher);
	history_free(engine->history);
	store_close(engine->store);
	state_unmap(engine->shared);
	loop_free(engine->loop);
	if (engine->mountinfo_fd >= 0)
		(void)close(engine->mountinfo_fd);
	if (engine->sole >= 0)
		(void)close(engine->sole);
	kept_release(&engine->kept);
	buf_release(&engine->delta);
	buf_release(&engine->leases);
	texts_release(&engine->shown);
	readers_release(&engine->readers);
	saved_release(&engine->saved);
	operations_free(engine->operations);
	settings_release(&engine->settings);
	free(engine->doomed);
	free(engine);
}

static int run(struct engine *engine)
{
	struct err err = ERR_INIT;
	int rc;

	rc = begin(engine, &err);
	if (rc == 0) {
		engine->asked_ms = clock_mono_ms();
		engine->restarts = atomic_load(&engine->shared->server_restarts);
		asking_arm(engine);
		rc = loop_run(engine->loop, &err);
	}
	if (rc < 0) {
		log_error("%s", err.text);
		if (engine->switcher)
			switcher_fail(engine->switcher, 2, err.text);
	}
	return rc;
}

int engine_main(void)
{
	struct engine *engine = calloc(1, sizeof(*engine));
	struct err err = ERR_INIT;
	int rc;

	if (!engine)
		return EXIT_FAILURE;
	engine->mountinfo_fd = -1;
	engine->sole = -1;
	engine->settings = (struct settings)SETTINGS_INIT;
	(void)signal(SIGPIPE, SIG_IGN);
	proc_set_name("engine");
	rc = settings_load(ENGINE_FD_SETTINGS, &engine->settings, &err);
	if (rc == 0) {
		log_open("engine", engine->settings.name, !engine->settings.foreground);
		engine->settings_hash = settings_hash(&engine->settings);
		rc = run(engine);
	}
	end(engine);
	return rc < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
