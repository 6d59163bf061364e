/*
 * pattern_flags: "(?i)" and "(?i-m:": the flags within a regular expression.
 *
 * For pattern_syntax.c only.
 */
#ifndef VALUE_PATTERN_FLAGS_H
#define VALUE_PATTERN_FLAGS_H

#include <stdbool.h>
#include <stdint.h>

#include "src/value/pattern.h"

struct cursor;

/*
 * (?u) and (?L), which are no flags of pattern.h: the first is how it is anyway, the second is
 * refused.
 */
#define PATTERN_UNICODE 0x10000u
#define PATTERN_LOCALE	0x20000u
#define PATTERN_TYPES	(PATTERN_ASCII | PATTERN_UNICODE | PATTERN_LOCALE)

unsigned pattern_flag(uint32_t letter); /* 0: it is none */

/*
 * What is behind "(?", with the ':' or ')' at its end: flags to turn ON and OFF within a group or,
 * *IS_GLOBAL, for all that follows. 0 or -EINVAL.
 */
int pattern_read_flags(struct cursor *cursor, unsigned *on, unsigned *off, bool *is_global);

#endif
