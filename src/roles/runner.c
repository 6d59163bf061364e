/*
 * The runner: starts one program, watches over it, says how it ended. It stays in the program's
 * process group, so that one kill(2) of the group ends everything, itself included: that is how it
 * ends in any case, once it has answered.
 *
 * A candidate is shown in the place of the mount by a bind mount that only this process and what it
 * starts can see. What the node looks at with absolute paths is then what it will find after the
 * switch. Where that is refused (no CAP_SYS_ADMIN) the program sees the tree as it is, and the
 * candidate below {root} only.
 *
 * The engine is gone when the socket to it hangs up. Its death signal would come too late for that, and
 * to us alone.
 */
#include "src/roles/roles.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/loop.h"
#include "src/base/proc.h"
#include "src/base/str.h"
#include "src/base/workers.h"
#include "src/node/command.h"

#define NICE_CHECK 5
#define ENV_MAX	   16
#define TEXT_SIZE  4096

struct runner {
	struct command_job job;
	struct loop *loop;
	struct loop_source *timer;
	struct buf output;
	int pipe;
	struct loop_source *source; /* of the pipe */
	struct command_result result;
};

/* --- who it runs as, and where --- */

/* Cover the mount with the candidate. 0, or -errno: then nothing has changed. */
static int cover(const struct command_job *job)
{
	if (unshare(CLONE_NEWNS) < 0)
		return -errno;
	if (mount(NULL, "/", NULL, MS_SLAVE | MS_REC, NULL) < 0 ||
			mount(job->pinned, job->mount, NULL, MS_BIND, NULL) < 0)
		return -errno;
	return 0;
}

/* NAME, or a number; NULL with the reason. */
static const struct passwd *find_user(const char *name, struct err *err)
{
	const struct passwd *user;
	uint64_t number;

	errno = 0;
	if (str_to_u64(name, &number) == 0 && number < UINT32_MAX)
		user = getpwuid((uid_t)number);
	else
		user = getpwnam(name);
	if (!user)
		(void)err_set(err, ENOENT, "there is no user '%s'", name);
	return user;
}

static int become(const char *name, struct err *err)
{
	const struct passwd *user;

	if (!name[0])
		return 0;
	user = find_user(name, err);
	if (!user)
		return -ENOENT;
	(void)setenv("HOME", user->pw_dir, 1);
	(void)setenv("USER", user->pw_name, 1);
	(void)setenv("LOGNAME", user->pw_name, 1);
	if (user->pw_uid == geteuid())
		return 0;
	if (initgroups(user->pw_name, user->pw_gid) < 0 || setgid(user->pw_gid) < 0 ||
			setuid(user->pw_uid) < 0)
		return err_sys(err, errno, "become user '%s'", name);
	return 0;
}

/* A small environment that does not depend on who started the mount. */
static int set_environment(const struct command_job *job, const char *root)
{
	static const char *const kept[] = {
			"HOME", "USER", "LOGNAME", "TZ", "XDG_RUNTIME_DIR", NULL};
	char *values[ENV_MAX] = {NULL};
	size_t i;
	int rc = 0;

	for (i = 0; kept[i]; i++)
		values[i] = getenv(kept[i]) ? strdup(getenv(kept[i])) : NULL;
	(void)clearenv();
	for (i = 0; kept[i]; i++) {
		if (values[i])
			rc |= setenv(kept[i], values[i], 1);
		free(values[i]);
	}
	rc |= setenv("PATH", COMMAND_PATH, 1);
	rc |= setenv("LC_ALL", "C.UTF-8", 1);
	rc |= setenv("REFMOUNT_MOUNT", job->mount, 1);
	rc |= setenv("REFMOUNT_ROOT", root, 1);
	rc |= setenv("REFMOUNT_REVISION", job->revision, 1);
	rc |= setenv("REFMOUNT_PREVIOUS", job->previous, 1);
	rc |= setenv("REFMOUNT_CHANGED", job->changed, 1);
	return rc == 0 ? 0 : -ENOMEM;
}

static int set_scene(struct runner *runner, struct err *err)
{
	struct command_job *job = &runner->job;
	const char *root = job->pinned;

	if (job->is_candidate) {
		if (cover(job) == 0)
			root = job->mount;
		(void)setpriority(PRIO_PROCESS, 0, NICE_CHECK);
	}
	if (set_environment(job, root) < 0 || command_expand(job, root) < 0)
		return err_sys(err, ENOMEM, "run '%s'", job->argv[0]);
	if (chdir("/") < 0)
		return err_sys(err, errno, "enter '/'");
	return become(job->user, err);
}

/* --- the program --- */

static int start(struct runner *runner, pid_t *pid, struct err *err)
{
	char *const *argv = runner->job.argv;
	char path[PATH_MAX];
	int pair[2], null, rc = 0;
	struct proc_spec spec = {
			.program = argv[0],
			.argv = (const char *const *)argv,
			.death_signal = SIGKILL,
	};

	if (!strchr(argv[0], '/')) {
		if (proc_find(argv[0], path, sizeof(path), NULL) < 0)
			return err_set(err, ENOENT, "no program '%s' in %s", argv[0], COMMAND_PATH);
		spec.program = path;
	}
	null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (null < 0 || pipe2(pair, O_CLOEXEC) < 0)
		rc = err_sys(err, errno, "run '%s'", argv[0]);
	if (rc == 0) {
		const int stdio[3] = {null, pair[1], pair[1]};

		spec.stdio = stdio;
		rc = proc_spawn(&spec, pid, err);
		(void)close(pair[1]);
		runner->pipe = pair[0];
		(void)fcntl(pair[0], F_SETFL, O_NONBLOCK);
	}
	if (null >= 0)
		(void)close(null);
	return rc;
}

