/*
 * pattern_set: single characters, classes and sets of a regular expression, in the words of PCRE2.
 *
 * For pattern_syntax.c only.
 */
#ifndef VALUE_PATTERN_SET_H
#define VALUE_PATTERN_SET_H

#include <stdint.h>

#include "src/value/pattern_cursor.h"

struct buf;

/* Append what matches CODE and, if FLAGS (PATTERN_*) say so, its other cases. */
void pattern_put_code(struct buf *out, unsigned flags, uint32_t code);

/* \d \D \s \S \w \W: what LETTER stands for within brackets; NULL if it is none of them. */
const char *pattern_category(unsigned flags, uint32_t letter);

/* The rest of a set, its '[' read already and at START. 0 or -EINVAL. */
int pattern_read_set(struct cursor *cursor, unsigned flags, size_t start, struct buf *out);

/* The escapes that are the same in and outside of sets: \x \u \U and those refused. LETTER behind a
 * backslash at START was read. 1: *CODE is a character; 0: none of these; -EINVAL. */
int pattern_read_code(struct cursor *cursor, uint32_t letter, size_t start, uint32_t *code);

#endif
