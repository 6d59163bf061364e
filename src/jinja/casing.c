/*
 * utf8proc maps one code point to one; the longer mappings are here (SpecialCasing.txt of Unicode).
 * Texts of ASCII only take a short way.
 */
#include "src/jinja/casing.h"

#include <string.h>

#include <utf8proc.h>

#include "src/base/buf.h"
#include "src/base/str.h"
#include "src/base/utf8.h"
#include "src/jinja/character.h"
#include "src/jinja/run.h"
#include "src/jinja/text.h"

#define SIGMA	    0x3a3
#define SMALL_SIGMA 0x3c3
#define FINAL_SIGMA 0x3c2
#define IOTA	    0x399 /* what a subscribed iota becomes in upper case */

struct special {
	uint32_t code;
	uint32_t upper[3], title[3]; /* zeros behind the last */
};

static const struct special specials[] = {
		{0xdf, {0x53, 0x53}, {0x53, 0x73}},
		{0x149, {0x2bc, 0x4e}, {0x2bc, 0x4e}},
		{0x1f0, {0x4a, 0x30c}, {0x4a, 0x30c}},
		{0x390, {0x399, 0x308, 0x301}, {0x399, 0x308, 0x301}},
		{0x3b0, {0x3a5, 0x308, 0x301}, {0x3a5, 0x308, 0x301}},
		{0x587, {0x535, 0x552}, {0x535, 0x582}},
		{0x1e96, {0x48, 0x331}, {0x48, 0x331}},
		{0x1e97, {0x54, 0x308}, {0x54, 0x308}},
		{0x1e98, {0x57, 0x30a}, {0x57, 0x30a}},
		{0x1e99, {0x59, 0x30a}, {0x59, 0x30a}},
		{0x1e9a, {0x41, 0x2be}, {0x41, 0x2be}},
		{0x1f50, {0x3a5, 0x313}, {0x3a5, 0x313}},
		{0x1f52, {0x3a5, 0x313, 0x300}, {0x3a5, 0x313, 0x300}},
		{0x1f54, {0x3a5, 0x313, 0x301}, {0x3a5, 0x313, 0x301}},
		{0x1f56, {0x3a5, 0x313, 0x342}, {0x3a5, 0x313, 0x342}},
		{0x1fb2, {0x1fba, 0x399}, {0x1fba, 0x345}},
		{0x1fb3, {0x391, 0x399}, {0x1fbc}},
		{0x1fb4, {0x386, 0x399}, {0x386, 0x345}},
		{0x1fb6, {0x391, 0x342}, {0x391, 0x342}},
		{0x1fb7, {0x391, 0x342, 0x399}, {0x391, 0x342, 0x345}},
		{0x1fbc, {0x391, 0x399}, {0x1fbc}},
		{0x1fc2, {0x1fca, 0x399}, {0x1fca, 0x345}},
		{0x1fc3, {0x397, 0x399}, {0x1fcc}},
		{0x1fc4, {0x389, 0x399}, {0x389, 0x345}},
		{0x1fc6, {0x397, 0x342}, {0x397, 0x342}},
		{0x1fc7, {0x397, 0x342, 0x399}, {0x397, 0x342, 0x345}},
		{0x1fcc, {0x397, 0x399}, {0x1fcc}},
		{0x1fd2, {0x399, 0x308, 0x300}, {0x399, 0x308, 0x300}},
		{0x1fd3, {0x399, 0x308, 0x301}, {0x399, 0x308, 0x301}},
		{0x1fd6, {0x399, 0x342}, {0x399, 0x342}},
		{0x1fd7, {0x399, 0x308, 0x342}, {0x399, 0x308, 0x342}},
		{0x1fe2, {0x3a5, 0x308, 0x300}, {0x3a5, 0x308, 0x300}},
		{0x1fe3, {0x3a5, 0x308, 0x301}, {0x3a5, 0x308, 0x301}},
		{0x1fe4, {0x3a1, 0x313}, {0x3a1, 0x313}},
		{0x1fe6, {0x3a5, 0x342}, {0x3a5, 0x342}},
		{0x1fe7, {0x3a5, 0x308, 0x342}, {0x3a5, 0x308, 0x342}},
		{0x1ff2, {0x1ffa, 0x399}, {0x1ffa, 0x345}},
		{0x1ff3, {0x3a9, 0x399}, {0x1ffc}},
		{0x1ff4, {0x38f, 0x399}, {0x38f, 0x345}},
		{0x1ff6, {0x3a9, 0x342}, {0x3a9, 0x342}},
		{0x1ff7, {0x3a9, 0x342, 0x399}, {0x3a9, 0x342, 0x345}},
		{0x1ffc, {0x3a9, 0x399}, {0x1ffc}},
		{0xfb00, {0x46, 0x46}, {0x46, 0x66}},
		{0xfb01, {0x46, 0x49}, {0x46, 0x69}},
		{0xfb02, {0x46, 0x4c}, {0x46, 0x6c}},
		{0xfb03, {0x46, 0x46, 0x49}, {0x46, 0x66, 0x69}},
		{0xfb04, {0x46, 0x46, 0x4c}, {0x46, 0x66, 0x6c}},
		{0xfb05, {0x53, 0x54}, {0x53, 0x74}},
		{0xfb06, {0x53, 0x54}, {0x53, 0x74}},
		{0xfb13, {0x544, 0x546}, {0x544, 0x576}},
		{0xfb14, {0x544, 0x535}, {0x544, 0x565}},
		{0xfb15, {0x544, 0x53b}, {0x544, 0x56b}},
		{0xfb16, {0x54e, 0x546}, {0x54e, 0x576}},
		{0xfb17, {0x544, 0x53d}, {0x544, 0x56d}},
};

