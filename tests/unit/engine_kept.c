#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/engine/kept.h"

#define SETTINGS 77u

static void add(struct kept *kept, uint32_t number, uint8_t commit, uint64_t settings)
{
	struct generation *generation = calloc(1, sizeof(*generation));

	assert_non_null(generation);
	generation->number = number;
	generation->commit.bytes[0] = commit;
	generation->commit.bytes[4] = 0xee;
	generation->settings = settings;
	assert_non_null(kept_add(kept, generation));
	assert_null(kept_add(kept, generation));
	free(generation);
}

/* Commits were served one after the other; the one in ARG, if any, again just now. */
static size_t steps_ago(void *arg, const struct oid *commit)
{
	const uint8_t *last = arg;

	return last && commit->bytes[0] == *last ? 0 : 100u - commit->bytes[0];
}

static uint32_t victim_but(const struct kept *kept, size_t limit, const uint32_t *spared,
		size_t count, uint8_t last)
{
	const struct kept_rule rule = {
			.settings = SETTINGS,
			.limit = limit,
			.spared = spared,
			.spared_count = count,
			.age = steps_ago,
			.arg = &last,
	};
	const struct generation *found = kept_victim(kept, &rule);

	return found ? found->number : 0;
}

static uint32_t victim(const struct kept *kept, size_t limit, const uint32_t *spared, size_t count)
{
	return victim_but(kept, limit, spared, count, 0);
}

static void found_by_number_commit_and_prefix(void **state)
{
	struct kept kept = KEPT_INIT;
	struct oid found;

	(void)state;
	add(&kept, 3, 0xab, SETTINGS);
	add(&kept, 1, 0xac, SETTINGS);
	add(&kept, 2, 0xcd, SETTINGS + 1);
	assert_int_equal(kept.items[0]->number, 1);
	assert_int_equal(kept.items[2]->number, 3);
	assert_int_equal(kept_find(&kept, 2)->number, 2);
	assert_null(kept_find(&kept, 4));
	found = kept_find(&kept, 2)->commit;
	assert_null(kept_find_commit(&kept, &found, SETTINGS));
	assert_int_equal(kept_find_commit(&kept, &found, SETTINGS + 1)->number, 2);
	assert_int_equal(kept_find_prefix(&kept, "AB", &found), 0);
	assert_int_equal(found.bytes[0], 0xab);
	assert_int_equal(kept_find_prefix(&kept, "a", &found), -EEXIST);
	assert_int_equal(kept_find_prefix(&kept, "f", &found), -ENOENT);
	kept_remove(&kept, 3);
	kept_remove(&kept, 3);
	assert_int_equal(kept.count, 2);
	assert_int_equal(kept_find_prefix(&kept, "a", &found), 0);
	kept_release(&kept);
}

static void the_oldest_goes(void **state)
{
	static const uint32_t spared[] = {1, 4};
	struct kept kept = KEPT_INIT;

	(void)state;
	add(&kept, 1, 1, SETTINGS);
	add(&kept, 2, 2, SETTINGS);
	add(&kept, 3, 3, SETTINGS);
	add(&kept, 4, 4, SETTINGS);
	assert_int_equal(victim(&kept, 4, spared, 2), 0);
	assert_int_equal(victim(&kept, 3, spared, 2), 2);
	assert_int_equal(victim(&kept, 3, NULL, 0), 1);
	assert_int_equal(victim_but(&kept, 3, NULL, 0, 1), 2); /* the first was served again */
	kept_remove(&kept, 2);
	assert_int_equal(victim(&kept, 2, spared, 2), 3);
	kept_remove(&kept, 3);
	assert_int_equal(victim(&kept, 1, spared, 2), 0); /* rather one too many */
	kept_release(&kept);
}

static void what_is_outdated_goes_first(void **state)
{
	static const uint32_t spared[] = {2};
	struct kept kept = KEPT_INIT;

	(void)state;
	add(&kept, 1, 1, SETTINGS);
	add(&kept, 2, 2, SETTINGS + 1); /* other settings, but served */
	add(&kept, 3, 3, SETTINGS + 1);
	add(&kept, 4, 4, SETTINGS);
	add(&kept, 5, 4, SETTINGS); /* built again */
	assert_int_equal(victim(&kept, 10, spared, 1), 3);
	kept_remove(&kept, 3);
	assert_int_equal(victim(&kept, 10, spared, 1), 4);
	kept_remove(&kept, 4);
	assert_int_equal(victim(&kept, 10, spared, 1), 0);
	kept_release(&kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(found_by_number_commit_and_prefix),
			cmocka_unit_test(the_oldest_goes),
			cmocka_unit_test(what_is_outdated_goes_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
