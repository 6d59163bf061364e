/* What readers see of a mount: contents, listings, attributes, refusals, switches. */
#include "tests/unit/fs_host.h"

#include <dirent.h>
#include <pthread.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>

#include "fs/segments.h"

static void path_in(const struct host *host, const char *name, char out[200])
{
	(void)snprintf(out, 200, "%s/%s", host->mountpoint, name);
}

static void read_text(const struct host *host, const char *name, char *out, size_t size)
{
	char path[200];
	ssize_t len;
	int fd;

	path_in(host, name, path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	len = read(fd, out, size - 1);
	assert_true(len >= 0);
	out[len] = '\0';
	(void)close(fd);
}

static size_t count_entries(const struct host *host, const char *name)
{
	const struct dirent *entry;
	char path[200];
	size_t count = 0;
	DIR *dir;

	path_in(host, name, path);
	dir = opendir(path);
	assert_non_null(dir);
	while ((entry = readdir(dir)))
		count++;
	(void)closedir(dir);
	return count;
}

static void test_contents(void **state)
{
	struct statvfs figures;
	struct host host;
	struct stat st;
	char path[200];

	(void)state;
	NEEDS_FUSE();
	host_serve(&host, 3, 20);
	assert_int_equal(host_look(&host, 2, 19), 1);
	assert_int_equal(host_look(&host, 3, 0), -1);
	path_in(&host, "d0001", path);
	assert_int_equal(stat(path, &st), 0);
	assert_true(S_ISDIR(st.st_mode));
	assert_int_equal(st.st_nlink, 2);
	assert_int_equal(stat(host.mountpoint, &st), 0);
	assert_int_equal(st.st_nlink, 5);
	path_in(&host, "d0001/f00002", path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, HOST_LINES * HOST_LINE_SIZE);
	assert_int_equal(st.st_mtime, 1700000001);
	assert_int_equal(st.st_blocks, 3);
	assert_int_equal(statvfs(host.mountpoint, &figures), 0);
	assert_int_equal(figures.f_files, 64);
	assert_int_equal(figures.f_namemax, 255);
	host_stop(&host);
}

static void test_listing(void **state)
{
	struct host host;

	(void)state;
	NEEDS_FUSE();
	host_serve(&host, 2, 9000);
	assert_int_equal(count_entries(&host, ""), 4); /* the virtual files are not listed */
	assert_int_equal(count_entries(&host, "d0001"), 9002);
	assert_int_equal(count_entries(&host, ".refmount/at"), 4);
	host_stop(&host);
}

static void test_attributes(void **state)
{
	char path[200], value[100], names[200];
	struct host host;

	(void)state;
	NEEDS_FUSE();
	host_serve(&host, 1, 2);
	path_in(&host, "d0000/f00001", path);
	assert_int_equal(getxattr(path, "user.refmount.revision", value, sizeof(value)), 40);
	assert_memory_equal(value, "0100", 4);
	assert_int_equal(getxattr(path, "user.refmount.source", value, sizeof(value)), 12);
	assert_memory_equal(value, "d0000/f00001", 12);
	assert_int_equal(getxattr(path, "user.refmount.oid", NULL, 0), 40);
	assert_int_equal(getxattr(path, "user.refmount.oid", value, 39), -1);
	assert_int_equal(errno, ERANGE);
	assert_int_equal(getxattr(path, "user.other", value, sizeof(value)), -1);
	assert_int_equal(errno, ENODATA);
	assert_int_equal(listxattr(path, names, sizeof(names)), 23 + 21 + 18);
	path_in(&host, ".status", path);
	assert_int_equal(listxattr(path, names, sizeof(names)), 0);
	host_stop(&host);
}

static void test_writes_are_refused(void **state)
{
	char path[200], other[200];
	struct host host;

	(void)state;
	NEEDS_FUSE();
	host_serve(&host, 1, 2);
	path_in(&host, "d0000/f00001", path);
	path_in(&host, "d0000/new", other);
	assert_int_equal(open(path, O_WRONLY), -1);
	assert_int_equal(errno, EROFS);
	assert_int_equal(open(other, O_WRONLY | O_CREAT, 0600), -1);
	assert_int_equal(errno, EROFS);
	assert_int_equal(unlink(path), -1);
	assert_int_equal(errno, EROFS);
	assert_int_equal(rename(path, other), -1);
	assert_int_equal(errno, EROFS);
	assert_int_equal(mkdir(other, 0700), -1);
	assert_int_equal(errno, EROFS);
	assert_int_equal(symlink("x", other), -1);
	assert_int_equal(errno, EROFS);
	assert_int_equal(link(path, other), -1);
	assert_int_equal(errno, EROFS);
	assert_int_equal(truncate(path, 0), -1);
	assert_int_equal(errno, EROFS);
	assert_int_equal(chmod(path, 0600), -1);
	assert_int_equal(errno, EROFS);
	assert_int_equal(setxattr(path, "user.x", "y", 1, 0), -1);
	assert_int_equal(errno, EROFS);
	host_stop(&host);
}

static void test_virtual_files(void **state)
{
	char text[4096], want[64], name[128];
	struct host host;

	(void)state;
	NEEDS_FUSE();
	host_serve(&host, 2, 2);
	read_text(&host, ".status", text, sizeof(text));
	assert_string_equal(text, "generation: 1\n");
	host_commit(&host, 1);
	read_text(&host, ".status", text, sizeof(text));
	assert_string_equal(text, "generation: 2\n");
	(void)snprintf(want, sizeof(want), "%040u", 2);
	(void)snprintf(name, sizeof(name), "%s/.refmount/at/current", host.mountpoint);
	assert_int_equal(readlink(name, text, sizeof(text)), 40);
	assert_memory_equal(text, want, 40);
	read_text(&host, ".refmount/at/current/d0000/f00000", text, sizeof(text));
	assert_memory_equal(text, "000000002", 9);
	host_stop(&host);
}

static void test_warm_reads_ask_nothing(void **state)
{
	struct host host;
	uint64_t before;
	int i;

	(void)state;
	NEEDS_FUSE();
	host_serve(&host, 2, 10);
	for (i = 0; i < 20; i++)
		assert_int_equal(host_look(&host, 1, (uint32_t)i % 10), 1);
	assert_int_equal(host_look(&host, 1, 10), -1); /* a name that is not there, too */
	before = host_requests(&host);
	for (i = 0; i < 1000; i++)
		assert_int_equal(host_look(&host, 1, (uint32_t)i % 10), 1);
	assert_int_equal(host_look(&host, 1, 10), -1);
	assert_int_equal(host_requests(&host), before);
	host_commit(&host, 1); /* of folder 0 */
	for (i = 0; i < 1000; i++)
		assert_int_equal(host_look(&host, 1, (uint32_t)i % 10), 1);
	assert_in_range(host_requests(&host) - before, 0, 10); /* of the switch itself */
	host_stop(&host);
}

static void test_switch(void **state)
{
	struct stat before, after, same_before, same_after;
	char path[200], same[200];
	struct host host;
	int fd;

	(void)state;
	NEEDS_FUSE();
	host_serve(&host, 2, 10);
	path_in(&host, "d0000/f00000", path);
	path_in(&host, "d0001/f00003", same);
	fd = host_open(&host, 0, 0);
	assert_int_equal(stat(path, &before), 0);
	assert_int_equal(stat(same, &same_before), 0);
	host_commit(&host, 3);
	assert_int_equal(host.in.changed, 3);
	assert_int_equal(host_look(&host, 0, 0), 2);
	assert_int_equal(host_look(&host, 0, 3), 1);
	assert_int_equal(host_version(fd, 0, 0), 1); /* what is open stays */
	assert_int_equal(stat(path, &after), 0);
	assert_int_equal(stat(same, &same_after), 0);
	assert_true(before.st_ino != after.st_ino);
	assert_true(same_before.st_ino == same_after.st_ino);
	(void)close(fd);
	host_stop(&host);
}

/* 10,000 names: by one message where the kernel knows it, and one by one. */
static void look_at_all(const struct host *host, uint32_t changed)
{
	uint32_t i;

	for (i = 0; i < host->model.dirs * host->model.files; i++)
		assert_int_equal(host_look(host, i / host->model.files, i % host->model.files),
				i < changed ? host->model.generation : 1);
}

static void switch_many(const char *how, uint32_t changed)
{
	struct host host;
	uint64_t begun;

	host_serve(&host, 100, 100);
	look_at_all(&host, host.model.dirs * host.model.files);
	host_commit(&host, changed);
	begun = clock_mono_ns();
	look_at_all(&host, changed);
	print_message("# %s, %u names: %.2f ms from PREPARE to FLIP, then %.0f ms for all files\n",
			how, changed, (double)host.in.flipped_ns / 1e6,
			(double)(clock_mono_ns() - begun) / 1e6);
	host_stop(&host);
}

static void test_many_names(void **state)
{
	(void)state;
	NEEDS_FUSE();
	switch_many("as the kernel can", 10000);
	switch_many("as the kernel can", 1000);
	assert_int_equal(setenv("REFMOUNT_NO_EPOCH", "1", 1), 0);
	switch_many("entry by entry", 10000);
	switch_many("entry by entry", 1000);
	assert_int_equal(unsetenv("REFMOUNT_NO_EPOCH"), 0);
}

static int last_goes(uint32_t index, void *arg)
{
	return index == *(const uint32_t *)arg ? -1 : 0;
}

static void test_names_vanish(void **state)
{
	uint32_t last = 9;
	struct host host;
	struct stat st;
	char path[200];
	int dir, fd;

	(void)state;
	NEEDS_FUSE();
	host_serve(&host, 2, 10);
	assert_int_equal(host_look(&host, 0, 9), 1);
	assert_int_equal(host_look(&host, 1, 9), 1);
	path_in(&host, "d0001", path);
	dir = open(path, O_PATH | O_DIRECTORY);
	assert_true(dir >= 0);
	fd = model_commit(&host.model, last_goes, &last, 1); /* file 9 and folder 1 */
	host_publish(&host, fd);
	host_wait_published(&host);
	assert_int_equal(host_look(&host, 0, 9), -1);
	assert_int_equal(host_look(&host, 0, 8), 1);
	assert_int_equal(host_look(&host, 1, 9), -1);
	assert_int_equal(openat(dir, "f00009", O_RDONLY), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(fstat(dir, &st), 0);
	assert_int_equal(st.st_nlink, 0);
	assert_int_equal(count_entries(&host, "d0000"), 11);
	assert_int_equal(count_entries(&host, ""), 3);
	(void)close(dir);
	host_stop(&host);
}

static void test_segments_go_when_unused(void **state)
{
	struct host host;
	uint64_t deadline;
	int fd, i;

	(void)state;
	NEEDS_FUSE();
	host_serve(&host, 1, 4);
	fd = host_open(&host, 0, 0);
	for (i = 0; i < 3; i++)
		host_commit(&host, 4);
	assert_int_equal(host_version(fd, 0, 0), 1);
	host_drop(&host, MESSAGE_DROP_GENERATION, 1);
	host_drop(&host, MESSAGE_DROP_GENERATION, 2);
	host_drop(&host, MESSAGE_DROP_SEGMENT, 2);
	host_drop(&host, MESSAGE_DROP_SEGMENT, 1);
	deadline = clock_mono_ms() + HOST_WAIT_MS;
	while (state_segment_find(host.state, 2) && clock_mono_ms() < deadline)
		nap_ms(1);
	assert_null(state_segment_find(host.state, 2));
	assert_non_null(state_segment_find(host.state, 1)); /* held by the open file */
	assert_int_equal(host_version(fd, 0, 0), 1);
	(void)close(fd);
	host_stop(&host);
}

static int only_one(uint32_t index, void *arg)
{
	return index == *(const uint32_t *)arg;
}

static unsigned count_dropped(const struct host *host)
{
	unsigned i, count = 0;

	for (i = 0; i < STATE_SEGMENTS; i++)
		count += atomic_load(&host->state->segments[i].number) != 0 &&
				atomic_load(&host->state->segments[i].dropped);
	return count;
}

/* Many segments that only the kernel's memory of names keeps: it is asked to let go. */
static void test_kernel_is_asked_to_let_go(void **state)
{
	struct host host;
	uint64_t deadline;
	uint32_t i;

	(void)state;
	NEEDS_FUSE();
	host_serve(&host, 1, 80);
	for (i = 0; i < 80; i++) {
		host_publish(&host, model_commit(&host.model, only_one, &i, -1));
		host_wait_published(&host);
	}
	for (i = 0; i < 80; i++)
		assert_int_equal(host_look(&host, 0, i), i + 2);
	for (i = 2; i < 80; i++)
		host_drop(&host, MESSAGE_DROP_SEGMENT, i);
	deadline = clock_mono_ms() + HOST_WAIT_MS;
	do
		nap_ms(10);
	while (count_dropped(&host) > SEGMENTS_HELD_GOOD && clock_mono_ms() < deadline);
	assert_true(count_dropped(&host) <= SEGMENTS_HELD_GOOD);
	host_stop(&host);
}

/* A listing that the kernel keeps is not the old one for those who have seen the new. */
static void test_listing_is_kept_and_right(void **state)
{
	struct dirent *entry;
	uint32_t last = 9;
	struct host host;
	uint64_t before;
	char path[200];
	DIR *held;
	int count;

	(void)state;
	NEEDS_FUSE();
	host_serve(&host, 1, 10);
	path_in(&host, "d0000", path);
	held = opendir(path);
	assert_non_null(held);
	assert_int_equal(count_entries(&host, "d0000"), 12);
	assert_int_equal(count_entries(&host, "d0000"), 12);
	before = atomic_load(&host.state->requests[28]) + atomic_load(&host.state->requests[44]);
	assert_int_equal(count_entries(&host, "d0000"), 12);
	assert_int_equal(atomic_load(&host.state->requests[28]) +
					atomic_load(&host.state->requests[44]),
			before); /* READDIR and READDIRPLUS */
	host_publish(&host, model_commit(&host.model, last_goes, &last, -1));
	host_wait_published(&host);
	assert_int_equal(count_entries(&host, "d0000"), 11);
	for (count = 0; (entry = readdir(held)); count++)
		;
	assert_int_equal(count, 11);
	rewinddir(held);
	for (count = 0; (entry = readdir(held)); count++)
		;
	assert_int_equal(count, 11);
	(void)closedir(held);
	assert_int_equal(count_entries(&host, "d0000"), 11);
	host_stop(&host);
}

/* --- nobody sees the old after anybody has seen the new --- */

struct race {
	const struct host *host;
	_Atomic long newest;
	_Atomic unsigned long reads, errors;
	_Atomic bool ends;
};

static void *race_reader(void *arg)
{
	struct race *race = arg;
	unsigned i = (unsigned)(uintptr_t)&i / 64;
	long before, version, newest;

	while (!atomic_load(&race->ends)) {
		i++;
		before = atomic_load(&race->newest);
		version = host_look(race->host, i % 2, i / 2 % 10);
		if (version < before || version <= 0)
			atomic_fetch_add(&race->errors, 1);
		newest = atomic_load(&race->newest);
		while (version > newest &&
				!atomic_compare_exchange_weak(&race->newest, &newest, version))
			;
		atomic_fetch_add(&race->reads, 1);
	}
	return NULL;
}

/* Generation NUMBER and everything in it is history. */
static void retire(struct host *host, uint32_t number)
{
	struct segment_set *set = host->model.set;

	host_drop(host, MESSAGE_DROP_GENERATION, number);
	host_drop(host, MESSAGE_DROP_SEGMENT, number);
	host_drop(host, MESSAGE_DROP_SEGMENT, SEGMENT_OVERLAY | number);
	segment_unmap(segment_set_remove(set, number));
	segment_unmap(segment_set_remove(set, SEGMENT_OVERLAY | number));
}

static unsigned count_segments(const struct host *host)
{
	unsigned i, count = 0;

	for (i = 0; i < STATE_SEGMENTS; i++)
		count += atomic_load(&host->state->segments[i].number) != 0;
	return count;
}

static void test_switch_is_atomic(void **state)
{
	const char *rounds_text = getenv("FS_SWITCHES");
	int i, rounds = rounds_text ? atoi(rounds_text) : 40;
	struct race race = {0};
	pthread_t readers[4];
	struct host host;

	(void)state;
	NEEDS_FUSE();
	host_serve(&host, 2, 10);
	race.host = &host;
	for (i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&readers[i], NULL, race_reader, &race), 0);
	for (i = 0; i < rounds; i++) {
		host_commit(&host, 20);
		if (i > 2)
			retire(&host, (uint32_t)i - 1);
	}
	atomic_store(&race.ends, true);
	for (i = 0; i < 4; i++)
		(void)pthread_join(readers[i], NULL);
	print_message("# %lu reads, %d switches, %lu errors, %u segments left\n",
			atomic_load(&race.reads), rounds, atomic_load(&race.errors),
			count_segments(&host));
	assert_int_equal(atomic_load(&race.errors), 0);
	assert_int_equal(host_look(&host, 1, 1), rounds + 1);
	host_stop(&host);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_contents),
			cmocka_unit_test(test_listing),
			cmocka_unit_test(test_attributes),
			cmocka_unit_test(test_writes_are_refused),
			cmocka_unit_test(test_virtual_files),
			cmocka_unit_test(test_warm_reads_ask_nothing),
			cmocka_unit_test(test_switch),
			cmocka_unit_test(test_many_names),
			cmocka_unit_test(test_names_vanish),
			cmocka_unit_test(test_segments_go_when_unused),
			cmocka_unit_test(test_kernel_is_asked_to_let_go),
			cmocka_unit_test(test_listing_is_kept_and_right),
			cmocka_unit_test(test_switch_is_atomic),
	};

	(void)argc;
	host_begin(argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
