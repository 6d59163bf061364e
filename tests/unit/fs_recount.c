/* Whom the kernel knows is said by the test. */
#include "fs/recount.h"

#include "tests/unit/fs_host.h"

#include "fs/identity.h"
#include "fs/lookups.h"

#define SEGMENTS 4u
#define FOLDER	 (1ull << 63 | HOST_FIRST_DIR)

struct kernel {
	uint64_t known; /* one node; 0: none */
	unsigned asked, settled;
	uint64_t folder;   /* the last one that was waited for */
	unsigned patience; /* questions until it is enough; 0: without end */
};

static struct state *shared;
static struct model model;
static struct kernel kernel;
static place first_file[SEGMENTS + 1]; /* of each generation */

static bool is_known(void *arg, uint64_t ino)
{
	(void)arg;
	kernel.asked++;
	assert_true(kernel.settled > 0); /* before the first question */
	return ino == kernel.known;
}

static void settle(void *arg, uint64_t ino)
{
	(void)arg;
	kernel.settled++;
	kernel.folder = ino;
}

static bool may_go_on(void *arg)
{
	(void)arg;
	return kernel.patience == 0 || --kernel.patience > 0;
}

static bool run(void)
{
	const struct recount recount = {.state = shared,
			.set = model.set,
			.is_known = is_known,
			.settle = settle,
			.may_go_on = may_go_on};

	return recount_run(&recount);
}

static int64_t lookups(uint32_t number)
{
	return atomic_load(&state_segment_find(shared, number)->lookups);
}

static void drop(uint32_t number)
{
	atomic_store(&state_segment_find(shared, number)->dropped, 1);
}

/* Four generations, each counted three times too often; the first two are dropped, then a server dies. */
static int setup(void **state)
{
	struct view view = {.generation = SEGMENTS};
	uint32_t one = 1, i;
	int fd;

	(void)state;
	assert_int_equal(state_create(&fd, &shared, NULL), 0);
	(void)close(fd);
	model_init(&model, 1, 2);
	for (i = 1; i <= SEGMENTS; i++) {
		fd = model_commit(&model, i == 1 ? all_change : first_change, &one, -1);
		(void)close(fd);
		first_file[i] = model.file_at[0];
		assert_int_equal(state_segment_add(shared, i, 100), 0);
		lookups_raise(shared, model.set, model.file_at[0], 3);
	}
	view.root = model.root;
	view.index = model.index;
	(void)state_flip(shared, &view);
	drop(1);
	drop(2);
	atomic_store(&shared->server_restarts, 1);
	kernel = (struct kernel){0};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	model_release(&model);
	state_unmap(shared);
	return 0;
}

static void unknown_is_not_counted(void **state)
{
	(void)state;
	kernel.known = identity_node(first_file[1]);
	assert_true(recount_is_due(shared));
	assert_true(run());
	assert_int_equal(lookups(1), 3); /* somebody has it open */
	assert_int_equal(lookups(2), 0);
	assert_int_equal(lookups(3), 3); /* not dropped: nothing to find out */
	assert_int_equal(kernel.folder, FOLDER);
	kernel.known = 0;
	assert_true(run());
	assert_int_equal(lookups(1), 0);
	assert_false(recount_is_due(shared));
}

/* What came after the last crash is counted right, and what is visible is in use. */
static void without_a_doubt_nobody_is_asked(void **state)
{
	(void)state;
	drop(SEGMENTS);
	atomic_store(&shared->server_restarts, 0);
	assert_false(recount_is_due(shared));
	assert_true(run());
	assert_int_equal(kernel.asked, 0);
	atomic_store(&shared->server_restarts, 1);
	assert_true(run());
	assert_int_equal(lookups(SEGMENTS), 3);
}

/* A file whose contents lie in a segment is reason enough to keep that. */
static void contents_count(void **state)
{
	struct node_spec spec = host_spec("f00000", HOST_FIRST_DIR, 0644);
	struct builder *builder;
	struct node node;
	place at;
	int fd;

	(void)state;
	assert_int_equal(node_read(model.set, first_file[2], &node), 0);
	builder = model_begin(&model, 9, &fd);
	at = builder_file(builder, NODE_FILE, &spec, node.data, node.size, NULL);
	model_finish(&model, builder, 9, fd);
	(void)close(fd);
	assert_int_equal(state_segment_add(shared, 9, 100), 0);
	kernel.known = identity_node(at);
	assert_true(run());
	assert_int_equal(lookups(1), 0);
	assert_int_equal(lookups(2), 3);
}

static void enough_is_enough(void **state)
{
	unsigned patience;

	(void)state;
	for (patience = 1; kernel.patience = patience, !run(); patience++) {
		assert_true(patience < 100);
		assert_int_equal(lookups(1), 3);
		assert_int_equal(lookups(2), 3);
	}
	assert_true(patience > 4);
	assert_int_equal(lookups(1), 0);
	assert_int_equal(lookups(2), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test_setup_teardown(unknown_is_not_counted, setup, teardown),
			cmocka_unit_test_setup_teardown(
					without_a_doubt_nobody_is_asked, setup, teardown),
			cmocka_unit_test_setup_teardown(contents_count, setup, teardown),
			cmocka_unit_test_setup_teardown(enough_is_enough, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
