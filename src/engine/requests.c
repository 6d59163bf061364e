#include "src/engine/core.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <time.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/base/log.h"
#include "src/base/loop.h"
#include "src/base/proc.h"
#include "src/base/str.h"
#include "src/build/builds.h"
#include "src/build/job.h"
#include "src/ctl/server.h"
#include "src/engine/history.h"
#include "src/engine/hooks.h"
#include "src/engine/switch.h"
#include "src/engine/tickets.h"
#include "src/link/settings.h"

/* Fewer digits could as well be the name of a tag: then the repository is asked first. */
#define SHORT_ID_MIN   7
#define SHORT_ID_LEAST 4

/* Half a second in all. */
#define DETACH_TRIES	25
#define DETACH_PAUSE_NS 20000000

/* --- what does REV mean --- */

static bool may_change(const struct ctl_client *client)
{
	uid_t uid = ctl_client_uid(client);

	return uid == 0 || uid == geteuid();
}

/* What is kept everybody can read anyway. What is not may be of a branch that nobody should see. */
static void proceed_to_pin(struct ticket *ticket, const struct oid *commit)
{
	struct engine *engine = ticket->engine;

	ticket->waits_for = WAITS_PIN;
	ticket->commit = *commit;
	if (may_change(ticket->client))
		pinning_ask(engine, commit);
	else if (kept_find_commit(&engine->kept, commit, engine->settings_hash))
		tickets_check(engine);
	else
		tickets_end_with(ticket, EXIT_TROUBLE,
				"this revision is not kept, and only root and the owner of this "
				"mount may have it built");
}

/* The ref goes on from COMMIT, which has to be where it leads now. */
static void proceed_to_accept(struct ticket *ticket, const struct oid *commit)
{
	struct engine *engine = ticket->engine;
	const struct goal *goal = &ticket->goal;
	char hex[OID_HEX_SIZE];

	if (!oid_equal(commit, &engine->saved.desired)) {
		oid_format(&engine->saved.desired, hex);
		ctl_client_error(ticket->client,
				"--accept is about the commit that '%s' leads to now, %s",
				decide_ref(engine), hex);
		tickets_end(ticket, EXIT_TROUBLE);
		return;
	}
	ticket->waits_for = WAITS_TIP;
	asking_accept(engine, commit, goal->by, goal->reason[0] ? goal->reason : "accepted");
}

static void proceed(struct ticket *ticket, const struct oid *commit)
{
	struct engine *engine = ticket->engine;

	if (ticket->verb == REQUEST_WAIT) {
		ticket->waits_for = WAITS_COMMIT;
		ticket->commit = *commit;
		/* It may have been pushed just now. TICKET may be answered by the look. */
		if (!engine->visible || !oid_equal(&engine->visible->commit, commit))
			(void)follow_now(engine->follow);
		tickets_check(engine);
		return;
	}
	if (ticket->verb == REQUEST_PIN) {
		proceed_to_pin(ticket, commit);
		return;
	}
	if (ticket->is_accept) {
		proceed_to_accept(ticket, commit);
		return;
	}
	ticket->waits_for = WAITS_GOAL;
	ticket->serial = engine->goal.serial + 1;
	ticket->goal.commit = *commit;
	asking_goal(engine, &ticket->goal);
}

static bool is_hex(const char *text)
{
	return text[strspn(text, "0123456789abcdefABCDEF")] == '\0';
}

/* "@N": 0, -ENOENT, or 1: it is something else. */
static int resolve_step(const struct engine *engine, const char *text, struct oid *out)
{
	uint64_t n;

	if (text[0] != '@' || !isdigit((unsigned char)text[1]) || str_to_u64(text + 1, &n) < 0)
		return 1;
	if (n > 0)
		return history_find(engine->history, n, out);
	*out = engine->visible->commit;
	return 0;
}

