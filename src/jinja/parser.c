#include "src/jinja/parser.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "src/base/arena.h"

#define GROW_FIRST 4

static void read_token(struct parser *parser, struct token *out)
{
	if (parser->error->is_set || lex_next(&parser->lexer, out) < 0)
		*out = (struct token){.kind = TOKEN_END, .at = (uint32_t)parser->lexer.pos};
}

void parser_next(struct parser *parser)
{
	if (parser->has_ahead)
		parser->current = parser->ahead;
	else
		read_token(parser, &parser->current);
	parser->has_ahead = false;
}

const struct token *parser_look(struct parser *parser)
{
	if (!parser->has_ahead)
		read_token(parser, &parser->ahead);
	parser->has_ahead = true;
	return &parser->ahead;
}

void *parser_alloc(struct parser *parser, size_t size)
{
	void *data = arena_alloc(parser->setup->arena, size);

	if (!data)
		(void)syntax_fail(parser->error, FAULT_MEMORY, parser->current.at, "no memory");
	return data;
}

void *parser_grow(struct parser *parser, void *items, size_t count, size_t *cap, size_t item_size)
{
	size_t more = *cap ? *cap * 2 : GROW_FIRST;
	void *copy;

	if (count < *cap)
		return items;
	copy = parser_alloc(parser, more * item_size);
	if (!copy)
		return NULL;
	if (count > 0)
		memcpy(copy, items, count * item_size);
	*cap = more;
	return copy;
}

int parser_fail(struct parser *parser, size_t at, const char *fmt, ...)
{
	char text[sizeof(parser->error->message)];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	parser->current = (struct token){.kind = TOKEN_END, .at = parser->current.at};
	parser->has_ahead = false;
	return syntax_fail(parser->error, FAULT_SYNTAX, at, "%s", text);
}

int parser_unexpected(struct parser *parser, const char *expected)
{
	const struct open_tag *open = parser->open;
	uint32_t line, column;

	if (parser->current.kind != TOKEN_END)
		return parser_fail(parser, parser->current.at, "unexpected '%s', expected %s",
				token_describe(&parser->current), expected);
	if (!open)
		return parser_fail(parser, parser->current.at,
				"unexpected end of template, expected %s", expected);
	source_place(parser->lexer.source, open->at, &line, &column);
	return parser_fail(parser, parser->current.at,
			"unexpected end of template, expected %s, in '%s' of line %u", expected,
			word_text(open->word), line);
}

bool parser_is(const struct parser *parser, enum word word)
{
	return parser->current.kind == TOKEN_NAME && parser->current.name->word == word;
}

bool parser_skip(struct parser *parser, enum token_kind kind)
{
	if (parser->current.kind != kind)
		return false;
	parser_next(parser);
	return true;
}

bool parser_skip_word(struct parser *parser, enum word word)
{
	if (!parser_is(parser, word))
		return false;
	parser_next(parser);
	return true;
}

int parser_expect(struct parser *parser, enum token_kind kind)
{
	struct token wanted = {.kind = kind};
	char quoted[64];

	if (parser->current.kind == kind) {
		parser_next(parser);
		return 0;
	}
	(void)snprintf(quoted, sizeof(quoted), "'%s'", token_describe(&wanted));
	return parser_unexpected(parser, quoted);
}

struct name *parser_expect_name(struct parser *parser)
{
	struct name *name = parser->current.name;

	if (parser->current.kind != TOKEN_NAME) {
		(void)parser_unexpected(parser, "a name");
		return NULL;
	}
	parser_next(parser);
	return name;
}

int parser_enter(struct parser *parser)
{
	if (parser->depth++ < JINJA_DEPTH_MAX)
		return 0;
	return syntax_fail(parser->error, FAULT_LIMIT, parser->current.at,
			"more than %d statements and brackets inside each other", JINJA_DEPTH_MAX);
}

void parser_leave(struct parser *parser)
{
	parser->depth--;
}

static enum mention *mention_of(struct mentions *mentions, enum word word)
{
	switch (word) {
	case WORD_LOOP:
		return &mentions->loop;
	case WORD_CALLER:
		return &mentions->caller;
	case WORD_KWARGS:
		return &mentions->kwargs;
	case WORD_VARARGS:
		return &mentions->varargs;
	case WORD_SELF:
		return &mentions->self;
	case WORD_SUPER:
		return &mentions->super;
	default:
		return NULL;
	}
}

void parser_mention(struct parser *parser, const struct name *name, bool is_use)
{
	enum mention *mention;

	if (name->word < WORD_LOOP)
		return;
	for (struct watcher *watcher = parser->watchers; watcher; watcher = watcher->outer) {
		mention = mention_of(watcher->mentions, name->word);
		if (mention && *mention == MENTION_NONE)
			*mention = is_use ? MENTION_USED : MENTION_HIDDEN;
		if (watcher->is_block)
			break;
	}
}
