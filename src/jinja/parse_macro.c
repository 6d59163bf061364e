/* Macros and call blocks. */
#include "src/jinja/parse_tag.h"
#include "src/jinja/parser.h"

static int add_parameter(
		struct parser *parser, struct macro *macro, size_t *cap, size_t *default_cap)
{
	size_t n = macro->parameter_count;
	void *items;

	if (n == PARSER_PARAMETERS_MAX)
		return parser_fail(parser, parser->current.at, "more than %d parameters",
				PARSER_PARAMETERS_MAX);
	macro->parameters =
			parser_grow(parser, macro->parameters, n, cap, sizeof(*macro->parameters));
	if (!macro->parameters)
		return -1;
	macro->parameters[n] = parse_target_name(parser);
	if (!macro->parameters[n])
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (macro->parameters[i]->name == macro->parameters[n]->name)
			return parser_fail(parser, macro->parameters[n]->at,
					"parameter '%s' is given twice",
					macro->parameters[n]->name->text.data);
	}
	macro->parameter_count++;
	macro->has_caller_parameter |= macro->parameters[n]->name->word == WORD_CALLER;
	if (!parser_skip(parser, TOKEN_ASSIGN)) {
		if (macro->default_count == 0)
			return 0;
		return parser_fail(parser, macro->parameters[n]->at,
				"parameter '%s' needs a default, because one in front of it has "
				"one",
				macro->parameters[n]->name->text.data);
	}
	items = parser_grow(parser, macro->defaults, macro->default_count, default_cap,
			sizeof(*macro->defaults));
	if (!items)
		return -1;
	macro->defaults = items;
	macro->defaults[macro->default_count] = parse_expression(parser);
	return macro->defaults[macro->default_count++] ? 0 : -1;
}

static int parse_signature(struct parser *parser, struct macro *macro)
{
	size_t cap = 0, default_cap = 0;

	if (parser_expect(parser, TOKEN_LPAREN) < 0)
		return -1;
	while (parser->current.kind != TOKEN_RPAREN) {
		if (macro->parameter_count > 0 && parser_expect(parser, TOKEN_COMMA) < 0)
			return -1;
		if (add_parameter(parser, macro, &cap, &default_cap) < 0)
			return -1;
	}
	parser_next(parser);
	return 0;
}

/* A special `caller` that may be left out has to be among the defaults. */
static int check_caller(struct parser *parser, const struct macro *macro, uint32_t at)
{
	size_t without = macro->parameter_count - macro->default_count;

	for (size_t i = 0; i < without && macro->mentions.caller == MENTION_USED; i++) {
		if (macro->parameters[i]->name->word == WORD_CALLER)
			return parser_fail(parser, at,
					"the parameter 'caller' needs a default ('caller=none')");
	}
	return 0;
}

int parse_macro(struct parser *parser, struct stmt *stmt)
{
	struct macro *macro = parser_alloc(parser, sizeof(*macro));
	struct body body = {.word = WORD_MACRO, .at = stmt->at, .ends = ENDS(WORD_ENDMACRO)};

	if (!macro)
		return -1;
	stmt->kind = STMT_MACRO;
	stmt->macro.macro = macro;
	stmt->macro.target = parse_target_name(parser);
	if (!stmt->macro.target)
		return -1;
	macro->name = stmt->macro.target->name;
	if (parse_signature(parser, macro) < 0)
		return -1;
	body.mentions = &macro->mentions;
	parser->template->has_macros = true;
	if (parse_body(parser, &body, &macro->body) < 0)
		return -1;
	return check_caller(parser, macro, stmt->at);
}

int parse_call_block(struct parser *parser, struct stmt *stmt)
{
	struct macro *macro = parser_alloc(parser, sizeof(*macro));
	struct body body = {.word = WORD_CALL, .at = stmt->at, .ends = ENDS(WORD_ENDCALL)};

	if (!macro)
		return -1;
	stmt->kind = STMT_CALL;
	stmt->macro.macro = macro;
	if (parser->current.kind == TOKEN_LPAREN && parse_signature(parser, macro) < 0)
		return -1;
	stmt->macro.call = parse_expression(parser);
	if (!stmt->macro.call)
		return -1;
	if (stmt->macro.call->kind != EXPR_CALL)
		return parser_fail(parser, stmt->macro.call->at,
				"expected a call of a macro behind 'call': 'name(...)'");
	body.mentions = &macro->mentions;
	if (parse_body(parser, &body, &macro->body) < 0)
		return -1;
	return check_caller(parser, macro, stmt->at);
}
