#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/value/pattern.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static struct pattern_text text_of(const char *str)
{
	return (struct pattern_text){str, strlen(str)};
}

static struct pattern *make(const char *text, unsigned flags)
{
	struct err err = ERR_INIT;
	struct pattern *pattern = NULL;

	if (pattern_new(text, strlen(text), flags, &pattern, &err) < 0)
		fail_msg("%s: %s", text, err.text);
	return pattern;
}

/* All matches as "text|text", as re.finditer yields them. */
static void find_all(const char *regex, unsigned flags, const char *subject, struct buf *out)
{
	struct pattern *pattern = make(regex, flags);
	struct pattern_match match = {.count = 0};

	while (pattern_next(pattern, text_of(subject), &match, NULL) == 1) {
		buf_add(out, subject + match.groups[0].start,
				match.groups[0].end - match.groups[0].start);
		buf_add_char(out, '|');
	}
	pattern_free(pattern);
}

/* Expected: what Python 3.11's re.finditer says. */
static void matches(void **state)
{
	static const struct {
		const char *regex;
		unsigned flags;
		const char *subject, *expected;
	} rows[] = {
			{"a*", 0, "baac", "|aa|||"},
			{"$", 0, "a\n", "||"},
			{"$", PATTERN_MULTILINE, "a\nb", "||"},
			{"^", PATTERN_MULTILINE, "a\n", "||"},
			{"\\Z", 0, "a\n", "|"},
			{".+", 0, "a\rb\nc", "a\rb|c|"},
			{".+", PATTERN_DOTALL, "a\nb", "a\nb|"},
			{"\\s", 0, "\x1c\xc2\x85\xe1\xa0\x8e ", "\x1c|\xc2\x85| |"},
			{"\\S", 0, "\x1c\xe1\xa0\x8e", "\xe1\xa0\x8e|"},
			{"\\w+", 0, "h\xc3\xa9_1-", "h\xc3\xa9_1|"},
			{"\\w+", PATTERN_ASCII, "h\xc3\xa9_1-", "h|_1|"},
			{"\\B", 0, "", ""},
			{"\\b", PATTERN_ASCII, "\xc3\xa9", ""},
			{"[[:a]+", 0, "a:b[]", "a:|[|"},
			{"[]a]+", 0, "a]b", "a]|"},
			{"[^\\S\\n]+", 0, " \n\t", " |\t|"},
			{"x{,2}y", 0, "xxxy", "xxy|"},
			{"x{a}{}", 0, "x{a}{}", "x{a}{}|"},
			{"k", PATTERN_IGNORECASE, "kK\xe2\x84\xaa", "k|K|\xe2\x84\xaa|"},
			{"k", PATTERN_IGNORECASE | PATTERN_ASCII, "kK\xe2\x84\xaa", "k|K|"},
			{"[i-k]", PATTERN_IGNORECASE, "\xc4\xb1K", "\xc4\xb1|K|"},
			{" a # b\n[ ]", PATTERN_VERBOSE, "a a", "a |"},
			{"(?x) a b (?-x: )", 0, "ab ", "ab |"},
			{"(?i)a(?-i:b)", 0, "Ab aB", "Ab|"},
			{"\\x41\\u00e9\\U0001F600\\101\\0", 0,
					"A\xc3\xa9\xf0\x9f\x98\x80"
					"A",
					""},
			{"\\x41\\u00e9\\U0001F600\\101", 0,
					"A\xc3\xa9\xf0\x9f\x98\x80"
					"A",
					"A\xc3\xa9\xf0\x9f\x98\x80"
					"A|"},
			{"(?P<q>['\"]).*?(?P=q)", 0, "'a' \"b'\"", "'a'|\"b'\"|"},
			{"(a)?b(?(1)c|d)", 0, "abc bd abd", "abc|bd|bd|"},
			{"(?<=a|b)c(?!d)", 0, "acd bc", "c|"},
			{"(?>a+)b|a++c", 0, "aab aac", "aab|aac|"},
			{"[\\ud800]|a", 0, "a", "a|"},
			{"(?#no)a(?#no)+", 0, "aa", "aa|"},
	};
	struct buf got = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		buf_clear(&got);
		find_all(rows[i].regex, rows[i].flags, rows[i].subject, &got);
		if (strcmp(buf_str(&got), rows[i].expected) != 0)
			fail_msg("%s: '%s', not '%s'", rows[i].regex, buf_str(&got),
					rows[i].expected);
	}
	buf_release(&got);
}

