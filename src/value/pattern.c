/*
 * PCRE2's match limit counts backtracking at one start of the match and forgets it at the next, and
 * what a single `a*` steps over it does not count at all, so `a*[bc]` on a megabyte of a's would
 * take minutes within the limit. Hence each part of a pattern calls back (PCRE2_AUTO_CALLOUT), and
 * count_step() adds up these calls and the distances between them, over all starts of one search
 * and over all matches of one replacement. This is deterministic, as the clock would not be.
 */
#include "src/value/pattern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "src/base/err.h"
#include "src/base/str.h"
#include "src/value/pattern_syntax.h"
#include "src/value/pattern_template.h"

#define DEPTH_MAX     250000 /* points to backtrack to */
#define HEAP_KIB_MAX  65536
#define STRIDE_BYTES  64      /* of text that are worth one step */
#define OUT_OF_STEPS  (-1000) /* none of PCRE2's own codes */
#define COMPILE_FLAGS (PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C | PCRE2_AUTO_CALLOUT)

struct pattern {
	char *text; /* the names in SYNTAX point into it */
	struct pattern_syntax syntax;
	pcre2_compile_context *compile;
	pcre2_match_context *limits;
	pcre2_code *code;
	pcre2_match_data *data;
	uint64_t spent, bound; /* steps; bound: SPENT may not exceed it */
	size_t last, distance; /* where the last callout was; bytes stepped over in all */
};

static int count_step(pcre2_callout_block *block, void *arg)
{
	struct pattern *pattern = arg;
	size_t at = block->current_position;

	pattern->distance += at > pattern->last ? at - pattern->last : pattern->last - at;
	pattern->last = at;
	pattern->spent += 1 + pattern->distance / STRIDE_BYTES;
	pattern->distance %= STRIDE_BYTES;
	if (pattern->spent <= pattern->bound)
		return 0;
	pattern->spent = pattern->bound;
	return OUT_OF_STEPS;
}

static int no_memory(struct err *err)
{
	return err_sys(err, ENOMEM, "match a regular expression");
}

static int prepare(struct pattern *pattern, struct err *err)
{
	pattern->compile = pcre2_compile_context_create(NULL);
	pattern->limits = pcre2_match_context_create(NULL);
	if (!pattern->compile || !pattern->limits)
		return no_memory(err);
	(void)pcre2_set_newline(pattern->compile, PCRE2_NEWLINE_LF);
	(void)pcre2_set_match_limit(pattern->limits, PATTERN_MATCH_MAX);
	(void)pcre2_set_depth_limit(pattern->limits, DEPTH_MAX);
	(void)pcre2_set_heap_limit(pattern->limits, HEAP_KIB_MAX);
	(void)pcre2_set_callout(pattern->limits, count_step, pattern);
	return 0;
}

static int compile(struct pattern *pattern, struct err *err)
{
	const struct pattern_syntax *syntax = &pattern->syntax;
	unsigned flags = COMPILE_FLAGS;
	PCRE2_UCHAR said[128];
	PCRE2_SIZE at;
	int code;

	if ((syntax->flags & PATTERN_IGNORECASE) && !(syntax->flags & PATTERN_ASCII))
		flags |= PCRE2_CASELESS;
	pattern->code = pcre2_compile((PCRE2_SPTR)buf_str(&syntax->text), syntax->text.len, flags,
			&code, &at, pattern->compile);
	if (!pattern->code) {
		(void)pcre2_get_error_message(code, said, sizeof(said));
		return err_set(err, EINVAL, "%s", (const char *)said);
	}
	pattern->data = pcre2_match_data_create_from_pattern(pattern->code, NULL);
	return pattern->data ? 0 : no_memory(err);
}

int pattern_new(const char *text, size_t len, unsigned flags, struct pattern **out, struct err *err)
{
	struct pattern *pattern;
	int rc;

	if (len > PATTERN_SIZE_MAX)
		return err_set(err, EINVAL, "a regular expression of more than %d bytes",
				PATTERN_SIZE_MAX);
	if (!str_is_utf8(text, len))
		return err_set(err, EINVAL, "a regular expression that is not UTF-8");
	pattern = calloc(1, sizeof(*pattern));
	if (!pattern)
		return no_memory(err);
	pattern->syntax = (struct pattern_syntax)PATTERN_SYNTAX_INIT;
	pattern->text = malloc(len + 1);
	rc = pattern->text ? prepare(pattern, err) : no_memory(err);
	if (rc < 0)
		goto fail;
	memcpy(pattern->text, text, len);
	pattern->text[len] = '\0';
	rc = pattern_translate(pattern->text, len, flags, &pattern->syntax, err);
	if (rc == 0)
		rc = compile(pattern, err);
	if (rc < 0)
		goto fail;
	*out = pattern;
	return 0;
fail:
	pattern_free(pattern);
	return rc;
}

