#include "src/value/pattern_set.h"

#include <errno.h>
#include <stdbool.h>

#include "src/base/buf.h"
#include "src/value/pattern.h"

#define CODE_MAX 0x10ffffu

/* Python's and PCRE2's idea of \s differ: str.isspace() is the former's. */
static const struct {
	char letter;
	const char *unicode, *ascii;
} categories[] = {
		{'d', "\\d", "0-9"},
		{'D', "\\D", "\\x00-\\x2f\\x3a-\\x{10ffff}"},
		{'s',
				"\\x09-\\x0d\\x1c-\\x20\\x85\\xa0\\x{1680}\\x{2000}-\\x{200a}\\x{"
				"2028}"
				"\\x{2029}\\x{202f}\\x{205f}\\x{3000}",
				"\\x09-\\x0d\\x20"},
		{'S',
				"\\x00-\\x08\\x0e-\\x1b\\x21-\\x{84}\\x{86}-\\x{9f}\\x{a1}-\\x{"
				"167f}"
				"\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}\\x{2030}"
				"-"
				"\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{10ffff}",
				"\\x00-\\x08\\x0e-\\x1f\\x21-\\x{10ffff}"},
		{'w', "\\w", "0-9A-Z_a-z"},
		{'W', "\\W", "\\x00-\\x2f\\x3a-\\x40\\x5b-\\x5e\\x60\\x7b-\\x{10ffff}"},
};

const char *pattern_category(unsigned flags, uint32_t letter)
{
	for (size_t i = 0; i < sizeof(categories) / sizeof(categories[0]); i++) {
		if ((uint32_t)categories[i].letter == letter)
			return flags & PATTERN_ASCII ? categories[i].ascii : categories[i].unicode;
	}
	return NULL;
}

static bool is_surrogate(uint32_t code)
{
	return code >= 0xd800 && code <= 0xdfff;
}

/* Letters and digits as they are, everything else by number: nothing can be taken for syntax. */
static void put_plain(struct buf *out, uint32_t code)
{
	if (cursor_is_letter(code) || cursor_is_digit(code))
		buf_add_char(out, (char)code);
	else
		buf_printf(out, "\\x{%x}", (unsigned)code);
}

static void put_range(struct buf *out, uint32_t low, uint32_t high)
{
	put_plain(out, low);
	if (low == high)
		return;
	buf_add_char(out, '-');
	put_plain(out, high);
}

/* The part of LOW to HIGH between FIRST and LAST, moved by SHIFT. */
static void put_shifted(struct buf *out, uint32_t low, uint32_t high, const char *bounds, int shift)
{
	uint32_t first = (uint32_t)bounds[0], last = (uint32_t)bounds[1];

	first = low > first ? low : first;
	last = high < last ? high : last;
	if (first <= last)
		put_range(out, (uint32_t)((int)first + shift), (uint32_t)((int)last + shift));
}

static bool has_i(uint32_t low, uint32_t high)
{
	static const uint32_t letters[] = {'I', 'i', 0x130, 0x131};

	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
		if (letters[i] >= low && letters[i] <= high)
			return true;
	}
	return false;
}

/*
 * A range within brackets. PCRE2 ignores case by itself where the whole of Unicode is meant (all
 * but the dots of i, which Python does not tell apart); with (?ai) only ASCII letters have another
 * case, which PCRE2 cannot be told, so there its own switch is off.
 */
static void put_cases(struct buf *out, unsigned flags, uint32_t low, uint32_t high)
{
	if (is_surrogate(low))
		low = 0xe000; /* no valid text has them */
	if (is_surrogate(high))
		high = 0xd7ff;
	if (low > high)
		return;
	put_range(out, low, high);
	if (!(flags & PATTERN_IGNORECASE))
		return;
	if (flags & PATTERN_ASCII) {
		put_shifted(out, low, high, "az", 'A' - 'a');
		put_shifted(out, low, high, "AZ", 'a' - 'A');
	} else if (has_i(low, high)) {
		buf_add_str(out, "iI\\x{130}\\x{131}");
	}
}

void pattern_put_code(struct buf *out, unsigned flags, uint32_t code)
{
	size_t start = out->len;

	if (!(flags & PATTERN_IGNORECASE) && !is_surrogate(code)) {
		put_plain(out, code);
		return;
	}
	buf_add_char(out, '[');
	put_cases(out, flags, code, code);
	if (out->len == start + 1)
		buf_add_str(out, "^\\x00-\\x{10ffff}"); /* matches nothing */
	buf_add_char(out, ']');
}

