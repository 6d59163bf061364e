#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/base/clock.h"
#include "src/base/err.h"
#include "src/base/loop.h"

/* One loop, what it waits for, and what has happened. */
struct scene {
	struct loop *loop;
	struct loop_source *a, *b, *timer;
	int ends_a[2], ends_b[2];
	int calls, stop_after;
	int status, signo;
	uint32_t events;
	pid_t pid;
};

static int make_scene(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	if (!scene || loop_new(&scene->loop, NULL) < 0)
		return -1;
	if (pipe2(scene->ends_a, O_CLOEXEC) < 0 || pipe2(scene->ends_b, O_CLOEXEC) < 0)
		return -1;
	scene->stop_after = 1;
	*state = scene;
	return 0;
}

static int free_scene(void **state)
{
	struct scene *scene = *state;
	int i;

	loop_free(scene->loop);
	for (i = 0; i < 2; i++) {
		(void)close(scene->ends_a[i]);
		(void)close(scene->ends_b[i]);
	}
	free(scene);
	return 0;
}

static void called(struct scene *scene)
{
	if (++scene->calls == scene->stop_after)
		loop_stop(scene->loop, scene->calls);
}

static void on_timer(void *arg)
{
	called(arg);
}

static void on_fd(void *arg, uint32_t events)
{
	struct scene *scene = arg;

	scene->events = events;
	called(scene);
}

static void on_signal(void *arg, int signo)
{
	struct scene *scene = arg;

	scene->signo = signo;
	called(scene);
}

static void on_child(void *arg, pid_t pid, int status)
{
	struct scene *scene = arg;

	scene->pid = pid;
	scene->status = status;
	called(scene);
}

static void on_end(void *arg)
{
	struct scene *scene = arg;

	loop_remove(scene->timer);
	loop_stop(scene->loop, 100 + scene->calls);
}

static void never(void *arg)
{
	(void)arg;
	fail();
}

static void write_byte(int fd)
{
	assert_int_equal(write(fd, "x", 1), 1);
}

static void descriptor_is_ready(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(loop_add_fd(scene->loop, scene->ends_a[0], EPOLLIN, on_fd, scene,
					 &scene->a, NULL),
			0);
	write_byte(scene->ends_a[1]);
	assert_int_equal(loop_run(scene->loop, NULL), 1);
	assert_true(scene->events & EPOLLIN);
}

/* What else lies in the batch waits for the next run. */
static void stop_ends_the_turn(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(loop_add_fd(scene->loop, scene->ends_a[0], EPOLLIN, on_fd, scene,
					 &scene->a, NULL),
			0);
	assert_int_equal(loop_add_fd(scene->loop, scene->ends_b[0], EPOLLIN, on_fd, scene,
					 &scene->b, NULL),
			0);
	write_byte(scene->ends_a[1]);
	write_byte(scene->ends_b[1]);
	assert_int_equal(loop_run(scene->loop, NULL), 1);
	assert_int_equal(scene->calls, 1);
}

static void events_can_change(void **state)
{
	struct scene *scene = *state;

	/* Nothing is asked of the write end at first; the timer shows that the loop went by. */
	assert_int_equal(loop_add_fd(scene->loop, scene->ends_a[1], 0, on_fd, scene, &scene->a,
					 NULL),
			0);
	assert_int_equal(loop_add_timer(scene->loop, on_timer, scene, &scene->timer, NULL), 0);
	loop_timer_set(scene->timer, 5);
	assert_int_equal(loop_run(scene->loop, NULL), 1);
	assert_int_equal(scene->events, 0);
	assert_int_equal(loop_set_events(scene->a, EPOLLOUT), 0);
	scene->stop_after = 2;
	assert_int_equal(loop_run(scene->loop, NULL), 2);
	assert_int_equal(scene->events, EPOLLOUT);
}

static void bad_descriptor_is_refused(void **state)
{
	struct scene *scene = *state;
	struct loop_source *source = NULL;
	struct err err = ERR_INIT;

	assert_int_equal(loop_add_fd(scene->loop, 9999, EPOLLIN, on_fd, scene, &source, &err),
			-EBADF);
	assert_string_equal(err.text, "wait for descriptor 9999: Bad file descriptor");
	assert_null(source);
	loop_remove(NULL);
}

