#include "src/snap/index.h"

#include <errno.h>

#include "tests/unit/snap_tree.h"

#define DIRS 5000

/* Change INDEX in a new segment of SET. */
static int change(struct segment_set *set, uint32_t number, place base,
		const struct index_change *changes, uint32_t count, place *out)
{
	struct builder *builder;
	int fd, rc;

	builder = begin(number, set, &fd);
	rc = index_update(builder, base, changes, count, out);
	finish_into(builder, fd, number, set);
	return rc;
}

static void is_empty_at_first(void **state)
{
	struct segment_set *set = segment_set_new();
	struct index_change gone = {.dir = 5};
	place at, index = 99;

	(void)state;
	assert_int_equal(index_find(set, PLACE_NONE, 1, &at), -ENOENT);
	assert_int_equal(change(set, 1, PLACE_NONE, NULL, 0, &index), 0);
	assert_int_equal(index, PLACE_NONE);
	index = 99;
	assert_int_equal(change(set, 2, PLACE_NONE, &gone, 1, &index), 0);
	assert_int_equal(index, PLACE_NONE);
	assert_int_equal(index_find(set, place_make(1, 0), 1, &at), -EIO);
	assert_int_equal(index_find(set, place_make(77, 0), 1, &at), -EIO);
	segment_set_free(set);
}

static void holds_the_largest_numbers(void **state)
{
	struct segment_set *set = segment_set_new();
	struct index_change changes[] = {{1, 11}, {31, 12}, {32, 13}, {1023, 14}, {1024, 15},
			{0x7fffffff, 16}, {0x80000000, 17}, {UINT32_MAX, 18}};
	place index, shrunk, at;

	(void)state;
	assert_int_equal(change(set, 1, PLACE_NONE, changes, 8, &index), 0);
	for (int i = 0; i < 8; i++) {
		assert_int_equal(index_find(set, index, changes[i].dir, &at), 0);
		assert_int_equal(at, changes[i].to);
		assert_int_equal(index_find(set, index, changes[i].dir ^ 2, &at), -ENOENT);
	}
	for (int i = 0; i < 8; i++)
		changes[i].to = PLACE_NONE;
	assert_int_equal(change(set, 2, index, changes + 1, 7, &shrunk), 0);
	assert_int_equal(index_find(set, shrunk, 1, &at), 0);
	assert_int_equal(index_find(set, shrunk, UINT32_MAX, &at), -ENOENT);
	assert_int_equal(change(set, 3, shrunk, changes, 8, &shrunk), 0);
	assert_int_equal(shrunk, PLACE_NONE);
	segment_set_free(set);
}

static void refuses_disorder(void **state)
{
	struct segment_set *set = segment_set_new();
	struct index_change changes[] = {{2, 11}, {2, 12}};
	place index = 5;

	(void)state;
	assert_int_equal(change(set, 1, PLACE_NONE, changes, 2, &index), -EINVAL);
	assert_int_equal(index, 5);
	segment_set_free(set);
}

static void shares_what_did_not_change(void **state)
{
	struct segment_set *set = segment_set_new();
	struct index_change *changes = calloc(DIRS, sizeof(*changes));
	place index, next, at;

	(void)state;
	for (uint32_t i = 0; i < DIRS; i++)
		changes[i] = (struct index_change){.dir = i + 1, .to = 1000 + i};
	assert_int_equal(change(set, 1, PLACE_NONE, changes, DIRS, &index), 0);
	assert_int_equal(change(set, 2, index, changes + 70, 30, &next), 0);
	assert_int_equal(next, index); /* nothing was different */

	changes[77].to = 1;
	assert_int_equal(change(set, 3, index, changes + 77, 1, &next), 0);
	assert_int_equal(index_find(set, next, 78, &at), 0);
	assert_int_equal(at, 1);
	assert_int_equal(index_find(set, next, 79, &at), 0);
	assert_int_equal(at, 1078);
	/* One record a level, and the revision. */
	assert_true(segment_set_find(set, 3)->meta_size <= 48 + 3 * (16 + 32 * 8));
	free(changes);
	segment_set_free(set);
}

