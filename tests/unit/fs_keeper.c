/* What a mount survives, how it begins and how it ends. */
#include "tests/unit/fs_host.h"

#include <dirent.h>
#include <pthread.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

static bool wait_until(
		bool (*done)(const struct host *host, long arg), const struct host *host, long arg)
{
	uint64_t deadline = clock_mono_ms() + HOST_WAIT_MS;

	while (!done(host, arg)) {
		if (clock_mono_ms() > deadline)
			return false;
		(void)sched_yield();
	}
	return true;
}

/* A server other than ARG runs. */
static bool has_other_server(const struct host *host, long arg)
{
	int pid = atomic_load(&host->state->server);

	return pid != 0 && pid != arg;
}

static bool is_mounted(const struct host *host)
{
	struct stat st, parent;

	return stat(host->mountpoint, &st) == 0 && stat(host->dir, &parent) == 0 &&
			st.st_dev != parent.st_dev;
}

/* --- kills --- */

struct crowd {
	const struct host *host;
	uint32_t files;
	_Atomic bool ends;
	_Atomic unsigned long reads, errors, slowest_us;
};

/* Each of these asks the server: what the kernel has cached shall not help. */
static bool crowd_look(const struct crowd *crowd, unsigned i)
{
	const struct host *host = crowd->host;
	uint32_t dir = i / 8 % 4, file = i / 64 % crowd->files;
	char path[160], text[64];
	bool is_right;
	DIR *listing;
	int fd;

	if (i % 3 == 0) {
		(void)snprintf(path, sizeof(path), "%s/d%04u", host->mountpoint, dir);
		listing = opendir(path);
		is_right = listing && readdir(listing);
		if (listing)
			(void)closedir(listing);
		return is_right;
	}
	if (i % 3 == 1) {
		(void)snprintf(path, sizeof(path), "%s/d%04u/f%05u", host->mountpoint, dir, file);
		return getxattr(path, "user.refmount.oid", text, sizeof(text)) == 40;
	}
	fd = host_open(host, dir, file);
	if (fd < 0)
		return false;
	(void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	is_right = host_version(fd, dir, file) == 1;
	(void)close(fd);
	return is_right;
}

static void *crowd_reader(void *arg)
{
	struct crowd *crowd = arg;
	unsigned i = (unsigned)(uintptr_t)&i / 64;
	unsigned long took, slowest;
	uint64_t begun;

	while (!atomic_load(&crowd->ends)) {
		i++;
		begun = clock_mono_ns();
		if (!crowd_look(crowd, i))
			atomic_fetch_add(&crowd->errors, 1);
		took = (unsigned long)((clock_mono_ns() - begun) / 1000);
		slowest = atomic_load(&crowd->slowest_us);
		while (took > slowest &&
				!atomic_compare_exchange_weak(&crowd->slowest_us, &slowest, took))
			;
		atomic_fetch_add(&crowd->reads, 1);
	}
	return NULL;
}

static void test_server_is_killed(void **state)
{
	const char *rounds_text = getenv("FS_KILLS");
	int i, pid, rounds = rounds_text ? atoi(rounds_text) : 30;
	struct crowd crowd = {.files = 250};
	pthread_t readers[4];
	struct host host;
	uint64_t begun;
	int held;

	(void)state;
	NEEDS_FUSE();
	host_serve(&host, 4, crowd.files);
	crowd.host = &host;
	held = host_open(&host, 3, 7);
	for (i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&readers[i], NULL, crowd_reader, &crowd), 0);
	begun = clock_mono_ns();
	for (i = 0; i < rounds; i++) {
		pid = atomic_load(&host.state->server);
		assert_true(pid > 0);
		assert_int_equal(kill(pid, SIGKILL), 0);
		assert_true(wait_until(has_other_server, &host, pid));
		host_drain(&host);
		if (i % 3)
			nap_ms(i % 5);
	}
	begun = clock_mono_ns() - begun;
	atomic_store(&crowd.ends, true);
	for (i = 0; i < 4; i++)
		(void)pthread_join(readers[i], NULL);
	print_message("# %d kills in %.1f s, %lu reads, %lu errors, slowest %.1f ms\n", rounds,
			(double)begun / 1e9, atomic_load(&crowd.reads), atomic_load(&crowd.errors),
			(double)atomic_load(&crowd.slowest_us) / 1000);
	assert_int_equal(atomic_load(&crowd.errors), 0);
	assert_true(atomic_load(&host.state->server_restarts) >= (uint64_t)rounds);
	(void)posix_fadvise(held, 0, 0, POSIX_FADV_DONTNEED);
	assert_int_equal(host_version(held, 3, 7), 1);
	(void)close(held);
	host_commit(&host, 5);
	assert_int_equal(host_look(&host, 0, 0), 2);
	host_stop(&host);
}

