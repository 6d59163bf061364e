#include "src/value/pattern_template.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "src/base/err.h"
#include "src/base/str.h"
#include "src/base/utf8.h"
#include "src/base/vec.h"
#include "src/value/pattern_cursor.h"

void pattern_template_release(struct pattern_template *template)
{
	free(template->parts);
	buf_release(&template->literals);
	*template = (struct pattern_template)PATTERN_TEMPLATE_INIT;
}

static struct pattern_part *add_part(struct pattern_template *template)
{
	if (vec_reserve(&template->parts, &template->cap, template->count + 1,
			    sizeof(template->parts[0])) < 0)
		return NULL;
	return &template->parts[template->count++];
}

/* What was added to the literals since the last group is a part. */
static int end_literal(struct pattern_template *template, size_t *start)
{
	struct pattern_part *part;

	if (template->literals.len == *start)
		return 0;
	part = add_part(template);
	if (!part)
		return -ENOMEM;
	part->start = *start;
	part->len = template->literals.len - *start;
	*start = template->literals.len;
	return 0;
}

static int add_group(struct pattern_template *template, size_t group, size_t *literal)
{
	struct pattern_part *part;

	if (end_literal(template, literal) < 0)
		return -ENOMEM;
	part = add_part(template);
	if (!part)
		return -ENOMEM;
	part->is_group = true;
	part->group = group;
	return 0;
}

/* Behind "\g". */
static int read_named(struct cursor *cursor, const struct pattern *pattern, size_t *group)
{
	const char *name;
	size_t at, len;
	uint32_t number;
	int rc;

	if (!cursor_match(cursor, '<'))
		return cursor_fail(cursor, cursor->at, "missing <");
	at = cursor->at;
	rc = cursor_until(cursor, '>', "group name", &name, &len);
	if (rc < 0)
		return rc;
	if (cursor_is_name(name, len)) {
		*group = pattern_group_number(pattern, name, len);
		if (*group == 0)
			return cursor_fail(cursor, at, "unknown group name '%.*s'", (int)len, name);
		return 0;
	}
	if (!cursor_is_index(name, len, &number))
		return cursor_fail(
				cursor, at, "bad character in group name '%.*s'", (int)len, name);
	*group = number;
	if (number > pattern_group_count(pattern))
		return cursor_fail(cursor, at, "invalid group reference %u", number);
	return 0;
}

/* Behind a backslash, at a digit: a group, or an octal number (*IS_GROUP false). */
static int read_digits(struct cursor *cursor, const struct pattern *pattern, bool *is_group,
		uint64_t *number)
{
	const char *digits = cursor->text + cursor->at;
	size_t at = cursor->at, left = cursor->len - at;

	*is_group = false;
	if (digits[0] == '0' ||
			(left >= 3 && cursor_is_octal((uint32_t)digits[0]) &&
					cursor_is_octal((uint32_t)digits[1]) &&
					cursor_is_octal((uint32_t)digits[2]))) {
		(void)cursor_number(cursor, 8, 3, number);
		if (*number > 0377)
			return cursor_fail(cursor, at - 1,
					"octal escape value \\%o outside of range 0-0o377",
					(unsigned)*number);
		return 0;
	}
	*is_group = true;
	(void)cursor_number(cursor, 10, 2, number);
	if (*number > pattern_group_count(pattern))
		return cursor_fail(cursor, at, "invalid group reference %u", (unsigned)*number);
	return 0;
}

static int read_escape(struct pattern_template *template, struct cursor *cursor,
		const struct pattern *pattern, size_t *literal)
{
	size_t at = cursor->at - 1, group = 0;
	uint32_t letter = cursor_peek(cursor);
	uint64_t number;
	bool is_group;
	int rc;

	if (letter == CURSOR_END)
		return cursor_fail(cursor, at, "bad escape (end of pattern)");
	if (cursor_is_digit(letter)) {
		rc = read_digits(cursor, pattern, &is_group, &number);
		if (rc < 0)
			return rc;
		if (is_group)
			return add_group(template, (size_t)number, literal);
		utf8_add(&template->literals, (uint32_t)number);
		return 0;
	}
	(void)cursor_next(cursor);
	if (letter == 'g') {
		rc = read_named(cursor, pattern, &group);
		return rc < 0 ? rc : add_group(template, group, literal);
	}
	if (letter != '\\' && cursor_control(letter) == 0) {
		if (cursor_is_letter(letter))
			return cursor_fail(cursor, at, "bad escape \\%c", (char)letter);
		buf_add_char(&template->literals, '\\'); /* Python keeps it in front of others */
		utf8_add(&template->literals, letter);
		return 0;
	}
	utf8_add(&template->literals, letter == '\\' ? letter : cursor_control(letter));
	return 0;
}

int pattern_template_parse(struct pattern_template *template, const struct pattern *pattern,
		struct pattern_text text, struct err *err)
{
	struct cursor cursor = {text.data, text.len, 0, err};
	size_t literal = 0;
	int rc = 0;

	if (!str_is_utf8(text.data, text.len))
		return err_set(err, EINVAL, "a replacement that is not UTF-8");
	while (rc == 0 && cursor.at < text.len) {
		uint32_t c = cursor_next(&cursor);

		if (c == '\\')
			rc = read_escape(template, &cursor, pattern, &literal);
		else
			utf8_add(&template->literals, c);
	}
	if (rc == 0)
		rc = end_literal(template, &literal);
	if (rc == -ENOMEM || (rc == 0 && !buf_ok(&template->literals)))
		return err_sys(err, ENOMEM, "read a replacement");
	return rc;
}

int pattern_template_expand(const struct pattern_template *template, const char *subject,
		const struct pattern_match *match, struct buf *out, struct err *err)
{
	for (size_t i = 0; i < template->count; i++) {
		const struct pattern_part *part = &template->parts[i];

		if (!part->is_group)
			buf_add(out, template->literals.data + part->start, part->len);
		else if (match->groups[part->group].start != SIZE_MAX)
			buf_add(out, subject + match->groups[part->group].start,
					match->groups[part->group].end -
							match->groups[part->group].start);
		if (out->len > PATTERN_OUTPUT_MAX)
			return err_set(err, E2BIG, "the replacement yields more than %u bytes",
					PATTERN_OUTPUT_MAX);
	}
	return buf_ok(out) ? 0 : err_sys(err, ENOMEM, "replace");
}