static int resolve_kept(
		const struct engine *engine, const char *text, size_t least, struct oid *out)
{
	size_t len = strlen(text);

	if (len < least || len >= OID_HEX_SIZE || !is_hex(text))
		return -ENOENT;
	return kept_find_prefix(&engine->kept, text, out);
}

static void on_resolved(void *arg, const struct result *result)
{
	struct ticket *ticket = arg;
	struct buf text = BUF_INIT;
	struct oid commit;

	ticket->resolve = NULL;
	if (result->kind == RESULT_DONE && !oid_is_zero(&result->commit)) {
		proceed(ticket, &result->commit);
		return;
	}
	if (resolve_kept(ticket->engine, ticket->target, SHORT_ID_LEAST, &commit) == 0) {
		proceed(ticket, &commit);
		return;
	}
	/* Whoever has just made or pushed a commit may wait for it before it is here. */
	if (ticket->verb == REQUEST_WAIT && oid_parse(ticket->target, &commit) == 0) {
		proceed(ticket, &commit);
		return;
	}
	if (result->kind == RESULT_REJECTED)
		diag_format(&result->findings, &text);
	else
		buf_add_str(&text, result->error);
	if (text.len > 0 && text.data[text.len - 1] == '\n')
		text.data[--text.len] = '\0';
	tickets_end_with(ticket, EXIT_TROUBLE, buf_str(&text));
	buf_release(&text);
}

static void ask_builder(struct ticket *ticket)
{
	struct engine *engine = ticket->engine;
	struct job job = JOB_INIT;
	struct err err = ERR_INIT;

	job.kind = JOB_RESOLVE;
	job.repository = engine->settings.repository;
	job.state_dir = engine->settings.state_dir;
	job.revision = ticket->target;
	if (builds_start(engine->builds, &job, on_resolved, ticket, &ticket->resolve, &err) < 0)
		tickets_end_with(ticket, EXIT_TROUBLE, err.text);
}

/* TICKET waits for the answer; then it goes on with proceed(). */
static void resolve(struct ticket *ticket, const char *text)
{
	struct oid commit;
	int rc;

	str_copy(ticket->target, sizeof(ticket->target), text);
	rc = resolve_step(ticket->engine, text, &commit);
	if (rc < 0) {
		tickets_end_with(ticket, EXIT_TROUBLE, "no earlier revision was served");
		return;
	}
	if (rc > 0)
		rc = resolve_kept(ticket->engine, text, SHORT_ID_MIN, &commit);
	if (rc == 0)
		proceed(ticket, &commit);
	else
		ask_builder(ticket);
}

/* --- the verbs --- */

/* `switch` and `rollback`. */
static void receive_goal(
		struct engine *engine, struct ctl_client *client, const struct request *request)
{
	struct ticket *ticket = tickets_add(engine, client, request, WAITS_RESOLVE);

	if (!ticket)
		return;
	hold_user_name(ctl_client_uid(client), ticket->goal.by, sizeof(ticket->goal.by));
	str_copy(ticket->goal.reason, sizeof(ticket->goal.reason),
			request->reason ? request->reason : "");
	ticket->goal.for_ms = request->for_ms;
	ticket->goal.verb = request->verb == REQUEST_ROLLBACK ? "rollback" : "switch";
	resolve(ticket, request->verb == REQUEST_ROLLBACK ? "@1" : request->target);
}

/* TICKET waits for the tip; have a look where that is. */
static void look(struct ticket *ticket)
{
	struct engine *engine = ticket->engine;
	uint64_t number;

	decide_hurry(engine);
	/* A source on this machine is asked here, and TICKET may be answered by that. */
	number = follow_now(engine->follow);
	if (!follow_is_done(engine->follow, number))
		ticket->look = number;
	present_now(engine);
}

static void receive_resume(
		struct engine *engine, struct ctl_client *client, const struct request *request)
{
	struct ticket *ticket = tickets_add(engine, client, request, WAITS_TIP);
	char by[HOLD_BY_MAX];