void pattern_free(struct pattern *pattern)
{
	if (!pattern)
		return;
	pcre2_match_data_free(pattern->data);
	pcre2_code_free(pattern->code);
	pcre2_match_context_free(pattern->limits);
	pcre2_compile_context_free(pattern->compile);
	buf_release(&pattern->syntax.text);
	free(pattern->text);
	free(pattern);
}

size_t pattern_group_count(const struct pattern *pattern)
{
	return pattern->syntax.groups;
}

size_t pattern_group_number(const struct pattern *pattern, const char *name, size_t len)
{
	const struct pattern_syntax *syntax = &pattern->syntax;

	for (size_t i = 0; i < syntax->name_count; i++) {
		if (syntax->names[i].len == len && memcmp(syntax->names[i].name, name, len) == 0)
			return syntax->names[i].number;
	}
	return 0;
}

uint64_t pattern_steps(const struct pattern *pattern)
{
	return pattern->spent;
}

static int match_failed(int code, struct err *err)
{
	PCRE2_UCHAR said[128];

	switch (code) {
	case OUT_OF_STEPS:
	case PCRE2_ERROR_MATCHLIMIT:
	case PCRE2_ERROR_DEPTHLIMIT:
	case PCRE2_ERROR_HEAPLIMIT:
		return err_set(err, E2BIG,
				"the regular expression needs too many steps on this text (more "
				"than %d): nested or adjoining repetitions are the usual cause",
				PATTERN_MATCH_MAX);
	case PCRE2_ERROR_NOMEMORY:
		return no_memory(err);
	default:
		(void)pcre2_get_error_message(code, said, sizeof(said));
		return err_set(err, EINVAL, "%s", (const char *)said);
	}
}

static void take_groups(const struct pattern *pattern, struct pattern_match *match)
{
	const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(pattern->data);

	match->count = pattern->syntax.groups + 1;
	for (size_t i = 0; i < match->count; i++) {
		match->groups[i].start = ends[2 * i];
		match->groups[i].end = ends[2 * i + 1];
	}
}

/* One match within the steps that are left; OPTIONS are PCRE2's. */
static int match_once(struct pattern *pattern, struct pattern_text subject, size_t from,
		uint32_t options, struct pattern_match *match, struct err *err)
{
	int code;

	pattern->last = from;
	code = pcre2_match(pattern->code, (PCRE2_SPTR)subject.data, subject.len, from,
			options | PCRE2_NO_UTF_CHECK, pattern->data, pattern->limits);
	if (code == PCRE2_ERROR_NOMATCH)
		return 0;
	if (code < 0)
		return match_failed(code, err);
	take_groups(pattern, match);
	return 1;
}

/* What is linear in the text may be as long as the text is. */
static uint64_t steps_for(size_t len)
{
	return PATTERN_MATCH_MAX + (uint64_t)len * PATTERN_BYTE_STEPS;
}

int pattern_find(struct pattern *pattern, struct pattern_text subject, size_t from,
		enum pattern_anchor anchor, struct pattern_match *match, struct err *err)
{
	uint32_t options = anchor == PATTERN_SEARCH ? 0 : PCRE2_ANCHORED;

	if (anchor == PATTERN_FULL)
		options |= PCRE2_ENDANCHORED;
	pattern->bound = pattern->spent + steps_for(subject.len);
	return match_once(pattern, subject, from, options, match, err);
}

int pattern_next(struct pattern *pattern, struct pattern_text subject, struct pattern_match *match,
		struct err *err)
{
	size_t from = 0;
	bool was_empty = false;

	if (match->count == 0) {
		pattern->bound = pattern->spent + steps_for(subject.len);
	} else {
		from = match->groups[0].end;
		was_empty = match->groups[0].start == from;
	}
	return match_once(
			pattern, subject, from, was_empty ? PCRE2_NOTEMPTY_ATSTART : 0, match, err);
}

int pattern_replace(struct pattern *pattern, struct pattern_text subject,
		struct pattern_text replacement, size_t count, struct buf *out, struct err *err)
{
	struct pattern_template template = PATTERN_TEMPLATE_INIT;
	struct pattern_match match = {.count = 0};
	size_t done = 0, copied = 0;
	int rc;

	rc = pattern_template_parse(&template, pattern, replacement, err);
	while (rc == 0 && (count == 0 || done < count)) {
		rc = pattern_next(pattern, subject, &match, err);
		if (rc <= 0)
			break;
		buf_add(out, subject.data + copied, match.groups[0].start - copied);
		copied = match.groups[0].end;
		rc = pattern_template_expand(&template, subject.data, &match, out, err);
		done++;
	}
	if (rc == 0)
		buf_add(out, subject.data + copied, subject.len - copied);
	pattern_template_release(&template);
	if (rc == 0 && !buf_ok(out))
		rc = no_memory(err);
	return rc;
}
