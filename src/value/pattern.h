/*
 * pattern: regular expressions in Python's syntax, with bounds. The only module with PCRE2.
 *
 * What Python's `re` writes otherwise than PCRE2 is translated ((?P<n>) is common to both; \Z, \N,
 * (?a) and others are not). A pattern that PCRE2 would take and Python would not is an error.
 */
#ifndef VALUE_PATTERN_H
#define VALUE_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;
struct pattern;

#define PATTERN_SIZE_MAX   65536   /* bytes of a pattern */
#define PATTERN_MATCH_MAX  1000000 /* PCRE2's match limit */
#define PATTERN_GROUPS_MAX 100

enum {
	PATTERN_IGNORECASE = 1,
	PATTERN_MULTILINE = 2,
	PATTERN_DOTALL = 4,
	PATTERN_VERBOSE = 8,
	PATTERN_ASCII = 16,
};

/* -EINVAL: ERR says what is wrong with it and where. *OUT is the caller's. */
int pattern_new(const char *text, size_t len, unsigned flags, struct pattern **out,
		struct err *err);
void pattern_free(struct pattern *pattern);

struct pattern_match {
	size_t count; /* groups, the whole match included */
	struct {
		size_t start, end; /* bytes; SIZE_MAX: did not take part */
	} groups[PATTERN_GROUPS_MAX];
};

enum pattern_anchor {
	PATTERN_SEARCH,
	PATTERN_AT_START,
	PATTERN_FULL
}; /* search, match, fullmatch */

/* The first match at or behind byte FROM of SUBJECT (valid UTF-8): 1 found, 0 not, -E2BIG: the match limit
 * was reached, others. */
int pattern_find(struct pattern *pattern, const char *subject, size_t len, size_t from,
		enum pattern_anchor anchor, struct pattern_match *match, struct err *err);

size_t pattern_group_count(const struct pattern *pattern); /* without the whole match */
/* Group NAME's number, 0 if there is none. */
size_t pattern_group_number(const struct pattern *pattern, const char *name, size_t len);

/*
 * Append SUBJECT with at most COUNT matches (0: all) replaced as re.sub does it: \1, \g<1>, \g<name>, \n
 * and Python's errors for what else follows a backslash. 0, -EINVAL (the replacement), -E2BIG, -ENOMEM.
 */
int pattern_replace(struct pattern *pattern, const char *subject, size_t len,
		const char *replacement, size_t replacement_len, size_t count, struct buf *out,
		struct err *err);

#endif
