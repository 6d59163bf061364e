#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/base/clock.h"
#include "src/cmd/doctor_bounded.h"
#include "src/cmd/doctor_checkup.h"

#define ENDLESS_MS 60000

static void looks(struct checkup *checkup, const void *arg)
{
	checkup_ok(checkup, "looks", "%s", (const char *)arg);
	checkup_fail(checkup, "looks", "ill");
	checkup_remedy(checkup, "rest");
}

static void hangs(struct checkup *checkup, const void *arg)
{
	checkup_ok(checkup, "hangs", "%s", (const char *)arg);
	for (;;)
		(void)pause();
}

static void crashes(struct checkup *checkup, const void *arg)
{
	(void)checkup;
	(void)arg;
	(void)raise(SIGKILL);
}

static void its_lines_arrive(void **state)
{
	const struct bounded bounded = {"looks", looks, ENDLESS_MS, "-"};
	struct checkup checkup = {.mount = "web"};

	(void)state;
	assert_true(bounded_run(&checkup, &bounded, "well"));
	assert_int_equal(checkup.count, 2);
	assert_string_equal(checkup.items[0].message, "well");
	assert_string_equal(checkup.items[0].mount, "web");
	assert_string_equal(checkup.items[1].remedy, "rest");
	checkup_release(&checkup);
}

static void one_that_hangs(void **state)
{
	const struct bounded bounded = {"hangs", hangs, 50, "wake it"};
	uint64_t begin_ms = clock_mono_ms();
	struct checkup checkup = CHECKUP_INIT;

	(void)state;
	assert_false(bounded_run(&checkup, &bounded, ""));
	assert_true(clock_mono_ms() - begin_ms < ENDLESS_MS);
	assert_int_equal(checkup.count, 1);
	assert_int_equal(checkup.items[0].result, CHECKUP_FAIL);
	assert_non_null(strstr(checkup.items[0].message, "no answer within"));
	assert_string_equal(checkup.items[0].remedy, "wake it");
	checkup_release(&checkup);
}

static void one_that_crashes(void **state)
{
	const struct bounded bounded = {"crashes", crashes, ENDLESS_MS, "-"};
	struct checkup checkup = CHECKUP_INIT;

	(void)state;
	assert_true(bounded_run(&checkup, &bounded, NULL));
	assert_int_equal(checkup.count, 1);
	assert_int_equal(checkup.items[0].result, CHECKUP_FAIL);
	assert_string_equal(checkup.items[0].check, "crashes");
	assert_non_null(checkup.items[0].remedy);
	checkup_release(&checkup);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(its_lines_arrive),
			cmocka_unit_test(one_that_hangs),
			cmocka_unit_test(one_that_crashes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
