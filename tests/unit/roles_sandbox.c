/* Each deed is done by a child in the sandbox; how it ends is what is looked at. */
#include "src/roles/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/base/err.h"
#include "src/base/filter.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED true
#else
#define IS_SANITIZED false
#endif

static int in_sandbox(int (*deed)(void))
{
	pid_t pid = fork();
	int status = 0;

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(sandbox_enter(NULL) < 0 ? 99 : deed());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static int do_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0) < 0;
}

static int do_exec(void)
{
	return execl("/bin/true", "true", (char *)NULL) < 0;
}

static int do_mount(void)
{
	return mount("none", "/", "tmpfs", MS_RDONLY, NULL) < 0;
}

static int do_kill(void)
{
	return kill(getppid(), SIGUSR1) < 0;
}

static int do_setuid(void)
{
	return setuid(1) < 0;
}

static int do_unshare(void)
{
	return unshare(CLONE_NEWUSER) < 0;
}

static int do_bpf(void)
{
	return syscall(SYS_bpf, 0, NULL, 0) < 0;
}

static int do_limit_of_others(void)
{
	struct rlimit limit;

	return prlimit(1, RLIMIT_CORE, NULL, &limit) < 0;
}

static int do_ptrace(void)
{
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0;
}

static int do_fork(void)
{
	return (int)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL) < 0;
}

static int do_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
			MAP_FAILED;
}

static void what_is_forbidden_kills(void **state)
{
	static const struct {
		const char *name;
		int (*deed)(void);
		bool is_for_sanitizers; /* who need it */
	} deeds[] = {
			{"socket", do_socket, false},
			{"exec", do_exec, false},
			{"mount", do_mount, false},
			{"kill", do_kill, false},
			{"setuid", do_setuid, false},
			{"unshare", do_unshare, false},
			{"bpf", do_bpf, false},
			{"limits of others", do_limit_of_others, false},
			{"ptrace", do_ptrace, true},
			{"fork", do_fork, true},
			{"code", do_code, true},
	};

	(void)state;
	if (filter_missing())
		skip();
	for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++) {
		int status;

		if (IS_SANITIZED && deeds[i].is_for_sanitizers)
			continue;
		status = in_sandbox(deeds[i].deed);
		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
			fail_msg("%s: status %x", deeds[i].name, (unsigned)status);
	}
}

static void *thread(void *arg)
{
	*(bool *)arg = true;
	return NULL;
}

/* What a builder does all day. */
static int do_work(void)
{
	bool has_run = false;
	pthread_t id;
	char *memory = malloc(8u << 20);
	int fd = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (!memory || fd < 0 || write(fd, "x", 1) != 1 || fsync(fd) < 0 || close(fd) < 0)
		return 1;
	free(memory);
	if (pthread_create(&id, NULL, thread, &has_run) != 0 || pthread_join(id, NULL) != 0)
		return 2;
	return has_run && !isatty(0) ? 0 : 3;
}

static int do_look_at_limits(void)
{
	static const struct {
		int resource;
		rlim_t value;
	} limits[] = {
			{RLIMIT_CORE, 0},
			{RLIMIT_CPU, SANDBOX_CPU_MAX_S},
			{RLIMIT_NOFILE, SANDBOX_FILES_MAX},
			{RLIMIT_FSIZE, 4096},
			{RLIMIT_DATA, SANDBOX_MEMORY_MAX},
	};
	size_t count = sizeof(limits) / sizeof(limits[0]) - IS_SANITIZED;
	struct rlimit found;

	sandbox_limit_files(4096);
	for (size_t i = 0; i < count; i++) {
		if (getrlimit((__rlimit_resource_t)limits[i].resource, &found) < 0 ||
				found.rlim_cur != limits[i].value)
			return 1;
	}
	return 0;
}

static int do_write_too_much(void)
{
	int fd = memfd_create("large", MFD_CLOEXEC);

	sandbox_limit_files(4096);
	return pwrite(fd, "x", 1, 5000) < 0 && errno == EFBIG ? 0 : 1;
}

static void all_else_goes_on(void **state)
{
	(void)state;
	assert_int_equal(in_sandbox(do_work), 0);
	assert_int_equal(in_sandbox(do_look_at_limits), 0);
	assert_int_equal(in_sandbox(do_write_too_much), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(what_is_forbidden_kills),
			cmocka_unit_test(all_else_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
