/*
 * The two languages share most of their words and differ in the rest: \Z, $ and ^ in lines, \s,
 * {,n}, what may stand in a look-behind, what \h or [[:alpha:]] are. A table of replacements would
 * miss what nobody thought of, and PCRE2 would give that a meaning of its own. So this is a parser,
 * modelled on the grammar of Python 3.11's re, and what it writes is made of few words: characters
 * by number, sets with brackets, groups by number, \A \z \Z \N \b \B, quantifiers. Whatever it does
 * not know is refused, with Python's message.
 *
 * Flags are resolved here as well: `.`, `^` and `$` are written as what they mean under them,
 * comments and blanks of (?x) are dropped. Only ignoring case is left to PCRE2, see pattern_set.c.
 *
 * Every part has a width, the least and most characters it can match, because Python takes nothing
 * but parts of one width in a look-behind, and PCRE2 would take more.
 */
#include "src/value/pattern_syntax.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "src/base/err.h"
#include "src/value/pattern_cursor.h"
#include "src/value/pattern_flags.h"
#include "src/value/pattern_set.h"

#define WIDTH_MAX 0xffffffffull /* "any number" */

struct width {
	uint64_t min, max;
};

enum item_kind {
	ITEM_NONE,  /* a comment, or nothing yet */
	ITEM_PLACE, /* ^ $ \b ...: cannot be repeated */
	ITEM_REPEAT,
	ITEM_OTHER,
};

struct item {
	enum item_kind kind;
	struct width width;
};

struct reader {
	struct cursor cursor;
	struct pattern_syntax *out;
	unsigned flags; /* in force here */
	unsigned depth;
	size_t look_behind_groups; /* groups when the outermost look-behind began; SIZE_MAX: in none */
	struct {
		struct width width;
		bool is_closed;
	} groups[PATTERN_GROUPS_MAX];
	size_t condition, condition_at; /* highest (?(N)...) and where */
};

static int read_branches(struct reader *r, bool is_top, struct width *width);

static uint64_t at_most(uint64_t value, uint64_t bound)
{
	return value < bound ? value : bound;
}

static void put(struct reader *r, const char *str)
{
	buf_add_str(&r->out->text, str);
}

static void item_set(struct item *item, enum item_kind kind, uint64_t min, uint64_t max)
{
	item->kind = kind;
	item->width.min = min;
	item->width.max = max;
}

/* --- groups and what refers to them --- */

static size_t group_number(const struct pattern_syntax *out, const char *name, size_t len)
{
	for (size_t i = 0; i < out->name_count; i++) {
		if (out->names[i].len == len && memcmp(out->names[i].name, name, len) == 0)
			return out->names[i].number;
	}
	return 0;
}

static int check_reference(struct reader *r, size_t at, size_t group)
{
	if (!r->groups[group].is_closed)
		return cursor_fail(&r->cursor, at, "cannot refer to an open group");
	if (r->look_behind_groups != SIZE_MAX && group > r->look_behind_groups)
		return cursor_fail(&r->cursor, at,
				"cannot refer to group defined in the same lookbehind subpattern");
	return 0;
}

static int put_reference(struct reader *r, size_t at, size_t group, struct item *item)
{
	int rc = check_reference(r, at, group);
	bool is_ascii_case;

	if (rc < 0)
		return rc;
	is_ascii_case = (r->flags & PATTERN_IGNORECASE) && (r->flags & PATTERN_ASCII);
	buf_printf(&r->out->text, is_ascii_case ? "(?i:\\g{%zu})" : "\\g{%zu}", group);
	item_set(item, ITEM_OTHER, r->groups[group].width.min, r->groups[group].width.max);
	return 0;
}