/* Balance of index_compare() calls for each record; records are told apart by their places. */
struct balance {
	uint32_t added, removed;
	uint64_t bytes_added, bytes_removed;
};

static int weigh(void *arg, place at, uint32_t size, bool is_new)
{
	struct balance *balance = arg;

	assert_int_not_equal(at, PLACE_NONE);
	if (is_new) {
		balance->added++;
		balance->bytes_added += size;
	} else {
		balance->removed++;
		balance->bytes_removed += size;
	}
	return 0;
}

static struct balance weigh_all(const struct segment_set *set, place from, place to)
{
	struct balance balance = {0};

	assert_int_equal(index_compare(set, from, to, weigh, &balance), 0);
	return balance;
}

/* Random changes against an array; sizes grow by and by so that the index gets higher. */
static void equals_an_array(void **state)
{
	struct segment_set *set = segment_set_new();
	place *model = calloc(DIRS + 1, sizeof(*model)), index = PLACE_NONE, at;
	uint64_t random = 5;

	(void)state;
	for (uint32_t round = 1; round <= 150; round++) {
		struct index_change changes[40];
		uint32_t count = 0, dir = 0, reach = round < 50 ? 1 : DIRS / 40;
		place next = PLACE_NONE;
		struct balance all_before, all_after, delta;

		for (int i = 0; i < 40; i++) {
			dir += 1 + random_next(&random) % reach;
			model[dir] = random_next(&random) % 3 ? random_next(&random) + 1
							      : PLACE_NONE;
			changes[count++] = (struct index_change){.dir = dir, .to = model[dir]};
		}
		assert_int_equal(change(set, round, index, changes, count, &next), 0);

		all_before = weigh_all(set, PLACE_NONE, index);
		all_after = weigh_all(set, PLACE_NONE, next);
		delta = weigh_all(set, index, next);
		assert_int_equal(all_before.added + delta.added - delta.removed, all_after.added);
		assert_int_equal(all_before.bytes_added + delta.bytes_added - delta.bytes_removed,
				all_after.bytes_added);
		index = next;
		for (uint32_t i = 1; i <= DIRS; i++) {
			int rc = index_find(set, index, i, &at);

			assert_int_equal(rc, model[i] ? 0 : -ENOENT);
			assert_true(rc < 0 || at == model[i]);
		}
	}
	free(model);
	segment_set_free(set);
}

static void damage_is_an_error(void **state)
{
	/* A record that leads to itself, at a level where that would go on. */
	struct {
		uint32_t level, bitmap;
		place slots[32];
	} body = {.level = 6, .bitmap = UINT32_MAX};
	struct segment_set *set = segment_set_new();
	struct builder *builder;
	struct balance balance = {0};
	place at, found;
	int fd;

	(void)state;
	builder = begin(1, NULL, &fd);
	for (int i = 0; i < 32; i++)
		body.slots[i] = place_make(1, 48);
	at = builder_record(builder, 18, &body, sizeof(body));
	assert_int_equal(place_offset(at), 48);
	/* And a ladder of records that all lead to the one below 32 times. */
	body.level = 0;
	for (uint32_t level = 0; level <= 6; level++) {
		body.level = level;
		at = builder_record(builder, 18, &body, sizeof(body));
		for (int i = 0; i < 32; i++)
			body.slots[i] = at;
	}
	finish_into(builder, fd, 1, set);
	assert_int_equal(index_find(set, place_make(1, 48), 1, &found), -EIO);
	assert_int_equal(index_compare(set, PLACE_NONE, place_make(1, 48), weigh, &balance), -EIO);
	assert_int_equal(index_compare(set, PLACE_NONE, at, weigh, &balance), -EIO);
	assert_true(balance.added < 10000);
	segment_set_free(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(is_empty_at_first),
			cmocka_unit_test(holds_the_largest_numbers),
			cmocka_unit_test(refuses_disorder),
			cmocka_unit_test(shares_what_did_not_change),
			cmocka_unit_test(equals_an_array),
			cmocka_unit_test(damage_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
