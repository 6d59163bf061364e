#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/base/filter.h"
#include "src/cmd/bounds.h"
#include "src/roles/sandbox.h"

/* What became of a child that did FN. */
static int status_of(void (*fn)(void))
{
	int status = -1;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		(void)close(STDERR_FILENO);
		fn();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void use_up_time(void)
{
	bounds_set();
	(void)raise(SIGXCPU);
}

static void use_up_memory(void)
{
	void *volatile memory; /* or a compiler answers by itself */

	bounds_set();
	memory = malloc(SANDBOX_MEMORY_MAX + 1);
	_exit(memory ? 1 : 7);
}

static void the_end_is_said(void **state)
{
	int status = status_of(use_up_time);

	(void)state;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 2);
}

static void memory_is_limited(void **state)
{
	(void)state;
	if (FILTER_IS_SANITIZED)
		return; /* sanitizers map more than that: bounds.h leaves them alone */
	assert_int_equal(WEXITSTATUS(status_of(use_up_memory)), 7);
}

static void time_is_limited(void **state)
{
	struct rlimit limit;

	(void)state;
	bounds_set();
	assert_int_equal(getrlimit(RLIMIT_CPU, &limit), 0);
	assert_in_range(limit.rlim_cur, BOUNDS_CPU_S, BOUNDS_CPU_S + 30);
	assert_true(limit.rlim_max > limit.rlim_cur); /* so it can begin anew */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(the_end_is_said),
			cmocka_unit_test(memory_is_limited),
			cmocka_unit_test(time_is_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