static int add_group(struct reader *r, size_t at, const char *name, size_t len, size_t *group)
{
	struct pattern_syntax *out = r->out;
	size_t known = name ? group_number(out, name, len) : 0;

	if (out->groups + 1 >= PATTERN_GROUPS_MAX)
		return cursor_fail(&r->cursor, at, "more than %d groups", PATTERN_GROUPS_MAX - 1);
	*group = ++out->groups;
	if (known)
		return cursor_fail(&r->cursor, at,
				"redefinition of group name '%.*s' as group %zu; was group %zu",
				(int)len, name, *group, known);
	if (name) {
		out->names[out->name_count].name = name;
		out->names[out->name_count].len = len;
		out->names[out->name_count++].number = *group;
	}
	return 0;
}

/* --- escapes --- */

/* \1 to \99, or an octal number of three digits. */
static int read_digits(struct reader *r, size_t start, struct item *item)
{
	const char *digits = r->cursor.text + start + 1;
	size_t left = r->cursor.len - start - 1;
	uint64_t number;

	r->cursor.at = start + 1;
	if (digits[0] == '0' ||
			(left >= 3 && cursor_is_octal((uint32_t)digits[0]) &&
					cursor_is_octal((uint32_t)digits[1]) &&
					cursor_is_octal((uint32_t)digits[2]))) {
		(void)cursor_number(&r->cursor, 8, 3, &number);
		if (number > 0377)
			return cursor_fail(&r->cursor, start,
					"octal escape value \\%o outside of range 0-0o377",
					(unsigned)number);
		pattern_put_code(&r->out->text, r->flags, (uint32_t)number);
		item_set(item, ITEM_OTHER, 1, 1);
		return 0;
	}
	(void)cursor_number(&r->cursor, 10, 2, &number);
	if (number > r->out->groups)
		return cursor_fail(&r->cursor, start + 1, "invalid group reference %u",
				(unsigned)number);
	return put_reference(r, start, (size_t)number, item);
}

/* \A \Z \b \B, which Python does not find in an empty text; false if LETTER is none of them. */
static bool put_place(struct reader *r, uint32_t letter)
{
	bool is_ascii = r->flags & PATTERN_ASCII;

	if (letter == 'A')
		put(r, "\\A");
	else if (letter == 'Z')
		put(r, "\\z");
	else if (letter == 'b')
		put(r,
				is_ascii ? "(?:(?<=[0-9A-Z_a-z])(?![0-9A-Z_a-z])|(?<![0-9A-Z_a-z])"
					   "(?=[0-9A-Z_a-z]))"
					 : "\\b");
	else if (letter == 'B')
		put(r,
				is_ascii ? "(?!\\A\\z)(?:(?<=[0-9A-Z_a-z])(?=[0-9A-Z_a-z])|"
					   "(?<![0-9A-Z_a-z])(?![0-9A-Z_a-z]))"
					 : "(?!\\A\\z)\\B");
	else
		return false;
	return true;
}

static int read_escape(struct reader *r, size_t start, struct item *item)
{
	struct buf *out = &r->out->text;
	uint32_t letter = cursor_next(&r->cursor), code;
	const char *category;
	int rc;

	item_set(item, ITEM_PLACE, 0, 0);
	if (put_place(r, letter))
		return 0;
	if (cursor_is_digit(letter))
		return read_digits(r, start, item);
	item_set(item, ITEM_OTHER, 1, 1);
	category = pattern_category(r->flags, letter);
	if (category) {
		buf_printf(out, "[%s]", category);
		return 0;
	}
	code = cursor_control(letter);
	if (code == 0) {
		rc = pattern_read_code(&r->cursor, letter, start, &code);
		if (rc < 0)
			return rc;
		if (rc == 0 && cursor_is_letter(letter))
			return cursor_fail(&r->cursor, start, "bad escape \\%c", (char)letter);
		if (rc == 0)
			code = letter;
	}
	pattern_put_code(out, r->flags, code);
	return 0;
}

/* --- (?...) --- */

