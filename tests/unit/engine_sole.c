#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/engine/sole.h"

static char dir[] = "/tmp/refmount-sole.XXXXXX";

/* A builder that outlives its engine holds the lock, and nobody else gets it until it has ended. */
static void waits_for_whoever_inherited_it(void **state)
{
	struct err err = ERR_INIT;
	int fd = -1, other = -1, pipes[2];
	pid_t pid;
	char c;

	(void)state;
	assert_int_equal(sole_take(dir, &fd, &err), 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)close(pipes[1]);
		_exit(read(pipes[0], &c, 1) == 1 ? 0 : 1);
	}
	(void)close(fd);
	(void)close(pipes[0]);
	assert_int_equal(sole_take(dir, &other, &err), -EBUSY);
	assert_non_null(strstr(err.text, "engine.lock"));
	assert_int_equal(other, -1);
	assert_int_equal(write(pipes[1], "x", 1), 1);
	assert_int_equal(sole_take(dir, &other, &err), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	(void)close(other);
	(void)close(pipes[1]);
}

static void names_the_file_it_cannot_open(void **state)
{
	struct err err = ERR_INIT;
	int fd = -1;

	(void)state;
	assert_int_equal(sole_take("/no/such", &fd, &err), -ENOENT);
	assert_non_null(strstr(err.text, "/no/such/engine.lock"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(waits_for_whoever_inherited_it),
			cmocka_unit_test(names_the_file_it_cannot_open),
	};
	int rc;

	if (!mkdtemp(dir))
		return 1;
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	(void)file_remove_tree(AT_FDCWD, dir, NULL);
	return rc;
}
