#include "src/value/pattern_scan.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/utf8.h"

#define MESSAGE_MAX 512

uint32_t scan_peek(const struct scan *scan)
{
	size_t used;

	if (scan->at >= scan->len)
		return SCAN_END;
	return utf8_next(scan->text + scan->at, scan->len - scan->at, &used);
}

uint32_t scan_next(struct scan *scan)
{
	uint32_t code;
	size_t used;

	if (scan->at >= scan->len)
		return SCAN_END;
	code = utf8_next(scan->text + scan->at, scan->len - scan->at, &used);
	scan->at += used;
	return code;
}

bool scan_match(struct scan *scan, char c)
{
	if (scan->at >= scan->len || scan->text[scan->at] != c)
		return false;
	scan->at++;
	return true;
}

int scan_fail(const struct scan *scan, size_t at, const char *fmt, ...)
{
	char message[MESSAGE_MAX];
	size_t position = 0, i;
	va_list ap;

	for (i = 0; i < at && i < scan->len; i++)
		position += ((unsigned char)scan->text[i] & 0xc0) != 0x80;
	va_start(ap, fmt);
	(void)vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	(void)err_set(scan->err, EINVAL, "%s at position %zu", message, position);
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

unsigned scan_number(struct scan *scan, unsigned base, unsigned max, uint64_t *out)
{
	unsigned count = 0;
	int digit;

	*out = 0;
	while (count < max && (digit = digit_value(scan_peek(scan))) < (int)base) {
		if (*out < UINT64_MAX / 32)
			*out = *out * base + (unsigned)digit;
		scan->at++;
		count++;
	}
	return count;
}

int scan_until(struct scan *scan, char end, const char *what, const char **text, size_t *len)
{
	const char *start = scan->text + scan->at;
	const char *found = memchr(start, end, scan->len - scan->at);

	if (scan->at == scan->len || found == start)
		return scan_fail(scan, scan->at, "missing %s", what);
	if (!found)
		return scan_fail(scan, scan->at, "missing %c, unterminated name", end);
	*text = start;
	*len = (size_t)(found - start);
	scan->at += *len + 1;
	return 0;
}

bool scan_is_name(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < 0x80 && c != '_' && !scan_is_letter(c) && (i == 0 || !scan_is_digit(c)))
			return false;
	}
	return len > 0;
}

bool scan_is_index(const char *text, size_t len, uint32_t *out)
{
	struct scan digits = {text, len, 0, NULL};
	uint64_t number;

	if (len == 0 || scan_number(&digits, 10, (unsigned)len, &number) != len)
		return false;
	*out = number < UINT32_MAX ? (uint32_t)number : UINT32_MAX;
	return true;
}

bool scan_is_digit(uint32_t code)
{
	return code >= '0' && code <= '9';
}

bool scan_is_octal(uint32_t code)
{
	return code >= '0' && code <= '7';
}

bool scan_is_letter(uint32_t code)
{
	return (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z');
}

uint32_t scan_control(uint32_t letter)
{
	static const char letters[] = "abfnrtv", codes[] = "\a\b\f\n\r\t\v";
	const char *found = letter && letter < 0x80 ? strchr(letters, (int)letter) : NULL;

	return found ? (uint32_t)codes[found - letters] : 0;
}