static void timer_fires_once_and_in_time(void **state)
{
	struct scene *scene = *state;
	struct loop_source *end = NULL;
	uint64_t start = clock_mono_ms();

	scene->stop_after = 2;
	assert_int_equal(loop_add_timer(scene->loop, on_timer, scene, &scene->timer, NULL), 0);
	assert_int_equal(loop_add_timer(scene->loop, on_timer, scene, &end, NULL), 0);
	loop_timer_set(scene->timer, 0);
	loop_timer_set(end, 30);
	assert_int_equal(loop_run(scene->loop, NULL), 2); /* each once, not the first twice */
	assert_in_range(clock_mono_ms() - start, 29, 2000);
}

static void timer_set_again_counts_from_then(void **state)
{
	struct scene *scene = *state;
	uint64_t start = clock_mono_ms();

	assert_int_equal(loop_add_timer(scene->loop, on_timer, scene, &scene->timer, NULL), 0);
	loop_timer_set(scene->timer, UINT64_MAX); /* far away, but no overflow */
	loop_timer_set(scene->timer, 1);
	loop_timer_set(scene->timer, 30);
	assert_int_equal(loop_run(scene->loop, NULL), 1);
	assert_in_range(clock_mono_ms() - start, 29, 2000);
}

static void clear_other_timer(void *arg)
{
	struct scene *scene = arg;

	loop_timer_clear(scene->a);
	loop_timer_clear(scene->b);
	loop_timer_set(scene->timer, 5);
}

/* Both have expired and lie in the same batch; whichever runs first clears the other. */
static void cleared_timer_does_not_fire(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(loop_add_timer(scene->loop, clear_other_timer, scene, &scene->a, NULL), 0);
	assert_int_equal(loop_add_timer(scene->loop, clear_other_timer, scene, &scene->b, NULL), 0);
	assert_int_equal(loop_add_timer(scene->loop, on_timer, scene, &scene->timer, NULL), 0);
	loop_timer_set(scene->a, 0);
	loop_timer_set(scene->b, 0);
	assert_int_equal(loop_run(scene->loop, NULL), 1);

	loop_timer_set(scene->a, 0);
	loop_timer_clear(scene->a);
	scene->stop_after = 2;
	loop_timer_set(scene->timer, 10);
	assert_int_equal(loop_run(scene->loop, NULL), 2);
}

static void signals_arrive(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(loop_add_signal(scene->loop, SIGUSR1, on_signal, scene, NULL), 0);
	assert_int_equal(loop_add_signal(scene->loop, SIGUSR2, on_signal, scene, NULL), 0);
	assert_int_equal(kill(getpid(), SIGUSR2), 0);
	assert_int_equal(loop_run(scene->loop, NULL), 1);
	assert_int_equal(scene->signo, SIGUSR2);
	assert_int_equal(loop_add_signal(scene->loop, 0, on_signal, scene, NULL), -EINVAL);
}

static pid_t child_exit(int code)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(code);
	return pid;
}

static void child_is_reaped_once(void **state)
{
	struct scene *scene = *state;
	pid_t first = child_exit(3), second = child_exit(4);

	scene->stop_after = 2;
	assert_int_equal(loop_add_child(scene->loop, first, on_child, scene, NULL), 0);
	assert_int_equal(loop_add_child(scene->loop, second, on_child, scene, NULL), 0);
	assert_int_equal(loop_run(scene->loop, NULL), 2);
	assert_true(scene->pid == first || scene->pid == second);
	assert_int_equal(WEXITSTATUS(scene->status), scene->pid == first ? 3 : 4);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);

	/* The sources are gone: what comes next is the timer. */
	assert_int_equal(loop_add_timer(scene->loop, on_end, scene, &scene->timer, NULL), 0);
	loop_timer_set(scene->timer, 10);
	scene->stop_after = 3;
	assert_int_equal(loop_run(scene->loop, NULL), 102);
}

