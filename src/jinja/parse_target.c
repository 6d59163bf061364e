/*
 * Where assignments go: names, tuples of them, attributes of namespaces.
 */
#include "src/jinja/parser.h"

static struct target *new_target(struct parser *parser, enum target_kind kind, uint32_t at)
{
	struct target *target = parser_alloc(parser, sizeof(*target));

	if (target) {
		target->kind = kind;
		target->at = at;
	}
	return target;
}

static bool is_constant(const struct name *name)
{
	return name->word >= WORD_TRUE && name->word <= WORD_NULL_UPPER;
}

struct target *parse_target_name(struct parser *parser)
{
	struct target *target = new_target(parser, TARGET_NAME, parser->current.at);
	struct name *name = parser_expect_name(parser);

	if (!target || !name)
		return NULL;
	if (is_constant(name)) {
		(void)parser_fail(parser, target->at, "cannot assign to '%s'", name->text.data);
		return NULL;
	}
	parser_mention(parser, name, false);
	target->name = name;
	return target;
}

/* NAME.ATTRIBUTE of a namespace. */
static struct target *parse_target_attribute(struct parser *parser)
{
	struct target *target = new_target(parser, TARGET_ATTRIBUTE, parser->current.at);

	if (!target)
		return NULL;
	target->name = parser->current.name;
	parser_next(parser);
	parser_next(parser);
	target->attribute = parser_expect_name(parser);
	return target->attribute ? target : NULL;
}

static struct target *parse_target_item(struct parser *parser, bool with_attributes)
{
	struct target *target;

	if (with_attributes && parser->current.kind == TOKEN_NAME &&
			parser_look(parser)->kind == TOKEN_DOT)
		return parse_target_attribute(parser);
	if (parser->current.kind != TOKEN_LPAREN)
		return parse_target_name(parser);
	if (parser_enter(parser) < 0)
		return NULL;
	parser_next(parser);
	target = parse_target(parser, with_attributes, WORD_NONE);
	if (!target || parser_expect(parser, TOKEN_RPAREN) < 0)
		return NULL;
	parser_leave(parser);
	return target;
}

struct target *parse_target(struct parser *parser, bool with_attributes, enum word end)
{
	struct target *tuple = NULL, *target;
	uint32_t at = parser->current.at;
	size_t cap = 0;
	void *items;

	for (;;) {
		if (tuple &&
				(parse_ends_tuple(parser, end) ||
						parser->current.kind == TOKEN_ASSIGN))
			return tuple;
		target = parse_target_item(parser, with_attributes);
		if (!target)
			return NULL;
		if (!tuple && parser->current.kind != TOKEN_COMMA)
			return target;
		if (!tuple)
			tuple = new_target(parser, TARGET_TUPLE, at);
		items = tuple ? parser_grow(parser, tuple->items, tuple->count, &cap,
						sizeof(*tuple->items))
			      : NULL;
		if (!items)
			return NULL;
		tuple->items = items;
		tuple->items[tuple->count++] = target;
		if (!parser_skip(parser, TOKEN_COMMA))
			return tuple;
	}
}
