#include "src/cmd/doctor_mount.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/base/mountinfo.h"
#include "src/base/str.h"
#include "src/cmd/call.h"
#include "src/cmd/doctor_checkup.h"
#include "src/cmd/doctor_subject.h"
#include "src/cmd/mounts.h"
#include "src/cmd/show.h"
#include "src/link/settings.h"
#include "src/value/value.h"

#define MOUNT_TYPE    "fuse.refmount"
#define STATUS_JSON   ".refmount/status.json"
#define ARENA_LIMIT   (16u << 20) /* bytes */
#define CLOCK_SLACK_S 300	  /* clocks differ by so much without harm */
#define RESTARTS_MANY 3
#define ON_PURPOSE    "turned off" /* lease=0 */
#define DELETED	      " (deleted)" /* proc_pid_exe(5) */

/* --- the mount point --- */

/* What lies at PATH, by the kernel's table: the last one is on top. */
struct top {
	const char *path;
	bool is_mounted, is_ours, has_ours;
	char type[64];
};

static bool note_top(void *arg, const struct mountinfo *info)
{
	struct top *top = arg;

	if (strcmp(info->path, top->path) != 0)
		return false;
	top->is_mounted = true;
	top->is_ours = strcmp(info->type, MOUNT_TYPE) == 0;
	top->has_ours |= top->is_ours;
	str_copy(top->type, sizeof(top->type), info->type);
	return false;
}

static size_t count_entries(const char *path)
{
	const struct dirent *entry;
	DIR *dir = opendir(path);
	size_t count = 0;

	while (dir && (entry = readdir(dir)) != NULL)
		count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	if (dir)
		(void)closedir(dir);
	return count;
}

/* Nothing of ours is mounted there. */
static void check_free(const char *path, struct checkup *checkup)
{
	struct stat st;

	if (stat(path, &st) < 0) {
		checkup_fail(checkup, "mount point", "'%s': %s", path, strerror(errno));
		checkup_remedy(checkup, "mkdir -p %s", path);
	} else if (!S_ISDIR(st.st_mode)) {
		checkup_fail(checkup, "mount point", "'%s' is not a directory", path);
		checkup_remedy(checkup, "choose an empty directory");
	} else if (count_entries(path) > 0) {
		checkup_fail(checkup, "mount point",
				"'%s' is not empty: what is in it would be hidden", path);
		checkup_remedy(checkup, "choose an empty directory, or empty it");
	} else {
		checkup_ok(checkup, "mount point", "'%s' is free", path);
	}
}

static void check_place(const char *name, const char *path, struct checkup *checkup)
{
	struct top top = {.path = path};

	(void)mountinfo_each(note_top, &top, NULL);
	if (top.has_ours && !top.is_ours) {
		checkup_fail(checkup, "mount point",
				"another file system (%s) is mounted over '%s'", top.type, path);
		checkup_remedy(checkup, "umount %s, once, and the mount is seen again", path);
	} else if (top.is_ours && mountinfo_is_dead(path)) {
		checkup_fail(checkup, "mount point",
				"the mount at '%s' is dead: its processes have ended", path);
		checkup_remedy(checkup,
				"refmount mount %s puts another one in its place; refmount umount "
				"%s takes it away",
				name, path);
	} else if (top.is_ours) {
		checkup_ok(checkup, "mount point", "'%s' is mounted", path);
	} else {
		check_free(path, checkup);
	}
}

void doctor_place(struct checkup *checkup, const void *arg)
{
	const struct subject *subject = arg;
	struct settings settings = SETTINGS_INIT;
	struct diag findings = DIAG_INIT;

	if (subject->mount)
		check_place(subject->name, subject->mount->path, checkup);
	else if (subject->config && subject_settings(subject, &settings, &findings, NULL) == 0)
		check_place(subject->name, settings.mountpoint, checkup);
	diag_release(&findings);
	settings_release(&settings);
}

/* --- what it says --- */

static const struct value *at(const struct value *status, const char *key, const char *below)
{
	return value_get(value_get(status, key), below);
}

static int64_t number(const struct value *status, const char *key, const char *below)
{
	const struct value *value = at(status, key, below);

	return value && value->kind == VALUE_INT ? value->integer : 0;
}

