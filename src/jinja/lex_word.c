#include "src/jinja/lex_word.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/base/utf8.h"
#include "src/jinja/lex.h"

#define NUMBER_MAX 400 /* characters; more digits than a double has */

bool lex_is_space(uint32_t code)
{
	if (code < 0x80)
		return (code >= 0x09 && code <= 0x0d) || (code >= 0x1c && code <= 0x20);
	return code == 0x85 || code == 0x2028 || code == 0x2029 ||
			(code != UTF8_BAD &&
					utf8proc_category((utf8proc_int32_t)code) ==
							UTF8PROC_CATEGORY_ZS);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_ascii_letter(uint32_t code)
{
	return (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z') || code == '_';
}

/* May CODE begin a name (Python's XID_Start)? */
static bool is_start(uint32_t code)
{
	if (code < 0x80)
		return is_ascii_letter(code);
	switch (utf8proc_category((utf8proc_int32_t)code)) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
	case UTF8PROC_CATEGORY_NL:
		return true;
	default:
		return code == 0x2118 || code == 0x212e;
	}
}

/* May CODE stand inside a name? */
static bool is_inside(uint32_t code)
{
	if (code < 0x80)
		return is_ascii_letter(code) || (code >= '0' && code <= '9');
	switch (utf8proc_category((utf8proc_int32_t)code)) {
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_MC:
	case UTF8PROC_CATEGORY_ND:
	case UTF8PROC_CATEGORY_PC:
		return true;
	default:
		return is_start(code) || code == 0xb7 || code == 0x387;
	}
}

static uint32_t code_at(const struct lexer *lexer, size_t pos, size_t *used)
{
	*used = 1;
	if (pos >= lexer->source->len)
		return UTF8_BAD;
	return utf8_next(lexer->source->text + pos, lexer->source->len - pos, used);
}

bool lex_is_word_at(const struct lexer *lexer)
{
	size_t used;
	uint32_t code = code_at(lexer, lexer->pos, &used);

	return code != UTF8_BAD && is_inside(code);
}

int lex_name(struct lexer *lexer, struct token *out)
{
	size_t begin = lexer->pos, end = begin, used;
	uint32_t code = code_at(lexer, begin, &used);

	if (!is_start(code))
		return syntax_fail(lexer->error, FAULT_SYNTAX, begin,
				"a name cannot begin with '%.*s'", (int)used,
				lexer->source->text + begin);
	while (code != UTF8_BAD && is_inside(code)) {
		end += used;
		code = code_at(lexer, end, &used);
	}
	out->kind = TOKEN_NAME;
	out->name = names_intern(lexer->names, lexer->source->text + begin, end - begin);
	if (!out->name)
		return syntax_fail(lexer->error, FAULT_MEMORY, begin, "no memory");
	lexer->pos = end;
	return 0;
}

int lex_fail_character(struct lexer *lexer)
{
	size_t used;

	(void)code_at(lexer, lexer->pos, &used);
	return syntax_fail(lexer->error, FAULT_SYNTAX, lexer->pos, "unexpected character '%.*s'",
			(int)used, lexer->source->text + lexer->pos);
}

/* --- numbers --- */

/* The end of digits of BASE at POS, single underscores between them; POS if there is none. */
static size_t digits_end(const struct lexer *lexer, size_t pos, int base)
{
	static const char digits[] = "0123456789abcdef";
	const char *text = lexer->source->text;
	size_t next, end = pos;
	const char *found;

	for (;; end = next + 1) {
		next = end > pos && text[end] == '_' ? end + 1 : end;
		found = text[next] ? memchr(digits, text[next] | 0x20, (size_t)base) : NULL;
		if (!found || (text[next] < '0'))
			return end;
	}
}

/* The end of "e+10" at POS, or POS. */
static size_t exponent_end(const struct lexer *lexer, size_t pos)
{
	const char *text = lexer->source->text;
	size_t digits = pos + 1;

	if ((text[pos] | 0x20) != 'e')
		return pos;
	if (text[digits] == '+' || text[digits] == '-')
		digits++;
	return digits_end(lexer, digits, 10) > digits ? digits_end(lexer, digits, 10) : pos;
}

/* The end of a float at the lexer's position, or 0. */
static size_t float_end(const struct lexer *lexer)
{
	const char *text = lexer->source->text;
	size_t whole = digits_end(lexer, lexer->pos, 10), end = whole;

	if (lexer->pos > 0 && text[lexer->pos - 1] == '.')
		return 0;
	if (text[end] == '.' && digits_end(lexer, end + 1, 10) > end + 1)
		end = digits_end(lexer, end + 1, 10);
	end = exponent_end(lexer, end);
	return end > whole ? end : 0;
}

/* The base of the integer at the lexer's position; *DIGITS is where its digits begin. */
static int base_at(const struct lexer *lexer, size_t *digits)
{
	static const struct {
		char letter;
		int base;
	} bases[] = {{'b', 2}, {'o', 8}, {'x', 16}};
	const char *text = lexer->source->text + lexer->pos;
	size_t begin;

	*digits = lexer->pos;
	if (text[0] != '0')
		return 10;
	for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
		begin = lexer->pos + 2 + (text[1] && text[2] == '_');
		if ((text[1] | 0x20) == bases[i].letter &&
				digits_end(lexer, begin, bases[i].base) > begin) {
			*digits = begin;
			return bases[i].base;
		}
	}
	return 1; /* zeros only: 00 is a number, 01 is two */
}

