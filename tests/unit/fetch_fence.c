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
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/filter.h"
#include "src/base/landlock.h"
#include "src/fetch/fence.h"
#include "src/fetch/job.h"

static bool opens(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd >= 0)
		(void)close(fd);
	return fd >= 0;
}

/* A file of one byte more than may be received; it takes no space. */
static bool can_be_larger(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	bool can;

	(void)signal(SIGXFSZ, SIG_IGN);
	can = fd >= 0 && ftruncate(fd, (off_t)FETCH_PACK_MAX) == 0 &&
			ftruncate(fd, (off_t)FETCH_PACK_MAX + 1) == 0;
	if (fd >= 0)
		(void)close(fd);
	return can;
}

/* Number of the first thing that is not as it should be; 0: all is well. */
static int inside(const struct fetch_job *job)
{
	if (fence_enter(job, NULL) < 0)
		return 1;
	if (!opens("mirror/new", O_WRONLY | O_CREAT) || !opens("/dev/null", O_WRONLY) ||
			!opens("/etc/passwd", O_RDONLY) || !opens("key", O_RDONLY))
		return 2;
	if (!landlock_missing() &&
			(opens("beside", O_WRONLY | O_CREAT) || opens("key", O_WRONLY) ||
					opens("secret", O_RDONLY) ||
					opens("/etc/shadow", O_RDONLY)))
		return 3;
	/* Who root is to services is of no use any more. */
	if (!filter_missing() && geteuid() == 0 &&
			(socket(AF_UNIX, SOCK_STREAM, 0) >= 0 || errno != EACCES ||
					syscall(SYS_socket, 1L << 32 | AF_UNIX, SOCK_STREAM, 0) >=
							0 ||
					socket(AF_INET, SOCK_STREAM, 0) < 0))
		return 7;
	if (landlock_version() >= 6 && kill(getppid(), 0) == 0)
		return 8;
	if (!filter_missing() && !FILTER_IS_SANITIZED &&
			(mount("x", "mirror", "tmpfs", 0, NULL) == 0 || errno != EPERM))
		return 4;
	/* What a fetch receives is bounded, what tidying makes of it is not. */
	if (can_be_larger("mirror/large") != (job->kind == FETCH_TIDY))
		return 6;
	/* A program that is executed has no more than we have. */
	execl("/bin/sh", "sh", "-c",
			"grep -q '^CapEff:.0*$' /proc/self/status && "
			"grep -q '^CapBnd:.0*$' /proc/self/status && "
			"! cat secret >/dev/null 2>&1",
			(char *)NULL);
	return 5;
}

static void what_is_left(void **state)
{
	char root[] = "/tmp/refmount-fence-XXXXXX", mirror[96], key[96], program[] = "/bin/sh";
	struct fetch_job job = {.kind = FETCH_REF, .mirror = mirror, .program = program};
	int status;
	pid_t pid;

	(void)state;
	assert_true(mkdtemp(root) && chdir(root) == 0);
	(void)snprintf(mirror, sizeof(mirror), "%s/mirror", root);
	(void)snprintf(key, sizeof(key), "%s/key", root);
	job.access.ssh_key_file = key;
	assert_int_equal(mkdir("mirror", 0700), 0);
	assert_int_equal(file_replace(AT_FDCWD, "key", "x", 1, 0600, NULL), 0);
	assert_int_equal(file_replace(AT_FDCWD, "secret", "x", 1, 0600, NULL), 0);
	for (int kind = FETCH_REF; kind <= FETCH_TIDY; kind++) {
		job.kind = (enum fetch_kind)kind;
		pid = fork();
		if (pid == 0)
			_exit(inside(&job));
		assert_true(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), landlock_missing() ? 1 : 0);
	}
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(file_remove_tree(AT_FDCWD, root, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_left)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
