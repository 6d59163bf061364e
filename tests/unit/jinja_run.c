#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/arena.h"
#include "src/jinja/run.h"

static void the_first_reason_stays(void **state)
{
	struct run run = {0};

	(void)state;
	assert_int_equal(run_fail(&run, FAULT_RUNTIME, "first: %d", 1), -1);
	assert_int_equal(run_fail(&run, FAULT_LIMIT, "second"), -1);
	assert_true(run.has_failed);
	assert_int_equal(run.fault, FAULT_RUNTIME);
	assert_string_equal(run.message, "first: 1");
}

static void a_message_is_one_line_and_cut_between_characters(void **state)
{
	struct run run = {0};
	char text[1200];

	(void)state;
	(void)run_fail(&run, FAULT_RUNTIME, "a\nb\tc");
	assert_string_equal(run.message, "a b c");

	run = (struct run){0};
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	memcpy(text + sizeof(run.message) - 2, "\xc3\xa4", 2);
	(void)run_fail(&run, FAULT_RUNTIME, "%s", text);
	assert_int_equal(strlen(run.message), sizeof(run.message) - 2);
}

static void steps_are_used_up(void **state)
{
	struct run run = {.steps_left = 10};

	(void)state;
	assert_int_equal(run_charge(&run, 10), 0);
	assert_false(run.has_failed);
	assert_int_equal(run_charge(&run, 1), -1);
	assert_int_equal(run.fault, FAULT_LIMIT);
}

static void memory_is_charged_and_limited(void **state)
{
	struct run run = {.steps_left = 1000};

	(void)state;
	run.arena = arena_new(4096);
	assert_non_null(run_alloc(&run, 640));
	assert_int_equal(run.steps_left, 990);
	assert_null(run_alloc(&run, 4096));
	assert_int_equal(run.fault, FAULT_LIMIT);
	arena_free(run.arena);
}

static void nesting_ends(void **state)
{
	struct run run = {0};

	(void)state;
	for (int i = 0; i < RUN_NESTING_MAX; i++)
		assert_int_equal(run_enter(&run), 0);
	assert_int_equal(run_enter(&run), -1);
	assert_int_equal(run.fault, FAULT_LIMIT);
	run_leave(&run);
	assert_int_equal(run.depth, RUN_NESTING_MAX - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(the_first_reason_stays),
			cmocka_unit_test(a_message_is_one_line_and_cut_between_characters),
			cmocka_unit_test(steps_are_used_up),
			cmocka_unit_test(memory_is_charged_and_limited),
			cmocka_unit_test(nesting_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