/* (?i) for the whole pattern. */
static int set_global(struct reader *r, size_t start, unsigned on, bool is_first)
{
	unsigned all = r->flags | on;

	if (!is_first)
		return cursor_fail(&r->cursor, start,
				"global flags not at the start of the expression");
	if ((all & PATTERN_ASCII) && (all & PATTERN_UNICODE))
		return cursor_fail(&r->cursor, start, "ASCII and UNICODE flags are incompatible");
	r->flags = all;
	return 0;
}

/* PCRE2's own switch for ignoring case is off where only ASCII letters have cases. */
static const char *case_switch(unsigned flags)
{
	return (flags & PATTERN_IGNORECASE) && !(flags & PATTERN_ASCII) ? "(?i:" : "(?-i:";
}

static int read_close(struct reader *r, size_t start)
{
	if (!cursor_match(&r->cursor, ')'))
		return cursor_fail(&r->cursor, start, "missing ), unterminated subpattern");
	put(r, ")");
	return 0;
}

/* The inside of a group whose opening was written, and its ')'. */
static int read_inside(struct reader *r, size_t start, struct item *item)
{
	int rc = read_branches(r, false, &item->width);

	item->kind = ITEM_OTHER;
	return rc < 0 ? rc : read_close(r, start);
}

static int read_capture(
		struct reader *r, size_t start, const char *name, size_t len, struct item *item)
{
	size_t group = 0;
	int rc;

	rc = add_group(r, name ? (size_t)(name - r->cursor.text) : start, name, len, &group);
	if (rc < 0)
		return rc;
	put(r, "(");
	rc = read_inside(r, start, item);
	r->groups[group].width = item->width;
	r->groups[group].is_closed = rc == 0;
	return rc;
}

static int read_scoped(struct reader *r, size_t start, bool is_first, struct item *item)
{
	unsigned on, off, outer = r->flags;
	bool is_global;
	int rc;

	rc = pattern_read_flags(&r->cursor, &on, &off, &is_global);
	if (rc < 0 || is_global)
		return rc < 0 ? rc : set_global(r, start, on, is_first);
	if (on & PATTERN_TYPES)
		r->flags &= ~PATTERN_TYPES;
	r->flags = (r->flags | on) & ~off;
	put(r, case_switch(r->flags));
	rc = read_inside(r, start, item);
	r->flags = outer;
	return rc;
}

static int read_look_behind(struct reader *r, size_t start, struct item *item)
{
	size_t outer = r->look_behind_groups;
	int rc;

	if (!cursor_match(&r->cursor, '=')) {
		if (!cursor_match(&r->cursor, '!'))
			return cursor_fail(&r->cursor, start + 1, "unknown extension ?<");
		put(r, "(?<!");
	} else {
		put(r, "(?<=");
	}
	if (outer == SIZE_MAX)
		r->look_behind_groups = r->out->groups;
	rc = read_inside(r, start, item);
	r->look_behind_groups = outer;
	if (rc == 0 && item->width.min != item->width.max)
		rc = cursor_fail(&r->cursor, start, "look-behind requires fixed-width pattern");
	item_set(item, ITEM_OTHER, 0, 0);
	return rc;
}

/* (?(1)yes|no) */
static int read_condition_name(struct reader *r, size_t *group)
{
	size_t at = r->cursor.at, len;
	const char *name;
	uint32_t number;
	int rc;

	rc = cursor_until(&r->cursor, ')', "group name", &name, &len);
	if (rc < 0)
		return rc;
	if (cursor_is_name(name, len)) {
		*group = group_number(r->out, name, len);
		if (*group == 0)
			return cursor_fail(&r->cursor, at, "unknown group name '%.*s'", (int)len,
					name);
	} else {
		if (!cursor_is_index(name, len, &number))
			return cursor_fail(&r->cursor, at, "bad character in group name '%.*s'",
					(int)len, name);
		if (number == 0)
			return cursor_fail(&r->cursor, at, "bad group number");
		if (number >= PATTERN_GROUPS_MAX)
			return cursor_fail(&r->cursor, at, "invalid group reference %u", number);
		*group = number;
	}
	if (*group > r->condition) {
		r->condition = *group;
		r->condition_at = at;
	}
	return r->look_behind_groups == SIZE_MAX ? 0 : check_reference(r, at, *group);
}

