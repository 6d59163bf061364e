#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/err.h"
#include "src/base/str.h"

static void set_stores_code_and_sentence(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(err_set(&err, ENOENT, "no ref '%s'", "main"), -ENOENT);
	assert_int_equal(err.code, ENOENT);
	assert_string_equal(err.text, "no ref 'main'");
}

static void sys_adds_the_reason(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(err_sys(&err, EACCES, "open '%s'", "x"), -EACCES);
	assert_string_equal(err.text, "open 'x': Permission denied");
	assert_int_equal(err_sys(&err, 9999, "open"), -9999);
	assert_string_equal(err.text, "open: error 9999");
}

static void wrap_goes_in_front(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	(void)err_set(&err, EINVAL, "bad");
	assert_int_equal(err_wrap(&err, "render %d", 7), -EINVAL);
	assert_string_equal(err.text, "render 7: bad");
	assert_int_equal(err_wrap(&err, "again: %s", err.text), -EINVAL);
	assert_string_equal(err.text, "again: render 7: bad: render 7: bad");
}

static void null_is_fine_and_never_success(void **state)
{
	struct err none = ERR_INIT;

	(void)state;
	assert_int_equal(err_set(NULL, EIO, "x"), -EIO);
	assert_int_equal(err_sys(NULL, EPERM, "x"), -EPERM);
	assert_true(err_wrap(NULL, "x") < 0);
	assert_true(err_wrap(&none, "x") < 0);
}

static void long_sentence_is_cut_between_characters(void **state)
{
	struct err err = ERR_INIT;
	char name[2 * ERR_TEXT_MAX];
	size_t i;

	(void)state;
	for (i = 0; i + 2 < sizeof(name); i += 2)
		memcpy(name + i, "\xc3\xa4", 2);
	name[i] = '\0';
	(void)err_set(&err, EINVAL, "%s", name);
	assert_int_equal(strlen(err.text), ERR_TEXT_MAX - 2);
	assert_true(str_is_utf8(err.text, strlen(err.text)));

	/* The reason survives the cut. */
	(void)err_sys(&err, ENOENT, "x%s", name);
	assert_true(strlen(err.text) < ERR_TEXT_MAX);
	assert_true(str_has_suffix(err.text, ": No such file or directory"));
	assert_true(str_is_utf8(err.text, strlen(err.text)));

	(void)err_wrap(&err, "%s", name);
	assert_true(strlen(err.text) < ERR_TEXT_MAX);
}

static void stays_one_line(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	(void)err_set(&err, EINVAL, "file '%s'", "a\nb\033[1m\x7f");
	assert_string_equal(err.text, "file 'a?b?[1m?'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(set_stores_code_and_sentence),
			cmocka_unit_test(sys_adds_the_reason),
			cmocka_unit_test(wrap_goes_in_front),
			cmocka_unit_test(null_is_fine_and_never_success),
			cmocka_unit_test(long_sentence_is_cut_between_characters),
			cmocka_unit_test(stays_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