static const struct special *special_of(uint32_t code)
{
	size_t low = 0, high = sizeof(specials) / sizeof(*specials), middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (specials[middle].code == code)
			return &specials[middle];
		if (specials[middle].code < code)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static void add_codes(struct buf *out, const uint32_t codes[3])
{
	size_t i;

	for (i = 0; i < 3 && codes[i]; i++)
		utf8_add(out, codes[i]);
}

static void add_upper(struct buf *out, uint32_t code)
{
	static const uint32_t iota_bases[] = {0x1f08, 0x1f28, 0x1f68};
	const struct special *special = code < 0x80 ? NULL : special_of(code);

	if (special) {
		add_codes(out, special->upper);
	} else if (code >= 0x1f80 && code <= 0x1faf) {
		utf8_add(out, iota_bases[(code - 0x1f80) >> 4] + (code & 7));
		utf8_add(out, IOTA);
	} else {
		utf8_add(out, (uint32_t)utf8proc_toupper((utf8proc_int32_t)code));
	}
}

static void add_title(struct buf *out, uint32_t code)
{
	const struct special *special = code < 0x80 ? NULL : special_of(code);

	if (special)
		add_codes(out, special->title);
	else
		utf8_add(out, (uint32_t)utf8proc_totitle((utf8proc_int32_t)code));
}

static void add_folded(struct buf *out, uint32_t code)
{
	utf8proc_int32_t codes[8];
	utf8proc_ssize_t i, count;

	count = utf8proc_decompose_char((utf8proc_int32_t)code, codes, 8, UTF8PROC_CASEFOLD, NULL);
	for (i = 0; i < count; i++)
		utf8_add(out, (uint32_t)codes[i]);
}

/*
 * A sigma at AT is a final one when, past what case ignores, a cased letter is before it and none
 * is behind it.
 */
static bool is_final(const struct text *text, const char *at)
{
	const char *end = text->data + text->len, *p = at;
	uint32_t code = 0;

	do {
		if (p == text->data)
			return false;
		code = text_previous(&p);
	} while (character_is_case_ignorable(code));
	if (!character_is_cased(code))
		return false;
	p = at;
	(void)str_next_code(&p, end);
	do {
		if (p == end)
			return true;
		code = str_next_code(&p, end);
	} while (character_is_case_ignorable(code));
	return !character_is_cased(code);
}

static void add_lower(struct buf *out, const struct text *text, const char *at, uint32_t code)
{
	if (code == SIGMA) {
		utf8_add(out, is_final(text, at) ? FINAL_SIGMA : SMALL_SIGMA);
	} else if (code == 0x130) { /* I with a dot above */
		utf8_add(out, 'i');
		utf8_add(out, 0x307);
	} else {
		utf8_add(out, (uint32_t)utf8proc_tolower((utf8proc_int32_t)code));
	}
}

static void add_swapped(struct buf *out, const struct text *text, const char *at, uint32_t code)
{
	if (character_is_upper(code))
		add_lower(out, text, at, code);
	else if (character_is_lower(code))
		add_upper(out, code);
	else
		utf8_add(out, code);
}

static void map_all(const struct text *text, enum casing casing, struct buf *out)
{
	const char *at = text->data, *end = at + text->len, *start;
	bool is_inside = false;
	uint32_t code;

	while (at < end) {
		start = at;
		code = str_next_code(&at, end);
		if (casing == CASING_UPPER)
			add_upper(out, code);
		else if (casing == CASING_SWAP)
			add_swapped(out, text, start, code);
		else if (casing == CASING_FOLD)
			add_folded(out, code);
		else if (casing == CASING_LOWER || is_inside)
			add_lower(out, text, start, code);
		else
			add_title(out, code);
		is_inside = casing == CASING_TITLE ? character_is_cased(code) : true;
	}
}

static bool is_ascii_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* C in the case that CASING wants; IS_INSIDE: of a word or, for capitalize, behind the first. */
static char map_ascii(char c, enum casing casing, bool is_inside)
{
	if (!is_ascii_letter(c))
		return c;
	switch (casing) {
	case CASING_UPPER:
		return (char)(c & ~0x20);
	case CASING_SWAP:
		return (char)(c ^ 0x20);
	case CASING_TITLE:
	case CASING_CAPITALIZE:
		return (char)(is_inside ? c | 0x20 : c & ~0x20);
	default:
		return (char)(c | 0x20);
	}
}

static int map_ascii_text(
		struct run *run, const struct text *text, enum casing casing, struct object *out)
{
	bool is_inside = false;
	char *data;
	size_t i;

	if (object_string(run, text->data, text->len, out) < 0)
		return -1;
	data = (char *)out->text->data; /* nobody else has it yet */
	for (i = 0; i < text->len; i++) {
		data[i] = map_ascii(data[i], casing, is_inside);
		is_inside = casing == CASING_TITLE ? is_ascii_letter(data[i]) : true;
	}
	return 0;
}

int casing_apply(struct run *run, const struct text *text, enum casing casing, struct object *out)
{
	struct buf mapped = BUF_INIT;

	if (run_charge(run, text->len / 16) < 0)
		return -1;
	if (text_is_ascii(text))
		return map_ascii_text(run, text, casing, out);
	map_all(text, casing, &mapped);
	return object_string_buf(run, &mapped, out);
}
