#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
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
	log_error("cannot open '%s'", "x");
	log_warn("slow");
	log_info("switched to %d", 7);
}

static void a_line_each(void **state)
{
	(void)state;
	capture(write_three);
	assert_string_equal(said,
			"refmount: cannot open 'x'\n"
			"refmount: slow\n"
			"refmount: switched to 7\n");
	log_open("engine", "srv-config", false);
	capture(write_three);
	assert_string_equal(said,
			"refmount: engine srv-config: cannot open 'x'\n"
			"refmount: engine srv-config: slow\n"
			"refmount: engine srv-config: switched to 7\n");
}

static void write_hostile(void)
{
	log_error("%s", "bad\nrefmount: engine srv-config: all is well\033[2J");
}

static void nobody_forges_a_line(void **state)
{
	(void)state;
	log_open("engine", "n", false);
	capture(write_hostile);
	assert_string_equal(said,
			"refmount: engine n: bad?refmount: engine srv-config: "
			"all is well?[2J\n");
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
	log_open("engine", "n", false);
	capture(write_long);
	assert_in_range(strlen(said), 1000, 3000);
	assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(a_line_each),
			cmocka_unit_test(nobody_forges_a_line),
			cmocka_unit_test(long_lines_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
