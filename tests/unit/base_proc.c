/* The child is this very program again, called with the name of what it shall do. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/proc.h"

/* "3=text " for each open descriptor that is a memory file, "N " for each other, written to OUT. */
static int child_list(int out)
{
	char path[64], text[64], line[4096] = "";
	size_t len = 0;
	ssize_t got;
	int fd;

	for (fd = 0; fd < 200; fd++) {
		if (fcntl(fd, F_GETFD) < 0)
			continue;
		(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		got = readlink(path, text, sizeof(text) - 1);
		text[got > 0 ? got : 0] = '\0';
		if (strncmp(text, "/memfd:", 7) == 0) {
			got = pread(fd, text, sizeof(text) - 1, 0);
			text[got > 0 ? got : 0] = '\0';
		} else if (strcmp(text, "/dev/null") == 0) {
			(void)strcpy(text, "null");
		} else {
			(void)strcpy(text, "-");
		}
		len += (size_t)snprintf(line + len, sizeof(line) - len, "%d=%s ", fd, text);
	}
	return write(out, line, len) == (ssize_t)len ? 0 : 1;
}

/* 0 when no signal is blocked or ignored. */
static int child_signals(void)
{
	struct sigaction action;
	sigset_t blocked;
	int signo;

	(void)sigprocmask(SIG_BLOCK, NULL, &blocked);
	for (signo = 1; signo < 32; signo++) {
		if (sigismember(&blocked, signo))
			return signo;
		(void)sigaction(signo, NULL, &action);
		if (action.sa_handler == SIG_IGN)
			return 100 + signo;
	}
	return 0;
}

static int child_session(void)
{
	return getsid(0) == getpid() ? 0 : 1;
}

static int child_main(char **argv)
{
	int signo = 0;

	if (strcmp(argv[1], "list") == 0)
		return child_list(atoi(argv[2]));
	if (strcmp(argv[1], "signals") == 0)
		return child_signals();
	if (strcmp(argv[1], "session") == 0)
		return child_session();
	if (strcmp(argv[1], "exit") == 0)
		return atoi(argv[2]);
	if (strcmp(argv[1], "death") == 0)
		return prctl(PR_GET_PDEATHSIG, &signo) == 0 ? signo : 99;
	return 98;
}

static int wait_for(pid_t pid)
{
	int status = -1;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static int spawn_and_wait(struct proc_spec *spec)
{
	struct err err = ERR_INIT;
	pid_t pid = -1;

	if (proc_spawn(spec, &pid, &err) < 0)
		fail_msg("%s", err.text);
	return wait_for(pid);
}

/* A memory file with TEXT at descriptor NUMBER, which leaks into children unless it is closed. */
static void put_fd(const char *text, int number)
{
	int fd = -1;

	assert_int_equal(file_memory("test", text, strlen(text), &fd, NULL), 0);
	if (fd != number) {
		assert_int_equal(dup2(fd, number), number);
		(void)close(fd);
	}
	assert_int_equal(fcntl(number, F_SETFD, 0), 0);
}

/* Start a child with FDS and the pipe behind them; what it lists goes to TEXT. */
static void list_of(struct proc_spec *spec, char *text, size_t size)
{
	char number[12];
	const char *argv[] = {"proc", "list", number, NULL};
	int ends[2];
	ssize_t len;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	spec->fds[spec->fd_count] = ends[1];
	(void)snprintf(number, sizeof(number), "%zu", 3 + spec->fd_count);
	spec->fd_count++;
	spec->argv = argv;
	assert_int_equal(spawn_and_wait(spec), 0);
	(void)close(ends[1]);
	len = read(ends[0], text, size - 1);
	text[len > 0 ? len : 0] = '\0';
	(void)close(ends[0]);
}

static void fds_are_exactly_those_given(void **state)
{
	struct proc_spec spec = {.fds = {40, 41}, .fd_count = 2};
	char text[4096];

	(void)state;
	put_fd("a", 40);
	put_fd("b", 41);
	put_fd("leak", 42);
	put_fd("leak", 100);
	list_of(&spec, text, sizeof(text));
	assert_non_null(strstr(text, "2=- 3=a 4=b 5=- "));
	assert_null(strstr(text, "leak"));
	assert_null(strstr(text, " 6="));
	(void)close(40);
	(void)close(41);
	(void)close(42);
	(void)close(100);
}

static void fds_may_overlap_their_places(void **state)
{
	struct proc_spec spec = {.fds = {4, 3, 5, 3}, .fd_count = 4};
	int moved[4], i;
	char text[4096];

	(void)state;
	/* Make 3 to 6 ours for a moment, in an order that a naive loop of dup2 would destroy. */
	for (i = 0; i < 4; i++)
		moved[i] = fcntl(3 + i, F_DUPFD_CLOEXEC, 50);
	put_fd("three", 3);
	put_fd("four", 4);
	put_fd("five", 5);
	list_of(&spec, text, sizeof(text));
	for (i = 0; i < 4; i++) {
		(void)close(3 + i);
		if (moved[i] >= 0) {
			(void)dup2(moved[i], 3 + i);
			(void)close(moved[i]);
		}
	}
	assert_non_null(strstr(text, " 3=four 4=three 5=five 6=three 7=- "));
	assert_null(strstr(text, " 8="));
}

static void stdio_goes_to_devnull(void **state)
{
	struct proc_spec spec = {.devnull = true}, keep = {.devnull = true, .keep_stderr = true};
	char text[4096];

	(void)state;
	list_of(&spec, text, sizeof(text));
	assert_string_equal(text, "0=null 1=null 2=null 3=- ");
	list_of(&keep, text, sizeof(text));
	assert_null(strstr(text, " 2=null"));
	assert_non_null(strstr(text, "0=null 1=null 2="));
}

static void closed_stdio_does_no_harm(void **state)
{
	struct proc_spec spec = {.devnull = true, .fds = {40}, .fd_count = 1};
	int saved = fcntl(0, F_DUPFD_CLOEXEC, 60);
	char text[4096];

	(void)state;
	put_fd("a", 40);
	(void)close(0); /* the pipes of the parent now take this number */
	list_of(&spec, text, sizeof(text));
	(void)dup2(saved, 0);
	(void)close(saved);
	(void)close(40);
	assert_string_equal(text, "0=null 1=null 2=null 3=a 4=- ");
}

static void stdio_is_what_was_given(void **state)
{
	const int stdio[] = {41, 40, 2};
	struct proc_spec spec = {.stdio = stdio, .devnull = true, .fds = {41}, .fd_count = 1};
	char text[4096];

	(void)state;
	put_fd("a", 40);
	put_fd("b", 41);
	list_of(&spec, text, sizeof(text));
	assert_non_null(strstr(text, "0=b 1=a 2="));
	assert_non_null(strstr(text, " 3=b 4=- "));
	(void)close(40);
	(void)close(41);
}

static void environment_is_what_was_given(void **state)
{
	const char *argv[] = {"sh", "-c", "test \"$A\" = b && test -z \"$HOME\"", NULL};
	const char *env[] = {"A=b", NULL};
	struct proc_spec spec = {.program = "/bin/sh", .argv = argv, .env = env};

	(void)state;
	assert_int_equal(spawn_and_wait(&spec), 0);
	spec.env = NULL;
	assert_int_not_equal(spawn_and_wait(&spec), 0);
}

static void programs_are_found(void **state)
{
	char path[PATH_MAX] = "";

	(void)state;
	assert_int_equal(proc_find("sh", path, sizeof(path), NULL), 0);
	assert_int_equal(path[0], '/');
	assert_int_equal(proc_find("no-such-program-here", path, sizeof(path), NULL), -ENOENT);
	assert_int_equal(proc_find_in("/nonexistent::/bin", "sh", path, sizeof(path)), 0);
	assert_string_equal(path, "/bin/sh");
	assert_int_equal(proc_find_in("/nonexistent", "sh", path, sizeof(path)), -ENOENT);
}

static void signals_are_as_new(void **state)
{
	const char *argv[] = {"proc", "signals", NULL};
	struct proc_spec spec = {.argv = argv};
	sigset_t set, before;

	(void)state;
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &set, &before);
	(void)signal(SIGPIPE, SIG_IGN);
	assert_int_equal(spawn_and_wait(&spec), 0);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)sigprocmask(SIG_BLOCK, NULL, &set);
	assert_true(sigismember(&set, SIGTERM)); /* ours are as they were */
	assert_false(sigismember(&set, SIGHUP));
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
}

