#include "fs/upgrade.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fs/forward.h"
#include "fs/handover.h"
#include "fs/keeper.h"
#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/log.h"
#include "src/base/loop.h"
#include "src/base/proc.h"
#include "src/base/str.h"
#include "src/link/message.h"

#define SELF	    "/proc/self/exe"
#define DELETED	    " (deleted)" /* what the kernel puts behind the path of a replaced program */
#define REPORT_SIZE 1024

static void reset(struct upgrade *upgrade)
{
	free(upgrade->program);
	upgrade->program = NULL;
	keeper_close_fd(&upgrade->settings_fd);
	keeper_close_fd(&upgrade->report);
	upgrade->step = UPGRADE_NONE;
}

void upgrade_release(struct upgrade *upgrade)
{
	reset(upgrade);
}

const char *upgrade_program(const struct upgrade *upgrade)
{
	return upgrade->step == UPGRADE_TRYING ? upgrade->program : NULL;
}

/* A server that is on trial is ended: its successor is started from our own program again. */
static void undo(struct keeper *keeper, int code, const char *text)
{
	struct upgrade *upgrade = &keeper->upgrade;
	bool has_server = upgrade->step == UPGRADE_TRYING && keeper->server.pid > 0;
	const struct log_event event = {
			.event = "upgrade", .result = "failed", .path = upgrade->program};

	loop_timer_clear(upgrade->timer);
	log_event(LOG_ERR, &event, "not upgraded to '%s': %s",
			upgrade->program ? upgrade->program : "?", text);
	reset(upgrade);
	if (has_server)
		(void)kill(keeper->server.pid, SIGKILL);
	forward_refusal(keeper, MESSAGE_UPGRADE, code, text);
}

/* --- self-test --- */

static void on_test_end(void *arg, pid_t pid, int status)
{
	struct keeper *keeper = arg;
	struct upgrade *upgrade = &keeper->upgrade;
	char text[REPORT_SIZE], how[128];
	ssize_t len;

	if (pid != upgrade->test)
		return;
	upgrade->test = 0;
	if (upgrade->step != UPGRADE_TESTING)
		return;
	len = read(upgrade->report, text, sizeof(text) - 1);
	text[len > 0 ? len : 0] = '\0';
	if (status != 0 && text[0] == '\0')
		(void)snprintf(text, sizeof(text), "its self-test %s",
				proc_status_text(status, how, sizeof(how)));
	if (status != 0) {
		undo(keeper, EPROTO, text);
		return;
	}
	upgrade->step = UPGRADE_ENDING;
	loop_timer_set(upgrade->timer, UPGRADE_STEP_MS);
	if (keeper->server.pid > 0)
		(void)kill(keeper->server.pid, SIGKILL);
	else
		upgrade_on_server_end(keeper); /* one will be started in any case */
}

static int start_test(struct keeper *keeper, struct err *err)
{
	struct upgrade *upgrade = &keeper->upgrade;
	struct buf title = BUF_INIT;
	const char *argv[2] = {NULL, NULL};
	struct proc_spec spec = {
			.program = upgrade->program, .argv = argv, .fd_count = 3, .devnull = true};
	int report[2], rc;

	if (pipe2(report, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_sys(err, errno, "start the self-test");
	upgrade->report = keeper_raise_fd(report[0]);
	buf_printf(&title, "refmount: selftest %s", keeper->settings.name);
	argv[0] = buf_str(&title);
	spec.fds[0] = upgrade->settings_fd >= 0 ? upgrade->settings_fd : keeper->settings_fd;
	spec.fds[1] = keeper->state_fd;
	spec.fds[2] = report[1];
	rc = proc_spawn(&spec, &upgrade->test, err);
	buf_release(&title);
	(void)close(report[1]);
	if (rc == 0)
		rc = loop_add_child(keeper->loop, upgrade->test, on_test_end, keeper, err);
	return rc;
}

void upgrade_begin(struct keeper *keeper, const char *program, int settings_fd)
{
	struct upgrade *upgrade = &keeper->upgrade;
	struct err err = ERR_INIT;

	if (upgrade->step != UPGRADE_NONE) {
		keeper_close_fd(&settings_fd);
		forward_refusal(keeper, MESSAGE_UPGRADE, EBUSY, "an upgrade is under way");
		return;
	}
	upgrade->step = UPGRADE_TESTING;
	upgrade->settings_fd = settings_fd < 0 ? -1 : keeper_raise_fd(settings_fd);
	upgrade->program = strdup(program);
	if (!upgrade->program || (settings_fd >= 0 && upgrade->settings_fd < 0)) {
		undo(keeper, ENOMEM, "no memory, or too many open files");
		return;
	}
	if (start_test(keeper, &err) < 0) {
		undo(keeper, err.code, err.text);
		return;
	}
	loop_timer_set(upgrade->timer, UPGRADE_STEP_MS);
}

void upgrade_on_signal(void *arg, int signo)
{
	struct keeper *keeper = arg;
	char path[PATH_MAX];
	ssize_t len = readlink(SELF, path, sizeof(path) - 1);

	if (len < 0)
		return;
	path[len] = '\0';
	if (str_has_suffix(path, DELETED))
		path[strlen(path) - strlen(DELETED)] = '\0';
	log_info("%s: starting '%s' anew", strsignal(signo), path);
	upgrade_begin(keeper, path, -1);
}

/* --- trial --- */

void upgrade_on_server_end(struct keeper *keeper)
{
	struct upgrade *upgrade = &keeper->upgrade;

	if (upgrade->step == UPGRADE_TRYING) {
		undo(keeper, EPROTO, "its server ended before it served");
	} else if (upgrade->step == UPGRADE_ENDING) {
		upgrade->step = UPGRADE_TRYING;
		loop_timer_set(upgrade->timer, UPGRADE_STEP_MS);
	}
}

void upgrade_on_serving(struct keeper *keeper)
{
	struct upgrade *upgrade = &keeper->upgrade;
	int settings_fd = keeper->settings_fd;
	const struct log_event event = {
			.event = "upgrade", .result = "ok", .path = upgrade->program};
	struct err err = ERR_INIT;

	if (upgrade->step != UPGRADE_TRYING)
		return;
	log_event(LOG_INFO, &event, "going on as '%s'", upgrade->program);
	if (upgrade->settings_fd >= 0)
		keeper->settings_fd = upgrade->settings_fd;
	(void)handover_exec(keeper, upgrade->program, &err);
	keeper->settings_fd = settings_fd;
	undo(keeper, err.code, err.text);
}

void upgrade_on_timer(void *arg)
{
	struct keeper *keeper = arg;
	struct upgrade *upgrade = &keeper->upgrade;

	if (upgrade->step == UPGRADE_TESTING && upgrade->test > 0)
		(void)kill(upgrade->test, SIGKILL);
	if (upgrade->step == UPGRADE_TESTING)
		undo(keeper, ETIMEDOUT, "its self-test did not end in time");
	else if (upgrade->step != UPGRADE_NONE)
		undo(keeper, ETIMEDOUT, "its server did not serve in time");
}