/* Take what is there; what is too old is dropped. */
static void take_output(struct runner *runner)
{
	struct buf *output = &runner->output;
	char step[TEXT_SIZE];
	ssize_t got;

	while ((got = read(runner->pipe, step, sizeof(step))) > 0) {
		buf_add(output, step, (size_t)got);
		if (buf_ok(output) && output->len > COMMAND_OUTPUT_MAX) {
			memmove(output->data, output->data + output->len - COMMAND_OUTPUT_MAX,
					COMMAND_OUTPUT_MAX);
			buf_cut(output, COMMAND_OUTPUT_MAX);
		}
	}
}

static void on_output(void *arg, uint32_t epoll_events)
{
	struct runner *runner = arg;

	take_output(runner);
	if (epoll_events & EPOLLHUP) /* it has closed its output, and may go on */
		loop_remove(runner->source);
}

_Noreturn static void end_all(void)
{
	(void)kill(0, SIGKILL);
	_exit(EXIT_FAILURE); /* not reached */
}

static void on_engine(void *arg, uint32_t epoll_events)
{
	(void)arg;
	if (epoll_events & (EPOLLHUP | EPOLLERR))
		end_all();
}

static void on_child(void *arg, pid_t pid, int status)
{
	struct runner *runner = arg;

	(void)pid;
	runner->result.status = status;
	loop_stop(runner->loop, 0);
}

/* First politely; if it is still there at the second time, without it. */
static void on_timer(void *arg)
{
	struct runner *runner = arg;

	if (runner->result.is_late) {
		loop_stop(runner->loop, 0);
		return;
	}
	runner->result.is_late = true;
	(void)kill(0, SIGTERM);
	loop_timer_set(runner->timer, COMMAND_GRACE_MS);
}

static void ignore(void *arg, int signo)
{
	(void)arg;
	(void)signo;
}

static int watch(struct runner *runner, pid_t pid, struct err *err)
{
	int rc;

	rc = loop_add_child(runner->loop, pid, on_child, runner, err);
	if (rc == 0)
		rc = loop_add_fd(runner->loop, runner->pipe, EPOLLIN, on_output, runner,
				&runner->source, err);
	if (rc == 0)
		rc = loop_add_timer(runner->loop, on_timer, runner, &runner->timer, err);
	if (rc == 0) {
		loop_timer_set(runner->timer, runner->job.timeout_ms);
		rc = loop_run(runner->loop, err);
	}
	take_output(runner);
	return rc;
}

static int run(struct runner *runner, struct err *err)
{
	static const int ignored[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};
	struct loop_source *source;
	pid_t pid = 0;
	size_t i;
	int rc;

	rc = loop_new(&runner->loop, err);
	for (i = 0; i < sizeof(ignored) / sizeof(ignored[0]) && rc == 0; i++)
		rc = loop_add_signal(runner->loop, ignored[i], ignore, runner, err);
	if (rc == 0)
		rc = loop_add_fd(
				runner->loop, WORKER_FD_ENGINE, 0, on_engine, runner, &source, err);
	if (rc == 0)
		rc = set_scene(runner, err);
	if (rc == 0)
		rc = start(runner, &pid, err);
	if (rc == 0)
		rc = watch(runner, pid, err);
	return rc;
}

/* --- the role --- */

/* NUL bytes would end a text on its way. */
static void mask_nul(struct buf *text)
{
	size_t i;

	for (i = 0; i < text->len; i++) {
		if (text->data[i] == '\0')
			text->data[i] = '\n';
	}
}

static void answer(struct runner *runner, int rc, struct err *err)
{
	struct buf bytes = BUF_INIT;
	char nothing[] = "";

	mask_nul(&runner->output);
	runner->result.has_run = rc == 0;
	runner->result.output = runner->output.len > 0 ? runner->output.data : nothing;
	runner->result.error = err->text;
	command_result_encode(&runner->result, &bytes);
	(void)file_write_all(WORKER_FD_ENGINE, bytes.data, bytes.len, NULL);
	buf_release(&bytes);
}

int runner_main(void)
{
	struct runner runner = {0};
	struct buf bytes = BUF_INIT;
	struct err err = ERR_INIT;
	int rc;

	proc_set_name("runner");
	(void)signal(SIGPIPE, SIG_IGN);
	rc = file_read_stream(WORKER_FD_ENGINE, COMMAND_MESSAGE_MAX, &bytes);
	if (rc == 0)
		rc = command_decode(bytes.data, bytes.len, &runner.job);
	if (rc < 0)
		return EXIT_FAILURE;
	(void)prctl(PR_SET_PDEATHSIG, 0); /* on_engine() notices */
	rc = run(&runner, &err);
	answer(&runner, rc, &err);
	end_all();
}
