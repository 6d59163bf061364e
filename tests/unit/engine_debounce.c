#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/engine/debounce.h"

static void waits_for_quiet(void **state)
{
	struct debounce debounce = DEBOUNCE_INIT;

	(void)state;
	assert_int_equal(debounce_left(&debounce, 100, 5000), 0);
	debounce_note(&debounce, 5000);
	assert_int_equal(debounce_left(&debounce, 100, 5000), 100);
	assert_int_equal(debounce_left(&debounce, 100, 5099), 1);
	debounce_note(&debounce, 5099);
	assert_int_equal(debounce_left(&debounce, 100, 5100), 99);
	assert_int_equal(debounce_left(&debounce, 100, 5199), 0);
	debounce_note(&debounce, 9000); /* another story */
	assert_int_equal(debounce_left(&debounce, 100, 9001), 99);
	debounce_end(&debounce);
	assert_int_equal(debounce_left(&debounce, 100, 9001), 0);
}

static void but_not_for_ever(void **state)
{
	struct debounce debounce = DEBOUNCE_INIT;
	uint64_t now = 1000;

	(void)state;
	debounce_note(&debounce, now);
	while (debounce_left(&debounce, 100, now) > 0) {
		now += 10;
		if (now % 50 == 0)
			debounce_note(&debounce, now);
		assert_in_range(now, 1000, 2000);
	}
	assert_int_equal(now, 2000);
}

static void off(void **state)
{
	struct debounce debounce = DEBOUNCE_INIT;

	(void)state;
	debounce_note(&debounce, 1000);
	assert_int_equal(debounce_left(&debounce, 0, 1000), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(waits_for_quiet),
			cmocka_unit_test(but_not_for_ever),
			cmocka_unit_test(off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