	if (!ticket)
		return;
	hold_user_name(ctl_client_uid(client), by, sizeof(by));
	engine->is_stale = true; /* nothing is answered before the look */
	asking_resume(engine, by, "resumed");
	look(ticket);
}

static void receive_follow(
		struct engine *engine, struct ctl_client *client, const struct request *request)
{
	struct ticket *ticket = tickets_add(engine, client, request, WAITS_CHANGE);

	if (!ticket)
		return;
	str_copy(ticket->target, sizeof(ticket->target), request->target);
	follow_change(engine->follow, ticket->target);
}

/* The last one asked: older ones are of other changes. */
static struct ticket *find_change(const struct engine *engine, const char *ref)
{
	struct ticket *ticket = engine->tickets;

	while (ticket && !(ticket->waits_for == WAITS_CHANGE && strcmp(ticket->target, ref) == 0))
		ticket = ticket->next;
	return ticket;
}

void requests_changed(void *arg, const char *ref, int rc, const struct err *err)
{
	struct engine *engine = arg;
	struct ticket *ticket = find_change(engine, ref);

	if (rc < 0) {
		if (ticket)
			tickets_end_with(ticket, EXIT_TROUBLE, err->text);
		return;
	}
	looking_follow(engine, ref);
	if (ticket) {
		ticket->waits_for = WAITS_TIP;
		look(ticket);
	} else {
		(void)follow_now(engine->follow);
	}
}

static void receive_sync(
		struct engine *engine, struct ctl_client *client, const struct request *request)
{
	struct ticket *ticket = tickets_add(engine, client, request, WAITS_TIP);

	if (!ticket)
		return;
	tickets_set_timeout(ticket, request->timeout_ms);
	decide_retry(engine);
	hooks_retry(engine->hooks);
	engine->is_stale = true;
	look(ticket);
}

static void receive_wait(
		struct engine *engine, struct ctl_client *client, const struct request *request)
{
	struct ticket *ticket = tickets_add(
			engine, client, request, request->target ? WAITS_RESOLVE : WAITS_TIP);

	if (!ticket)
		return;
	if (ticket->wants_readers && reading_why_not(engine)) {
		ctl_client_error(client, "who reads is not known: %s", reading_why_not(engine));
		tickets_end(ticket, EXIT_TROUBLE);
		return;
	}
	tickets_set_timeout(ticket, request->timeout_ms);
	reading_arm(engine);
	if (request->target) {
		resolve(ticket, request->target);
		return;
	}
	(void)follow_now(engine->follow); /* whoever waits is in no hurry */
	present_now(engine);
}

/*
 * An open that the server has not come to note yet holds the mount busy, like an open file: that passes. The keeper
 * is patient in the same way, but with a timer (forward_quit()); without it there is nothing else to do here.
 */
static int detach(const char *path, bool is_lazy)
{
	const struct timespec pause = {.tv_nsec = DETACH_PAUSE_NS};
	int rc = umount2(path, is_lazy ? MNT_DETACH : 0);

	for (unsigned i = 1; rc < 0 && errno == EBUSY && i < DETACH_TRIES; i++) {
		(void)nanosleep(&pause, NULL);
		rc = umount2(path, 0);
	}
	return rc;
}

/* Without a keeper, we are all that is left to do it. */
static void unmount_here(struct ticket *ticket)
{
	struct engine *engine = ticket->engine;
	const char *path = engine->settings.mountpoint;
	const char *const helper[] = {
			"/usr/bin/fusermount3", ticket->is_lazy ? "-uz" : "-u", "--", path, NULL};
	int status = 0;

	if (detach(path, ticket->is_lazy) == 0) {
		tickets_end(ticket, EXIT_DONE);
	} else if (errno == EPERM && proc_run(helper, &status, NULL) == 0 && status == 0) {
		tickets_end(ticket, EXIT_DONE);
	} else {
		ctl_client_error(ticket->client, "unmount '%s': %s", path, strerror(errno));
		tickets_end(ticket, EXIT_TROUBLE);
		return;
	}
	loop_stop(engine->loop, 0);
}

