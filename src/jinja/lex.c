/*
 * Jinja2's lexer is a table of regular expressions with a stack of states. This one walks over the
 * bytes instead and does the same thing at the same places. What is not obvious from the language's
 * manual, and what templates depend on:
 *
 * - a tag's end is looked for only outside of brackets: {{ {'a': {}} }} ends where it should;
 * - `-` in front of a tag strips all whitespace, lstrip_blocks only that of the line, and only when
 *   nothing else precedes the tag there; a print is never stripped on the left by it;
 * - trim_blocks takes one newline after %} and #}, but not after }} nor after {% raw %};
 * - a number may follow a dot as an integer only: a.0.1 is two subscripts;
 * - an escape in a string that Python does not know keeps its backslash.
 */
#include "src/jinja/lex.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "src/base/arena.h"
#include "src/base/str.h"
#include "src/base/utf8.h"
#include "src/jinja/lex_word.h"

int syntax_fail(struct syntax_error *error, enum fault_kind kind, size_t at, const char *fmt, ...)
{
	char text[sizeof(error->message) + 4];
	va_list ap;

	if (error->is_set)
		return -1;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	*error = (struct syntax_error){.is_set = true, .kind = kind, .at = (uint32_t)at};
	utf8_copy_text(error->message, sizeof(error->message), text, strlen(text));
	return -1;
}

int source_init(struct arena *arena, const char *text, size_t len, bool keep_trailing_newline,
		struct source *out)
{
	char *copy = arena_alloc(arena, len + 1);
	size_t n = 0;

	if (!copy)
		return -ENOMEM;
	for (size_t i = 0; i < len; i++) {
		if (text[i] != '\r')
			copy[n++] = text[i];
		else if (i + 1 == len || text[i + 1] != '\n')
			copy[n++] = '\n';
	}
	if (n > 0 && copy[n - 1] == '\n' && !keep_trailing_newline)
		n--;
	copy[n] = '\0';
	*out = (struct source){.text = copy, .len = n};
	return 0;
}

void source_place(const struct source *source, size_t at, uint32_t *line, uint32_t *column)
{
	uint32_t lines = 1, chars = 1;

	for (size_t i = 0; i < at && i < source->len; i++) {
		if (source->text[i] == '\n') {
			lines++;
			chars = 1;
		} else if (((unsigned char)source->text[i] & 0xc0) != 0x80) {
			chars++;
		}
	}
	*line = lines + source->lines_before;
	*column = chars;
}

static bool starts_with(const struct lexer *lexer, size_t pos, const char *what)
{
	size_t len = strlen(what);

	return pos <= lexer->source->len && lexer->source->len - pos >= len &&
			memcmp(lexer->source->text + pos, what, len) == 0;
}

/* The first byte at or after POS that is not whitespace. */
static size_t skip_space(const struct lexer *lexer, size_t pos)
{
	size_t used;

	while (pos < lexer->source->len &&
			lex_is_space(utf8_next(lexer->source->text + pos, lexer->source->len - pos,
					&used)))
		pos += used;
	return pos;
}

/* The end of the text [BEGIN, END) without the whitespace at its end. */
static size_t strip_right(const struct lexer *lexer, size_t begin, size_t end)
{
	size_t last, used;

	while (end > begin) {
		last = end - 1;
		while (last > begin && ((unsigned char)lexer->source->text[last] & 0xc0) == 0x80)
			last--;
		if (!lex_is_space(utf8_next(lexer->source->text + last, end - last, &used)))
			break;
		end = last;
	}
	return end;
}

/*
 * The data [BEGIN, END) in front of a tag whose sign is SIGN ('-', '+' or anything else), without
 * what whitespace control takes away.
 */
static size_t data_end(const struct lexer *lexer, size_t begin, size_t end, bool is_print)
{
	const char *text = lexer->source->text;
	char sign = text[end + 2]; /* NUL at the end of the source */
	size_t line = end;

	if (sign == '-')
		return strip_right(lexer, begin, end);
	if (sign == '+' || !lexer->lstrip_blocks || is_print)
		return end;
	while (line > begin && text[line - 1] != '\n')
		line--;
	if (line == begin && begin > 0 && text[begin - 1] != '\n')
		return end;
	return strip_right(lexer, line, end) == line ? line : end;
}