static int read_sequence(struct reader *r, bool is_first, struct width *width);

static int read_condition(struct reader *r, size_t start, struct item *item)
{
	struct width no = {0, 0};
	size_t group = 0;
	int rc;

	rc = read_condition_name(r, &group);
	if (rc < 0)
		return rc;
	buf_printf(&r->out->text, "(?(%zu)", group);
	rc = read_sequence(r, false, &item->width);
	if (rc == 0 && cursor_match(&r->cursor, '|')) {
		put(r, "|");
		rc = read_sequence(r, false, &no);
		if (rc == 0 && cursor_peek(&r->cursor) == '|')
			rc = cursor_fail(&r->cursor, r->cursor.at,
					"conditional backref with more than two branches");
	}
	if (rc < 0)
		return rc;
	item->kind = ITEM_OTHER;
	item->width.min = at_most(item->width.min, no.min);
	item->width.max = item->width.max > no.max ? item->width.max : no.max;
	return read_close(r, start);
}

/* (?P<name>...) and (?P=name) */
static int read_named(struct reader *r, size_t start, struct item *item)
{
	bool is_definition = cursor_match(&r->cursor, '<');
	const char *name;
	size_t len, group, at;
	int rc;

	if (!is_definition && !cursor_match(&r->cursor, '='))
		return cursor_fail(&r->cursor, start + 1, "%s",
				r->cursor.at == r->cursor.len ? "unexpected end of pattern"
							      : "unknown extension ?P");
	at = r->cursor.at;
	rc = cursor_until(&r->cursor, is_definition ? '>' : ')', "group name", &name, &len);
	if (rc < 0)
		return rc;
	if (!cursor_is_name(name, len))
		return cursor_fail(&r->cursor, at, "bad character in group name '%.*s'", (int)len,
				name);
	if (is_definition)
		return read_capture(r, start, name, len, item);
	group = group_number(r->out, name, len);
	if (group == 0)
		return cursor_fail(&r->cursor, at, "unknown group name '%.*s'", (int)len, name);
	return put_reference(r, at, group, item);
}

static int read_comment(struct reader *r, size_t start)
{
	const char *found =
			memchr(r->cursor.text + r->cursor.at, ')', r->cursor.len - r->cursor.at);

	if (!found)
		return cursor_fail(&r->cursor, start, "missing ), unterminated comment");
	r->cursor.at = (size_t)(found - r->cursor.text) + 1;
	return 0;
}

static int read_look_ahead(struct reader *r, size_t start, const char *opening, struct item *item)
{
	int rc;

	put(r, opening);
	rc = read_inside(r, start, item);
	item_set(item, ITEM_OTHER, 0, 0);
	return rc;
}

/* Behind "(?". */
static int read_extension(struct reader *r, size_t start, bool is_first, struct item *item)
{
	uint32_t c = cursor_next(&r->cursor);

	switch (c) {
	case CURSOR_END:
		return cursor_fail(&r->cursor, r->cursor.at, "unexpected end of pattern");
	case 'P':
		return read_named(r, start, item);
	case ':':
		put(r, "(?:");
		return read_inside(r, start, item);
	case '>':
		put(r, "(?>");
		return read_inside(r, start, item);
	case '=':
		return read_look_ahead(r, start, "(?=", item);
	case '!':
		return read_look_ahead(r, start, "(?!", item);
	case '<':
		return read_look_behind(r, start, item);
	case '#':
		return read_comment(r, start);
	case '(':
		return read_condition(r, start, item);
	default:
		break;
	}
	if (c != '-' && pattern_flag(c) == 0)
		return cursor_fail(&r->cursor, start + 1, "unknown extension %.*s",
				(int)(r->cursor.at - start - 1), r->cursor.text + start + 1);
	r->cursor.at = start + 2;
	return read_scoped(r, start, is_first, item);
}