static bool is_segment_gone(const struct host *host, long number)
{
	return !state_segment_find(host->state, (uint32_t)number);
}

/* As a server leaves them that is killed after it has counted and before it has answered. */
static void test_wrong_counts_are_found_out(void **state)
{
	struct host host;
	uint32_t i;
	int pid, fd;

	(void)state;
	NEEDS_FUSE();
	host_serve(&host, 1, 4);
	fd = host_open(&host, 0, 0);
	assert_true(fd >= 0);
	for (i = 1; i <= 3; i++) {
		atomic_fetch_add(&state_segment_find(host.state, i)->lookups, 5);
		host_commit(&host, 4);
	}
	pid = atomic_load(&host.state->server);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_true(wait_until(has_other_server, &host, pid));
	for (i = 1; i <= 2; i++)
		host_drop(&host, MESSAGE_DROP_GENERATION, i);
	for (i = 1; i <= 2; i++)
		host_drop(&host, MESSAGE_DROP_SEGMENT, i);
	assert_true(wait_until(is_segment_gone, &host, 2));
	assert_non_null(state_segment_find(host.state, 1)); /* held by the open file */
	(void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	assert_int_equal(host_version(fd, 0, 0), 1);
	(void)close(fd);
	host_stop(&host);
}

/* A switch with the server killed in the middle of it is repeated, and then is complete. */
static void test_server_is_killed_while_switching(void **state)
{
	struct host host;
	int i, pid, fd;
	uint32_t all = 40;

	(void)state;
	NEEDS_FUSE();
	host_serve(&host, 4, 10);
	for (i = 0; i < 20; i++) {
		fd = model_commit(&host.model, first_change, &all, -1);
		pid = atomic_load(&host.state->server);
		assert_true(pid > 0);
		host_publish(&host, fd);
		(void)kill(pid, SIGKILL);
		host_receive(&host, MESSAGE_SERVER, NULL);
		host_publish(&host, -1);
		host_wait_published(&host);
		assert_int_equal(host_look(&host, 3, (uint32_t)i % 10), i + 2);
	}
	host_stop(&host);
}

static void *list_all(void *arg)
{
	struct crowd *crowd = arg;
	char path[160];
	unsigned i = 0;

	while (!atomic_load(&crowd->ends)) {
		i++;
		if (host_look(crowd->host, i % 4, i / 4 % 10) <= 0)
			atomic_fetch_add(&crowd->errors, 1);
		(void)snprintf(path, sizeof(path), "%s/d%04u/none%u", crowd->host->mountpoint,
				i % 4, i);
		if (access(path, F_OK) == 0 || errno != ENOENT)
			atomic_fetch_add(&crowd->errors, 1);
		atomic_fetch_add(&crowd->reads, 1);
	}
	return NULL;
}

/*
 * Killed while it invalidates names, or wakes watchers: one of its threads is then caught in the
 * kernel, and only a successor can get it out.
 */
static void test_server_is_killed_while_waking(void **state)
{
	const char *rounds_text = getenv("FS_KILLS");
	int i, pid, rounds = rounds_text ? atoi(rounds_text) : 30;
	struct crowd crowd = {.files = 10};
	uint64_t begun, slowest = 0;
	pthread_t readers[3];
	struct host host;
	uint32_t all = 40;

	(void)state;
	NEEDS_FUSE();
	host_serve(&host, 4, 10);
	assert_int_equal(atomic_load(&host.state->watchers), 1);
	crowd.host = &host;
	for (i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&readers[i], NULL, list_all, &crowd), 0);
	for (i = 0; i < rounds; i++) {
		int fd = model_commit(&host.model, first_change, &all, -1);

		pid = atomic_load(&host.state->server);
		host_publish(&host, fd);
		if (i % 2)
			host_wait_published(&host);
		(void)usleep((useconds_t)i * 37 % 2000);
		begun = clock_mono_ns();
		(void)kill(pid, SIGKILL);
		assert_true(wait_until(has_other_server, &host, pid));
		host_publish(&host, -1);
		host_wait_published(&host);
		assert_int_equal(host_look(&host, 3, (uint32_t)i % 10), i + 2);
		if (clock_mono_ns() - begun > slowest)
			slowest = clock_mono_ns() - begun;
	}
	atomic_store(&crowd.ends, true);
	for (i = 0; i < 3; i++)
		(void)pthread_join(readers[i], NULL);
	print_message("# %d kills, %lu reads, %lu errors, slowest recovery %.1f ms\n", rounds,
			atomic_load(&crowd.reads), atomic_load(&crowd.errors),
			(double)slowest / 1e6);
	assert_int_equal(atomic_load(&crowd.errors), 0);
	host_stop(&host);
}

