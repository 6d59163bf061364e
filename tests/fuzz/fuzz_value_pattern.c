/*
 * Whatever Python's grammar lets through, PCRE2 compiles within its bounds, matches move forward
 * within the subject on the boundaries of characters, and all of it ends within the steps.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/str.h"
#include "src/value/pattern.h"

#define FLAGS_ALL                                                                                  \
	(PATTERN_IGNORECASE | PATTERN_MULTILINE | PATTERN_DOTALL | PATTERN_VERBOSE | PATTERN_ASCII)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Up to the next NUL. */
static struct pattern_text cut(const char **text, size_t *len)
{
	const char *end = memchr(*text, '\0', *len);
	struct pattern_text piece = {*text, end ? (size_t)(end - *text) : *len};

	*text += piece.len + (end ? 1 : 0);
	*len -= piece.len + (end ? 1 : 0);
	return piece;
}

static void check_match(const struct pattern_match *match, struct pattern_text subject, size_t from)
{
	for (size_t i = 0; i < match->count; i++) {
		size_t start = match->groups[i].start, end = match->groups[i].end;

		if (start == SIZE_MAX)
			continue;
		if (end > subject.len || (i == 0 && (start < from || end < start)))
			abort();
		if (!str_is_utf8(subject.data, start) || !str_is_utf8(subject.data, end))
			abort();
	}
}

static void check(struct pattern *pattern, struct pattern_text subject,
		struct pattern_text replacement)
{
	struct pattern_match match = {.count = 0};
	struct buf out = BUF_INIT;
	size_t from = 0;

	while (pattern_next(pattern, subject, &match, NULL) == 1) {
		check_match(&match, subject, from);
		from = match.groups[0].end;
	}
	for (int anchor = PATTERN_SEARCH; anchor <= PATTERN_FULL; anchor++) {
		if (pattern_find(pattern, subject, 0, (enum pattern_anchor)anchor, &match, NULL) ==
				1)
			check_match(&match, subject, 0);
	}
	if (pattern_replace(pattern, subject, replacement, 0, &out, NULL) == 0 &&
			!str_is_utf8(buf_str(&out), out.len))
		abort();
	buf_release(&out);
	if (pattern_steps(pattern) > 5 * (PATTERN_MATCH_MAX + PATTERN_BYTE_STEPS * subject.len + 1))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 1;
	struct pattern_text regex, subject, replacement;
	struct pattern *pattern;
	size_t len = size - 1;

	if (size == 0 || size > 4096)
		return 0;
	regex = cut(&text, &len);
	subject = cut(&text, &len);
	replacement = cut(&text, &len);
	if (!str_is_utf8(subject.data, subject.len))
		return 0;
	if (pattern_new(regex.data, regex.len, data[0] & FLAGS_ALL, &pattern, NULL) < 0)
		return 0;
	check(pattern, subject, replacement);
	pattern_free(pattern);
	return 0;
}
