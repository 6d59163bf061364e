/* Who goes on with the view before: the rules on a state of our own, then a real mount with two processes. */
#include "tests/unit/fs_host.h"

#include <pthread.h>
#include <sys/prctl.h>

#include "fs/leases.h"

#define LONG_MS	 20000u /* nothing ends, but for what takes a second */
#define SHORT_MS 20u	/* to be waited for */

/* --- the rules --- */

struct scene {
	struct state *state;
	struct model model; /* its files are opened */
	struct leases *leases;
	int fd;
};

static void set_length(struct scene *scene, uint32_t length_ms)
{
	atomic_store(&scene->state->leases.chains.length_ms, length_ms);
}

static void begin_scene(struct scene *scene)
{
	assert_int_equal(state_create(&scene->fd, &scene->state, NULL), 0);
	model_init(&scene->model, 1, 10);
	(void)close(model_commit(&scene->model, all_change, NULL, -1));
	scene->leases = leases_new(scene->state, scene->model.set);
	assert_non_null(scene->leases);
	assert_false(leases_are_on(scene->leases));
	set_length(scene, LONG_MS);
	assert_true(leases_are_on(scene->leases));
	(void)state_flip(scene->state,
			&(struct view){.generation = 1,
					.epoch = 1,
					.root = scene->model.root,
					.index = scene->model.index});
}

static void end_scene(struct scene *scene)
{
	leases_free(scene->leases);
	model_release(&scene->model);
	state_unmap(scene->state);
	(void)close(scene->fd);
}

/* The first half of the files changes. */
static void flip(struct scene *scene)
{
	struct view view;
	uint32_t half = 5;

	assert_true(state_view(scene->state, &view));
	(void)close(model_commit(&scene->model, first_change, &half, -1));
	leases_begin(scene->leases, &view);
	view.epoch++;
	view.generation = scene->model.generation;
	view.root = scene->model.root;
	view.index = scene->model.index;
	(void)state_flip(scene->state, &view);
}

/* The same files in a new segment, as a compaction leaves them. */
static void compact(struct scene *scene)
{
	struct revision revision = {.time = 1700000000 + scene->model.generation};
	uint32_t i, number = scene->model.generation + 100;
	struct builder *builder;
	struct view view;
	bool all = true;
	int fd = memfd_create("segment", MFD_CLOEXEC);

	revision.commit.bytes[0] = (uint8_t)scene->model.generation;
	assert_true(state_view(scene->state, &view));
	assert_int_equal(builder_new(fd, number, scene->model.set, &revision, &builder, NULL), 0);
	for (i = 0; i < scene->model.files; i++)
		model_put_file(&scene->model, builder, i);
	model_put_dir(&scene->model, builder, 0);
	model_put_root(&scene->model, builder, &all);
	model_finish(&scene->model, builder, number, fd);
	(void)close(fd);
	leases_begin(scene->leases, &view);
	view.epoch++;
	view.root = scene->model.root;
	view.index = scene->model.index;
	(void)state_flip(scene->state, &view);
}

static void open_file(struct scene *scene, uint32_t process, place at)
{
	struct node node;

	assert_int_equal(node_read(scene->model.set, at, &node), 0);
	leases_note(scene->leases, process, &node);
}

static bool always(void *arg)
{
	(void)arg;
	return true;
}

static bool count(void *arg)
{
	(*(unsigned *)arg)++;
	return true;
}

static void settle(struct scene *scene)
{
	leases_wait(scene->leases, leases_due_ns(scene->leases), always, NULL);
	leases_end(scene->leases);
}

static void whoever_has_begun_finishes(void **state)
{
	uint32_t self = (uint32_t)getpid();
	struct scene scene;
	uint64_t begun;

	(void)state;
	begin_scene(&scene);
	assert_false(leases_ask(scene.leases, self, 1, true));
	assert_false(leases_ask(scene.leases, self, 1, true)); /* nothing settles */
	begun = clock_mono_ms();
	flip(&scene);
	assert_true(leases_ask(scene.leases, self, 2, true));
	assert_true(leases_ask(scene.leases, self, 2, false));
	assert_false(leases_ask(scene.leases, 8, 2, true)); /* it begins with what is new */
	assert_false(leases_ask(scene.leases, 9, 2, false));
	set_length(&scene, SHORT_MS);
	leases_wait(scene.leases, 0, always, NULL);
	assert_true(clock_mono_ms() - begun >= SHORT_MS);
	leases_end(scene.leases);
	assert_false(leases_ask(scene.leases, self, 2, true));
	end_scene(&scene);
}

