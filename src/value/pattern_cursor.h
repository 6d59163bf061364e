/*
 * pattern_cursor: reading a regular expression, or a replacement, one code point at a time, with
 * errors that name the place as Python does ("... at position 3", counted in code points from 0).
 *
 * For pattern.c and its parts only.
 */
#ifndef VALUE_PATTERN_CURSOR_H
#define VALUE_PATTERN_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

#define CURSOR_END 0xffffffffu

struct cursor {
	const char *text; /* valid UTF-8 */
	size_t len, at;	  /* bytes */
	struct err *err;
};

uint32_t cursor_peek(const struct cursor *cursor); /* CURSOR_END behind the last */
uint32_t cursor_next(struct cursor *cursor);
bool cursor_match(struct cursor *cursor, char c); /* steps over C if it is next */

/* "FMT at position P", P being that of byte AT; returns -EINVAL. */
int cursor_fail(const struct cursor *cursor, size_t at, const char *fmt, ...)
		__attribute__((format(printf, 3, 4), cold));

/* At most MAX digits of BASE (8, 10 or 16) as a number; returns how many there were. */
unsigned cursor_number(struct cursor *cursor, unsigned base, unsigned max, uint64_t *out);

/*
 * All up to the delimiter END, and over it. 0, or -EINVAL: none, or nothing in front of it; WHAT
 * ("group name") is for the message.
 */
int cursor_until(struct cursor *cursor, char end, const char *what, const char **text, size_t *len);

/* What Python takes for the name of a group; characters beyond ASCII all pass. */
bool cursor_is_name(const char *text, size_t len);
/* Digits only, and what they say, UINT32_MAX at most. */
bool cursor_is_index(const char *text, size_t len, uint32_t *out);

bool cursor_is_digit(uint32_t code);
bool cursor_is_octal(uint32_t code);
bool cursor_is_letter(uint32_t code); /* ASCII */
/* \a \b \f \n \r \t \v: what LETTER behind a backslash stands for, 0 if nothing. */
uint32_t cursor_control(uint32_t letter);

#endif
