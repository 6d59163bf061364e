#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/engine/pins.h"

static struct oid commit(uint8_t number)
{
	return (struct oid){.bytes = {number, 0xee}};
}

/* The commit that had to go; 0: none. */
static uint8_t add(struct pins *pins, uint8_t number, uint64_t now_ms)
{
	const struct oid id = commit(number);
	struct pin lost;

	pins_add(pins, &id, now_ms, &lost);
	return lost.commit.bytes[0];
}

static void the_oldest_goes(void **state)
{
	struct pins pins = PINS_INIT;
	const struct oid first = commit(1), second = commit(2);
	uint8_t i;

	(void)state;
	for (i = 1; i <= PINS_MAX; i++)
		assert_int_equal(add(&pins, i, 10u * i), 0);
	assert_int_equal(add(&pins, 1, 100), 0); /* again: it is the youngest now */
	assert_int_equal(add(&pins, 99, 110), 2);
	assert_non_null(pins_find(&pins, &first));
	assert_null(pins_find(&pins, &second));
	assert_int_equal(pins.count, PINS_MAX);
}

static void its_time_begins_when_it_was_built(void **state)
{
	struct pins pins = PINS_INIT;
	const struct oid first = commit(1), unknown = commit(9);
	struct pin out;

	(void)state;
	assert_true(pins_remaining_ms(&pins, 5) == UINT64_MAX);
	(void)add(&pins, 1, 1000);
	(void)add(&pins, 2, 2000);
	assert_int_equal(pins_remaining_ms(&pins, 1000), PIN_MS);
	assert_false(pins_expire(&pins, 999 + PIN_MS, &out));
	pins_built(&pins, &first, 17, 3000);
	pins_built(&pins, &unknown, 18, 3000);
	assert_int_equal(pins.count, 2);
	assert_int_equal(pins_remaining_ms(&pins, 2000), PIN_MS);
	assert_true(pins_expire(&pins, 2000 + PIN_MS, &out));
	assert_int_equal(out.commit.bytes[0], 2);
	assert_int_equal(out.number, 0);
	assert_false(pins_expire(&pins, 2000 + PIN_MS, &out));
	assert_int_equal(pins_remaining_ms(&pins, 9000 + PIN_MS), 0);
	assert_true(pins_expire(&pins, 3000 + PIN_MS, &out));
	assert_int_equal(out.number, 17);
	assert_false(pins_expire(&pins, UINT64_MAX, &out));
}

static void asked_again_it_stays_what_was_built(void **state)
{
	struct pins pins = PINS_INIT;
	const struct oid first = commit(1);

	(void)state;
	(void)add(&pins, 1, 1000);
	pins_built(&pins, &first, 17, 3000);
	(void)add(&pins, 1, 4000);
	assert_int_equal(pins_find(&pins, &first)->number, 17);
	pins_remove(&pins, &first);
	pins_remove(&pins, &first);
	assert_null(pins_find(&pins, &first));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(the_oldest_goes),
			cmocka_unit_test(its_time_begins_when_it_was_built),
			cmocka_unit_test(asked_again_it_stays_what_was_built),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
