/*
 * wordwrap: Python's textwrap, whose rules are these. A line is cut into chunks: runs of white
 * space; dashes between words; and words, which end at white space, before such dashes, or behind a
 * hyphen that has letters on both sides. Chunks fill lines up to the width; white space at either
 * end of a line is dropped, except in front of the first. A chunk that is longer than any line is
 * cut.
 */
#include "src/jinja/filters.h"

#include <string.h>

#include "src/base/buf.h"
#include "src/base/str.h"
#include "src/base/utf8.h"
#include "src/jinja/character.h"
#include "src/jinja/run.h"
#include "src/jinja/text.h"
#include "src/jinja/text_methods.h"

struct wrap {
	struct run *run;
	int64_t width;
	bool breaks_words, breaks_hyphens;
	const struct text *newline;
	struct buf *out;

	/* Of the line at hand. */
	const uint32_t *codes;
	size_t count;
	size_t *ends;	/* by the character that a chunk begins with: where it ends */
	size_t at;	/* what follows the chunks that are used up */
	bool has_lines; /* one was put out, the next needs a newline before it */
};

static bool is_blank(uint32_t code)
{
	return code == ' ' || (code >= '\t' && code <= '\r');
}

static bool is_word(uint32_t code)
{
	return code == '_' || character_is_alpha(code) || character_is_number(code);
}

static bool is_letter(uint32_t code)
{
	return is_word(code) && !character_is_decimal(code);
}

static bool is_word_or_mark(uint32_t code)
{
	return is_word(code) || (code < 0x80 && code && strchr("!\"'&.,?", (int)code));
}

static uint32_t code_at(const struct wrap *wrap, size_t index)
{
	return index < wrap->count ? wrap->codes[index] : 0;
}

/* Two or more dashes at I between words: how many, else 0. */
static size_t dashes_at(const struct wrap *wrap, size_t i)
{
	size_t end = i;

	if (i == 0 || !is_word_or_mark(wrap->codes[i - 1]))
		return 0;
	while (code_at(wrap, end) == '-')
		end++;
	return end - i >= 2 && is_word(code_at(wrap, end)) ? end - i : 0;
}

/* A hyphen at I that a word may be broken behind. */
static bool is_hyphen(const struct wrap *wrap, size_t i)
{
	const uint32_t *codes = wrap->codes;
	size_t next = i + 1;
	bool is_behind;

	if (codes[i] != '-')
		return false;
	is_behind = i >= 2 && is_letter(codes[i - 2]) && is_letter(codes[i - 1]);
	if (!is_behind)
		is_behind = i >= 3 && is_letter(codes[i - 3]) && codes[i - 2] == '-' &&
				is_letter(codes[i - 1]);
	if (!is_behind || !is_letter(code_at(wrap, next)))
		return false;
	if (code_at(wrap, ++next) == '-')
		next++;
	return is_letter(code_at(wrap, next));
}

/* The end of the chunk that begins at START. */
static size_t find_end(const struct wrap *wrap, size_t start)
{
	bool is_space = is_blank(wrap->codes[start]);
	size_t i = start;

	if (is_space || !wrap->breaks_hyphens) {
		while (i < wrap->count && is_blank(wrap->codes[i]) == is_space)
			i++;
		return i;
	}
	if (dashes_at(wrap, start) > 0)
		return start + dashes_at(wrap, start);
	for (i = start + 1; i < wrap->count && !is_blank(wrap->codes[i]); i++) {
		if (is_hyphen(wrap, i))
			return i + 1;
		if (dashes_at(wrap, i) > 0)
			break;
	}
	return i;
}

static bool is_all_space(const struct wrap *wrap, size_t start, size_t end)
{
	for (; start < end; start++) {
		if (!character_is_space(wrap->codes[start]))
			return false;
	}
	return true;
}

static size_t cut_at(const struct wrap *wrap, size_t start, size_t end, size_t space)
{
	size_t hyphen, i;

	if (!wrap->breaks_hyphens || end - start <= space)
		return start + space;
	for (hyphen = start + space; hyphen-- > start + 1;) {
		if (wrap->codes[hyphen] != '-')
			continue;
		for (i = start; i < hyphen; i++) {
			if (wrap->codes[i] != '-')
				return hyphen + 1;
		}
		break;
	}
	return start + space;
}