/* One that has ended keeps nobody waiting. */
static void whoever_has_ended_has_finished(void **state)
{
	pid_t other = fork();
	unsigned rounds = 0;
	struct scene scene;

	(void)state;
	assert_true(other >= 0);
	if (other == 0)
		_exit(0);
	begin_scene(&scene);
	leases_note(scene.leases, (uint32_t)other, NULL);
	flip(&scene);
	assert_true(leases_ask(scene.leases, (uint32_t)other, 2, false));
	assert_int_equal(waitpid(other, NULL, 0), other);
	leases_wait(scene.leases, 0, count, &rounds);
	assert_int_equal(rounds, 1);
	end_scene(&scene);
}

static void a_moment_without_an_open_ends_it(void **state)
{
	struct scene scene;

	(void)state;
	begin_scene(&scene);
	set_length(&scene, SHORT_MS);
	(void)leases_ask(scene.leases, 7, 1, true);
	nap_ms(SHORT_MS + 1);
	flip(&scene);
	assert_false(leases_ask(scene.leases, 7, 2, false));
	end_scene(&scene);
}

/* Each open within a moment of the last extends a lease, but not for ever. */
static void nobody_stays_behind(void **state)
{
	struct scene scene;
	uint64_t begun;

	(void)state;
	begin_scene(&scene);
	set_length(&scene, SHORT_MS);
	begun = clock_mono_ms();
	(void)leases_ask(scene.leases, 7, 1, true);
	flip(&scene);
	while (leases_ask(scene.leases, 7, 2, true)) {
		assert_true(clock_mono_ms() - begun < HOST_WAIT_MS);
		nap_ms(1);
	}
	settle(&scene);
	assert_true(clock_mono_ms() - begun < HOST_WAIT_MS);
	end_scene(&scene);
}

/* Its name was found before the flip, the event came after it: the file tells, as long as it can. */
static void the_file_tells_when_it_was_found(void **state)
{
	place replaced, same;
	struct scene scene;

	(void)state;
	begin_scene(&scene);
	replaced = scene.model.file_at[0];
	same = scene.model.file_at[9];
	flip(&scene);
	open_file(&scene, 7, same);
	open_file(&scene, 8, scene.model.file_at[0]);
	leases_note(scene.leases, 9, NULL);
	open_file(&scene, 10, replaced);
	assert_false(leases_ask(scene.leases, 7, 2, true));
	assert_false(leases_ask(scene.leases, 8, 2, true));
	assert_false(leases_ask(scene.leases, 9, 2, true));
	assert_true(leases_ask(scene.leases, 10, 2, true));
	open_file(&scene, 8, replaced); /* it has opened what is new before */
	assert_false(leases_ask(scene.leases, 8, 2, true));
	set_length(&scene, SHORT_MS);
	nap_ms(SHORT_MS + 1);
	open_file(&scene, 11, replaced);
	assert_false(leases_ask(scene.leases, 11, 2, true));
	end_scene(&scene);
}

/* The kernel goes on with what it knows of a file that has only moved to another segment. */
static void a_file_that_is_the_same_tells_nothing(void **state)
{
	struct scene scene;
	place before;

	(void)state;
	begin_scene(&scene);
	before = scene.model.file_at[3];
	compact(&scene);
	assert_int_not_equal(scene.model.file_at[3], before);
	open_file(&scene, 7, before);
	assert_false(leases_ask(scene.leases, 7, 2, true));
	end_scene(&scene);
}

static void *ask_as_thread(void *arg)
{
	struct scene *scene = arg;

	return leases_ask(scene->leases, (uint32_t)gettid(), 2, false) ? scene : NULL;
}

static bool thread_holds(struct scene *scene)
{
	pthread_t thread;
	void *result;

	assert_int_equal(pthread_create(&thread, NULL, ask_as_thread, scene), 0);
	assert_int_equal(pthread_join(thread, &result), 0);
	return result != NULL;
}