int pattern_read_code(struct cursor *cursor, uint32_t letter, size_t start, uint32_t *code)
{
	unsigned want = letter == 'x' ? 2 : letter == 'u' ? 4 : letter == 'U' ? 8 : 0;
	uint64_t number;

	if (letter == CURSOR_END)
		return cursor_fail(cursor, start, "bad escape (end of pattern)");
	if (letter == 'N')
		return cursor_fail(cursor, start,
				"\\N{...}, a character by its name, is not supported: write it as "
				"\\uXXXX,");
	if (want == 0)
		return 0;
	if (cursor_number(cursor, 16, want, &number) != want)
		return cursor_fail(cursor, start, "incomplete escape \\%c", (char)letter);
	if (number > CODE_MAX)
		return cursor_fail(
				cursor, start, "bad escape \\U%08llx", (unsigned long long)number);
	*code = (uint32_t)number;
	return 1;
}

/* What stands behind a backslash within brackets: *CATEGORY or, if that is NULL, *CODE. */
static int read_set_escape(struct cursor *cursor, unsigned flags, size_t start, uint32_t *code,
		const char **category)
{
	uint32_t letter = cursor_next(cursor);
	uint64_t number;
	int rc;

	*category = pattern_category(flags, letter);
	if (*category)
		return 0;
	*code = cursor_control(letter);
	if (*code)
		return 0;
	rc = pattern_read_code(cursor, letter, start, code);
	if (rc != 0)
		return rc < 0 ? rc : 0;
	if (cursor_is_octal(letter)) {
		cursor->at--;
		(void)cursor_number(cursor, 8, 3, &number);
		if (number > 0377)
			return cursor_fail(cursor, start,
					"octal escape value \\%o outside of range 0-0o377",
					(unsigned)number);
		*code = (uint32_t)number;
		return 0;
	}
	if (cursor_is_letter(letter) || cursor_is_digit(letter))
		return cursor_fail(cursor, start, "bad escape \\%c", (char)letter);
	*code = letter;
	return 0;
}

static int read_set_part(
		struct cursor *cursor, unsigned flags, uint32_t *code, const char **category)
{
	size_t start = cursor->at;

	*category = NULL;
	*code = cursor_next(cursor);
	return *code == '\\' ? read_set_escape(cursor, flags, start, code, category) : 0;
}

static void put_part(struct buf *out, unsigned flags, uint32_t code, const char *category)
{
	if (category)
		buf_add_str(out, category);
	else
		put_cases(out, flags, code, code);
}

/* One member of a set, or a range. */
static int read_member(struct cursor *cursor, unsigned flags, struct buf *out)
{
	const char *category, *category2;
	size_t start = cursor->at;
	uint32_t code, code2;
	int rc;

	rc = read_set_part(cursor, flags, &code, &category);
	if (rc < 0)
		return rc;
	if (cursor_peek(cursor) != '-' || cursor->at + 1 >= cursor->len ||
			cursor->text[cursor->at + 1] == ']') {
		put_part(out, flags, code, category);
		return 0;
	}
	cursor->at++;
	rc = read_set_part(cursor, flags, &code2, &category2);
	if (rc < 0)
		return rc;
	if (category || category2 || code2 < code)
		return cursor_fail(cursor, start, "bad character range %.*s",
				(int)(cursor->at - start), cursor->text + start);
	put_cases(out, flags, code, code2);
	return 0;
}

int pattern_read_set(struct cursor *cursor, unsigned flags, size_t start, struct buf *out)
{
	bool is_negated = cursor_match(cursor, '^');
	struct buf members = BUF_INIT;
	size_t first = cursor->at;
	int rc = 0;

	while (rc == 0 && (cursor->at == first || cursor_peek(cursor) != ']')) {
		if (cursor->at == cursor->len)
			rc = cursor_fail(cursor, start, "unterminated character set");
		else
			rc = read_member(cursor, flags, &members);
	}
	if (rc < 0)
		goto out;
	cursor->at++;
	if (members.len == 0) { /* surrogates only */
		is_negated = !is_negated;
		buf_add_str(&members, "\\x00-\\x{10ffff}");
	}
	buf_add_str(out, is_negated ? "[^" : "[");
	buf_add(out, members.data, members.len);
	buf_add_char(out, ']');
	if (!buf_ok(&members))
		rc = -ENOMEM;
out:
	buf_release(&members);
	return rc;
}
