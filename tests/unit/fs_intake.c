/* What is taken from a queue of opens is noted, whatever happens in between. A pipe stands for the kernel's queue. */
#include "tests/unit/fs_host.h"

#include <sys/fanotify.h>

#include "fs/intake.h"
#include "fs/leases.h"

struct scene {
	struct state *state;
	struct segment_set *set;
	struct leases *leases;
	struct intake *intake;
	int fd;
	int queue[2];
};

static void begin_scene(struct scene *scene)
{
	struct intake_source source;

	assert_int_equal(state_create(&scene->fd, &scene->state, NULL), 0);
	assert_int_equal(pipe2(scene->queue, O_CLOEXEC | O_NONBLOCK), 0);
	scene->set = segment_set_new();
	scene->leases = leases_new(scene->state, scene->set);
	atomic_store(&scene->state->leases.chains.length_ms, HOST_WAIT_MS);
	(void)state_flip(scene->state, &(struct view){.generation = 1, .epoch = 1});
	source = (struct intake_source){.state = scene->state,
			.set = scene->set,
			.leases = scene->leases,
			.queue_fd = scene->queue[0]};
	assert_int_equal(intake_new(&source, &scene->intake, NULL), 0);
}

static void end_scene(struct scene *scene)
{
	intake_free(scene->intake);
	leases_free(scene->leases);
	segment_set_free(scene->set);
	state_unmap(scene->state);
	(void)close(scene->fd);
	(void)close(scene->queue[0]);
	(void)close(scene->queue[1]);
}

static struct fanotify_event_metadata event_of(int pid, uint64_t mask)
{
	return (struct fanotify_event_metadata){.event_len = FAN_EVENT_METADATA_LEN,
			.vers = FANOTIFY_METADATA_VERSION,
			.metadata_len = FAN_EVENT_METADATA_LEN,
			.mask = mask,
			.fd = FAN_NOFD,
			.pid = pid};
}

static void queue(struct scene *scene, int pid, uint64_t mask)
{
	struct fanotify_event_metadata event = event_of(pid, mask);

	assert_int_equal(write(scene->queue[1], &event, sizeof(event)), sizeof(event));
}

static bool is_noted(struct scene *scene, uint32_t pid)
{
	return chains_find(&scene->state->leases.chains, pid, clock_mono_ns()) != NULL;
}

static void everything_queued_is_noted(void **state)
{
	struct scene scene;
	int pid;

	(void)state;
	begin_scene(&scene);
	assert_false(intake_take(scene.intake));
	assert_false(intake_is_ready(scene.intake));
	for (pid = 1000; pid < 1300; pid++)
		queue(&scene, pid, FAN_OPEN);
	queue(&scene, 0, FAN_OPEN); /* outside of our namespace */
	queue(&scene, getpid(), FAN_OPEN);
	intake_drain(scene.intake);
	assert_true(intake_is_ready(scene.intake));
	for (pid = 1000; pid < 1300; pid++)
		assert_true(is_noted(&scene, (uint32_t)pid));
	assert_false(is_noted(&scene, (uint32_t)getpid())); /* a server reads for nobody */
	assert_false(intake_take(scene.intake));
	end_scene(&scene);
}

/* As a server leaves it that is killed right after the kernel has handed it two events. */
static void what_was_taken_and_not_noted(void **state)
{
	struct fanotify_event_metadata events[2] = {event_of(7, FAN_OPEN), event_of(8, FAN_OPEN)};
	struct scene scene;

	(void)state;
	begin_scene(&scene);
	memcpy(scene.state->taken.bytes, events, sizeof(events));
	intake_recover(scene.intake);
	assert_true(is_noted(&scene, 7));
	assert_true(is_noted(&scene, 8));
	memset(&scene.state->leases.chains.entries, 0, sizeof(struct chain) * CHAINS_ENTRIES);
	intake_recover(scene.intake);
	assert_false(is_noted(&scene, 7)); /* once is enough */
	queue(&scene, 9, FAN_OPEN);
	intake_drain(scene.intake);
	memset(&scene.state->leases.chains.entries, 0, sizeof(struct chain) * CHAINS_ENTRIES);
	intake_recover(scene.intake);
	assert_false(is_noted(&scene, 9));
	end_scene(&scene);
}

static void what_is_lost_is_known_to_be(void **state)
{
	struct state_leases *leases;
	struct scene scene;
	int folder;

	(void)state;
	begin_scene(&scene);
	leases = &scene.state->leases;
	queue(&scene, 0, FAN_Q_OVERFLOW);
	assert_int_equal(leases->lost_ns, 0);
	intake_drain(scene.intake);
	assert_int_equal(scene.state->opens.overflows, 1);
	assert_int_not_equal(leases->lost_ns, 0);
	leases->lost_ns = 0;
	folder = open("/",
			O_RDONLY | O_CLOEXEC); /* reading it is an error, as of a file that cannot be opened */
	assert_int_equal(dup2(folder, scene.queue[0]), scene.queue[0]);
	(void)close(folder);
	assert_true(intake_take(scene.intake));
	assert_int_not_equal(leases->lost_ns, 0);
	end_scene(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(everything_queued_is_noted),
			cmocka_unit_test(what_was_taken_and_not_noted),
			cmocka_unit_test(what_is_lost_is_known_to_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
