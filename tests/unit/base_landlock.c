#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/landlock.h"

static char root[64];

static int set_up(void **state)
{
	char path[96];

	(void)state;
	strcpy(root, "/tmp/refmount-landlock-XXXXXX");
	if (!mkdtemp(root) || chdir(root) < 0)
		return -1;
	for (const char *const *name = (const char *const[]){"read", "write", "other", NULL}; *name;
			name++) {
		(void)snprintf(path, sizeof(path), "%s/file", *name);
		if (mkdir(*name, 0700) < 0 || file_replace(AT_FDCWD, path, "x", 1, 0600, NULL) < 0)
			return -1;
	}
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	return chdir("/") < 0 ? -1 : file_remove_tree(AT_FDCWD, root, NULL);
}

static bool opens(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd >= 0)
		(void)close(fd);
	return fd >= 0;
}

/* A socket without a path, which this process listens on. */
static struct sockaddr_un name;
static socklen_t name_len;

static int listen_without_path(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	name.sun_family = AF_UNIX;
	name_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
			(size_t)snprintf(name.sun_path + 1, sizeof(name.sun_path) - 1, "%s", root));
	return fd >= 0 && bind(fd, (void *)&name, name_len) == 0 && listen(fd, 1) == 0 ? fd : -1;
}

static bool connects(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool does = connect(fd, (void *)&name, name_len) == 0;

	(void)close(fd);
	return does;
}

/* Number of the first thing that is not as it should be; 0: all is well. */
static int inside(void)
{
	struct landlock *landlock = landlock_new();

	landlock_allow_read(landlock, "read");
	landlock_allow_write(landlock, "write");
	landlock_allow_read(landlock, "nonexistent");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) < 0 || landlock_enter(landlock, NULL) < 0)
		return 1;
	if (!opens("read/file", O_RDONLY) || opens("read/file", O_WRONLY) ||
			opens("read/new", O_WRONLY | O_CREAT))
		return 2;
	if (!opens("write/file", O_RDWR | O_TRUNC) || !opens("write/new", O_WRONLY | O_CREAT) ||
			rename("write/new", "write/newer") < 0 || unlink("write/newer") < 0)
		return 3;
	if (opens("other/file", O_RDONLY) || opens("other/new", O_WRONLY | O_CREAT) ||
			rename("write/file", "other/stolen") == 0)
		return 4;
	if (landlock_version() >= 6 && (connects() || kill(getppid(), 0) == 0))
		return 5;
	return 0;
}

static void what_is_not_named_is_forbidden(void **state)
{
	int status, fd;
	pid_t pid;

	(void)state;
	if (landlock_missing())
		skip();
	fd = listen_without_path();
	assert_true(fd >= 0 && connects());
	pid = fork();
	if (pid == 0)
		_exit(inside());
	assert_true(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	(void)close(fd);
}

static void without_one(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	landlock_allow_read(NULL, "/");
	assert_int_equal(landlock_enter(NULL, &err), -ENOMEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test_setup_teardown(
					what_is_not_named_is_forbidden, set_up, tear_down),
			cmocka_unit_test(without_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