/* Cut the chunk that ends at END so that its front fits into SPACE; the rest is a chunk as well. */
static size_t cut(struct wrap *wrap, size_t end, size_t space)
{
	size_t at = cut_at(wrap, wrap->at, end, space);

	if (at < end)
		wrap->ends[at] = end;
	return at;
}

static void put_line(struct wrap *wrap, size_t start, size_t end)
{
	if (wrap->has_lines)
		buf_add(wrap->out, wrap->newline->data, wrap->newline->len);
	wrap->has_lines = true;
	for (; start < end; start++)
		utf8_add(wrap->out, wrap->codes[start]);
}

/* One line of output; HAS_ANY: of this line of input. */
static void fill_line(struct wrap *wrap, bool *has_any)
{
	size_t width = (size_t)wrap->width, start, end, last, next;

	end = wrap->ends[wrap->at];
	if (*has_any && is_all_space(wrap, wrap->at, end))
		wrap->at = end;
	start = last = wrap->at;
	while (wrap->at < wrap->count) {
		next = wrap->ends[wrap->at];
		if (next - start > width)
			break;
		last = wrap->at;
		wrap->at = next;
	}
	if (wrap->at < wrap->count) {
		next = wrap->ends[wrap->at];
		if (next - wrap->at > width && (wrap->breaks_words || wrap->at == start)) {
			last = wrap->at;
			if (wrap->breaks_words)
				next = cut(wrap, next, width - (wrap->at - start));
			wrap->at = next;
		}
	}
	end = wrap->at;
	if (is_all_space(wrap, last, end))
		end = last;
	if (end > start) {
		put_line(wrap, start, end);
		*has_any = true;
	}
}

/* A line without words is an empty one of output. */
static int wrap_line(struct wrap *wrap, const struct text *line)
{
	const char *at = line->data, *end = at + line->len;
	uint32_t *codes = run_alloc(wrap->run, line->chars * sizeof(*codes));
	bool has_any = false;
	size_t i;

	wrap->ends = run_alloc(wrap->run, line->chars * sizeof(*wrap->ends));
	if (!codes || !wrap->ends || run_charge(wrap->run, 1 + line->chars / 8) < 0)
		return -1;
	wrap->codes = codes;
	wrap->count = 0;
	wrap->at = 0;
	while (at < end)
		codes[wrap->count++] = str_next_code(&at, end);
	for (i = 0; i < wrap->count; i = wrap->ends[i])
		wrap->ends[i] = find_end(wrap, i);
	while (wrap->at < wrap->count && wrap->out->len <= RUN_TEXT_MAX)
		fill_line(wrap, &has_any);
	if (!has_any)
		put_line(wrap, 0, 0);
	return 0;
}

static int wrap_all(struct wrap *wrap, const struct list *lines)
{
	size_t i;

	for (i = 0; i < lines->count; i++) {
		if (wrap_line(wrap, lines->items[i].text) < 0)
			return -1;
	}
	return 0;
}

int filter_wordwrap(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {
			{"width"}, {"break_long_words"}, {"wrapstring"}, {"break_on_hyphens"}};
	struct buf text = BUF_INIT;
	struct wrap wrap = {.run = run, .out = &text};
	struct object args[4], lines;

	if (call_bind(run, call, params, 4, 0, args) < 0)
		return -1;
	if (args[2].kind == OBJECT_NONE)
		args[2] = (struct object){0};
	if (arg_int(run, args[0], 79, &wrap.width) < 0 ||
			arg_bool(run, args[1], true, &wrap.breaks_words) < 0 ||
			arg_text(run, args[2], "\n", &wrap.newline) < 0 ||
			arg_bool(run, args[3], true, &wrap.breaks_hyphens) < 0)
		return -1;
	if (call->self.kind == OBJECT_UNDEFINED)
		return object_undefined_fail(run, call->self);
	if (call->self.kind != OBJECT_STRING)
		return run_fail(run, FAULT_RUNTIME, "'%s' object has no attribute 'splitlines'",
				object_type(call->self));
	if (text_split_lines(run, call->self.text, false, &lines) < 0)
		return -1;
	if (wrap.width <= 0 && lines.list->count > 0)
		return run_fail(run, FAULT_RUNTIME, "invalid width %lld (must be > 0)",
				(long long)wrap.width);
	if (wrap_all(&wrap, lines.list) < 0) {
		buf_release(&text);
		return -1;
	}
	return object_string_buf(run, &text, out);
}