/* A process that somebody else has reaped must not look like one that went well. */
static void stolen_child_is_a_failure(void **state)
{
	struct scene *scene = *state;
	pid_t pid = child_exit(0);

	assert_int_equal(loop_add_child(scene->loop, pid, on_child, scene, NULL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(loop_run(scene->loop, NULL), 1);
	assert_int_equal(WEXITSTATUS(scene->status), 255);
}

static void no_such_child(void **state)
{
	struct scene *scene = *state;
	struct err err = ERR_INIT;
	pid_t pid = child_exit(0);

	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(loop_add_child(scene->loop, pid, on_child, scene, &err), -ESRCH);
}

static void again_child(void *arg, pid_t pid, int status)
{
	struct scene *scene = arg;

	(void)pid;
	(void)status;
	called(scene);
	if (scene->calls < scene->stop_after)
		assert_int_equal(loop_add_child(scene->loop, child_exit(0), again_child, scene,
						 NULL),
				0);
}

/* What a supervisor does: start the next when the last one ends. */
static void child_callback_may_add_a_child(void **state)
{
	struct scene *scene = *state;

	scene->stop_after = 5;
	assert_int_equal(loop_add_child(scene->loop, child_exit(0), again_child, scene, NULL), 0);
	assert_int_equal(loop_run(scene->loop, NULL), 5);
}

static void remove_both(void *arg, uint32_t events)
{
	struct scene *scene = arg;

	(void)events;
	loop_remove(scene->a);
	loop_remove(scene->b);
	loop_remove(scene->b); /* twice in one turn is harmless */
	assert_int_equal(loop_set_events(scene->a, EPOLLIN), -ENOENT);
	scene->calls++;
	loop_timer_set(scene->timer, 5);
}

/* Both are ready in one batch: the first callback removes itself and the other, which is not run.
 */
static void removal_in_a_callback(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(loop_add_fd(scene->loop, scene->ends_a[0], EPOLLIN, remove_both, scene,
					 &scene->a, NULL),
			0);
	assert_int_equal(loop_add_fd(scene->loop, scene->ends_b[0], EPOLLIN, remove_both, scene,
					 &scene->b, NULL),
			0);
	assert_int_equal(loop_add_timer(scene->loop, on_end, scene, &scene->timer, NULL), 0);
	write_byte(scene->ends_a[1]);
	write_byte(scene->ends_b[1]);
	assert_int_equal(loop_run(scene->loop, NULL), 101);
}

static void replace_other(void *arg, uint32_t events)
{
	struct scene *scene = arg;

	(void)events;
	/* The descriptor of B lives on under a new source, while its old event is in the batch. */
	loop_remove(scene->a);
	loop_remove(scene->b);
	scene->calls++;
	assert_int_equal(loop_add_timer(scene->loop, never, scene, &scene->a, NULL), 0);
	assert_int_equal(loop_add_timer(scene->loop, on_end, scene, &scene->timer, NULL), 0);
	loop_timer_set(scene->timer, 5);
}

static void new_source_does_not_inherit_an_event(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(loop_add_fd(scene->loop, scene->ends_a[0], EPOLLIN, replace_other, scene,
					 &scene->a, NULL),
			0);
	assert_int_equal(loop_add_fd(scene->loop, scene->ends_b[0], EPOLLIN, replace_other, scene,
					 &scene->b, NULL),
			0);
	write_byte(scene->ends_a[1]);
	write_byte(scene->ends_b[1]);
	assert_int_equal(loop_run(scene->loop, NULL), 101);
}

static void stop_before_run(void **state)
{
	struct scene *scene = *state;

	loop_stop(scene->loop, 42);
	assert_int_equal(loop_run(scene->loop, NULL), 42);
}

static void free_of_nothing(void **state)
{
	(void)state;
	loop_free(NULL);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, make_scene, free_scene)

int main(void)
{
	const struct CMUnitTest tests[] = {
			TEST(descriptor_is_ready),
			TEST(stop_ends_the_turn),
			TEST(events_can_change),
			TEST(bad_descriptor_is_refused),
			TEST(timer_fires_once_and_in_time),
			TEST(timer_set_again_counts_from_then),
			TEST(cleared_timer_does_not_fire),
			TEST(signals_arrive),
			TEST(child_is_reaped_once),
			TEST(stolen_child_is_a_failure),
			TEST(no_such_child),
			TEST(child_callback_may_add_a_child),
			TEST(removal_in_a_callback),
			TEST(new_source_does_not_inherit_an_event),
			TEST(stop_before_run),
			cmocka_unit_test(free_of_nothing),
	};

	(void)alarm(60); /* a loop that waits for ever is a failure */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
