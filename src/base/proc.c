/*
 * Between fork and exec the child may only do what a signal handler may, since the parent can have
 * threads; so all that allocates happens before the fork. The child tells its fate through a pipe
 * that a successful exec closes: an end of file is success, an errno is the reason.
 *
 * The descriptors move in two steps. Source and target numbers can overlap in any way (fds[0] = 4
 * and fds[1] = 3, say), so each source is first duplicated to a number above all targets, and only
 * then put in its place. What is not in its place by then is closed by number, so that a descriptor
 * without close-on-exec, be it of a library, cannot leak.
 */
#include "src/base/proc.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/err.h"

#ifndef LIBEXECDIR
#define LIBEXECDIR "/usr/libexec/refmount"
#endif

#define FIRST_FD 3
#define FDS_MAX	 (3 + PROC_FD_MAX)

#define SELF "/proc/self/exe"

enum { NULL_STDIN = 1, NULL_STDOUT = 2, NULL_STDERR = 4 };

/* All the child needs, gathered before the fork. */
struct launch {
	const struct proc_spec *spec;
	unsigned null_mask; /* which of 0, 1, 2 go to /dev/null */
	int status_fd;
	pid_t parent;
};

static void child_signals(void)
{
	struct sigaction plain = {.sa_handler = SIG_DFL};
	sigset_t none;
	int signo;

	for (signo = 1; signo < NSIG; signo++)
		(void)sigaction(signo, &plain, NULL); /* refused for KILL, STOP and libc's own */
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/*
 * The descriptors from FIRST up, also where close_range(2) does not exist yet (before Linux 5.9).
 */
static void close_from(unsigned first)
{
	struct rlimit limit = {0};
	unsigned fd;

	if (close_range(first, UINT_MAX, 0) == 0)
		return;
	(void)getrlimit(RLIMIT_NOFILE, &limit);
	for (fd = first; fd < limit.rlim_cur; fd++)
		(void)close((int)fd);
}

/* A descriptor and the number that it shall have. */
struct move {
	int from, to;
};

static size_t plan_moves(const struct proc_spec *spec, struct move out[static FDS_MAX])
{
	size_t count = 0, i;

	for (i = 0; spec->stdio && i < 3; i++)
		out[count++] = (struct move){spec->stdio[i], (int)i};
	for (i = 0; i < spec->fd_count; i++)
		out[count++] = (struct move){spec->fds[i], FIRST_FD + (int)i};
	return count;
}

/* Put them all in their places and the status pipe right behind them. 0 or -1 with errno. */
static int child_place_fds(struct launch *launch)
{
	int above = FIRST_FD + PROC_FD_MAX + 1;
	int last = FIRST_FD + (int)launch->spec->fd_count;
	struct move moves[FDS_MAX];
	size_t count = plan_moves(launch->spec, moves), i;
	int status;

	status = fcntl(launch->status_fd, F_DUPFD_CLOEXEC, above);
	if (status < 0)
		return -1;
	launch->status_fd = status;
	for (i = 0; i < count; i++) {
		moves[i].from = fcntl(moves[i].from, F_DUPFD_CLOEXEC, above);
		if (moves[i].from < 0)
			return -1;
	}
	for (i = 0; i < count; i++) {
		if (dup2(moves[i].from, moves[i].to) < 0)
			return -1;
	}
	if (dup3(status, last, O_CLOEXEC) < 0)
		return -1;
	launch->status_fd = last;
	return 0;
}

/*
 * Where 0, 1 or 2 was closed, open() itself takes that number: dup2 is then a no-op, as it should.
 */
static int child_stdio(unsigned null_mask)
{
	int fd, null_fd;

	if (!null_mask)
		return 0;
	null_fd = open("/dev/null", O_RDWR | O_NOCTTY);
	if (null_fd < 0)
		return -1;
	for (fd = 0; fd <= 2; fd++) {
		if (null_mask & 1u << fd && dup2(null_fd, fd) < 0)
			return -1;
	}
	return 0;
}

/* PR_SET_PDEATHSIG comes too late when the parent has already gone. */
static int child_follow_parent(const struct launch *launch)
{
	if (!launch->spec->death_signal)
		return 0;
	if (prctl(PR_SET_PDEATHSIG, launch->spec->death_signal) < 0)
		return -1;
	if (getppid() != launch->parent)
		(void)kill(getpid(), launch->spec->death_signal);
	return 0;
}

/* Not execvp(): on a damaged program that would start a shell, which then reads it as a script. */
static void child_exec(const struct proc_spec *spec)
{
	const char *program = spec->program ? spec->program : SELF;

	/* exec takes char *const * for historical reasons; it does not write there. */
	(void)execve(program, (char *const *)(uintptr_t)spec->argv,
			spec->env ? (char *const *)(uintptr_t)spec->env : environ);
}

_Noreturn static void child_main(struct launch *launch)
{
	int code;

	child_signals();
	if (launch->spec->new_session)
		(void)setsid(); /* fails only for a group leader, which a child is not */
	if (child_place_fds(launch) == 0 && child_stdio(launch->null_mask) == 0 &&
			child_follow_parent(launch) == 0) {
		close_from((unsigned)launch->status_fd + 1);
		child_exec(launch->spec);
	}
	code = errno;
	if (write(launch->status_fd, &code, sizeof(code)) < 0)
		_exit(126);
	_exit(127);
}

/* 0 when the exec went well, else its errno. */
static int read_status(int fd)
{
	ssize_t got;
	int code = 0;

	do
		got = read(fd, &code, sizeof(code));
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return errno;
	return got == (ssize_t)sizeof(code) ? code : 0;
}

static void reap(pid_t pid)
{
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
}

/* fork() with all signals blocked, so that no handler of ours runs in the child. */
static pid_t fork_quietly(struct launch *launch)
{
	sigset_t all, before;
	pid_t pid;
	int code;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	pid = fork();
	if (pid == 0)
		child_main(launch);
	code = errno;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = code;
	return pid;
}

static int spawn(const struct proc_spec *spec, unsigned null_mask, pid_t *pid, struct err *err)
{
	struct launch launch = {.spec = spec, .null_mask = null_mask, .parent = getpid()};
	const char *shown = spec->program ? spec->program : SELF;
	int status[2], code;
	pid_t child;

	assert(spec->fd_count <= PROC_FD_MAX);
	if (pipe2(status, O_CLOEXEC) < 0)
		return err_sys(err, errno, "start '%s'", shown);
	launch.status_fd = status[1];
	child = fork_quietly(&launch);
	code = child < 0 ? errno : 0;
	(void)close(status[1]);
	if (child > 0) {
		code = read_status(status[0]);
		if (code)
			reap(child);
	}
	(void)close(status[0]);
	if (code)
		return err_sys(err, code, "start '%s'", shown);
	*pid = child;
	return 0;
}

int proc_spawn(const struct proc_spec *spec, pid_t *pid, struct err *err)
{
	unsigned null_mask = 0;

	if (spec->devnull && !spec->stdio)
		null_mask = NULL_STDIN | NULL_STDOUT | (spec->keep_stderr ? 0 : NULL_STDERR);
	return spawn(spec, null_mask, pid, err);
}

int proc_keep_only(int first, const int *kept, size_t count)
{
	int next;
	size_t i;

	for (;;) {
		next = INT_MAX;
		for (i = 0; i < count; i++)
			next = kept[i] >= first && kept[i] < next ? kept[i] : next;
		if (next > first && close_range((unsigned)first, (unsigned)next - 1, 0) < 0)
			return -errno;
		if (next == INT_MAX)
			return 0;
		first = next + 1;
	}
}

const char *proc_status_text(int status, char *text, size_t size)
{
	const char *name;

	if (WIFEXITED(status)) {
		(void)snprintf(text, size, "exited with %d", WEXITSTATUS(status));
	} else if (WIFSIGNALED(status)) {
		name = sigdescr_np(WTERMSIG(status));
		(void)snprintf(text, size, "killed by signal %d (%s)", WTERMSIG(status),
				name ? name : "unknown");
	} else {
		(void)snprintf(text, size, "ended with status %d", status);
	}
	return text;
}

/* DIR/PROGRAM into PATH, when that can be executed. */
static int try_program(const char *dir, const char *program, char *path, size_t size)
{
	char candidate[PATH_MAX];
	int len;

	len = snprintf(candidate, sizeof(candidate), "%s/%s", dir, program);
	if (len < 0 || (size_t)len >= sizeof(candidate) || (size_t)len >= size)
		return -ENOENT;
	if (access(candidate, X_OK) < 0)
		return -ENOENT;
	memcpy(path, candidate, (size_t)len + 1);
	return 0;
}

int proc_find_in(const char *dirs, const char *program, char *path, size_t size)
{
	char dir[PATH_MAX];
	size_t len;

	for (; *dirs; dirs += len + (dirs[len] == ':')) {
		len = strcspn(dirs, ":");
		if (len == 0 || len >= sizeof(dir))
			continue;
		memcpy(dir, dirs, len);
		dir[len] = '\0';
		if (try_program(dir, program, path, size) == 0)
			return 0;
	}
	return -ENOENT;
}

int proc_find(const char *program, char *path, size_t size, struct err *err)
{
	const char *dirs = getenv("PATH");

	if (proc_find_in(dirs ? dirs : "/usr/bin:/bin", program, path, size) == 0)
		return 0;
	return err_set(err, ENOENT, "no program '%s' in PATH", program);
}

int proc_run(const char *const *argv, int *status, struct err *err)
{
	struct proc_spec spec = {.program = argv[0], .argv = argv};
	char path[PATH_MAX];
	pid_t pid, done;
	int rc;

	if (!strchr(argv[0], '/')) {
		rc = proc_find(argv[0], path, sizeof(path), err);
		if (rc < 0)
			return rc;
		spec.program = path;
	}
	rc = spawn(&spec, NULL_STDIN, &pid, err);
	if (rc < 0)
		return rc;
	do
		done = waitpid(pid, status, 0);
	while (done < 0 && errno == EINTR);
	if (done < 0)
		return err_sys(err, errno, "wait for '%s'", argv[0]);
	return 0;
}

int proc_sibling(const char *binary, const char *program, char *path, size_t size, struct err *err)
{
	char folder[PATH_MAX], *slash;
	ssize_t len;

	if (binary)
		len = snprintf(folder, sizeof(folder), "%s", binary);
	else
		len = readlink(SELF, folder, sizeof(folder) - 1);
	if (len > 0 && (size_t)len < sizeof(folder)) {
		folder[len] = '\0';
		slash = strrchr(folder, '/');
		if (slash)
			*slash = '\0';
		if (slash && try_program(folder, program, path, size) == 0)
			return 0;
	}
	if (try_program(LIBEXECDIR, program, path, size) == 0)
		return 0;
	if (binary)
		return err_set(err, ENOENT, "no program '%s' beside '%s' or in '%s'", program,
				binary, LIBEXECDIR);
	return err_set(err, ENOENT, "no program '%s' beside this one or in '%s'", program,
			LIBEXECDIR);
}

void proc_after_fork(const char *name, int nice, int pipe)
{
	sigset_t none;

	if (pipe != PROC_FORK_PIPE)
		(void)dup2(pipe, PROC_FORK_PIPE);
	(void)close_range(PROC_FORK_PIPE + 1, UINT_MAX, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)setpriority(PRIO_PROCESS, 0, nice);
	proc_set_name(name);
}

void proc_set_name(const char *name)
{
	(void)prctl(PR_SET_NAME, name); /* the kernel keeps 15 bytes */
}
