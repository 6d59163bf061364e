#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/buf.h"
#include "src/base/utf8.h"

static void reads_and_writes(void **state)
{
	static const struct {
		uint32_t code;
		const char *bytes;
	} rows[] = {
			{0x41, "A"},
			{0x7f, "\x7f"},
			{0x80, "\xc2\x80"},
			{0x7ff, "\xdf\xbf"},
			{0x800, "\xe0\xa0\x80"},
			{0xd7ff, "\xed\x9f\xbf"},
			{0xffff, "\xef\xbf\xbf"},
			{0x10000, "\xf0\x90\x80\x80"},
			{0x10ffff, "\xf4\x8f\xbf\xbf"},
	};
	struct buf out = BUF_INIT;
	size_t used;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_clear(&out);
		utf8_add(&out, rows[i].code);
		assert_string_equal(buf_str(&out), rows[i].bytes);
		assert_int_equal(utf8_next(rows[i].bytes, strlen(rows[i].bytes), &used),
				rows[i].code);
		assert_int_equal(used, strlen(rows[i].bytes));
	}
	buf_release(&out);
}

static void refuses(void **state)
{
	static const char *const rows[] = {"\x80", "\xc1\x80", "\xe0\x80\x80", "\xed\xa0\x80",
			"\xf4\x90\x80\x80", "\xff", "\xe2\x82", "\xe2\x41\x41"};
	size_t used;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(utf8_next(rows[i], strlen(rows[i]), &used), UTF8_BAD);
		assert_int_equal(used, 1);
	}
}

static void copies_what_can_be_shown(void **state)
{
	static const struct {
		const char *text, *copy;
	} rows[] = {
			{"a\tb", "a b"}, {"a\x1b[31m\nb", "a\xef\xbf\xbd[31m\xef\xbf\xbd\x62"},
			{"\xc2\x9b\xff", "\xef\xbf\xbd\xef\xbf\xbd"},
			{"\xe2\x80\xae"
			 "cba",
					"\xef\xbf\xbd"
					"cba"}, /* right to left */
			{"\xe2\x81\xa6"
			 "a",
					"\xef\xbf\xbd"
					"a"}, /* an isolate */
			{"\xe2\x80\xa8"
			 "a",
					"\xef\xbf\xbd"
					"a"}, /* a line separator */
			{"a\xe2\x80\x8d"
			 "b",
					"a\xe2\x80\x8d"
					"b"}, /* a joiner */
	};
	char copy[64];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		utf8_copy_text(copy, sizeof(copy), rows[i].text, strlen(rows[i].text));
		assert_string_equal(copy, rows[i].copy);
	}
	utf8_copy_text(copy, 4, "ab\xc3\xa4", 4);
	assert_string_equal(copy, "ab");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(reads_and_writes),
			cmocka_unit_test(refuses),
			cmocka_unit_test(copies_what_can_be_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
