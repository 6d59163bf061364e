#include "src/link/state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/file.h"

static void test_two_mappings(void **state)
{
	struct state *a, *b;
	struct view view;
	int fd;

	(void)state;
	assert_int_equal(state_create(&fd, &a, NULL), 0);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(state_map(fd, &b, NULL), 0);
	assert_false(state_view(b, &view));
	assert_int_equal(state_flip(a, &(struct view){.generation = 3, .root = 5}), 1);
	assert_true(state_view(b, &view));
	assert_int_equal(view.generation, 3);
	assert_int_equal(view.sequence, 1);
	assert_int_equal(state_flip(a, &(struct view){.generation = 4}), 2);
	assert_true(state_view(b, &view));
	assert_int_equal(view.generation, 4);
	state_unmap(a);
	state_unmap(b);
	state_unmap(NULL);
	(void)close(fd);
}

static void test_refusals(void **state)
{
	struct err err = ERR_INIT;
	struct state *a, *b;
	int fd, other;

	(void)state;
	assert_int_equal(state_create(&fd, &a, NULL), 0);
	a->version = 9;
	assert_int_equal(state_map(fd, &b, &err), -EPROTO);
	assert_non_null(strstr(err.text, "version 9"));
	a->version = STATE_VERSION;
	a->size--;
	assert_int_equal(state_map(fd, &b, &err), -EPROTO);
	a->size++;
	/* as long a file as its header says, but shorter than it must be */
	assert_int_equal(file_memory("short", a, 4096, &other, NULL), 0);
	assert_int_equal(state_map(other, &b, &err), -EPROTO);
	(void)close(other);
	assert_int_equal(file_memory("other", "hello", 5, &other, NULL), 0);
	assert_int_equal(state_map(other, &b, &err), -EPROTO);
	(void)close(other);
	state_unmap(a);
	(void)close(fd);
}

static void test_segments(void **state)
{
	struct state *a;
	uint32_t i;
	int fd;

	(void)state;
	assert_int_equal(state_create(&fd, &a, NULL), 0);
	assert_null(state_segment_find(a, 5));
	assert_null(state_segment_find(a, 0));
	/* two that begin at the same entry, and the first of them goes */
	assert_int_equal(state_segment_add(a, 5, 20), 0);
	assert_int_equal(state_segment_add(a, 5 + STATE_SEGMENTS, 21), 0);
	assert_int_equal(state_segment_add(a, 5, 22), -EEXIST);
	atomic_store(&state_segment_find(a, 5)->number, 0);
	assert_null(state_segment_find(a, 5));
	assert_int_equal(state_segment_find(a, 5 + STATE_SEGMENTS)->fd, 21);
	for (i = 0; i < STATE_SEGMENTS - 1; i++)
		assert_int_equal(state_segment_add(a, 10000 + i, 30), 0);
	assert_int_equal(state_segment_add(a, 9999, 30), -ENOSPC);
	state_unmap(a);
	(void)close(fd);
}

static void test_generations(void **state)
{
	struct state *a;
	uint64_t root, index;
	uint32_t i;
	int fd;

	(void)state;
	assert_int_equal(state_create(&fd, &a, NULL), 0);
	for (i = 1; i <= STATE_GENERATIONS; i++)
		assert_int_equal(state_generation_add(a, i, i + 1, i + 2), 0);
	assert_int_equal(state_generation_add(a, 7, 1, 1), -EEXIST);
	assert_int_equal(state_generation_add(a, 1000, 1, 1), -ENOSPC);
	assert_true(state_generation_get(a, 7, &root, &index));
	assert_int_equal(root, 8);
	assert_int_equal(index, 9);
	atomic_store(&state_generation_find(a, 7)->number, 0);
	assert_false(state_generation_get(a, 7, &root, &index));
	assert_false(state_generation_get(a, 0, &root, &index));
	assert_int_equal(state_generation_add(a, 1000, 1, 1), 0);
	state_unmap(a);
	(void)close(fd);
}

static void *flipper(void *arg)
{
	uint32_t i;

	for (i = 1; i <= 20000; i++)
		(void)state_flip(arg,
				&(struct view){.generation = i,
						.root = i,
						.index = i,
						.overlay = i,
						.overlay_index = i});
	return NULL;
}

/* A reader never sees half of one view and half of another. */
static void test_views_are_whole(void **state)
{
	struct state *a;
	pthread_t thread;
	struct view view = {0};
	int fd;

	(void)state;
	assert_int_equal(state_create(&fd, &a, NULL), 0);
	assert_int_equal(pthread_create(&thread, NULL, flipper, a), 0);
	while (view.generation < 20000) {
		if (!state_view(a, &view))
			continue;
		assert_int_equal(view.sequence, view.generation);
		assert_int_equal(view.root, view.generation);
		assert_int_equal(view.index, view.generation);
		assert_int_equal(view.overlay, view.generation);
		assert_int_equal(view.overlay_index, view.generation);
	}
	(void)pthread_join(thread, NULL);
	state_unmap(a);
	(void)close(fd);
}

static void test_incarnations(void **state)
{
	struct state *shared;
	uint32_t i;
	int fd;

	(void)state;
	assert_int_equal(state_create(&fd, &shared, NULL), 0);
	assert_int_equal(state_incarnation(shared, 16), 0);
	assert_int_equal(state_incarnate(shared, 16), 0);
	assert_int_equal(state_incarnate(shared, 16), 0);
	assert_int_equal(state_incarnation(shared, 16), 2);
	assert_int_equal(state_incarnation(shared, 17), 0);
	/* The other folders of its group. */
	for (i = 1; i < STATE_INCARNATION_GROUP; i++)
		assert_int_equal(state_incarnate(shared, 16 + i * 64), 0);
	assert_int_equal(state_incarnate(shared, 16 + i * 64), -ENOSPC);
	assert_int_equal(state_incarnate(shared, 16), 0);
	assert_int_equal(state_incarnation(shared, 16 + 64), 1);
	state_incarnation_forget(shared, 16);
	assert_int_equal(state_incarnation(shared, 16), 0);
	assert_int_equal(state_incarnate(shared, 16 + i * 64), 0);
	state_unmap(shared);
	(void)close(fd);
}

/* Who waits for a role gets it when the one who has it has ended. */
static void roles_are_claimed(void **unused)
{
	struct state *state;
	int fd, pipes[2], status = 0;
	pid_t pid;
	char c;

	(void)unused;
	assert_int_equal(state_create(&fd, &state, NULL), 0);
	assert_int_equal(state_holder(fd, STATE_SERVER), 0);
	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (state_claim(fd, STATE_SERVER) < 0 || write(pipes[1], "x", 1) != 1)
			_exit(1);
		(void)pause();
		_exit(1);
	}
	assert_int_equal(read(pipes[0], &c, 1), 1);
	assert_int_equal(state_holder(fd, STATE_SERVER), pid);
	assert_int_equal(state_holder(fd, STATE_ENGINE), 0);
	assert_int_equal(state_claim(fd, STATE_ENGINE), 0);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(state_claim(fd, STATE_SERVER), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(state_holder(fd, STATE_SERVER), 0); /* it is ours */
	state_unmap(state);
	(void)close(fd);
	(void)close(pipes[0]);
	(void)close(pipes[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_two_mappings),
			cmocka_unit_test(test_refusals),
			cmocka_unit_test(test_segments),
			cmocka_unit_test(test_generations),
			cmocka_unit_test(test_views_are_whole),
			cmocka_unit_test(test_incarnations),
			cmocka_unit_test(roles_are_claimed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