/* Whichever thread of a process has opened something: all go on with it; those of others do not. */
static void a_lease_is_of_a_process(void **state)
{
	pid_t other = fork();
	struct scene scene;

	(void)state;
	assert_true(other >= 0);
	if (other == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			(void)pause();
	}
	begin_scene(&scene);
	leases_note(scene.leases, (uint32_t)other, NULL);
	flip(&scene);
	assert_false(thread_holds(&scene));
	assert_false(leases_ask(scene.leases, (uint32_t)getpid(), 2, false));
	leases_end(scene.leases);
	memset(&scene.state->leases.chains.entries, 0, sizeof(struct chain) * CHAINS_ENTRIES);
	leases_note(scene.leases, (uint32_t)getpid(), NULL);
	flip(&scene);
	assert_true(leases_ask(scene.leases, (uint32_t)getpid(), 3, false));
	assert_true(thread_holds(&scene));
	assert_false(leases_ask(scene.leases, (uint32_t)other, 3, false));
	assert_int_equal(kill(other, SIGKILL), 0);
	assert_int_equal(waitpid(other, NULL, 0), other);
	end_scene(&scene);
}

static void a_successor_goes_on(void **state)
{
	struct view previous = {0};
	struct leases *successor;
	struct scene scene;

	(void)state;
	begin_scene(&scene);
	successor = leases_new(scene.state, scene.model.set);
	assert_false(leases_resume(successor, &previous));
	(void)leases_ask(scene.leases, 7, 1, true);
	leases_begin(scene.leases, &(struct view){.generation = 1, .epoch = 1});
	assert_false(leases_resume(successor, &previous)); /* killed before the flip */
	leases_end(scene.leases);
	flip(&scene);
	assert_true(leases_resume(successor, &previous));
	assert_int_equal(previous.generation, 1);
	assert_true(leases_ask(successor, 7, 2, true));
	set_length(&scene, SHORT_MS);
	leases_wait(successor, 0, always, NULL);
	leases_end(successor);
	assert_false(leases_resume(scene.leases, &previous));
	leases_free(successor);
	end_scene(&scene);
}

/* Who cannot know who has begun lets nobody go on: at the next switch, or at the one under way. */
static void what_is_lost_is_lost_for_all(void **state)
{
	struct state_leases *shared;
	struct scene scene;
	uint64_t begun;

	(void)state;
	begin_scene(&scene);
	shared = &scene.state->leases;
	leases_note(scene.leases, 7, NULL);
	leases_lose(scene.leases);
	flip(&scene);
	assert_int_equal(shared->is_off, 1);
	assert_false(leases_ask(scene.leases, 7, 2, true));
	begun = clock_mono_ms();
	leases_wait(scene.leases, 0, always, NULL);
	assert_true(clock_mono_ms() - begun < 1000); /* nobody is waited for */
	leases_end(scene.leases);
	atomic_store(&shared->lost_ns, 1); /* whatever was lost then has ended by now */
	leases_note(scene.leases, 7, NULL);
	flip(&scene);
	assert_int_equal(shared->is_off, 0);
	assert_true(leases_ask(scene.leases, 7, 3, true));
	leases_lose(scene.leases);
	assert_false(leases_ask(scene.leases, 7, 3, true));
	assert_int_equal(shared->switches_off, 2);
	end_scene(&scene);
}

/* The table has its size. One that is in force and makes way is lost; those that have ended are not. */
static void many_processes(void **state)
{
	struct state_leases *shared;
	struct scene scene;
	uint32_t i;

	(void)state;
	begin_scene(&scene);
	shared = &scene.state->leases;
	for (i = 1; i <= CHAINS_ENTRIES; i++)
		leases_note(scene.leases, i, NULL);
	assert_int_equal(shared->lost_ns, 0);
	flip(&scene);
	for (i = 1; i <= CHAINS_ENTRIES; i++)
		assert_true(leases_ask(scene.leases, i, 2, false));
	leases_end(scene.leases);
	set_length(&scene, 1);
	nap_ms(2);
	for (i = 1; i <= CHAINS_GROUP; i++)
		leases_note(scene.leases, i * CHAINS_ENTRIES, NULL);
	assert_int_equal(shared->lost_ns, 0);
	set_length(&scene, LONG_MS);
	for (; i <= 2 * CHAINS_GROUP; i++)
		leases_note(scene.leases, i * CHAINS_ENTRIES, NULL);
	assert_int_not_equal(shared->lost_ns, 0);
	flip(&scene);
	assert_false(leases_ask(scene.leases, 2 * CHAINS_GROUP * CHAINS_ENTRIES, 3, false));
	end_scene(&scene);
}

