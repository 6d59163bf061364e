/* Each case in a child: there is no way back. */
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/base/filter.h"
#include "src/trust/confine.h"

#define ALONE 77 /* there is no other user here */

/* What FN returns there; 255: it was killed. */
static int in_child(int (*fn)(void))
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0)
		_exit(confine_enter(NULL) == 0 ? fn() : 99);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

static int reach_out(void)
{
	if (socket(AF_INET, SOCK_STREAM, 0) >= 0 || errno != EACCES)
		return 1;
	if (socket(AF_INET6, SOCK_DGRAM, 0) >= 0 || errno != EACCES)
		return 2;
	if (socket(AF_NETLINK, SOCK_RAW, 0) >= 0 || errno != EACCES)
		return 3;
	return socket(AF_UNIX, SOCK_STREAM, 0) < 0;
}

static int change_the_machine(void)
{
	return unshare(CLONE_NEWNS) == 0 || errno != EPERM;
}

static int who_is_left(void)
{
	if (confine_drop(NULL) < 0)
		return 1;
	if (geteuid() == 0)
		return ALONE;
	return getuid() == 0 || setuid(0) == 0;
}

static int run_something(void)
{
	if (confine_drop(NULL) < 0)
		return 1;
	(void)execl("/bin/sh", "sh", "-c", "test \"$(id -u)\" = 65534 && test ! -w /", NULL);
	return 2;
}

static void no_network(void **state)
{
	(void)state;
	if (filter_missing())
		skip();
	assert_int_equal(in_child(reach_out), 0);
	assert_int_equal(in_child(change_the_machine), 0);
}

static void nobody_is_left(void **state)
{
	int left;

	(void)state;
	left = geteuid() == 0 ? in_child(who_is_left) : ALONE;
	if (left == ALONE)
		skip();
	assert_int_equal(left, 0);
	assert_int_equal(in_child(run_something), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(no_network),
			cmocka_unit_test(nobody_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