static int copy_digits(
		const struct lexer *lexer, size_t begin, size_t end, char out[NUMBER_MAX + 1])
{
	size_t n = 0;

	for (size_t i = begin; i < end; i++) {
		if (lexer->source->text[i] == '_')
			continue;
		if (n == NUMBER_MAX)
			return syntax_fail(lexer->error, FAULT_LIMIT, begin,
					"a number of more than %d characters", NUMBER_MAX);
		out[n++] = lexer->source->text[i];
	}
	out[n] = '\0';
	return 0;
}

int lex_number(struct lexer *lexer, struct token *out)
{
	char digits[NUMBER_MAX + 1];
	size_t begin = lexer->pos, end = float_end(lexer);
	int base;

	if (end) {
		if (copy_digits(lexer, begin, end, digits) < 0)
			return -1;
		out->kind = TOKEN_FLOAT;
		out->real = strtod(digits, NULL);
		lexer->pos = end;
		return 0;
	}
	base = base_at(lexer, &begin);
	end = digits_end(lexer, begin, base);
	if (copy_digits(lexer, begin, end, digits) < 0)
		return -1;
	errno = 0;
	out->kind = TOKEN_INT;
	out->integer = base == 1 ? 0 : strtoll(digits, NULL, base);
	if (errno == ERANGE)
		return syntax_fail(lexer->error, FAULT_SYNTAX, lexer->pos,
				"integer %.30s%s is beyond 64 bits", digits,
				strlen(digits) > 30 ? "..." : "");
	lexer->pos = end;
	return 0;
}

/* --- strings --- */

static int hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The code point of COUNT hexadecimal digits at POS into OUT. */
static int add_hex(struct lexer *lexer, size_t pos, int count, struct buf *out)
{
	const char *text = lexer->source->text;
	uint32_t code = 0;

	for (int i = 0; i < count; i++) {
		if (hex_value(text[pos + 2 + (size_t)i]) < 0)
			return syntax_fail(lexer->error, FAULT_SYNTAX, pos,
					"escape '\\%c' needs %d hexadecimal digits", text[pos + 1],
					count);
		code = code << 4 | (uint32_t)hex_value(text[pos + 2 + (size_t)i]);
	}
	if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return syntax_fail(lexer->error, FAULT_SYNTAX, pos, "escape '%.*s' is no character",
				count + 2, text + pos);
	utf8_add(out, code);
	return count + 2;
}