static bool has_findings(const struct value *status)
{
	const struct value *findings = value_get(status, "findings");

	return findings && findings->kind == VALUE_LIST && findings->list.count > 0;
}

static void check_health(
		const struct subject *subject, const struct value *status, struct checkup *checkup)
{
	const char *health = show_text(status, "health"), *reason = show_text(status, "reason");

	if (strcmp(health, "Healthy") == 0 || strcmp(health, "Progressing") == 0) {
		checkup_ok(checkup, "health", "%s, %s", health, show_text(status, "sync"));
		return;
	}
	if (strcmp(health, "Suspended") == 0) {
		checkup_warn(checkup, "health", "Suspended: %s", reason);
		checkup_remedy(checkup, "refmount resume %s follows the ref again", subject->name);
		return;
	}
	if (strcmp(health, "Degraded") == 0 && !has_findings(status)) {
		checkup_warn(checkup, "health", "Degraded: %s", reason);
		checkup_remedy(checkup, "serving goes on; journalctl -t refmount says why");
		return;
	}
	checkup_fail(checkup, "health", "%s: %s", health, reason);
	checkup_remedy(checkup,
			"refmount status %s names each finding with its place; a commit that puts "
			"them right is served by itself",
			subject->name);
}

static void check_sync(const struct subject *subject, const struct value *status, int64_t now_s,
		struct checkup *checkup)
{
	const struct value *sync = value_get(status, "last_sync");
	const char *time = show_text(sync, "time");
	int64_t then_s;

	if (clock_parse(time, &then_s) < 0)
		return;
	if (strcmp(show_text(sync, "result"), "ok") != 0) {
		checkup_fail(checkup, "last sync", "failed at %s: %s", time,
				show_text(sync, "error"));
		checkup_remedy(checkup, "put that right; refmount sync %s tries again at once",
				subject->name);
	} else if (then_s > now_s + CLOCK_SLACK_S) {
		checkup_warn(checkup, "last sync", "was at %s, which is still to come", time);
		checkup_remedy(checkup,
				"the clock went back: timedatectl set-ntp true, then refmount sync "
				"%s",
				subject->name);
	} else {
		checkup_ok(checkup, "last sync", "%" PRId64 " s ago",
				now_s > then_s ? now_s - then_s : 0);
	}
}

static void check_committed(const struct value *status, int64_t now_s, struct checkup *checkup)
{
	const char *time = show_text(status, "committed");
	int64_t then_s;

	if (clock_parse(time, &then_s) < 0 || then_s <= now_s + CLOCK_SLACK_S)
		return;
	checkup_warn(checkup, "clock", "the commit that is served is of %s, which is still to come",
			time);
	checkup_remedy(checkup,
			"set the clock of this machine, or of the author's: timedatectl "
			"set-ntp true");
}

/* Of the features, those that can be had on another machine or with another configuration. */
static void check_features(const struct value *status, struct checkup *checkup)
{
	static const struct {
		const char *name, *reason, *remedy;
	} features[] = {
			{"watchers", "watchers_reason",
					"mount as root, on Linux 5.12 or newer; in a container "
					"with "
					"CAP_SYS_ADMIN"},
			{"readers", "readers_reason",
					"mount as root; in a container with CAP_SYS_ADMIN"},
			{"leases", "leases_reason",
					"mount as root; in a container with CAP_SYS_ADMIN"},
			{"sandbox", "sandbox_reason",
					"a kernel with seccomp filters, and landlock in lsm="},
	};

	for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++) {
		const struct value *works = at(status, "features", features[i].name);
		const char *reason = show_text(value_get(status, "features"), features[i].reason);

		if (!works || works->kind != VALUE_BOOL || works->boolean ||
				str_has_prefix(reason, ON_PURPOSE))
			continue;
		checkup_warn(checkup, "features", "%s: off, %s", features[i].name, reason);
		checkup_remedy(checkup, "%s", features[i].remedy);
	}
}

