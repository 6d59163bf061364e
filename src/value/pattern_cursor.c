#include "src/value/pattern_cursor.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/utf8.h"

#define MESSAGE_MAX 512

uint32_t cursor_peek(const struct cursor *cursor)
{
	size_t used;

	if (cursor->at >= cursor->len)
		return CURSOR_END;
	return utf8_next(cursor->text + cursor->at, cursor->len - cursor->at, &used);
}

uint32_t cursor_next(struct cursor *cursor)
{
	uint32_t code;
	size_t used;

	if (cursor->at >= cursor->len)
		return CURSOR_END;
	code = utf8_next(cursor->text + cursor->at, cursor->len - cursor->at, &used);
	cursor->at += used;
	return code;
}

bool cursor_match(struct cursor *cursor, char c)
{
	if (cursor->at >= cursor->len || cursor->text[cursor->at] != c)
		return false;
	cursor->at++;
	return true;
}

int cursor_fail(const struct cursor *cursor, size_t at, const char *fmt, ...)
{
	char message[MESSAGE_MAX];
	size_t position = 0, i;
	va_list ap;

	for (i = 0; i < at && i < cursor->len; i++)
		position += ((unsigned char)cursor->text[i] & 0xc0) != 0x80;
	va_start(ap, fmt);
	(void)vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	(void)err_set(cursor->err, EINVAL, "%s at position %zu", message, position);
	return -EINVAL;
}

static int digit_value(uint32_t code)
{
	if (code >= '0' && code <= '9')
		return (int)code - '0';
	if (code >= 'a' && code <= 'f')
		return (int)code - 'a' + 10;
	if (code >= 'A' && code <= 'F')
		return (int)code - 'A' + 10;
	return 99;
}

unsigned cursor_number(struct cursor *cursor, unsigned base, unsigned max, uint64_t *out)
{
	unsigned count = 0;
	int digit;

	*out = 0;
	while (count < max && (digit = digit_value(cursor_peek(cursor))) < (int)base) {
		if (*out < UINT64_MAX / 32)
			*out = *out * base + (unsigned)digit;
		cursor->at++;
		count++;
	}
	return count;
}

int cursor_until(struct cursor *cursor, char end, const char *what, const char **text, size_t *len)
{
	const char *start = cursor->text + cursor->at;
	const char *found = memchr(start, end, cursor->len - cursor->at);

	if (cursor->at == cursor->len || found == start)
		return cursor_fail(cursor, cursor->at, "missing %s", what);
	if (!found)
		return cursor_fail(cursor, cursor->at, "missing %c, unterminated name", end);
	*text = start;
	*len = (size_t)(found - start);
	cursor->at += *len + 1;
	return 0;
}

bool cursor_is_name(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < 0x80 && c != '_' && !cursor_is_letter(c) && (i == 0 || !cursor_is_digit(c)))
			return false;
	}
	return len > 0;
}

bool cursor_is_index(const char *text, size_t len, uint32_t *out)
{
	struct cursor digits = {text, len, 0, NULL};
	uint64_t number;

	if (len == 0 || cursor_number(&digits, 10, (unsigned)len, &number) != len)
		return false;
	*out = number < UINT32_MAX ? (uint32_t)number : UINT32_MAX;
	return true;
}

bool cursor_is_digit(uint32_t code)
{
	return code >= '0' && code <= '9';
}

bool cursor_is_octal(uint32_t code)
{
	return code >= '0' && code <= '7';
}

bool cursor_is_letter(uint32_t code)
{
	return (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z');
}

uint32_t cursor_control(uint32_t letter)
{
	static const char letters[] = "abfnrtv", codes[] = "\a\b\f\n\r\t\v";
	const char *found = letter && letter < 0x80 ? strchr(letters, (int)letter) : NULL;

	return found ? (uint32_t)codes[found - letters] : 0;
}
