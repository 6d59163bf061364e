/* Who has opened what, as the shared state has it: a real mount, a real queue. */
#include "tests/unit/fs_host.h"

#define NEEDS_QUEUE(host)                                                                          \
	do {                                                                                       \
		if (!has_fuse)                                                                     \
			skip();                                                                    \
		host_serve(host, 2, 20);                                                           \
		if (!atomic_load(&(host)->state->readers)) {                                       \
			host_stop(host);                                                           \
			skip();                                                                    \
		}                                                                                  \
	} while (0)

/* What PID (0: anybody) has opened at PATH (NULL: anywhere): how many, and one of them. */
static unsigned count(const struct host *host, pid_t pid, const char *path, struct open *out)
{
	char text[OPENS_PATH_SIZE];
	struct open open;
	unsigned i, found = 0;

	for (i = 0; i < OPENS_ENTRIES; i++) {
		if (!opens_get(&host->state->opens, i, &open, text) ||
				(pid && open.pid != (uint32_t)pid) ||
				(path && strcmp(path, text) != 0))
			continue;
		*out = open;
		found++;
	}
	return found;
}

/* Until it is noted. */
static bool becomes(const struct host *host, pid_t pid, const char *path, unsigned wanted,
		struct open *out)
{
	uint64_t deadline = clock_mono_ms() + HOST_WAIT_MS;

	while (count(host, pid, path, out) != wanted) {
		if (clock_mono_ms() > deadline)
			return false;
		nap_ms(1);
	}
	return true;
}

static int open_or_die(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

/* A process that opens files of folder 0 and stays until it is ended. */
static pid_t start_reader(const struct host *host, uint32_t first, uint32_t last)
{
	pid_t pid = fork();
	uint32_t i;

	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	for (i = first; i <= last; i++)
		(void)close(host_open(host, 0, i));
	for (;;)
		(void)pause();
}

static void end_reader(pid_t pid)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void opens_are_noted(void **state)
{
	struct open open, other;
	struct host host;
	pid_t pid;

	(void)state;
	NEEDS_QUEUE(&host);
	pid = start_reader(&host, 0, 9);
	assert_true(becomes(&host, pid, NULL, 10, &open));
	assert_true(becomes(&host, pid, "d0000/f00003", 1, &open));
	assert_int_equal(open.revision.bytes[0], 1);
	assert_int_equal(open.content.bytes[0], 1);
	host_commit(&host, 5); /* files 0 to 4 of folder 0 */
	assert_int_equal(host_look(&host, 0, 3), 2);
	assert_true(becomes(&host, getpid(), "d0000/f00003", 1, &other));
	assert_int_equal(other.revision.bytes[0], 2);
	assert_int_not_equal(other.ino, open.ino);
	assert_true(other.stamp > open.stamp);
	assert_int_equal(host_look(&host, 1, 3), 1);
	assert_true(becomes(&host, getpid(), "d0001/f00003", 1, &other));
	end_reader(pid);
	host_stop(&host);
}

/* Neither folders, nor what is not there, nor virtual files; nor what only looks. */
static void what_is_no_open(void **state)
{
	struct open open;
	struct host host;
	char path[200];
	struct stat st;

	(void)state;
	NEEDS_QUEUE(&host);
	(void)snprintf(path, sizeof(path), "%s/d0000", host.mountpoint);
	(void)close(open_or_die(path, O_RDONLY | O_DIRECTORY));
	(void)snprintf(path, sizeof(path), "%s/.status", host.mountpoint);
	(void)close(open_or_die(path, O_RDONLY));
	(void)snprintf(path, sizeof(path), "%s/d0000/f00001", host.mountpoint);
	(void)close(open_or_die(path, O_PATH));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(host_look(&host, 0, 99), -1);
	assert_int_equal(host_look(&host, 0, 7), 1); /* the queue keeps the order: noted last */
	assert_true(becomes(&host, getpid(), "d0000/f00007", 1, &open));
	assert_int_equal(count(&host, 0, NULL, &open), 1);
	host_stop(&host);
}

/* The queue and what was noted outlive servers. */
static void servers_come_and_go(void **state)
{
	uint64_t deadline;
	struct open open;
	struct host host;
	int i, server;
	pid_t pid;

	(void)state;
	NEEDS_QUEUE(&host);
	pid = start_reader(&host, 0, 0);
	assert_true(becomes(&host, pid, NULL, 1, &open));
	for (i = 1; i <= 10; i++) {
		server = atomic_load(&host.state->server);
		deadline = clock_mono_ms() + HOST_WAIT_MS;
		assert_int_equal(kill(server, SIGKILL), 0);
		(void)close(host_open(&host, 1, (uint32_t)i)); /* nobody may be there to read it */
		while (atomic_load(&host.state->server) == server && clock_mono_ms() < deadline)
			nap_ms(1);
		host_drain(&host);
		assert_int_equal(host_look(&host, 0, (uint32_t)i), 1);
	}
	assert_true(becomes(&host, getpid(), "d0000/f00010", 1, &open));
	assert_int_equal(count(&host, pid, "d0000/f00000", &open), 1);
	end_reader(pid);
	host_stop(&host);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(opens_are_noted),
			cmocka_unit_test(what_is_no_open),
			cmocka_unit_test(servers_come_and_go),
	};

	(void)argc;
	host_begin(argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