static int read_group(struct reader *r, size_t start, bool is_first, struct item *item)
{
	int rc;

	if (r->depth >= PATTERN_NESTING_MAX)
		return cursor_fail(&r->cursor, start, "more than %d groups inside each other",
				PATTERN_NESTING_MAX);
	r->depth++;
	rc = cursor_match(&r->cursor, '?') ? read_extension(r, start, is_first, item)
					   : read_capture(r, start, NULL, 0, item);
	r->depth--;
	return rc;
}

/* --- quantifiers --- */

/* {2} {2,} {,3} {2,3}, at the '{'; false, and nothing read, if it is none. */
static bool read_braces(struct cursor *cursor, uint64_t *min, uint64_t *max)
{
	size_t start = cursor->at;
	unsigned low, high;

	cursor->at++;
	if (cursor_peek(cursor) != '}') {
		low = cursor_number(cursor, 10, UINT32_MAX, min);
		high = low;
		*max = *min;
		if (cursor_match(cursor, ','))
			high = cursor_number(cursor, 10, UINT32_MAX, max);
		if (!high)
			*max = WIDTH_MAX;
		if (cursor_match(cursor, '}'))
			return true;
	}
	cursor->at = start;
	return false;
}

static int check_repeat(
		struct reader *r, size_t start, const struct item *item, uint64_t min, uint64_t max)
{
	if (max < min)
		return cursor_fail(&r->cursor, start + 1, "min repeat greater than max repeat");
	if (min > PATTERN_REPEAT_MAX || (max > PATTERN_REPEAT_MAX && max != WIDTH_MAX))
		return cursor_fail(&r->cursor, start, "a repetition of more than %d",
				PATTERN_REPEAT_MAX);
	if (item->kind == ITEM_NONE || item->kind == ITEM_PLACE)
		return cursor_fail(&r->cursor, start, "nothing to repeat");
	if (item->kind == ITEM_REPEAT)
		return cursor_fail(&r->cursor, start, "multiple repeat");
	return 0;
}

/* A quantifier for ITEM: 1; 0: there is none; or -EINVAL. */
static int read_repeat(struct reader *r, struct item *item)
{
	size_t start = r->cursor.at;
	uint32_t c = cursor_peek(&r->cursor);
	uint64_t min = c == '+', max = c == '?' ? 1 : WIDTH_MAX;
	int rc;

	if (c == '{') {
		if (!read_braces(&r->cursor, &min, &max))
			return 0;
	} else if (c == '*' || c == '+' || c == '?') {
		r->cursor.at++;
	} else {
		return 0;
	}
	rc = check_repeat(r, start, item, min, max);
	if (rc < 0)
		return rc;
	if (item->width.max == 0) { /* once is enough, and of fixed width for PCRE2 too */
		min = at_most(min, 1);
		max = at_most(max, 1);
	}
	buf_printf(&r->out->text, "{%u,", (unsigned)min);
	if (max != WIDTH_MAX)
		buf_printf(&r->out->text, "%u", (unsigned)max);
	put(r, cursor_match(&r->cursor, '?') ? "}?" : cursor_match(&r->cursor, '+') ? "}+" : "}");
	item_set(item, ITEM_REPEAT, at_most(item->width.min * min, WIDTH_MAX - 1),
			at_most(item->width.max * max, WIDTH_MAX));
	return 1;
}

/* --- sequences and branches --- */

/* Blanks and comments of (?x). */
static bool skip_blank(struct cursor *cursor)
{
	uint32_t c = cursor_peek(cursor);

	if (c == '#') {
		while (c != CURSOR_END && c != '\n')
			c = cursor_next(cursor);
		return true;
	}
	if (c == 0 || c > ' ' || !strchr(" \t\n\r\v\f", (int)c))
		return false;
	cursor->at++;
	return true;
}

