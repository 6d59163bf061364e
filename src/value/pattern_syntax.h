/*
 * pattern_syntax: a regular expression of Python's, in the words of PCRE2.
 *
 * Reads the pattern as Python's own parser does, refuses what it refuses, and writes every part
 * anew, so that nothing means to PCRE2 what it does not mean to Python. For pattern.c only.
 */
#ifndef VALUE_PATTERN_SYNTAX_H
#define VALUE_PATTERN_SYNTAX_H

#include <stddef.h>

#include "src/base/buf.h"
#include "src/value/pattern.h"

struct err;

#define PATTERN_NESTING_MAX 100	  /* groups inside each other */
#define PATTERN_REPEAT_MAX  65535 /* {n}; PCRE2's own bound */

struct pattern_syntax {
	struct buf text; /* for PCRE2; named groups are plain groups there */
	unsigned flags;	 /* PATTERN_*, with those that the pattern begins with */
	size_t groups;
	struct {
		const char *name; /* in the pattern that was read */
		size_t len, number;
	} names[PATTERN_GROUPS_MAX];
	size_t name_count;
};

#define PATTERN_SYNTAX_INIT                                                                        \
	{                                                                                          \
		.text = BUF_INIT                                                                   \
	}

/*
 * TEXT is valid UTF-8 and outlives OUT, which the caller releases (buf_release(&out->text)), also
 * after a failure. 0, -EINVAL: ERR says what is wrong and where, -ENOMEM.
 */
int pattern_translate(const char *text, size_t len, unsigned flags, struct pattern_syntax *out,
		struct err *err);

#endif
