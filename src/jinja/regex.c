#include "src/jinja/regex.h"

#include <errno.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/jinja/call.h"
#include "src/jinja/run.h"

#define COMPILE_STEPS 16 /* what the shortest pattern costs */

static int fail(struct run *run, int rc, const struct err *err)
{
	enum fault_kind kind = rc == -E2BIG ? FAULT_LIMIT
			: rc == -ENOMEM	    ? FAULT_MEMORY
					    : FAULT_RUNTIME;

	return run_fail(run, kind, "%s", err->text);
}

/* What matching has cost since the last time. */
static int charge(struct run *run, struct regex *regex, const struct text *subject)
{
	uint64_t spent = pattern_steps(regex->pattern) - regex->charged;

	regex->charged += spent;
	return run_charge(run, 1 + spent + subject->len / 64);
}

int regex_new(struct run *run, struct object pattern, struct object ignorecase,
		struct object multiline, struct regex *out)
{
	const struct text *text;
	bool is_ignoring, is_multiline;
	struct err err = ERR_INIT;
	int rc;

	if (arg_text(run, pattern, "", &text) < 0 ||
			arg_bool(run, ignorecase, false, &is_ignoring) < 0 ||
			arg_bool(run, multiline, false, &is_multiline) < 0 ||
			run_charge(run, COMPILE_STEPS + text->len / 2) < 0)
		return -1;
	*out = (struct regex){0};
	rc = pattern_new(text->data, text->len,
			(is_ignoring ? PATTERN_IGNORECASE : 0) |
					(is_multiline ? PATTERN_MULTILINE : 0),
			&out->pattern, &err);
	if (rc < 0) {
		(void)err_wrap(&err, "regular expression '%.200s'", text->data);
		return fail(run, rc, &err);
	}
	return 0;
}

void regex_release(struct regex *regex)
{
	pattern_free(regex->pattern);
	regex->pattern = NULL;
}

static struct pattern_text text_of(const struct text *text)
{
	return (struct pattern_text){text->data, text->len};
}

static int settle(struct run *run, struct regex *regex, const struct text *subject, int rc,
		const struct err *err)
{
	return rc < 0 ? fail(run, rc, err) : charge(run, regex, subject);
}

int regex_find(struct run *run, struct regex *regex, const struct text *subject,
		enum pattern_anchor anchor, struct pattern_match *match, bool *found)
{
	struct err err = ERR_INIT;
	int rc;

	rc = pattern_find(regex->pattern, text_of(subject), 0, anchor, match, &err);
	*found = rc > 0;
	return settle(run, regex, subject, rc, &err);
}

int regex_next(struct run *run, struct regex *regex, const struct text *subject,
		struct pattern_match *match, bool *found)
{
	static const struct text nothing = {"", 0, 0};
	bool is_first = match->count == 0;
	struct err err = ERR_INIT;
	int rc;

	rc = pattern_next(regex->pattern, text_of(subject), match, &err);
	*found = rc > 0;
	return settle(run, regex, is_first ? subject : &nothing, rc, &err);
}

int regex_replace(struct run *run, struct regex *regex, const struct text *subject,
		const struct text *replacement, struct buf *out)
{
	struct err err = ERR_INIT;
	int rc;

	rc = pattern_replace(regex->pattern, text_of(subject), text_of(replacement), 0, out, &err);
	return settle(run, regex, subject, rc, &err);
}