static void session_and_death_signal(void **state)
{
	const char *session[] = {"proc", "session", NULL}, *death[] = {"proc", "death", NULL};
	struct proc_spec new_session = {.argv = session, .new_session = true};
	struct proc_spec same_session = {.argv = session};
	struct proc_spec dies = {.argv = death, .death_signal = SIGTERM};

	(void)state;
	assert_int_equal(spawn_and_wait(&new_session), 0);
	assert_int_equal(WEXITSTATUS(spawn_and_wait(&same_session)), 1);
	assert_int_equal(WEXITSTATUS(spawn_and_wait(&dies)), SIGTERM);
}

/* Runs in the child: 0, or the line that does not hold. */
static int after_fork(int pipe)
{
	char name[16] = "";
	int signo = 0;

	proc_after_fork("aside", 7, pipe);
	if (prctl(PR_GET_NAME, name) < 0 || strcmp(name, "aside") != 0)
		return __LINE__;
	if (prctl(PR_GET_PDEATHSIG, &signo) < 0 || signo != SIGKILL)
		return __LINE__;
	if (getpriority(PRIO_PROCESS, 0) != 7 || child_signals() != 0)
		return __LINE__;
	return child_list(PROC_FORK_PIPE) == 0 ? 0 : __LINE__;
}

