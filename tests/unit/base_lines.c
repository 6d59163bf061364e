#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/buf.h"
#include "src/base/lines.h"

/* The flags of a side: '.' for what is in both, 'x' for what changed. */
static const char *flags(const struct lines_side *side, char out[static 64])
{
	uint32_t i;

	assert_true(side->count < 64);
	for (i = 0; i < side->count; i++)
		out[i] = side->changed[i] ? 'x' : '.';
	out[i] = '\0';
	return out;
}

/* Letters stand for lines. */
static void to_text(const char *letters, struct buf *out)
{
	for (buf_clear(out); *letters; letters++)
		buf_printf(out, "line %c\n", *letters);
}

static void compare_letters(
		const char *from, const char *to, struct lines *out, struct buf texts[2])
{
	to_text(from, &texts[0]);
	to_text(to, &texts[1]);
	assert_int_equal(lines_compare(buf_str(&texts[0]), texts[0].len, buf_str(&texts[1]),
					 texts[1].len, out),
			0);
}

static void known_pairs(void **state)
{
	static const struct {
		const char *from, *to, *from_flags, *to_flags;
	} cases[] = {
			{"", "", "", ""},
			{"a", "", "x", ""},
			{"", "ab", "", "xx"},
			{"abc", "abc", "...", "..."},
			{"abc", "axc", ".x.", ".x."},
			{"abc", "xyz", "xxx", "xxx"},
			{"abcabba", "cbabac", NULL, NULL}, /* the example of the paper: 5 changes */
			{"ab", "ba", NULL, NULL},
			/* A block behind an equal one counts as added, not one that begins inside. */
			{"abe", "abeabe", "...", "...xxx"},
			{"abeabe", "abe", "...xxx", "..."},
	};
	struct buf texts[2] = {BUF_INIT, BUF_INIT};
	struct lines lines;
	char text[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		compare_letters(cases[i].from, cases[i].to, &lines, texts);
		if (cases[i].from_flags) {
			assert_string_equal(flags(&lines.from, text), cases[i].from_flags);
			assert_string_equal(flags(&lines.to, text), cases[i].to_flags);
		}
		lines_release(&lines);
	}
	buf_release(&texts[0]);
	buf_release(&texts[1]);
}

/* The length of the longest common subsequence, by the table. */
static unsigned common(const char *a, const char *b)
{
	static unsigned table[64][64];
	size_t i, j, n = strlen(a), m = strlen(b);

	for (i = 0; i <= n; i++) {
		for (j = 0; j <= m; j++) {
			if (i == 0 || j == 0)
				table[i][j] = 0;
			else if (a[i - 1] == b[j - 1])
				table[i][j] = table[i - 1][j - 1] + 1;
			else
				table[i][j] = table[i - 1][j] > table[i][j - 1] ? table[i - 1][j]
										: table[i][j - 1];
		}
	}
	return table[n][m];
}

/* What is unchanged on both sides has to be the same, and as much as there is. */
static void check_pair(const struct lines *lines, const char *from, const char *to)
{
	uint32_t i = 0, j = 0;
	unsigned count = 0;

	for (;; i++, j++) {
		while (i < lines->from.count && lines->from.changed[i])
			i++;
		while (j < lines->to.count && lines->to.changed[j])
			j++;
		if (i == lines->from.count || j == lines->to.count)
			break;
		assert_int_equal(from[i], to[j]);
		count++;
	}
	assert_int_equal(i, lines->from.count);
	assert_int_equal(j, lines->to.count);
	assert_int_equal(count, common(from, to));
}

static void random_letters(unsigned *seed, unsigned kinds, char out[static 40])
{
	size_t i, len = (size_t)rand_r(seed) % 40;

	for (i = 0; i < len; i++)
		out[i] = (char)('a' + rand_r(seed) % (int)kinds);
	out[len] = '\0';
}

static void shortest_and_true(void **state)
{
	struct buf texts[2] = {BUF_INIT, BUF_INIT};
	unsigned seed = 4711, round;
	char from[40], to[40];
	struct lines lines;

	(void)state;
	for (round = 0; round < 20000; round++) {
		random_letters(&seed, 2 + round % 7, from);
		random_letters(&seed, 2 + round % 7, to);
		compare_letters(from, to, &lines, texts);
		check_pair(&lines, from, to);
		lines_release(&lines);
	}
	buf_release(&texts[0]);
	buf_release(&texts[1]);
}

static void last_line_without_newline(void **state)
{
	struct lines lines;
	char text[64];
	size_t len;

	(void)state;
	assert_int_equal(lines_compare("a\nb", 3, "a\nb\n", 4, &lines), 0);
	assert_string_equal(flags(&lines.from, text), ".x");
	assert_string_equal(flags(&lines.to, text), ".x");
	assert_memory_equal(lines_get(&lines.from, 1, &len), "b", 1);
	assert_int_equal(len, 1);
	assert_memory_equal(lines_get(&lines.to, 1, &len), "b\n", 2);
	assert_int_equal(len, 2);
	lines_release(&lines);
}

/* Two long texts of few kinds of lines without any order: no shortest script within the effort. */
static void effort_is_bounded(void **state)
{
	struct buf from = BUF_INIT, to = BUF_INIT;
	unsigned seed = 1;
	struct lines lines;
	int i;

	(void)state;
	for (i = 0; i < 200000; i++) {
		buf_printf(&from, "%d\n", rand_r(&seed) % 50);
		buf_printf(&to, "%d\n", rand_r(&seed) % 50);
	}
	assert_int_equal(lines_compare(from.data, from.len, to.data, to.len, &lines), 0);
	assert_int_equal(lines.from.count, 200000);
	lines_release(&lines);
	buf_release(&from);
	buf_release(&to);
}

static void limits(void **state)
{
	struct buf many = BUF_INIT;
	struct lines lines = LINES_INIT;
	size_t i;

	(void)state;
	for (i = 0; i <= LINES_MAX; i++)
		buf_add_char(&many, '\n');
	assert_int_equal(lines_compare(many.data, many.len, "", 0, &lines), -E2BIG);
	assert_null(lines.from.starts);
	assert_int_equal(lines_compare("", 0, many.data, many.len, &lines), -E2BIG);
	assert_int_equal(lines_compare("", 0, many.data, many.len - 1, &lines), 0);
	assert_int_equal(lines.to.count, LINES_MAX);
	lines_release(&lines);
	buf_release(&many);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(known_pairs),
			cmocka_unit_test(shortest_and_true),
			cmocka_unit_test(last_line_without_newline),
			cmocka_unit_test(effort_is_bounded),
			cmocka_unit_test(limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