/*
 * If a tag ends at POS with CLOSE ("%}"), a sign in front of it included, the position behind it
 * and behind the whitespace it takes; 0 if none ends here.
 */
static size_t tag_end(const struct lexer *lexer, size_t pos, const char *close, bool may_trim)
{
	const char *text = lexer->source->text;

	if (text[pos] == '-' && starts_with(lexer, pos + 1, close))
		return skip_space(lexer, pos + 3);
	if (text[pos] == '+' && may_trim && starts_with(lexer, pos + 1, close))
		return pos + 3;
	if (!starts_with(lexer, pos, close))
		return 0;
	pos += 2;
	return pos + (may_trim && lexer->trim_blocks && text[pos] == '\n');
}

static bool is_sign(char c)
{
	return c == '-' || c == '+';
}

/* If {% WORD %} begins at POS (at its brace), the position of its closing sign or percent; or 0. */
static size_t only_word(const struct lexer *lexer, size_t pos, const char *word)
{
	if (!starts_with(lexer, pos, "{%"))
		return 0;
	pos += 2;
	if (is_sign(lexer->source->text[pos]))
		pos++;
	pos = skip_space(lexer, pos);
	if (!starts_with(lexer, pos, word))
		return 0;
	return skip_space(lexer, pos + strlen(word));
}

static size_t raw_begin(const struct lexer *lexer, size_t pos)
{
	size_t close = only_word(lexer, pos, "raw");

	if (close == 0 || lexer->source->text[close] == '+')
		return 0;
	if (starts_with(lexer, close, "%}"))
		return close + 2; /* no newline is taken here */
	return tag_end(lexer, close, "%}", false);
}

static void set_data(const struct lexer *lexer, size_t begin, size_t end, struct token *out)
{
	*out = (struct token){.kind = TOKEN_DATA, .at = (uint32_t)begin};
	out->text = (struct text){.data = lexer->source->text + begin, .len = end - begin};
}

/* Data up to endraw; the lexer stands behind {% raw %}, which is at AT. */
static int lex_raw(struct lexer *lexer, size_t at, struct token *out)
{
	size_t begin = lexer->pos;
	const char *text = lexer->source->text, *brace;
	size_t close, end;

	for (size_t pos = begin;; pos++) {
		brace = memchr(text + pos, '{', lexer->source->len - pos);
		if (!brace)
			return syntax_fail(lexer->error, FAULT_SYNTAX, at,
					"'raw' is not closed: '{%% endraw %%}' is missing");
		pos = (size_t)(brace - text);
		close = only_word(lexer, pos, "endraw");
		end = close ? tag_end(lexer, close, "%}", true) : 0;
		if (end == 0)
			continue;
		set_data(lexer, begin, data_end(lexer, begin, pos, false), out);
		lexer->pos = end;
		return 0;
	}
}

/* The lexer stands at a comment's brace. */
static int skip_comment(struct lexer *lexer)
{
	const char *text = lexer->source->text;
	size_t begin = lexer->pos + 2;
	const char *close;
	size_t pos;

	if (is_sign(text[begin]))
		begin++;
	close = memmem(text + begin, lexer->source->len - begin, "#}", 2);
	if (!close)
		return syntax_fail(lexer->error, FAULT_SYNTAX, lexer->pos,
				"comment is not closed: '#}' is missing");
	pos = (size_t)(close - text);
	if (pos > begin && is_sign(text[pos - 1]))
		pos--;
	lexer->pos = tag_end(lexer, pos, "#}", true);
	return 0;
}