static void fork_keeps_its_pipe_only(void **state)
{
	char text[256] = "";
	sigset_t set, before;
	int ends[2], status = -1;
	pid_t pid;

	(void)state;
	put_fd("leaks", 100);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	(void)sigfillset(&set);
	(void)sigprocmask(SIG_BLOCK, &set, &before);
	pid = fork();
	if (pid == 0)
		_exit(after_fork(ends[1]));
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_true(read(ends[0], text, sizeof(text) - 1) > 0);
	assert_non_null(strstr(text, " 3=- "));
	assert_null(strstr(text, " 4="));
	assert_null(strstr(text, "leaks"));
	(void)close(ends[0]);
	(void)close(ends[1]);
	(void)close(100);
}

static void what_cannot_start_is_told(void **state)
{
	const char *argv[] = {"x", NULL};
	struct proc_spec spec = {.program = "/nonexistent/x", .argv = argv};
	struct err err = ERR_INIT;
	pid_t pid = 77;

	(void)state;
	assert_int_equal(proc_spawn(&spec, &pid, &err), -ENOENT);
	assert_string_equal(err.text, "start '/nonexistent/x': No such file or directory");
	assert_int_equal(pid, 77);
	spec.program = "/etc/passwd";
	assert_int_equal(proc_spawn(&spec, &pid, &err), -EACCES);
	spec.program = NULL;
	spec.fds[0] = 199; /* not open */
	spec.fd_count = 1;
	assert_int_equal(proc_spawn(&spec, &pid, &err), -EBADF);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no child is left */
	assert_int_equal(errno, ECHILD);
}

/* A damaged binary must not be fed to a shell. */
static void text_without_interpreter_is_no_program(void **state)
{
	char path[] = "/tmp/refmount-proc-XXXXXX";
	const char *argv[] = {path, NULL};
	struct err err = ERR_INIT;
	int fd = mkstemp(path), status;

	(void)state;
	assert_int_equal(write(fd, "exit 0\n", 7), 7);
	assert_int_equal(fchmod(fd, 0755), 0);
	(void)close(fd);
	assert_int_equal(proc_run(argv, &status, &err), -ENOEXEC);
	(void)unlink(path);
}

