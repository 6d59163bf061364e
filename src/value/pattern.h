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
#define PATTERN_MATCH_MAX  1000000 /* steps of one search, or of one replacement (pattern.c) ... */
#define PATTERN_BYTE_STEPS 4	   /* and so many more for each byte of the text */
#define PATTERN_OUTPUT_MAX (16u << 20) /* bytes of what pattern_replace() adds to */
#define PATTERN_GROUPS_MAX 100	       /* the whole match included */

enum {
	PATTERN_IGNORECASE = 1,
	PATTERN_MULTILINE = 2,
	PATTERN_DOTALL = 4,
	PATTERN_VERBOSE = 8,
	PATTERN_ASCII = 16,
};

/* Bytes that are borrowed: valid UTF-8, which may hold NUL. */
struct pattern_text {
	const char *data;
	size_t len;
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

/*
 * The first match at or behind byte FROM of SUBJECT (valid UTF-8): 1 found, 0 not, -E2BIG: it needs
 * too many steps, -ENOMEM.
 */
int pattern_find(struct pattern *pattern, struct pattern_text subject, size_t from,
		enum pattern_anchor anchor, struct pattern_match *match, struct err *err);

/*
 * As re.finditer goes on: the match behind *MATCH, or the first one if match->count is 0; empty
 * matches count where they are not at the end of an empty one. All calls for one subject share one
 * budget. The same returns; *MATCH is overwritten by what was found.
 */
int pattern_next(struct pattern *pattern, struct pattern_text subject, struct pattern_match *match,
		struct err *err);

/* What all matching so far has cost, for callers with a budget of their own. */
uint64_t pattern_steps(const struct pattern *pattern);

size_t pattern_group_count(const struct pattern *pattern); /* without the whole match */
/* Group NAME's number, 0 if there is none. */
size_t pattern_group_number(const struct pattern *pattern, const char *name, size_t len);

/*
 * Append SUBJECT with at most COUNT matches (0: all) replaced as re.sub does it: \1, \g<1>,
 * \g<name>, \n and Python's errors for what else follows a backslash. 0, -EINVAL (the replacement),
 * -E2BIG, -ENOMEM.
 */
int pattern_replace(struct pattern *pattern, struct pattern_text subject,
		struct pattern_text replacement, size_t count, struct buf *out, struct err *err);

#endif