/* The next tag's brace at or after POS; the length of the source if there is none. */
static size_t find_tag(const struct lexer *lexer, size_t pos)
{
	const char *text = lexer->source->text, *brace;

	for (; (brace = memchr(text + pos, '{', lexer->source->len - pos)) != NULL; pos++) {
		pos = (size_t)(brace - text);
		if (text[pos + 1] == '{' || text[pos + 1] == '%' || text[pos + 1] == '#')
			return pos;
	}
	return lexer->source->len;
}

/* Enter the tag that the lexer stands at. */
static int lex_tag(struct lexer *lexer, struct token *out)
{
	const char *text = lexer->source->text;
	size_t at = lexer->pos, raw;

	if (text[at + 1] == '#') {
		*out = (struct token){.kind = TOKEN_DATA, .at = (uint32_t)at}; /* nothing */
		return skip_comment(lexer);
	}
	raw = raw_begin(lexer, at);
	if (raw) {
		lexer->pos = raw;
		return lex_raw(lexer, at, out);
	}
	lexer->state = text[at + 1] == '{' ? LEX_PRINT : LEX_STATEMENT;
	lexer->bracket_count = 0;
	lexer->pos = at + 2 + is_sign(text[at + 2]);
	*out = (struct token){.at = (uint32_t)at};
	out->kind = lexer->state == LEX_PRINT ? TOKEN_PRINT_BEGIN : TOKEN_STATEMENT_BEGIN;
	return 0;
}

static int lex_root(struct lexer *lexer, struct token *out)
{
	size_t begin = lexer->pos, tag = find_tag(lexer, begin), end = tag;

	if (tag == lexer->source->len) {
		lexer->pos = tag;
		set_data(lexer, begin, tag, out);
		if (begin == tag)
			out->kind = TOKEN_END;
		return 0;
	}
	end = data_end(lexer, begin, tag, lexer->source->text[tag + 1] == '{');
	lexer->pos = tag;
	if (lex_tag(lexer, &lexer->waiting) < 0)
		return -1;
	set_data(lexer, begin, end, out);
	return 0;
}

static const char *const operators[TOKEN_SEMICOLON + 1] = {
		[TOKEN_ADD] = "+",
		[TOKEN_SUB] = "-",
		[TOKEN_MUL] = "*",
		[TOKEN_DIV] = "/",
		[TOKEN_FLOORDIV] = "//",
		[TOKEN_MOD] = "%",
		[TOKEN_POW] = "**",
		[TOKEN_TILDE] = "~",
		[TOKEN_EQ] = "==",
		[TOKEN_NE] = "!=",
		[TOKEN_LT] = "<",
		[TOKEN_LE] = "<=",
		[TOKEN_GT] = ">",
		[TOKEN_GE] = ">=",
		[TOKEN_ASSIGN] = "=",
		[TOKEN_LPAREN] = "(",
		[TOKEN_RPAREN] = ")",
		[TOKEN_LBRACKET] = "[",
		[TOKEN_RBRACKET] = "]",
		[TOKEN_LBRACE] = "{",
		[TOKEN_RBRACE] = "}",
		[TOKEN_DOT] = ".",
		[TOKEN_COLON] = ":",
		[TOKEN_COMMA] = ",",
		[TOKEN_PIPE] = "|",
		[TOKEN_SEMICOLON] = ";",
};

/* The longest operator at the lexer's position; TOKEN_END: none. */
static enum token_kind operator_at(const struct lexer *lexer)
{
	enum token_kind best = TOKEN_END;

	for (int kind = TOKEN_ADD; kind <= TOKEN_SEMICOLON; kind++) {
		if (starts_with(lexer, lexer->pos, operators[kind]) &&
				(best == TOKEN_END || operators[kind][1] != '\0'))
			best = (enum token_kind)kind;
	}
	return best;
}

static int open_bracket(struct lexer *lexer, char closing)
{
	if (lexer->bracket_count == JINJA_DEPTH_MAX)
		return syntax_fail(lexer->error, FAULT_LIMIT, lexer->pos,
				"more than %d brackets inside each other", JINJA_DEPTH_MAX);
	lexer->brackets[lexer->bracket_count++] =
			(struct bracket){.closing = closing, .at = (uint32_t)lexer->pos};
	return 0;
}