static void anchors(void **state)
{
	struct pattern *pattern = make("a|ab", 0);
	struct pattern_match match;

	(void)state;
	assert_int_equal(pattern_find(pattern, text_of("xab"), 0, PATTERN_SEARCH, &match, NULL), 1);
	assert_int_equal(match.groups[0].start, 1);
	assert_int_equal(match.groups[0].end, 2);
	assert_int_equal(pattern_find(pattern, text_of("xab"), 0, PATTERN_AT_START, &match, NULL),
			0);
	assert_int_equal(
			pattern_find(pattern, text_of("ab"), 0, PATTERN_AT_START, &match, NULL), 1);
	assert_int_equal(pattern_find(pattern, text_of("ab"), 0, PATTERN_FULL, &match, NULL), 1);
	assert_int_equal(match.groups[0].end, 2);
	assert_int_equal(pattern_find(pattern, text_of("abx"), 0, PATTERN_FULL, &match, NULL), 0);
	assert_int_equal(pattern_find(pattern, text_of("aXa"), 1, PATTERN_SEARCH, &match, NULL), 1);
	assert_int_equal(match.groups[0].start, 2);
	pattern_free(pattern);
}

static void groups(void **state)
{
	struct pattern *pattern = make("(?P<first>a)|(b)", 0);
	struct pattern_match match;

	(void)state;
	assert_int_equal(pattern_group_count(pattern), 2);
	assert_int_equal(pattern_group_number(pattern, "first", 5), 1);
	assert_int_equal(pattern_group_number(pattern, "fir", 3), 0);
	assert_int_equal(pattern_find(pattern, text_of("b"), 0, PATTERN_SEARCH, &match, NULL), 1);
	assert_int_equal(match.count, 3);
	assert_true(match.groups[1].start == SIZE_MAX);
	assert_int_equal(match.groups[2].end, 1);
	pattern_free(pattern);
}

/* What Python refuses, in its words, and what we do. */
static void refused(void **state)
{
	static const struct {
		const char *regex, *expected;
	} rows[] = {
			{"a\\", "bad escape (end of pattern) at position 1"},
			{"\\h", "bad escape \\h at position 0"},
			{"\xc3\xa9\\K", "bad escape \\K at position 1"},
			{"[\\R]", "bad escape \\R at position 1"},
			{"(?R)", "unknown extension ?R at position 1"},
			{"(?C1)", "unknown extension ?C at position 1"},
			{"(?|a)", "unknown extension ?| at position 1"},
			{"(?Pa)", "unknown extension ?P at position 1"},
			{"*a", "nothing to repeat at position 0"},
			{"(*UTF)", "nothing to repeat at position 1"},
			{"^*", "nothing to repeat at position 1"},
			{"a**", "multiple repeat at position 2"},
			{"a{3,1}", "min repeat greater than max repeat at position 2"},
			{"a{70000}", "a repetition of more than 65535 at position 1"},
			{"(a", "missing ), unterminated subpattern at position 0"},
			{"a)", "unbalanced parenthesis at position 1"},
			{"[a", "unterminated character set at position 0"},
			{"[b-a]", "bad character range b-a at position 1"},
			{"[\\d-a]", "bad character range \\d-a at position 1"},
			{"\\xa", "incomplete escape \\x at position 0"},
			{"\\400",
					"octal escape value \\400 outside of range 0-0o377 at "
					"position 0"},
			{"\\1", "invalid group reference 1 at position 1"},
			{"(\\1)", "cannot refer to an open group at position 1"},
			{"(?(2)a)", "invalid group reference 2 at position 3"},
			{"(?P=x)", "unknown group name 'x' at position 4"},
			{"(?P<1>a)", "bad character in group name '1' at position 4"},
			{"(?P<a>)(?P<a>)",
					"redefinition of group name 'a' as group 2; was group 1 "
					"at position 11"},
			{"a(?i)", "global flags not at the start of the expression at position 1"},
			{"(?L)",
					"bad inline flags: cannot use 'L' flag with a str pattern "
					"at position 3"},
			{"(?i-i:a)", "bad inline flags: flag turned on and off at position 6"},
			{"(?<=a+)", "look-behind requires fixed-width pattern at position 0"},
			{"(?<=a|bc)", "look-behind requires fixed-width pattern at position 0"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct pattern *pattern = NULL;
		struct err err = ERR_INIT;

		assert_int_equal(pattern_new(rows[i].regex, strlen(rows[i].regex), 0, &pattern,
						 &err),
				-EINVAL);
		assert_null(pattern);
		assert_string_equal(err.text, rows[i].expected);
	}
}

static void replaced(void **state)
{
	static const struct {
		const char *regex, *subject, *replacement, *expected;
	} rows[] = {
			{"x*", "abxd", "-", "-a-b--d-"},
			{"(a)(b)?", "ab a", "[\\2\\1]", "[ba] [a]"},
			{"(?P<n>a)", "a", "\\g<n>\\g<1>\\g<0>\\\\\\n\\.", "aaa\\\n\\."},
			{"(a)", "a", "\\g<1>0\\060\\101", "a00A"},
			{"a", "banana", "$1", "b$1n$1n$1"},
			{"^", "a", "\xc3\xa9",
					"\xc3\xa9"
					"a"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct pattern *pattern = make(rows[i].regex, 0);
		struct buf out = BUF_INIT;

		assert_int_equal(pattern_replace(pattern, text_of(rows[i].subject),
						 text_of(rows[i].replacement), 0, &out, NULL),
				0);
		assert_string_equal(buf_str(&out), rows[i].expected);
		buf_release(&out);
		pattern_free(pattern);
	}
}

static void bad_replacements(void **state)
{
	static const struct {
		const char *replacement, *expected;
	} rows[] = {
			{"\\2", "invalid group reference 2 at position 1"},
			{"\\g", "missing < at position 2"},
			{"\\g<", "missing group name at position 3"},
			{"\\g<1", "missing >, unterminated name at position 3"},
			{"\\g<x>", "unknown group name 'x' at position 3"},
			{"\\g<-1>", "bad character in group name '-1' at position 3"},
			{"\\q", "bad escape \\q at position 0"},
			{"a\\", "bad escape (end of pattern) at position 1"},
	};
	struct pattern *pattern = make("(a)", 0);
	struct buf out = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err = ERR_INIT;

		assert_int_equal(pattern_replace(pattern, text_of("a"),
						 text_of(rows[i].replacement), 0, &out, &err),
				-EINVAL);
		assert_string_equal(err.text, rows[i].expected);
	}
	buf_release(&out);
	pattern_free(pattern);
}

static void count_limits_replacements(void **state)
{
	struct pattern *pattern = make("a", 0);
	struct buf out = BUF_INIT;

	(void)state;
	assert_int_equal(pattern_replace(pattern, text_of("aaa"), text_of("b"), 2, &out, NULL), 0);
	assert_string_equal(buf_str(&out), "bba");
	buf_release(&out);
	pattern_free(pattern);
}

/* TEXT, COUNT times, and TAIL: too many steps for REGEX. */
static void expect_steps(const char *regex, const char *text, size_t count, const char *tail)
{
	struct pattern *pattern = make(regex, 0);
	struct buf subject = BUF_INIT, out = BUF_INIT;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < count; i++)
		buf_add_str(&subject, text);
	buf_add_str(&subject, tail);
	assert_int_equal(pattern_replace(pattern, text_of(subject.data), text_of("x"), 0, &out,
					 &err),
			-E2BIG);
	assert_non_null(strstr(err.text, "needs too many steps on this text"));
	assert_true(pattern_steps(pattern) <=
			PATTERN_MATCH_MAX + PATTERN_BYTE_STEPS * subject.len + 1);
	buf_release(&out);
	buf_release(&subject);
	pattern_free(pattern);
}

