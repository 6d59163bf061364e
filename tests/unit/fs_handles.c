#include "fs/handles.h"

#include "tests/unit/fs_host.h"

static struct state *shared;
static struct model model;

/* One folder with two files; the second generation changes the first of them. */
static int setup(void **state)
{
	uint32_t one = 1;
	int fd;

	(void)state;
	assert_int_equal(state_create(&fd, &shared, NULL), 0);
	(void)close(fd);
	model_init(&model, 1, 2);
	(void)close(model_commit(&model, all_change, NULL, -1));
	(void)close(model_commit(&model, first_change, &one, -1));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	model_release(&model);
	state_unmap(shared);
	return 0;
}

static void listings_need_segments(void **state)
{
	uint64_t handle;

	(void)state;
	assert_true(handles_open(shared, 8, model.dir_at[0], &handle));
	assert_int_equal(handles_listing(shared, handle), model.dir_at[0]);
	assert_true(handles_need(shared, model.set, 2)); /* its own */
	assert_true(handles_need(shared, model.set, 1)); /* that of the other file */
	assert_false(handles_need(shared, model.set, 3));
	handles_close(shared, handle);
	assert_false(handles_need(shared, model.set, 1));
	assert_int_equal(handles_listing(shared, handle), PLACE_NONE);
}

/* As it is done after a crash, whenever that came. */
static void twice_is_once(void **state)
{
	uint64_t handle, again;

	(void)state;
	assert_true(handles_open(shared, 8, model.dir_at[0], &handle));
	assert_false(handles_open(shared, 8, model.root, &again));
	assert_int_equal(again, handle);
	assert_int_equal(handles_listing(shared, handle), model.dir_at[0]);
	handles_close(shared, handle);
	assert_true(handles_open(shared, 8 + 2 * STATE_HANDLES, model.root, &again));
	handles_close(shared, handle); /* not the one that has its place now */
	assert_int_equal(handles_listing(shared, again), model.root);

	/* Killed before it had written down the listing. */
	atomic_store(&shared->handles[6].request, 12);
	assert_true(handles_open(shared, 12, model.root, &again));
	assert_int_equal(handles_listing(shared, again), model.root);
}

static void a_full_table_keeps_nothing(void **state)
{
	uint64_t handle;
	uint32_t i;

	(void)state;
	for (i = 1; i <= STATE_HANDLES; i++)
		assert_true(handles_open(shared, 2 * i, model.root, &handle));
	assert_true(handles_open(shared, 2 * i, model.dir_at[0], &handle));
	assert_int_equal(handles_listing(shared, handle), model.dir_at[0]);
	handles_close(shared, handle);
	assert_int_equal(handles_listing(shared, handle), model.dir_at[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test_setup_teardown(listings_need_segments, setup, teardown),
			cmocka_unit_test_setup_teardown(twice_is_once, setup, teardown),
			cmocka_unit_test_setup_teardown(
					a_full_table_keeps_nothing, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