static void test_server_hangs(void **state)
{
	struct host host;
	uint64_t begun;
	int pid;

	(void)state;
	NEEDS_FUSE();
	host_serve(&host, 2, 10);
	pid = atomic_load(&host.state->server);
	begun = clock_mono_ms();
	assert_int_equal(kill(pid, SIGSTOP), 0);
	nap_ms(20); /* until all of its threads have stopped */
	assert_int_equal(host_look(&host, 1, 1), 1);
	print_message("# healed in %llu ms\n", (unsigned long long)(clock_mono_ms() - begun));
	assert_true(clock_mono_ms() - begun < 2600);
	assert_true(atomic_load(&host.state->server) != pid);
	host_stop(&host);
}

static void test_engine_dies(void **state)
{
	struct host host;

	(void)state;
	NEEDS_FUSE();
	host_serve(&host, 1, 2);
	(void)kill(atomic_load(&host.state->engine), SIGKILL);
	(void)close(host.engine);
	host_accept_engine(&host);
	assert_int_equal(host.in.code, 1); /* a mount is served already */
	host_commit(&host, 1);
	assert_int_equal(host_look(&host, 0, 0), 2);
	host_stop(&host);
}

/* --- losing the mount --- */

static bool is_stopped(pid_t pid)
{
	char path[64], text[64] = "";
	struct dirent *entry;
	bool stopped = true;
	DIR *tasks;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	tasks = opendir(path);
	assert_non_null(tasks);
	while ((entry = readdir(tasks))) {
		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof(path), "%.16s/stat", entry->d_name);
		fd = openat(dirfd(tasks), path, O_RDONLY | O_CLOEXEC);
		assert_true(read(fd, text, sizeof(text) - 1) > 0);
		stopped &= strstr(text, ") T ") != NULL;
		(void)close(fd);
	}
	(void)closedir(tasks);
	return stopped;
}

/* The signal is on its way for a while, to each thread. */
static pid_t stop_server(const struct host *host)
{
	pid_t server = atomic_load(&host->state->server);

	assert_int_equal(kill(server, SIGSTOP), 0);
	while (!is_stopped(server))
		nap_ms(1);
	return server;
}

/* An open that is not noted yet holds the mount busy; that passes. */
static bool can_unmount(const struct host *host, long arg)
{
	(void)arg;
	return umount2(host->mountpoint, 0) == 0;
}

static void test_unmounted_by_others(void **state)
{
	struct host host;

	(void)state;
	NEEDS_FUSE();
	host_serve(&host, 1, 2);
	assert_int_equal(host_look(&host, 0, 1), 1);
	assert_true(wait_until(can_unmount, &host, 0));
	assert_int_equal(host_reap(&host), 0);
	host_release(&host);
}

/* One that is stopped cannot see, either, that the mount is gone. */
static void test_unmounted_by_others_after_the_server_hangs(void **state)
{
	struct host host;

	(void)state;
	NEEDS_FUSE();
	host_serve(&host, 1, 2);
	stop_server(&host);
	assert_int_equal(umount2(host.mountpoint, 0), 0);
	assert_int_equal(host_reap(&host), 0);
	host_release(&host);
}

/* Nobody has anything open; but a server that hangs does not note, either, who had. */
static void test_unmounted_by_others_while_the_server_hangs(void **state)
{
	struct host host;

	(void)state;
	NEEDS_FUSE();
	host_serve(&host, 1, 2);
	assert_int_equal(host_look(&host, 0, 1), 1);
	stop_server(&host);
	assert_int_equal(host_look(&host, 0, 1), 1); /* the kernel has it all */
	assert_int_equal(umount2(host.mountpoint, 0), -1);
	assert_int_equal(errno, EBUSY);
	assert_true(wait_until(can_unmount, &host, 0));
	assert_int_equal(host_reap(&host), 0);
	host_release(&host);
}

