#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/follow/pauses.h"

#define DRAWS  20000
#define TENTHS 10 /* of the span, each of which gets its share */

/* A tenth up and down, all of it and evenly: else nodes would still come together. */
static void polls_spread(void **state)
{
	const uint64_t poll_ms = 30000, low = 27000, high = 33000;
	unsigned counts[TENTHS] = {0};
	uint64_t sum = 0;

	(void)state;
	for (int i = 0; i < DRAWS; i++) {
		uint64_t pause = pauses_next(poll_ms, 0);

		assert_in_range(pause, low, high);
		sum += pause;
		counts[(pause - low) * TENTHS / (high - low + 1)]++;
	}
	/* The mean is off by 12 ms in one of three runs; this is 8 times that. */
	assert_in_range(sum / DRAWS, poll_ms - 100, poll_ms + 100);
	/* 2,000 each, give or take 42 in one of three runs. */
	for (int i = 0; i < TENTHS; i++)
		assert_in_range(counts[i], 1650, 2350);
}

static void failures_double(void **state)
{
	uint64_t around = PAUSES_FAILED_MIN_MS;

	(void)state;
	for (unsigned failures = 1; failures < 40; failures++) {
		assert_in_range(pauses_next(100, failures), around * 9 / 10, around * 11 / 10);
		around = around * 2 < PAUSES_MAX_MS ? around * 2 : PAUSES_MAX_MS;
	}
	assert_int_equal(around, 300000);
	assert_in_range(pauses_next(100, UINT32_MAX), 270000, 330000);
	/* The first pause is that of a poll, and a poll that is longer anyway stays. */
	assert_in_range(pauses_next(30000, 1), 27000, 33000);
	assert_in_range(pauses_next(3600000, 9), 3240000, 3960000);
}

static void no_poll(void **state)
{
	(void)state;
	assert_int_equal(pauses_next(0, 0), 0);
	assert_int_equal(pauses_next(0, 7), 0);
	assert_in_range(pauses_next(1, 0), 1, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(polls_spread),
			cmocka_unit_test(failures_double),
			cmocka_unit_test(no_poll),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
