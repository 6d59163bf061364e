#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/buf.h"

static void empty_is_a_string(void **state)
{
	struct buf buf = BUF_INIT;

	(void)state;
	assert_string_equal(buf_str(&buf), "");
	assert_true(buf_ok(&buf));
	buf_release(&buf);
	buf_release(NULL);
}

static void grows_and_stays_terminated(void **state)
{
	struct buf buf = BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < 10000; i++) {
		buf_add_char(&buf, (char)('a' + i % 26));
		assert_int_equal(buf.len, i + 1);
		assert_int_equal(buf.data[buf.len], 0);
	}
	assert_true(buf_ok(&buf));
	assert_int_equal(buf.data[9999], 'a' + 9999 % 26);
	buf_release(&buf);
	assert_null(buf.data);
}

static void exact_fit_keeps_room_for_the_end(void **state)
{
	struct buf buf = BUF_INIT;
	char bytes[64] = {0};

	(void)state;
	memset(bytes, 'x', sizeof(bytes));
	buf_add(&buf, bytes, sizeof(bytes)); /* the first capacity, to the byte */
	assert_int_equal(buf.data[64], 0);
	assert_true(buf.cap > 64);
	buf_add(&buf, NULL, 0);
	assert_int_equal(buf.len, 64);
	buf_release(&buf);
}

static void formats_over_any_length(void **state)
{
	struct buf buf = BUF_INIT;
	char word[3001];

	(void)state;
	memset(word, 'w', 3000);
	word[3000] = '\0';
	buf_add_str(&buf, "<");
	buf_printf(&buf, "%s=%d", word, 42);
	buf_add_str(&buf, ">");
	assert_int_equal(buf.len, 3005);
	assert_string_equal(buf.data + 3001, "=42>");
	buf_release(&buf);
}

static void zeros_are_bytes(void **state)
{
	struct buf buf = BUF_INIT;

	(void)state;
	buf_add_str(&buf, "a");
	buf_add_zeros(&buf, 100);
	buf_add_str(&buf, "b");
	assert_int_equal(buf.len, 102);
	assert_int_equal(buf.data[100], 0);
	assert_int_equal(buf.data[101], 'b');
	buf_release(&buf);
}

static void failure_is_sticky(void **state)
{
	struct buf buf = BUF_INIT;

	(void)state;
	buf_add_str(&buf, "kept");
	buf_reserve(&buf, SIZE_MAX - 2);
	assert_false(buf_ok(&buf));
	buf_add_str(&buf, "lost");
	buf_printf(&buf, "%d", 1);
	buf_add_zeros(&buf, 1);
	assert_string_equal(buf_str(&buf), "kept");

	buf_clear(&buf);
	assert_true(buf_ok(&buf));
	buf_add_str(&buf, "new");
	assert_string_equal(buf_str(&buf), "new");
	buf_release(&buf);
}

static void steal_hands_over(void **state)
{
	struct buf buf = BUF_INIT;
	char *text;

	(void)state;
	text = buf_steal(&buf);
	assert_string_equal(text, "");
	free(text);

	buf_add_str(&buf, "mine");
	text = buf_steal(&buf);
	assert_string_equal(text, "mine");
	assert_null(buf.data);
	assert_int_equal(buf.len, 0);
	free(text);

	buf_add_str(&buf, "x");
	buf_reserve(&buf, SIZE_MAX);
	assert_null(buf_steal(&buf));
	assert_null(buf.data);
}

static void cuts(void **state)
{
	struct buf buf = BUF_INIT;

	(void)state;
	buf_cut(&buf, 0);
	buf_add_str(&buf, "abc");
	buf_cut(&buf, 4);
	assert_string_equal(buf_str(&buf), "abc");
	buf_cut(&buf, 1);
	assert_string_equal(buf_str(&buf), "a");
	buf_release(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(empty_is_a_string),
			cmocka_unit_test(grows_and_stays_terminated),
			cmocka_unit_test(exact_fit_keeps_room_for_the_end),
			cmocka_unit_test(formats_over_any_length),
			cmocka_unit_test(zeros_are_bytes),
			cmocka_unit_test(failure_is_sticky),
			cmocka_unit_test(steal_hands_over),
			cmocka_unit_test(cuts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
