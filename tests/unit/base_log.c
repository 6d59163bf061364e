#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/base/log.h"

static char said[8192];

/* What WRITE says on stderr, in `said`. */
static void capture(void (*write_lines)(void))
{
	int saved = dup(STDERR_FILENO), ends[2];
	ssize_t len;

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
	(void)close(ends[1]);
	write_lines();
	(void)dup2(saved, STDERR_FILENO);
	(void)close(saved);
	len = read(ends[0], said, sizeof(said) - 1);
	(void)close(ends[0]);
	assert_true(len >= 0);
	said[len] = '\0';
}

static void write_three(void)
{
	const struct log_event event = {.event = "switch", .result = "ok"};

	log_error("cannot open '%s'", "x");
	log_warn("slow");
	log_event(LOG_INFO, &event, "switched to %d", 7);
}

/* Without the times of a line, which are another each time. */
static void cut_times(void)
{
	char *at = said, *end;

	while ((at = strstr(at, "time=")) != NULL && (end = strchr(at, ' ')) != NULL)
		memmove(at, end + 1, strlen(end + 1) + 1);
}

static void a_line_each(void **state)
{
	(void)state;
	capture(write_three);
	assert_string_equal(said,
			"refmount: cannot open 'x'\n"
			"refmount: slow\n"
			"refmount: switched to 7\n");
}

static void open_and_write(void)
{
	log_open("engine", "srv-config", false);
	write_three();
}

static void a_pipe_gets_the_fields(void **state)
{
	(void)state;
	capture(open_and_write);
	cut_times();
	assert_string_equal(said,
			"level=error role=engine name=srv-config msg=\"cannot open 'x'\"\n"
			"level=warn role=engine name=srv-config msg=slow\n"
			"level=info role=engine name=srv-config event=switch result=ok "
			"msg=\"switched to 7\"\n");
}

static void write_hostile(void)
{
	log_error("%s", "bad\nrefmount: engine srv-config: all is well\033[2J\xff");
}

static void nobody_forges_a_line(void **state)
{
	(void)state;
	capture(write_hostile);
	cut_times();
	assert_string_equal(said,
			"level=error role=engine name=srv-config msg=\"bad\uFFFDrefmount: engine "
			"srv-config: all is well\uFFFD[2J\uFFFD\"\n");
}

static void write_long(void)
{
	char *text = calloc(1, 100001);

	memset(text, 'x', 100000);
	log_info("%s", text);
	free(text);
}

static void long_lines_are_cut(void **state)
{
	(void)state;
	capture(write_long);
	assert_in_range(strlen(said), 1000, 3000);
	assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1);
}

/* Later it would be too late: a date opens the time zone, which a sandbox forbids. */
static void the_time_zone_is_known_from_the_start(void **state)
{
	(void)state;
	assert_int_equal(setenv("TZ", "ABC-1", 1), 0);
	log_open("engine", "srv-config", false);
	assert_string_equal(tzname[0], "ABC");
	assert_int_equal(unsetenv("TZ"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(a_line_each),
			cmocka_unit_test(a_pipe_gets_the_fields),
			cmocka_unit_test(nobody_forges_a_line),
			cmocka_unit_test(long_lines_are_cut),
			cmocka_unit_test(the_time_zone_is_known_from_the_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
