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

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(reads_and_writes),
			cmocka_unit_test(refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
