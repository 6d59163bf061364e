#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/str.h"

static void prefix_and_suffix(void **state)
{
	(void)state;
	assert_true(str_has_prefix("refs/heads/main", "refs/"));
	assert_true(str_has_prefix("x", ""));
	assert_false(str_has_prefix("ref", "refs/"));
	assert_true(str_has_suffix("nginx.conf.j2", ".j2"));
	assert_true(str_has_suffix(".j2", ".j2"));
	assert_false(str_has_suffix("j2", ".j2"));
}

static void numbers(void **state)
{
	uint64_t n = 99;

	(void)state;
	assert_int_equal(str_to_u64("0", &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(str_to_u64("18446744073709551615", &n), 0);
	assert_true(n == UINT64_MAX);
	n = 99;
	assert_int_equal(str_to_u64("18446744073709551616", &n), -ERANGE);
	assert_int_equal(str_to_u64("99999999999999999999999", &n), -ERANGE);
	assert_int_equal(str_to_u64("", &n), -EINVAL);
	assert_int_equal(str_to_u64("-1", &n), -EINVAL);
	assert_int_equal(str_to_u64("+1", &n), -EINVAL);
	assert_int_equal(str_to_u64(" 1", &n), -EINVAL);
	assert_int_equal(str_to_u64("1 ", &n), -EINVAL);
	assert_int_equal(str_to_u64("0x10", &n), -EINVAL);
	assert_int_equal(n, 99);
}

static void durations(void **state)
{
	uint64_t ms = 99;

	(void)state;
	assert_int_equal(str_to_duration("0", &ms), 0);
	assert_int_equal(ms, 0);
	assert_int_equal(str_to_duration("20ms", &ms), 0);
	assert_int_equal(ms, 20);
	assert_int_equal(str_to_duration("90s", &ms), 0);
	assert_int_equal(ms, 90000);
	assert_int_equal(str_to_duration("5m", &ms), 0);
	assert_int_equal(ms, 300000);
	assert_int_equal(str_to_duration("2h", &ms), 0);
	assert_int_equal(ms, 7200000);
	assert_int_equal(str_to_duration("1d", &ms), 0);
	assert_int_equal(ms, 86400000);
	assert_int_equal(str_to_duration("0s", &ms), 0);
	assert_int_equal(ms, 0);
	assert_int_equal(str_to_duration("10", &ms), -EINVAL);
	assert_int_equal(str_to_duration("s", &ms), -EINVAL);
	assert_int_equal(str_to_duration("", &ms), -EINVAL);
	assert_int_equal(str_to_duration("1w", &ms), -EINVAL);
	assert_int_equal(str_to_duration("1 s", &ms), -EINVAL);
	assert_int_equal(str_to_duration("1h30m", &ms), -EINVAL);
	assert_int_equal(str_to_duration("18446744073709551615s", &ms), -ERANGE);
	assert_int_equal(str_to_duration("99999999999999999999w", &ms), -EINVAL);
	assert_int_equal(ms, 0);
}

static void sizes(void **state)
{
	uint64_t bytes = 99;

	(void)state;
	assert_int_equal(str_to_size("512", &bytes), 0);
	assert_int_equal(bytes, 512);
	assert_int_equal(str_to_size("7B", &bytes), 0);
	assert_int_equal(bytes, 7);
	assert_int_equal(str_to_size("8MiB", &bytes), 0);
	assert_int_equal(bytes, 8 << 20);
	assert_int_equal(str_to_size("1KiB", &bytes), 0);
	assert_int_equal(bytes, 1024);
	assert_int_equal(str_to_size("3GiB", &bytes), 0);
	assert_true(bytes == 3ull << 30);
	assert_int_equal(str_to_size("8MB", &bytes), -EINVAL);
	assert_int_equal(str_to_size("KiB", &bytes), -EINVAL);
	assert_int_equal(str_to_size("99999999999GiB", &bytes), -ERANGE);
}

static void suggestions(void **state)
{
	static const char *const words[] = {"port", "path", "poll", "history", "allow_other", NULL};
	static const char *const none[] = {NULL};
	char longest[200];

	(void)state;
	assert_string_equal(str_suggest("prt", words), "port");
	assert_string_equal(str_suggest("prot", words), "port");       /* two neighbours swapped */
	assert_string_equal(str_suggest("hisotyr", words), "history"); /* twice */
	assert_string_equal(str_suggest("alow_other", words), "allow_other");
	assert_string_equal(str_suggest("poll", words), "poll");
	assert_null(str_suggest("colour", words));
	assert_string_equal(str_suggest("ptoll2", words), "poll"); /* two edits of six letters */
	assert_null(str_suggest("ptolls2", words));		   /* three of seven are too many */
	assert_null(str_suggest("port", none));
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_null(str_suggest(longest, words));
}

static bool valid(const char *text)
{
	return str_is_utf8(text, strlen(text));
}

static void utf8(void **state)
{
	(void)state;
	assert_true(valid(""));
	assert_true(valid("plain"));
	assert_true(valid("\xc2\x80 \xdf\xbf \xe0\xa0\x80 \xed\x9f\xbf \xee\x80\x80 \xef\xbf\xbf"));
	assert_true(valid("\xf0\x90\x80\x80 \xf4\x8f\xbf\xbf"));
	assert_true(str_is_utf8("a\0b", 3));
	assert_false(valid("\x80"));	 /* no lead */
	assert_false(valid("\xc0\x80")); /* overlong */
	assert_false(valid("\xc1\xbf"));
	assert_false(valid("\xe0\x9f\xbf"));
	assert_false(valid("\xf0\x8f\xbf\xbf"));
	assert_false(valid("\xed\xa0\x80"));	 /* surrogate */
	assert_false(valid("\xf4\x90\x80\x80")); /* over U+10FFFF */
	assert_false(valid("\xf5\x80\x80\x80"));
	assert_false(valid("\xc3")); /* cut */
	assert_false(valid("\xe2\x82"));
	assert_false(valid("\xe2\x82z"));
	assert_false(valid("\xff"));
	assert_false(str_is_utf8("\xe2\x82\xac", 2));
}

static void copy_cuts_between_characters(void **state)
{
	char text[5];

	(void)state;
	str_copy(text, sizeof(text), "abcd");
	assert_string_equal(text, "abcd");
	str_copy(text, sizeof(text), "abcdefgh");
	assert_string_equal(text, "abcd");
	str_copy(text, sizeof(text), "ab\xe2\x82\xac");
	assert_string_equal(text, "ab");
	str_copy(text, sizeof(text), "a\xe2\x82\xacz");
	assert_string_equal(text, "a\xe2\x82\xac");
	str_copy(text, 1, "abc");
	assert_string_equal(text, "");
	str_copy(text, 0, "abc"); /* touches nothing */
}

static void code_points(void **state)
{
	static const char text[] = "a\xc3\xa9\xf0\x9f\x98\x80\x80\xe2\x82";
	static const uint32_t codes[] = {'a', 0xe9, 0x1f600, 0, 0, 0};
	const char *p = text, *end = text + sizeof(text) - 1;
	size_t i;

	(void)state;
	for (i = 0; p < end; i++)
		assert_int_equal(str_next_code(&p, end), codes[i]);
	assert_int_equal(i, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(prefix_and_suffix),
			cmocka_unit_test(numbers),
			cmocka_unit_test(durations),
			cmocka_unit_test(sizes),
			cmocka_unit_test(suggestions),
			cmocka_unit_test(utf8),
			cmocka_unit_test(copy_cuts_between_characters),
			cmocka_unit_test(code_points),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
