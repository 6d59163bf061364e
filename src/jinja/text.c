#include "src/jinja/text.h"

#include <string.h>

#include "src/base/buf.h"
#include "src/base/str.h"
#include "src/jinja/run.h"

#define HIGH_BITS 0x8080808080808080u

static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

size_t text_count_chars(const char *data, size_t len)
{
	size_t i = 0, chars;
	uint64_t word;

	for (; i + sizeof(word) <= len; i += sizeof(word)) {
		memcpy(&word, data + i, sizeof(word));
		if (word & HIGH_BITS)
			break;
	}
	for (chars = i; i < len; i++)
		chars += !is_continuation(data[i]);
	return chars;
}

bool text_equal(const struct text *a, const struct text *b)
{
	return a == b || (a->len == b->len && memcmp(a->data, b->data, a->len) == 0);
}

bool text_equal_z(const struct text *text, const char *str)
{
	return strlen(str) == text->len && memcmp(text->data, str, text->len) == 0;
}

size_t text_offset(const struct text *text, size_t index)
{
	const char *at = text->data;

	if (text_is_ascii(text))
		return index;
	if (index == text->chars)
		return text->len;
	while (index-- > 0) {
		at++;
		while (is_continuation(*at))
			at++;
	}
	return (size_t)(at - text->data);
}

int text_part(struct run *run, const struct text *text, size_t start, size_t end,
		struct object *out)
{
	size_t from, to;

	if (start > end)
		start = end;
	from = text_offset(text, start);
	to = text_offset(text, end);
	if (!text_is_ascii(text) && run_charge(run, text->len / 16) < 0)
		return -1;
	return object_string(run, text->data + from, to - from, out);
}

uint32_t text_previous(const char **at)
{
	const char *start = *at - 1, *end;

	while (is_continuation(*start))
		start--;
	end = *at;
	*at = start;
	return str_next_code(&start, end);
}

size_t text_find(const struct text *text, const struct text *needle, size_t from, size_t end)
{
	const char *at;

	if (from > end || needle->len > end - from)
		return SIZE_MAX;
	if (needle->len == 0)
		return from;
	at = memmem(text->data + from, end - from, needle->data, needle->len);
	return at ? (size_t)(at - text->data) : SIZE_MAX;
}

size_t text_find_last(const struct text *text, const struct text *needle, size_t from, size_t end)
{
	size_t at;

	if (from > end || needle->len > end - from)
		return SIZE_MAX;
	for (at = end - needle->len + 1; at-- > from;) {
		if (memcmp(text->data + at, needle->data, needle->len) == 0)
			return at;
	}
	return SIZE_MAX;
}

int text_charge_find(struct run *run, const struct text *text)
{
	return run_charge(run, text->len / 16);
}

int text_charge_find_last(struct run *run, const struct text *text, const struct text *needle)
{
	return run_charge(run, text->len / 16 + text->len * needle->len / 256);
}

int text_check(struct run *run, const struct buf *buf)
{
	if (!buf_ok(buf))
		return run_fail(run, FAULT_MEMORY, "out of memory");
	if (buf->len > RUN_TEXT_MAX)
		return run_fail(run, FAULT_LIMIT, "a string longer than %u bytes", RUN_TEXT_MAX);
	return 0;
}