static int close_bracket(struct lexer *lexer, char closing)
{
	const struct bracket *open;
	uint32_t line, column;

	if (lexer->bracket_count == 0)
		return syntax_fail(
				lexer->error, FAULT_SYNTAX, lexer->pos, "unexpected '%c'", closing);
	open = &lexer->brackets[--lexer->bracket_count];
	if (open->closing == closing)
		return 0;
	source_place(lexer->source, open->at, &line, &column);
	return syntax_fail(lexer->error, FAULT_SYNTAX, lexer->pos,
			"unexpected '%c', expected '%c' for the '%c' of line %u, column %u",
			closing, open->closing, lexer->source->text[open->at], line, column);
}

static int lex_operator(struct lexer *lexer, struct token *out)
{
	enum token_kind kind = operator_at(lexer);
	char closing = kind == TOKEN_LPAREN ? ')' : kind == TOKEN_LBRACKET ? ']' : '}';
	int rc = 0;

	if (kind == TOKEN_END)
		return lex_fail_character(lexer);
	if (kind == TOKEN_LPAREN || kind == TOKEN_LBRACKET || kind == TOKEN_LBRACE)
		rc = open_bracket(lexer, closing);
	else if (kind == TOKEN_RPAREN || kind == TOKEN_RBRACKET || kind == TOKEN_RBRACE)
		rc = close_bracket(lexer, operators[kind][0]);
	out->kind = kind;
	lexer->pos += strlen(operators[kind]);
	return rc;
}

/* One token within a tag; the lexer stands at it. */
static int lex_inside(struct lexer *lexer, struct token *out)
{
	bool is_print = lexer->state == LEX_PRINT;
	const char *text = lexer->source->text;
	size_t end = 0;

	if (lexer->bracket_count == 0)
		end = tag_end(lexer, lexer->pos, is_print ? "}}" : "%}", !is_print);
	*out = (struct token){.kind = TOKEN_END, .at = (uint32_t)lexer->pos};
	if (end) {
		out->kind = is_print ? TOKEN_PRINT_END : TOKEN_STATEMENT_END;
		lexer->state = LEX_ROOT;
		lexer->pos = end;
		return 0;
	}
	if (lexer->pos == lexer->source->len)
		return 0;
	if (text[lexer->pos] >= '0' && text[lexer->pos] <= '9')
		return lex_number(lexer, out);
	if (text[lexer->pos] == '\'' || text[lexer->pos] == '"')
		return lex_string(lexer, out);
	if (lex_is_word_at(lexer))
		return lex_name(lexer, out);
	return lex_operator(lexer, out);
}

int lex_next(struct lexer *lexer, struct token *out)
{
	size_t pos;

	if (lexer->waiting.kind != TOKEN_END) {
		*out = lexer->waiting;
		lexer->waiting.kind = TOKEN_END;
		return 0;
	}
	if (lexer->state == LEX_ROOT)
		return lex_root(lexer, out);

	/* The end of a tag begins where the whitespace in front of it ends. */
	pos = skip_space(lexer, lexer->pos);
	lexer->pos = pos;
	return lex_inside(lexer, out);
}

const char *token_describe(const struct token *token)
{
	static const char *const kinds[] = {
			[TOKEN_END] = "end of template",
			[TOKEN_DATA] = "text",
			[TOKEN_PRINT_BEGIN] = "begin of print statement",
			[TOKEN_PRINT_END] = "end of print statement",
			[TOKEN_STATEMENT_BEGIN] = "begin of statement block",
			[TOKEN_STATEMENT_END] = "end of statement block",
			[TOKEN_NAME] = "name",
			[TOKEN_STRING] = "string",
			[TOKEN_INT] = "integer",
			[TOKEN_FLOAT] = "float",
	};

	if (token->kind == TOKEN_NAME && token->name)
		return token->name->text.data;
	return token->kind >= TOKEN_ADD ? operators[token->kind] : kinds[token->kind];
}
