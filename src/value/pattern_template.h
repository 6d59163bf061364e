/*
 * pattern_template: what re.sub replaces a match with: text and references to groups.
 *
 * For pattern.c only.
 */
#ifndef VALUE_PATTERN_TEMPLATE_H
#define VALUE_PATTERN_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/buf.h"
#include "src/value/pattern.h"

struct err;

/* In the order of the output; a part is a group, or LEN bytes at START of LITERALS. */
struct pattern_part {
	size_t group, start, len;
	bool is_group;
};

struct pattern_template {
	struct pattern_part *parts; /* owned */
	size_t count, cap;
	struct buf literals;
};

#define PATTERN_TEMPLATE_INIT                                                                      \
	{                                                                                          \
		.literals = BUF_INIT                                                               \
	}

void pattern_template_release(struct pattern_template *template);

/* TEXT as Python reads it. 0, -EINVAL: ERR says what is wrong and where, -ENOMEM. */
int pattern_template_parse(struct pattern_template *template, const struct pattern *pattern,
		struct pattern_text text, struct err *err);

/* Append it for one match. Groups that did not take part are empty. 0, -E2BIG: OUT got longer than
 * PATTERN_OUTPUT_MAX, -ENOMEM. */
int pattern_template_expand(const struct pattern_template *template, const char *subject,
		const struct pattern_match *match, struct buf *out, struct err *err);

#endif