/* Up to three octal digits at POS (the backslash) into OUT; how many bytes that was. */
static int add_octal(const struct lexer *lexer, size_t pos, struct buf *out)
{
	const char *text = lexer->source->text + pos + 1;
	uint32_t code = 0;
	int n = 0;

	for (; n < 3 && text[n] >= '0' && text[n] <= '7'; n++)
		code = code << 3 | (uint32_t)(text[n] - '0');
	utf8_add(out, code);
	return n + 1;
}

/*
 * Python sees a character beyond ASCII as an escape of its own, so a backslash in front of one
 * escapes that escape's backslash.
 */
static int add_escaped_character(const struct lexer *lexer, size_t pos, struct buf *out)
{
	size_t used;
	uint32_t code = code_at(lexer, pos + 1, &used);

	if (code < 0x80)
		buf_printf(out, "\\%c", (char)code);
	else if (code < 0x100)
		buf_printf(out, "\\x%02x", code);
	else if (code < 0x10000)
		buf_printf(out, "\\u%04x", code);
	else
		buf_printf(out, "\\U%08x", code);
	return (int)used + 1;
}

/* The escape at POS (its backslash) into OUT: how many bytes it has, or -1. */
static int add_escape(struct lexer *lexer, size_t pos, struct buf *out)
{
	static const char names[] = "\\'\"abfnrtv", values[] = "\\'\"\a\b\f\n\r\t\v";
	char c = lexer->source->text[pos + 1];
	const char *known = c ? strchr(names, c) : NULL;

	if (known)
		buf_add_char(out, values[known - names]);
	if (known || c == '\n')
		return 2;
	if (c >= '0' && c <= '7')
		return add_octal(lexer, pos, out);
	if (c == 'x')
		return add_hex(lexer, pos, 2, out);
	if (c == 'u')
		return add_hex(lexer, pos, 4, out);
	if (c == 'U')
		return add_hex(lexer, pos, 8, out);
	if (c == 'N')
		return syntax_fail(lexer->error, FAULT_REFUSED, pos,
				"characters by name (\\N) are not known here: use \\u");
	return add_escaped_character(lexer, pos, out);
}

/* The position of the quote that closes the string at the lexer's position, or 0. */
static size_t string_end(const struct lexer *lexer)
{
	const char *text = lexer->source->text;
	char quote = text[lexer->pos];

	for (size_t pos = lexer->pos + 1; pos < lexer->source->len; pos++) {
		if (text[pos] == quote)
			return pos;
		if (text[pos] == '\\')
			pos++;
	}
	return 0;
}

static int unescape(struct lexer *lexer, size_t begin, size_t end, struct buf *out)
{
	const char *text = lexer->source->text, *backslash;
	size_t pos = begin, plain;
	int used;

	while (pos < end) {
		backslash = memchr(text + pos, '\\', end - pos);
		plain = backslash ? (size_t)(backslash - text) : end;
		buf_add(out, text + pos, plain - pos);
		if (plain == end)
			return 0;
		used = add_escape(lexer, plain, out);
		if (used < 0)
			return -1;
		pos = plain + (size_t)used;
	}
	return 0;
}

int lex_string(struct lexer *lexer, struct token *out)
{
	size_t begin = lexer->pos + 1, end = string_end(lexer);
	struct buf text = BUF_INIT;
	int rc;

	if (end == 0)
		return syntax_fail(lexer->error, FAULT_SYNTAX, lexer->pos,
				"string is not closed: the quote %c is missing",
				lexer->source->text[lexer->pos]);
	rc = unescape(lexer, begin, end, &text);
	if (rc == 0 &&
			(!buf_ok(&text) ||
					text_copy(lexer->arena, buf_str(&text), text.len,
							&out->text) < 0))
		rc = syntax_fail(lexer->error, FAULT_MEMORY, lexer->pos, "no memory");
	out->kind = TOKEN_STRING;
	lexer->pos = end + 1;
	buf_release(&text);
	return rc;
}
