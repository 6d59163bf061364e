#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/engine/hold.h"

#define NOW_S  1790000000
#define NOW_MS 5000000u

static const struct oid commit = {.bytes = {1, 2, 3}};

static struct hold held_for(uint64_t for_ms)
{
	const struct hold_terms terms = {.by = "root", .reason = "trial", .for_ms = for_ms};
	struct hold hold;

	hold_begin(&hold, &commit, &terms, NOW_S, NOW_MS);
	return hold;
}

static void without_an_end_it_stays(void **state)
{
	struct hold hold = held_for(0);

	(void)state;
	assert_true(hold.is_active);
	assert_string_equal(hold.by, "root");
	assert_string_equal(hold.reason, "trial");
	assert_true(oid_equal(&hold.revision, &commit));
	assert_int_equal(hold.since, NOW_S);
	assert_int_equal(hold.until, 0);
	assert_true(hold_remaining_ms(&hold, UINT64_MAX - 1) == UINT64_MAX);
}

static void ends_by_the_monotonic_clock(void **state)
{
	struct hold hold = held_for(90000);

	(void)state;
	assert_int_equal(hold.until, NOW_S + 90);
	assert_int_equal(hold_remaining_ms(&hold, NOW_MS), 90000);
	assert_int_equal(hold_remaining_ms(&hold, NOW_MS + 89999), 1);
	assert_int_equal(hold_remaining_ms(&hold, NOW_MS + 90000), 0);
	assert_int_equal(hold_remaining_ms(&hold, NOW_MS + 99999), 0);
	hold_end(&hold);
	assert_true(hold_remaining_ms(&hold, NOW_MS + 99999) == UINT64_MAX);
}

static void survives_a_restart(void **state)
{
	struct hold hold = held_for(90000);

	(void)state;
	hold_restore(&hold, NOW_S + 30, 7000); /* the machine was started anew: another clock */
	assert_int_equal(hold_remaining_ms(&hold, 7000), 60000);
	hold_restore(&hold, NOW_S + 90, 7000);
	assert_int_equal(hold_remaining_ms(&hold, 7000), 0);
	hold_restore(&hold, NOW_S + 10000, 7000);
	assert_int_equal(hold_remaining_ms(&hold, 7000), 0);
}

static void a_clock_set_back_prolongs_it_to_what_was_asked_at_most(void **state)
{
	struct hold hold = held_for(90000);

	(void)state;
	hold_restore(&hold, NOW_S - 365 * 86400, 7000);
	assert_int_equal(hold_remaining_ms(&hold, 7000), 90000);
	hold.since = INT64_MIN + 1; /* a damaged file */
	hold.until = 1;
	hold_restore(&hold, 0, 7000);
	assert_int_equal(hold_remaining_ms(&hold, 7000), 1000);
}

static void a_long_time_is_cut(void **state)
{
	struct hold hold = held_for(UINT64_MAX);

	(void)state;
	assert_true(hold.until > NOW_S);
	assert_true(hold_remaining_ms(&hold, NOW_MS) < UINT64_MAX);
}

static void names_users(void **state)
{
	char name[HOLD_BY_MAX];

	(void)state;
	hold_user_name(0, name, sizeof(name));
	assert_string_equal(name, "root");
	hold_user_name(4123456789u, name, sizeof(name));
	assert_string_equal(name, "uid 4123456789");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(without_an_end_it_stays),
			cmocka_unit_test(ends_by_the_monotonic_clock),
			cmocka_unit_test(survives_a_restart),
			cmocka_unit_test(a_clock_set_back_prolongs_it_to_what_was_asked_at_most),
			cmocka_unit_test(a_long_time_is_cut),
			cmocka_unit_test(names_users),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
