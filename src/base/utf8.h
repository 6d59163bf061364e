/*
 * utf8: one code point at a time, from bytes that may be anything.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

#define UTF8_BAD 0xffffffffu

/*
 * The code point at DATA (LEN >= 1 bytes), its length in *USED. Not valid UTF-8 (RFC 3629):
 * UTF8_BAD, and *USED is 1.
 */
uint32_t utf8_next(const char *data, size_t len, size_t *used);

/* Append CODE, a code point that is no surrogate (assert). */
void utf8_add(struct buf *out, uint32_t code);

/* C0 and C1 controls and DEL. */
bool utf8_is_control(uint32_t code);

/* Characters that show nothing or turn the direction of writing: nobody can see what such a name
 * is. */
bool utf8_is_invisible(uint32_t code);

/*
 * Copy LEN bytes of text into DST: cut on a boundary, NUL at the end. Bad bytes, controls, line
 * breaks and what turns the direction of writing become U+FFFD: a terminal shows what is there.
 */
void utf8_copy_text(char *dst, size_t dst_size, const char *text, size_t len);

#endif