/* The address of HTTP is bound, or said to be in use. */
static void check_http(const struct value *status, struct checkup *checkup)
{
	const char *reason = show_text(value_get(status, "features"), "http_reason");

	if (strcmp(reason, "-") == 0 || strcmp(reason, "not configured") == 0)
		return;
	checkup_fail(checkup, "http", "does not answer: %s", reason);
	checkup_remedy(checkup, "free that address (ss -ltnp shows who has it), or change 'http'");
}

static void check_restarts(const struct value *status, struct checkup *checkup)
{
	int64_t restarts = number(status, "processes", "restarts");

	if (restarts < RESTARTS_MANY) {
		checkup_ok(checkup, "restarts", "the server was restarted %" PRId64 " times",
				restarts);
		return;
	}
	checkup_warn(checkup, "restarts", "the server was restarted %" PRId64 " times", restarts);
	checkup_remedy(checkup,
			"journalctl -t refmount says why; refmount upgrade moves the mount to a "
			"newer program");
}

/* Was the program of a process replaced since it started? */
static bool is_replaced(int64_t pid)
{
	char path[64], program[PATH_MAX];
	ssize_t len;

	(void)snprintf(path, sizeof(path), "/proc/%" PRId64 "/exe", pid);
	len = readlink(path, program, sizeof(program) - 1);
	if (len < 0)
		return false;
	program[len] = '\0';
	return str_has_suffix(program, DELETED);
}

static void check_programs(
		const struct subject *subject, const struct value *status, struct checkup *checkup)
{
	static const char *const roles[] = {"keeper", "server", "engine"};

	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		int64_t pid = number(status, "processes", roles[i]);

		if (pid <= 0 || !is_replaced(pid))
			continue;
		checkup_warn(checkup, "program",
				"the %s (%" PRId64 ") runs a program that was replaced "
				"since",
				roles[i], pid);
		checkup_remedy(checkup, "refmount upgrade %s", subject->name);
		return;
	}
}

void mount_check_status(const struct subject *subject, const struct value *status, int64_t now_s,
		struct checkup *checkup)
{
	check_health(subject, status, checkup);
	check_sync(subject, status, now_s, checkup);
	check_committed(status, now_s, checkup);
	check_features(status, checkup);
	check_http(status, checkup);
	check_restarts(status, checkup);
	check_programs(subject, status, checkup);
}

/* --- a mount that runs --- */

static bool is_alive(const struct subject *subject)
{
	return subject->mount && subject->mount->is_mounted &&
			!mountinfo_is_dead(subject->mount->path);
}

void doctor_mount(struct checkup *checkup, const void *arg)
{
	const struct subject *subject = arg;
	struct arena *arena = NULL;
	struct err err = ERR_INIT;
	struct value *status;

	if (!is_alive(subject))
		return;
	arena = arena_new(ARENA_LIMIT);
	if (!arena) {
		checkup->failed = true;
	} else if (show_parse(subject->mount, STATUS_JSON, arena, &status, &err) < 0) {
		checkup_fail(checkup, "status", "%s", err.text);
		checkup_remedy(checkup,
				"ask as the user who mounted; journalctl -t refmount says more");
	} else {
		mount_check_status(subject, status, clock_wall_s(), checkup);
	}
	arena_free(arena);
}

/* To wait for what is served already is a question without consequences. */
void doctor_engine(struct checkup *checkup, const void *arg)
{
	const struct subject *subject = arg;
	struct call call = CALL_INIT("wait");
	struct buf revision = BUF_INIT;
	struct err err = ERR_INIT;
	int rc;

	if (!is_alive(subject) ||
			show_read(subject->mount, ".refmount/revision", &revision, NULL) < 0)
		return;
	buf_cut(&revision, strcspn(buf_str(&revision), "\n"));
	call_add(&call, buf_str(&revision));
	rc = call_ask(&call, subject->mount, NULL, &err);
	if (rc == -EACCES) {
		checkup_ok(checkup, "engine", "only its owner may ask it");
	} else if (rc < 0) {
		checkup_fail(checkup, "engine", "does not answer, while serving goes on: %s",
				err.text);
		checkup_remedy(checkup,
				"journalctl -t refmount says why; refmount umount %s and refmount "
				"mount start it again",
				subject->name);
	} else {
		checkup_ok(checkup, "engine", "answers");
	}
	buf_release(&revision);
}