/* ITEM is left as it is where what was read is none: comments, flags. */
static int read_item(struct reader *r, bool is_first, struct item *item)
{
	unsigned flags = r->flags;
	size_t start = r->cursor.at;
	uint32_t c = cursor_next(&r->cursor);

	switch (c) {
	case '(':
		return read_group(r, start, is_first, item);
	case '\\':
		return read_escape(r, start, item);
	case '^':
		item_set(item, ITEM_PLACE, 0, 0);
		put(r, flags & PATTERN_MULTILINE ? "(?<!\\N)" : "\\A");
		return 0;
	case '$':
		item_set(item, ITEM_PLACE, 0, 0);
		put(r, flags & PATTERN_MULTILINE ? "(?!\\N)" : "\\Z");
		return 0;
	default:
		break;
	}
	item_set(item, ITEM_OTHER, 1, 1);
	if (c == '[')
		return pattern_read_set(&r->cursor, flags, start, &r->out->text);
	if (c == '.')
		put(r, flags & PATTERN_DOTALL ? "[\\x00-\\x{10ffff}]" : "\\N");
	else
		pattern_put_code(&r->out->text, flags, c);
	return 0;
}

static int read_sequence(struct reader *r, bool is_first, struct width *width)
{
	struct item item = {ITEM_NONE, {0, 0}}, next;
	struct width before = {0, 0};
	uint32_t c;
	int rc;

	for (;;) {
		c = cursor_peek(&r->cursor);
		if (c == CURSOR_END || c == '|' || c == ')')
			break;
		if ((r->flags & PATTERN_VERBOSE) && skip_blank(&r->cursor))
			continue;
		rc = read_repeat(r, &item);
		if (rc < 0)
			return rc;
		if (rc == 1)
			continue;
		next = (struct item){ITEM_NONE, {0, 0}};
		rc = read_item(r, is_first && item.kind == ITEM_NONE, &next);
		if (rc < 0)
			return rc;
		if (next.kind == ITEM_NONE)
			continue;
		before.min = at_most(before.min + item.width.min, WIDTH_MAX - 1);
		before.max = at_most(before.max + item.width.max, WIDTH_MAX);
		item = next;
	}
	width->min = at_most(before.min + item.width.min, WIDTH_MAX - 1);
	width->max = at_most(before.max + item.width.max, WIDTH_MAX);
	return 0;
}

static int read_branches(struct reader *r, bool is_top, struct width *width)
{
	struct width branch;
	int rc;

	rc = read_sequence(r, is_top, width);
	while (rc == 0 && cursor_match(&r->cursor, '|')) {
		put(r, "|");
		rc = read_sequence(r, false, &branch);
		if (rc < 0)
			break;
		width->min = at_most(width->min, branch.min);
		width->max = width->max > branch.max ? width->max : branch.max;
	}
	return rc;
}

int pattern_translate(const char *text, size_t len, unsigned flags, struct pattern_syntax *out,
		struct err *err)
{
	struct reader r = {.cursor = {text, len, 0, err},
			.out = out,
			.flags = flags,
			.look_behind_groups = SIZE_MAX};
	struct width width;
	int rc;

	rc = read_branches(&r, true, &width);
	if (rc < 0)
		return rc;
	if (r.cursor.at < len)
		return cursor_fail(&r.cursor, r.cursor.at, "unbalanced parenthesis");
	if (r.condition > out->groups)
		return cursor_fail(&r.cursor, r.condition_at, "invalid group reference %zu",
				r.condition);
	out->flags = r.flags & ~(PATTERN_UNICODE | PATTERN_LOCALE);
	if (!buf_ok(&out->text))
		return err_sys(err, ENOMEM, "read a regular expression");
	return 0;
}
