/* Who goes on with the view before: the rules on a state of our own, then a real mount with two threads. */
#include "tests/unit/fs_host.h"

#include <pthread.h>

#include "fs/leases.h"

#define LENGTH_MS 200u /* long beside what a busy machine takes for a step */

static bool has_fuse;

/* --- the rules --- */

struct scene {
	struct state *state;
	struct leases *leases;
	int fd;
	int queue[2]; /* an empty pipe stands for a queue in which there is nothing */
};

static void begin_scene(struct scene *scene)
{
	assert_int_equal(state_create(&scene->fd, &scene->state, NULL), 0);
	assert_int_equal(pipe2(scene->queue, O_CLOEXEC | O_NONBLOCK), 0);
	scene->leases = leases_new(scene->state, scene->queue[0]);
	assert_non_null(scene->leases);
	assert_false(leases_are_on(scene->leases));
	atomic_store(&scene->state->leases.length_ms, LENGTH_MS);
	assert_true(leases_are_on(scene->leases));
	(void)state_flip(scene->state, &(struct view){.generation = 1, .epoch = 1});
}

static void end_scene(struct scene *scene)
{
	leases_free(scene->leases);
	state_unmap(scene->state);
	(void)close(scene->fd);
	(void)close(scene->queue[0]);
	(void)close(scene->queue[1]);
}

static void flip(struct scene *scene)
{
	struct view view;

	assert_true(state_view(scene->state, &view));
	leases_begin(scene->leases, &view);
	view.epoch++;
	(void)state_flip(scene->state, &view);
}

static bool always(void *arg)
{
	(void)arg;
	return true;
}

static bool never(void *arg)
{
	(void)arg;
	return false;
}

static void whoever_has_begun_finishes(void **state)
{
	struct scene scene;
	uint64_t begun;

	(void)state;
	begin_scene(&scene);
	assert_false(leases_ask(scene.leases, 7, 1, true));
	assert_false(leases_ask(scene.leases, 7, 1, true)); /* nothing settles */
	begun = clock_mono_ms();
	flip(&scene);
	assert_true(leases_ask(scene.leases, 7, 2, true));
	assert_true(leases_ask(scene.leases, 7, 2, false));
	assert_false(leases_ask(scene.leases, 8, 2, true)); /* it begins with what is new */
	assert_false(leases_ask(scene.leases, 9, 2, false));
	leases_end(scene.leases, always, NULL);
	assert_true(clock_mono_ms() - begun >= LENGTH_MS);
	assert_false(leases_ask(scene.leases, 7, 2, true));
	end_scene(&scene);
}

static void a_moment_without_an_open_ends_it(void **state)
{
	struct scene scene;

	(void)state;
	begin_scene(&scene);
	(void)leases_ask(scene.leases, 7, 1, true);
	nap_ms(LENGTH_MS + 1);
	flip(&scene);
	assert_false(leases_ask(scene.leases, 7, 2, false));
	leases_end(scene.leases, never, NULL);
	end_scene(&scene);
}

/* Each open within a moment of the last extends a lease, but not for ever. */
static void nobody_stays_behind(void **state)
{
	struct scene scene;
	uint64_t begun;

	(void)state;
	begin_scene(&scene);
	begun = clock_mono_ms();
	(void)leases_ask(scene.leases, 7, 1, true);
	flip(&scene);
	while (leases_ask(scene.leases, 7, 2, true)) {
		assert_true(clock_mono_ms() - begun < HOST_WAIT_MS);
		nap_ms(1);
	}
	leases_end(scene.leases, always, NULL);
	assert_true(clock_mono_ms() - begun < HOST_WAIT_MS);
	end_scene(&scene);
}

static void a_successor_goes_on(void **state)
{
	struct view previous = {0};
	struct leases *successor;
	struct scene scene;

	(void)state;
	begin_scene(&scene);
	successor = leases_new(scene.state, scene.queue[0]);
	assert_false(leases_resume(successor, &previous));
	(void)leases_ask(scene.leases, 7, 1, true);
	leases_begin(scene.leases, &(struct view){.generation = 1, .epoch = 1});
	assert_false(leases_resume(successor, &previous)); /* killed before the flip */
	(void)state_flip(scene.state, &(struct view){.generation = 2, .epoch = 2});
	assert_true(leases_resume(successor, &previous));
	assert_int_equal(previous.generation, 1);
	assert_true(leases_ask(successor, 7, 2, true));
	leases_end(successor, always, NULL);
	assert_false(leases_resume(scene.leases, &previous));
	leases_free(successor);
	end_scene(&scene);
}

/* The table has its size: what was opened last stays. */
static void many_threads(void **state)
{
	struct scene scene;
	uint32_t i;

	(void)state;
	begin_scene(&scene);
	for (i = 1; i <= 10 * STATE_CHAINS; i++)
		(void)leases_ask(scene.leases, i, 1, true);
	flip(&scene);
	(void)leases_ask(scene.leases, 10 * STATE_CHAINS, 2, false); /* in time or not */
	leases_end(scene.leases, never, NULL);
	end_scene(&scene);
}

/* --- a mount --- */

struct other {
	const struct host *host;
	_Atomic long version; /* what it saw last */
	_Atomic bool ends;
};

/* Looks at one file at a time, with a moment in between: it has no lease. */
static void *look_on(void *arg)
{
	struct other *other = arg;

	while (!other->ends) {
		other->version = host_look(other->host, 0, 0);
		nap_ms(1);
	}
	return NULL;
}

static void one_thread_and_another(void **state)
{
	uint32_t all = 40, round;
	struct other other = {0};
	bool has_met = false;
	pthread_t thread;
	struct host host;
	long first, seen;
	int fd;

	(void)state;
	if (!has_fuse)
		skip();
	host_lease_ms = 1; /* of the other thread, while it naps */
	host_serve(&host, 2, 20);
	if (!atomic_load(&host.state->leases.length_ms)) {
		host_stop(&host);
		skip();
	}
	other.host = &host;
	assert_int_equal(pthread_create(&thread, NULL, look_on, &other), 0);
	for (round = 2; round < 12 && !has_met; round++) {
		atomic_store(&host.state->leases.length_ms, 500);
		fd = model_commit(&host.model, first_change, &all, -1);
		first = host_look(&host, 0, 1);
		host_publish(&host, fd);
		do {
			seen = host_look(&host, 1, 1);
			has_met = has_met || (seen == first && other.version > first);
		} while (seen == first);
		assert_int_equal(seen, first + 1);
		host_wait_published(&host);
		assert_int_equal(host_look(&host, 0, 1), first + 1);
	}
	other.ends = true;
	assert_int_equal(pthread_join(thread, NULL), 0);
	host_stop(&host);
	host_lease_ms = 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(whoever_has_begun_finishes),
			cmocka_unit_test(a_moment_without_an_open_ends_it),
			cmocka_unit_test(nobody_stays_behind),
			cmocka_unit_test(a_successor_goes_on),
			cmocka_unit_test(many_threads),
			cmocka_unit_test(one_thread_and_another),
	};
	int rc = host_role(argv);

	(void)argc;
	if (rc >= 0)
		return rc;
	has_fuse = host_enter_namespace();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
