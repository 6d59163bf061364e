/*
 * scan: matching the front of a text, for grammars that are small regular expressions.
 *
 * A `struct scan` is what is left to match; every function takes from its front, and takes nothing
 * when it does not match. Pass it by value to look ahead. A NUL byte is in no set.
 */
#ifndef VALUE_SCAN_H
#define VALUE_SCAN_H

#include <stdbool.h>
#include <stddef.h>

struct scan {
	const char *p, *end;
};

#define SCAN_DIGITS "0123456789"
#define SCAN_HEX    "0123456789abcdefABCDEF"

bool scan_at_end(const struct scan *scan);
bool scan_one(struct scan *scan, const char *set);   /* [SET] */
size_t scan_all(struct scan *scan, const char *set); /* [SET]*, how many */
bool scan_word(struct scan *scan, const char *word);
/* [SET]{MIN,MAX}; what it took before it failed is lost. */
bool scan_count(struct scan *scan, const char *set, size_t min, size_t max);

/* Is TEXT one of WORDS (NULL-terminated)? */
bool scan_is_one_of(const char *text, size_t len, const char *const *words);

#endif