/* Whoever ends us by a signal need not wait for that. */
static void test_signal_while_the_server_hangs(void **state)
{
	struct host host;
	pid_t server;

	(void)state;
	NEEDS_FUSE();
	host_serve(&host, 1, 2);
	assert_int_equal(host_look(&host, 0, 1), 1);
	server = stop_server(&host);
	assert_int_equal(host_look(&host, 0, 1), 1);
	assert_int_equal(kill(host.keeper, SIGTERM), 0);
	assert_int_equal(host_reap(&host), 0);
	assert_int_equal(umount2(host.mountpoint, 0), -1);
	assert_int_equal(errno, EINVAL); /* nothing is mounted there */
	assert_int_equal(atomic_load(&host.state->server_restarts), 0);
	assert_int_equal(kill(server, 0), -1);
	host_release(&host);
}

static bool shows_files(const struct host *host, long arg)
{
	(void)arg;
	return host_look(host, 0, 1) == 1;
}

static void abort_connection(const struct host *host)
{
	struct stat st;
	char path[128];
	int fd;

	assert_int_equal(stat(host->mountpoint, &st), 0);
	(void)mount("fusectl", "/sys/fs/fuse/connections", "fusectl", 0, NULL);
	(void)snprintf(path, sizeof(path), "/sys/fs/fuse/connections/%u/abort", minor(st.st_dev));
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "1", 1), 1);
	(void)close(fd);
}

/* Servers that end by themselves, again and again: mounting again is tried at leisure, until it works. */
static void test_remounting_takes_its_time(void **state)
{
	struct host host;
	uint64_t before, starts;
	char path[64];
	int fd;

	(void)state;
	NEEDS_FUSE();
	host_serve(&host, 1, 2);
	host_ending_path(host.keeper, path);
	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	(void)close(fd);
	before = atomic_load(&host.state->server_restarts);
	abort_connection(&host);
	nap_ms(1500);
	starts = atomic_load(&host.state->server_restarts) - before;
	print_message("# %llu servers\n", (unsigned long long)starts);
	assert_in_range(starts, 1, 40);
	assert_int_equal(unlink(path), 0);
	assert_true(wait_until(shows_files, &host, 0));
	host_stop(&host);
}

static void test_connection_is_aborted(void **state)
{
	struct host host;
	uint64_t begun;
	int pid;

	(void)state;
	NEEDS_FUSE();
	host_serve(&host, 1, 2);
	assert_int_equal(host_look(&host, 0, 1), 1);
	pid = atomic_load(&host.state->server);
	begun = clock_mono_ms();
	abort_connection(&host);
	assert_true(wait_until(has_other_server, &host, pid));
	while (host_look(&host, 0, 1) != 1)
		assert_true(clock_mono_ms() - begun < 1000);
	print_message("# mounted again in %llu ms\n",
			(unsigned long long)(clock_mono_ms() - begun));
	host_publish(&host, -1);
	host_wait_published(&host);
	host_stop(&host);
}

static void test_busy_is_refused(void **state)
{
	struct host host;
	int fd;

	(void)state;
	NEEDS_FUSE();
	host_serve(&host, 1, 2);
	fd = host_open(&host, 0, 1);
	host.out.type = MESSAGE_QUIT;
	host.out.flags = 0;
	host_send(&host, -1);
	host_receive(&host, MESSAGE_REFUSED, NULL);
	assert_int_equal(host.in.code, EBUSY);
	assert_non_null(strstr(host.in.text, "is busy"));
	assert_int_equal(host_look(&host, 0, 0), 1);
	(void)close(fd);
	host_stop(&host);
}

static void test_signal_ends_it(void **state)
{
	struct host host;
	int fd;

	(void)state;
	NEEDS_FUSE();
	host_serve(&host, 1, 2);
	fd = host_open(&host, 0, 1); /* busy: detached all the same */
	assert_int_equal(kill(host.keeper, SIGTERM), 0);
	assert_int_equal(host_reap(&host), 0);
	assert_false(is_mounted(&host));
	(void)close(fd);
	host_release(&host);
}

/* --- beginning --- */

static void read_report(const struct host *host, char *out, size_t size)
{
	ssize_t len, used = 0;

	while ((len = read(host->report, out + used, size - 1 - (size_t)used)) > 0)
		used += len;
	out[used] = '\0';
}

