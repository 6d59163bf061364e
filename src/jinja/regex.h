/*
 * regex: patterns of value/pattern.h within a run: arguments, errors and costs.
 */
#ifndef JINJA_REGEX_H
#define JINJA_REGEX_H

#include <stdbool.h>
#include <stdint.h>

#include "src/jinja/object.h"
#include "src/value/pattern.h"

struct buf;

struct regex {
	struct pattern *pattern; /* owned; NULL: none */
	uint64_t charged;	 /* of pattern_steps() */
};

/* PATTERN is a string, or the run fails; IGNORECASE and MULTILINE count by their truth. */
int regex_new(struct run *run, struct object pattern, struct object ignorecase,
		struct object multiline, struct regex *out);
void regex_release(struct regex *regex);

/* As their counterparts of pattern.h; *FOUND instead of 1 and 0. */
int regex_find(struct run *run, struct regex *regex, const struct text *subject,
		enum pattern_anchor anchor, struct pattern_match *match, bool *found);
int regex_next(struct run *run, struct regex *regex, const struct text *subject,
		struct pattern_match *match, bool *found);
int regex_replace(struct run *run, struct regex *regex, const struct text *subject,
		const struct text *replacement, struct buf *out);

#endif
