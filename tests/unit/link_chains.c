/* Chains of opens: when they end, and who makes way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "src/link/chains.h"

#define MS 1000000ull

static struct chains chains;

static int begin(void **state)
{
	(void)state;
	memset(&chains, 0, sizeof(chains));
	atomic_store(&chains.length_ms, 20);
	return 0;
}

static void one_length_after_the_last_open(void **state)
{
	struct chain *chain;

	(void)state;
	assert_null(chains_find(&chains, 7, 100 * MS));
	assert_true(chains_begin(&chains, 7, 1, 100 * MS, 100 * MS));
	chain = chains_find(&chains, 7, 120 * MS);
	assert_non_null(chain);
	assert_null(chains_find(&chains, 7, 121 * MS));
	atomic_store(&chain->last_ns, 115 * MS);
	assert_non_null(chains_find(&chains, 7, 135 * MS));
	assert_null(chains_find(&chains, 8, 135 * MS));
}

static void but_not_for_ever(void **state)
{
	struct chain *chain;

	(void)state;
	(void)chains_begin(&chains, 7, 1, 100 * MS, 100 * MS);
	chain = chains_find(&chains, 7, 100 * MS);
	atomic_store(&chain->last_ns, 1099 * MS);
	assert_int_equal(chains_end_ns(&chains, chain), 1100 * MS); /* 50 lengths */
	atomic_store(&chains.length_ms, 1000);
	assert_int_equal(chains_end_ns(&chains, chain), 1100 * MS); /* a second */
	atomic_store(&chains.length_ms, 2);
	atomic_store(&chain->last_ns, 199 * MS);
	assert_int_equal(chains_end_ns(&chains, chain), 200 * MS);
}

static void nobody_makes_way_before_there_is_need(void **state)
{
	uint32_t i;

	(void)state;
	for (i = 1; i <= CHAINS_GROUP; i++)
		assert_true(chains_begin(&chains, i * CHAINS_ENTRIES, 1, i * MS, i * MS));
	for (i = 1; i <= CHAINS_GROUP; i++)
		assert_non_null(chains_find(&chains, i * CHAINS_ENTRIES, 20 * MS));
	assert_true(chains_begin(&chains, CHAINS_ENTRIES, 2, 20 * MS, 20 * MS)); /* its own place */
	assert_false(chains_begin(&chains, 99 * CHAINS_ENTRIES, 2, 21 * MS, 21 * MS));
	assert_null(chains_find(&chains, 2 * CHAINS_ENTRIES, 21 * MS)); /* the oldest */
	assert_true(chains_begin(&chains, 98 * CHAINS_ENTRIES, 2, 24 * MS, 24 * MS)); /* over */
}

static void a_copy(void **state)
{
	struct chain copy = {0};
	unsigned i, found = 0;

	(void)state;
	(void)chains_begin(&chains, 7, 3, 100 * MS, 110 * MS);
	for (i = 0; i < CHAINS_ENTRIES; i++)
		found += chains_get(&chains, i, 120 * MS, &copy);
	assert_int_equal(found, 1);
	assert_int_equal(copy.process, 7);
	assert_int_equal(copy.epoch, 3);
	assert_int_equal(chains_end_ns(&chains, &copy), 130 * MS);
	for (i = 0; i < CHAINS_ENTRIES; i++)
		assert_false(chains_get(&chains, i, 131 * MS, &copy));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test_setup(one_length_after_the_last_open, begin),
			cmocka_unit_test_setup(but_not_for_ever, begin),
			cmocka_unit_test_setup(nobody_makes_way_before_there_is_need, begin),
			cmocka_unit_test_setup(a_copy, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
