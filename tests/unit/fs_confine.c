#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "fs/confine.h"
#include "src/base/filter.h"

#define DONE 7

/* What a confined child does; it ends with DONE if it is let. */
typedef void deed_fn(void);

static int run_confined(deed_fn *deed, bool has_door)
{
	pid_t pid = fork();
	int status = 0;

	assert_true(pid >= 0);
	if (pid == 0) {
		confine_privileges(has_door);
		if (confine_calls(has_door, NULL) < 0)
			_exit(1);
		deed();
		_exit(DONE);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void serve(void)
{
	int fds[2] = {0, 0};
	char c = 'x';

	/* Other than pipe(2), these are allowed; -1 is no crash. */
	(void)!read(fds[0] - 1, &c, 1);
	(void)!write(fds[1] - 1, &c, 1);
	free(malloc(1 << 20));
}

static void wake(void)
{
	(void)unlinkat(-1, "x", 0);
	(void)mkdirat(-1, "x", 0755);
	(void)renameat(-1, "x", -1, "y");
}

static void start_program(void)
{
	char title[] = "true", *argv[] = {title, NULL};

	(void)execv("/bin/true", argv);
}

static void be_somebody(void)
{
	(void)!setuid(0);
}

static void become_code(void)
{
	(void)syscall(SYS_mmap, NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			0);
}

static void read_files(void)
{
	(void)open("/etc/passwd", O_RDONLY);
}

static void reach_out(void)
{
	if (socket(AF_INET, SOCK_STREAM, 0) >= 0)
		_exit(1);
}

static void mount_something(void)
{
	(void)syscall(SYS_mount, "none", "/mnt", "tmpfs", 0, NULL);
}

static bool is_done(int status)
{
	return WIFEXITED(status) && WEXITSTATUS(status) == DONE;
}

static bool is_killed(int status)
{
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
}

static void may_serve(void **state)
{
	(void)state;
	if (filter_missing())
		skip();
	assert_true(is_done(run_confined(serve, false)));
	assert_true(is_done(run_confined(serve, true)));
	assert_true(is_done(run_confined(wake, true)));
	assert_true(is_done(run_confined(reach_out, false))); /* refused, not killed */
}

static void is_killed_for_the_rest(void **state)
{
	(void)state;
	if (filter_missing())
		skip();
	assert_true(is_killed(run_confined(wake, false)));
	assert_true(is_killed(run_confined(start_program, true)));
	assert_true(is_killed(run_confined(be_somebody, true)));
	assert_true(is_killed(run_confined(mount_something, true)));
	if (FILTER_IS_SANITIZED)
		return; /* those may do some of it */
	assert_true(is_killed(run_confined(read_files, true)));
	assert_true(is_killed(run_confined(become_code, true)));
}

static _Atomic bool is_confined;

static void *wait_and_exec(void *arg)
{
	(void)arg;
	while (!is_confined)
		;
	start_program();
	return NULL;
}

static void all_threads_are_confined(void **state)
{
	pthread_t thread;
	int status = 0;
	pid_t pid;

	(void)state;
	if (filter_missing())
		skip();
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		confine_privileges(false);
		if (pthread_create(&thread, NULL, wait_and_exec, NULL) != 0 ||
				confine_calls(false, NULL) < 0)
			_exit(1);
		is_confined = true;
		(void)pthread_join(thread, NULL);
		_exit(DONE);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(is_killed(status));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(may_serve),
			cmocka_unit_test(is_killed_for_the_rest),
			cmocka_unit_test(all_threads_are_confined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