static void test_engine_fails_at_the_start(void **state)
{
	struct host host;
	char text[200];

	(void)state;
	NEEDS_FUSE();
	host_start(&host, 1, 1);
	assert_int_equal(host.in.code, 0);
	host.out.type = MESSAGE_FAILED;
	host.out.code = 2;
	(void)snprintf(host.out.text, sizeof(host.out.text), "'main' is no ref");
	host_send(&host, -1);
	read_report(&host, text, sizeof(text));
	assert_string_equal(text, "2\n'main' is no ref");
	assert_int_equal(WEXITSTATUS(host_reap(&host)),
			2); /* with -f it is the exit status of the mount */
	host_release(&host);
}

static void test_second_keeper_is_refused(void **state)
{
	struct host host, other;
	char text[300], want[64];

	(void)state;
	NEEDS_FUSE();
	host_serve(&host, 1, 1);
	host_prepare(&other, 1, 1);
	free(other.settings.state_dir);
	other.settings.state_dir = strdup(host.settings.state_dir);
	host_start_keeper(&other);
	read_report(&other, text, sizeof(text));
	(void)snprintf(want, sizeof(want), "by process %d", host.keeper);
	assert_non_null(strstr(text, "mounted already"));
	assert_non_null(strstr(text, want));
	(void)host_reap(&other);
	host_release(&other);
	host_stop(&host);
}

static void test_mount_point_is_checked(void **state)
{
	struct host host;
	char text[300], path[160];

	(void)state;
	NEEDS_FUSE();
	host_prepare(&host, 1, 1);
	(void)snprintf(path, sizeof(path), "%s/file", host.mountpoint);
	assert_int_equal(mkdir(path, 0700), 0);
	host_start_keeper(&host);
	read_report(&host, text, sizeof(text));
	assert_non_null(strstr(text, "not empty"));
	(void)host_reap(&host);
	assert_int_equal(rmdir(path), 0);
	(void)close(host.report);

	assert_int_equal(mount("none", host.mountpoint, "tmpfs", 0, NULL), 0);
	host_start_keeper(&host);
	read_report(&host, text, sizeof(text));
	assert_non_null(strstr(text, "mount point already"));
	(void)host_reap(&host);
	assert_int_equal(umount2(host.mountpoint, 0), 0);
	host_release(&host);
}

/* A mount whose processes are all gone is cleaned up. */
static void test_corpse_is_removed(void **state)
{
	struct statvfs figures;
	struct host host;
	int server, engine;

	(void)state;
	NEEDS_FUSE();
	host_serve(&host, 1, 2);
	server = atomic_load(&host.state->server);
	engine = atomic_load(&host.state->engine);
	assert_true(server > 0 && engine > 0);
	(void)kill(host.keeper, SIGSTOP);
	(void)kill(host.keeper, SIGKILL);
	(void)kill(server, SIGKILL);
	(void)kill(engine, SIGKILL);
	(void)host_reap(&host);
	(void)close(host.engine);
	(void)close(host.report);
	/* access(2) may be answered from what the kernel has cached. */
	while (statvfs(host.mountpoint, &figures) == 0 || errno != ENOTCONN)
		nap_ms(1);
	host.model.generation = host.model.overlays = 0;
	segment_set_free(host.model.set);
	host.model.set = segment_set_new();
	host.model.index = PLACE_NONE;
	host_start_keeper(&host);
	host_accept_engine(&host);
	host_publish(&host, model_commit(&host.model, all_change, NULL, -1));
	host_wait_published(&host);
	assert_int_equal(host_look(&host, 0, 1), 1);
	host_stop(&host);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_wrong_counts_are_found_out),
			cmocka_unit_test(test_server_is_killed),
			cmocka_unit_test(test_server_is_killed_while_switching),
			cmocka_unit_test(test_server_is_killed_while_waking),
			cmocka_unit_test(test_server_hangs),
			cmocka_unit_test(test_engine_dies),
			cmocka_unit_test(test_unmounted_by_others),
			cmocka_unit_test(test_unmounted_by_others_after_the_server_hangs),
			cmocka_unit_test(test_unmounted_by_others_while_the_server_hangs),
			cmocka_unit_test(test_signal_while_the_server_hangs),
			cmocka_unit_test(test_connection_is_aborted),
			cmocka_unit_test(test_remounting_takes_its_time),
			cmocka_unit_test(test_busy_is_refused),
			cmocka_unit_test(test_signal_ends_it),
			cmocka_unit_test(test_engine_fails_at_the_start),
			cmocka_unit_test(test_second_keeper_is_refused),
			cmocka_unit_test(test_mount_point_is_checked),
			cmocka_unit_test(test_corpse_is_removed),
	};

	(void)argc;
	host_begin(argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