static void steps_are_bounded(void **state)
{
	(void)state;
	expect_steps("(a+)+$", "a", 40, "b");
	expect_steps("a*[bc]", "a", 1000000, ""); /* quadratic within PCRE2's own limit */
	expect_steps("(?:a|a){0,19}[bc]", "a", 10000, "");
	expect_steps("x|(?:a|a)*[bc]", "xaaaaaaaaaaaa", 10000, "");
}

static void sizes_are_bounded(void **state)
{
	static char text[PATTERN_SIZE_MAX + 1];
	struct buf out = BUF_INIT;
	struct pattern *pattern;
	struct err err = ERR_INIT;
	size_t i;

	(void)state;
	memset(text, 'a', sizeof(text));
	assert_int_equal(pattern_new(text, sizeof(text), 0, &pattern, &err), -EINVAL);
	assert_string_equal(err.text, "a regular expression of more than 65536 bytes");
	for (i = 0; i < PATTERN_GROUPS_MAX; i++)
		memcpy(text + 2 * i, "()", 2);
	assert_int_equal(pattern_new(text, 2 * i, 0, &pattern, &err), -EINVAL);
	assert_string_equal(err.text, "more than 99 groups at position 198");
	memset(text, '(', sizeof(text));
	assert_int_equal(pattern_new(text, 1000, 0, &pattern, &err), -EINVAL);
	assert_non_null(strstr(err.text, "groups"));
	for (i = 0; i < 200; i++)
		memcpy(text + 3 * i, "(?:", 3);
	assert_int_equal(pattern_new(text, 3 * i, 0, &pattern, &err), -EINVAL);
	assert_string_equal(err.text, "more than 100 groups inside each other at position 300");
	assert_int_equal(
			pattern_new("(?:(?:a{1000}){1000}){1000}", 27, 0, &pattern, &err), -EINVAL);
	assert_string_equal(err.text, "regular expression is too large");

	memset(text, 'a', sizeof(text));
	pattern = make("a", 0);
	assert_int_equal(pattern_replace(pattern, (struct pattern_text){text, 1000},
					 (struct pattern_text){text, 60000}, 0, &out, &err),
			-E2BIG);
	assert_string_equal(err.text, "the replacement yields more than 16777216 bytes");
	buf_release(&out);
	pattern_free(pattern);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(matches),
			cmocka_unit_test(anchors),
			cmocka_unit_test(groups),
			cmocka_unit_test(refused),
			cmocka_unit_test(replaced),
			cmocka_unit_test(bad_replacements),
			cmocka_unit_test(count_limits_replacements),
			cmocka_unit_test(steps_are_bounded),
			cmocka_unit_test(sizes_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