static void receive_umount(
		struct engine *engine, struct ctl_client *client, const struct request *request)
{
	struct ticket *ticket = tickets_add(engine, client, request, WAITS_UMOUNT);

	if (!ticket)
		return;
	if (switcher_is_cut(engine->switcher) ||
			switcher_quit(engine->switcher, request->is_lazy) < 0)
		unmount_here(ticket);
}

/* The settings of this mount, but for the program that its next engine is. */
static int store_settings(struct engine *engine, const char *program, int *fd, struct err *err)
{
	struct settings settings = engine->settings;
	int rc;

	settings.program = strdup(program);
	if (!settings.program)
		return err_sys(err, ENOMEM, "upgrade");
	rc = settings_store(&settings, fd, err);
	free(settings.program);
	return rc;
}

static void receive_upgrade(
		struct engine *engine, struct ctl_client *client, const struct request *request)
{
	struct ticket *ticket = tickets_add(engine, client, request, WAITS_UPGRADE);
	struct err err = ERR_INIT;
	int rc, fd = -1;

	if (!ticket)
		return;
	rc = store_settings(engine, request->target, &fd, &err);
	if (rc == 0)
		rc = switcher_upgrade(engine->switcher, request->fs, fd);
	if (fd >= 0)
		(void)close(fd);
	if (rc < 0)
		tickets_end_with(ticket, EXIT_TROUBLE, err.code ? err.text : strerror(-rc));
}

static void receive_pin(
		struct engine *engine, struct ctl_client *client, const struct request *request)
{
	struct ticket *ticket = tickets_add(engine, client, request, WAITS_RESOLVE);

	if (ticket)
		resolve(ticket, request->target);
}

static void receive_apply(
		struct engine *engine, struct ctl_client *client, const struct request *request)
{
	struct ticket *ticket = tickets_add(engine, client, request, WAITS_LIVE);

	if (ticket)
		drifting_apply(engine, ticket);
}

static void dispatch(
		struct engine *engine, struct ctl_client *client, const struct request *request)
{
	switch (request->verb) {
	case REQUEST_SWITCH:
	case REQUEST_ROLLBACK:
		receive_goal(engine, client, request);
		return;
	case REQUEST_RESUME:
		receive_resume(engine, client, request);
		return;
	case REQUEST_FOLLOW:
		receive_follow(engine, client, request);
		return;
	case REQUEST_SYNC:
		receive_sync(engine, client, request);
		return;
	case REQUEST_WAIT:
		receive_wait(engine, client, request);
		return;
	case REQUEST_UMOUNT:
		receive_umount(engine, client, request);
		return;
	case REQUEST_UPGRADE:
		receive_upgrade(engine, client, request);
		return;
	case REQUEST_PIN:
		receive_pin(engine, client, request);
		return;
	case REQUEST_APPLY:
		receive_apply(engine, client, request);
		return;
	}
}

/* NULL, or why nothing can be done now. */
static const char *obstacle(const struct engine *engine, const struct request *request)
{
	if (request->verb == REQUEST_UMOUNT)
		return NULL;
	if (!engine->visible || !engine->follow)
		return "the mount does not serve yet";
	if (switcher_is_cut(engine->switcher) && request->verb != REQUEST_WAIT)
		return "the keeper of this mount has died: nothing can be switched until it is "
		       "back";
	return NULL;
}

void requests_receive(void *arg, struct ctl_client *client, int argc, const char *const *argv)
{
	struct engine *engine = arg;
	struct request request;
	struct err err = ERR_INIT;
	const char *why;

	if (request_parse(argc, argv, &request, &err) < 0)
		why = err.text;
	else if (request_changes(&request) && !may_change(client))
		why = "only root and the owner of this mount may do this";
	else
		why = obstacle(engine, &request);
	if (why) {
		ctl_client_error(client, "%s", why);
		ctl_client_end(client, EXIT_TROUBLE);
		return;
	}
	dispatch(engine, client, &request);
}