/* --- a mount --- */

/* What another process saw last, and whether it is to end. */
struct other {
	_Atomic long version;
	_Atomic bool ends;
};

/* Looks at one file at a time, with a moment in between: it has no lease. */
static pid_t start_other(const struct host *host, struct other *other)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (!other->ends) {
		other->version = host_look(host, 0, 0);
		nap_ms(1);
	}
	_exit(0);
}

static void one_process_and_another(void **state)
{
	uint32_t all = 40, round;
	struct other *other = mmap(NULL, sizeof(*other), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	_Atomic uint32_t *length_ms;
	bool has_met = false;
	struct host host;
	long first, seen;
	pid_t pid;
	int fd;

	(void)state;
	if (!has_fuse)
		skip();
	assert_ptr_not_equal(other, MAP_FAILED);
	host_lease_ms = 1; /* of the other one, while it naps */
	host_serve(&host, 2, 20);
	length_ms = &host.state->leases.chains.length_ms;
	if (!atomic_load(&host.state->readers)) {
		host_stop(&host);
		skip();
	}
	pid = start_other(&host, other);
	for (round = 2; round < 12 && !has_met; round++) {
		atomic_store(length_ms, 500);
		fd = model_commit(&host.model, first_change, &all, -1);
		first = host_look(&host, 0, 1);
		host_publish(&host, fd);
		do {
			seen = host_look(&host, 1, 1);
			has_met = has_met || (seen == first && other->version > first);
		} while (seen == first);
		assert_int_equal(seen, first + 1);
		host_wait_published(&host);
		assert_int_equal(host_look(&host, 0, 1), first + 1);
	}
	other->ends = true;
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	(void)munmap(other, sizeof(*other));
	host_stop(&host);
	host_lease_ms = 0;
}

static uint64_t requests_of_a_pass(const struct host *host)
{
	uint64_t before = host_requests(host);
	uint32_t i;

	for (i = 0; i < 40; i++)
		assert_true(host_look(host, i / 20, i % 20) > 0);
	return host_requests(host) - before;
}

/* When a switch has settled, what is warm asks for nothing, with leases or without. */
static void reading_costs_no_request(void **state)
{
	const uint32_t lengths[] = {0, 20};
	uint64_t deadline, requests;
	struct host host;
	unsigned i, pass;

	(void)state;
	if (!has_fuse)
		skip();
	for (i = 0; i < 2; i++) {
		host_lease_ms = lengths[i];
		host_serve(&host, 2, 20);
		host_commit(&host, 5);
		deadline = clock_mono_ms() + HOST_WAIT_MS;
		while (requests_of_a_pass(&host) > 0)
			assert_true(clock_mono_ms() < deadline);
		for (pass = 0, requests = 0; pass < 50; pass++)
			requests += requests_of_a_pass(&host);
		assert_true(requests < 10); /* the kernel may be short of memory */
		host_stop(&host);
	}
	host_lease_ms = 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(whoever_has_begun_finishes),
			cmocka_unit_test(whoever_has_ended_has_finished),
			cmocka_unit_test(a_moment_without_an_open_ends_it),
			cmocka_unit_test(nobody_stays_behind),
			cmocka_unit_test(the_file_tells_when_it_was_found),
			cmocka_unit_test(a_file_that_is_the_same_tells_nothing),
			cmocka_unit_test(a_lease_is_of_a_process),
			cmocka_unit_test(a_successor_goes_on),
			cmocka_unit_test(what_is_lost_is_lost_for_all),
			cmocka_unit_test(many_processes),
			cmocka_unit_test(one_process_and_another),
			cmocka_unit_test(reading_costs_no_request),
	};

	(void)argc;
	host_begin(argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