static void run_to_the_end(void **state)
{
	const char *good[] = {"sh", "-c", "read x; exit 7", NULL};
	const char *killed[] = {"/bin/sh", "-c", "kill -9 $$", NULL};
	const char *none[] = {"no-such-program-here", NULL};
	struct err err = ERR_INIT;
	char text[64];
	int status;

	(void)state;
	assert_int_equal(proc_run(good, &status, &err), 0);
	assert_string_equal(proc_status_text(status, text, sizeof(text)), "exited with 7");
	assert_int_equal(proc_run(killed, &status, &err), 0);
	assert_string_equal(proc_status_text(status, text, sizeof(text)),
			"killed by signal 9 (Killed)");
	assert_int_equal(proc_run(none, &status, &err), -ENOENT);
	assert_string_equal(err.text, "no program 'no-such-program-here' in PATH");
}

static void sibling_lies_beside_us(void **state)
{
	char self[PATH_MAX], path[PATH_MAX] = "";
	struct err err = ERR_INIT;
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	(void)state;
	assert_true(len > 0);
	self[len] = '\0';
	assert_int_equal(proc_sibling(NULL, strrchr(self, '/') + 1, path, sizeof(path), &err), 0);
	assert_string_equal(path, self);
	assert_int_equal(proc_sibling(NULL, "no-such-program", path, sizeof(path), &err), -ENOENT);
	assert_non_null(strstr(err.text, "no program 'no-such-program' beside this one"));
	assert_int_equal(proc_sibling("/bin/true", "sh", path, sizeof(path), &err), 0);
	assert_string_equal(path, "/bin/sh");
	assert_int_equal(proc_sibling("/bin/true", "no-such", path, sizeof(path), &err), -ENOENT);
	assert_non_null(strstr(err.text, "no program 'no-such' beside '/bin/true'"));
	assert_int_equal(proc_sibling(NULL, strrchr(self, '/') + 1, path, 3, &err), -ENOENT);
	assert_string_equal(path, "/bin/sh");
}

static void name_is_set(void **state)
{
	char name[16] = "";

	(void)state;
	proc_set_name("a-name-that-is-too-long");
	assert_int_equal(prctl(PR_GET_NAME, name), 0);
	assert_string_equal(name, "a-name-that-is-");
}

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

static void only_what_is_kept_stays_open(void **state)
{
	const int kept[] = {45, -1, 41};
	int status = 0, fd;
	pid_t pid;

	(void)state;
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		for (fd = 40; fd < 48; fd++)
			(void)dup2(STDERR_FILENO, fd);
		if (proc_keep_only(41, kept, 3) < 0)
			_exit(100);
		for (fd = 40; fd < 48; fd++)
			status |= is_open(fd) << (fd - 40);
		_exit(status);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1 << 0 | 1 << 1 | 1 << 5);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(fds_are_exactly_those_given),
			cmocka_unit_test(fds_may_overlap_their_places),
			cmocka_unit_test(stdio_goes_to_devnull),
			cmocka_unit_test(closed_stdio_does_no_harm),
			cmocka_unit_test(stdio_is_what_was_given),
			cmocka_unit_test(environment_is_what_was_given),
			cmocka_unit_test(programs_are_found),
			cmocka_unit_test(signals_are_as_new),
			cmocka_unit_test(session_and_death_signal),
			cmocka_unit_test(fork_keeps_its_pipe_only),
			cmocka_unit_test(what_cannot_start_is_told),
			cmocka_unit_test(text_without_interpreter_is_no_program),
			cmocka_unit_test(run_to_the_end),
			cmocka_unit_test(sibling_lies_beside_us),
			cmocka_unit_test(name_is_set),
			cmocka_unit_test(only_what_is_kept_stays_open),
	};

	if (argc > 1)
		return child_main(argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
