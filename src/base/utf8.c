#include "src/base/utf8.h"

#include <assert.h>
#include <string.h>

#include "src/base/buf.h"

#define REPLACEMENT	"\xef\xbf\xbd"
#define REPLACEMENT_LEN 3

static bool is_overlong_or_surrogate(uint32_t code, size_t len)
{
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};

	return code < smallest[len] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff);
}

uint32_t utf8_next(const char *data, size_t len, size_t *used)
{
	const unsigned char *bytes = (const unsigned char *)data;
	uint32_t code = bytes[0];
	size_t need = 1;

	assert(len > 0);
	*used = 1;
	if (code < 0x80)
		return code;
	if (code >= 0xc2 && code <= 0xdf) {
		need = 2;
		code &= 0x1f;
	} else if (code >= 0xe0 && code <= 0xef) {
		need = 3;
		code &= 0x0f;
	} else if (code >= 0xf0 && code <= 0xf4) {
		need = 4;
		code &= 0x07;
	}
	if (need == 1 || need > len)
		return UTF8_BAD;

	for (size_t i = 1; i < need; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return UTF8_BAD;
		code = code << 6 | (bytes[i] & 0x3f);
	}
	if (is_overlong_or_surrogate(code, need))
		return UTF8_BAD;
	*used = need;
	return code;
}

void utf8_add(struct buf *out, uint32_t code)
{
	assert(code <= 0x10ffff && (code < 0xd800 || code > 0xdfff));
	if (code < 0x80) {
		buf_add_char(out, (char)code);
		return;
	}
	if (code < 0x800) {
		buf_add_char(out, (char)(0xc0 | code >> 6));
	} else {
		if (code < 0x10000) {
			buf_add_char(out, (char)(0xe0 | code >> 12));
		} else {
			buf_add_char(out, (char)(0xf0 | code >> 18));
			buf_add_char(out, (char)(0x80 | (code >> 12 & 0x3f)));
		}
		buf_add_char(out, (char)(0x80 | (code >> 6 & 0x3f)));
	}
	buf_add_char(out, (char)(0x80 | (code & 0x3f)));
}

bool utf8_is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code <= 0x9f);
}

bool utf8_is_invisible(uint32_t code)
{
	return (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
			(code >= 0x2060 && code <= 0x206f) || code == 0xfeff;
}

/*
 * Line breaks, and marks that make what follows stand elsewhere than it is read. Joiners are not
 * among them: names and emoji are written with them.
 */
static bool is_misleading(uint32_t code)
{
	return (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

void utf8_copy_text(char *dst, size_t dst_size, const char *text, size_t len)
{
	size_t at = 0, used;

	assert(dst_size > 0);
	while (len > 0) {
		uint32_t code = utf8_next(text, len, &used);
		bool is_bad = code == UTF8_BAD || is_misleading(code) ||
				(utf8_is_control(code) && code != '\t');
		size_t need = is_bad ? REPLACEMENT_LEN : used;

		if (at + need >= dst_size)
			break;
		memcpy(dst + at, is_bad ? REPLACEMENT : text, need);
		if (code == '\t')
			dst[at] = ' ';
		at += need;
		text += used;
		len -= used;
	}
	dst[at] = '\0';
}
