/*
 * text: strings of code points, as Python has them, over bytes of UTF-8.
 *
 * A text whose chars equals its len is ASCII, and everything that counts code points takes the
 * short way then. Positions in this header are code points where they are called INDEX, bytes where
 * they are called OFFSET.
 */
#ifndef JINJA_TEXT_H
#define JINJA_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/jinja/object.h"

struct buf;

static inline bool text_is_ascii(const struct text *text)
{
	return text->chars == text->len;
}

size_t text_count_chars(const char *data, size_t len);
bool text_equal(const struct text *a, const struct text *b);
bool text_equal_z(const struct text *text, const char *str);
/* Where the code point INDEX begins; INDEX is at most text->chars. */
size_t text_offset(const struct text *text, size_t index);
/* The code points from START up to END. */
int text_part(struct run *run, const struct text *text, size_t start, size_t end,
		struct object *out);

/* The code point that ends at *AT, which moves to its beginning. Forwards: str_next_code(). */
uint32_t text_previous(const char **at);

/* Offset of the first (last) NEEDLE at or behind FROM and before END; SIZE_MAX if there is none. */
size_t text_find(const struct text *text, const struct text *needle, size_t from, size_t end);
size_t text_find_last(const struct text *text, const struct text *needle, size_t from, size_t end);

/*
 * What a search in TEXT costs; from behind it compares at every place, so the needle's length
 * counts.
 */
int text_charge_find(struct run *run, const struct text *text);
int text_charge_find_last(struct run *run, const struct text *text, const struct text *needle);

/*
 * BUF has not grown over what one string may have (RUN_TEXT_MAX) and had memory, else the run
 * fails.
 */
int text_check(struct run *run, const struct buf *buf);

#endif
