/*
 * Operands of expressions and what follows them: literals, names, brackets, subscripts, calls,
 * filters, tests; and the signs in front.
 */
#include <string.h>

#include "src/jinja/method.h"
#include "src/jinja/parser.h"

static struct expr *new_const(struct parser *parser, uint32_t at, struct object constant)
{
	struct expr *expr = expr_new(parser, EXPR_CONST, at, 0);

	if (expr)
		expr->constant = constant;
	return expr;
}

static struct expr *parse_name(struct parser *parser)
{
	struct name *name = parser->current.name;
	uint32_t at = parser->current.at;
	struct expr *expr;

	parser_next(parser);
	switch (name->word) {
	case WORD_TRUE:
	case WORD_TRUE_UPPER:
		return new_const(parser, at, (struct object){.kind = OBJECT_BOOL, .boolean = true});
	case WORD_FALSE:
	case WORD_FALSE_UPPER:
		return new_const(parser, at, (struct object){.kind = OBJECT_BOOL});
	case WORD_NULL:
	case WORD_NULL_UPPER:
		return new_const(parser, at, (struct object){.kind = OBJECT_NONE});
	default:
		break;
	}
	parser_mention(parser, name, true);
	expr = expr_new(parser, EXPR_NAME, at, 0);
	if (expr)
		expr->variable.name = name;
	return expr;
}

/* Adjacent strings are one. */
static struct expr *parse_string(struct parser *parser)
{
	struct text *text = parser_alloc(parser, sizeof(*text));
	uint32_t at = parser->current.at;
	char *joined;

	if (!text)
		return NULL;
	*text = parser->current.text;
	parser_next(parser);
	while (parser->current.kind == TOKEN_STRING) {
		joined = parser_alloc(parser, text->len + parser->current.text.len + 1);
		if (!joined)
			return NULL;
		memcpy(joined, text->data, text->len);
		memcpy(joined + text->len, parser->current.text.data, parser->current.text.len);
		text->data = joined;
		text->len += parser->current.text.len;
		text->chars += parser->current.text.chars;
		parser_next(parser);
	}
	return new_const(parser, at, (struct object){.kind = OBJECT_STRING, .text = text});
}

static struct expr *parse_number(struct parser *parser)
{
	struct object number = {.kind = OBJECT_INT, .integer = parser->current.integer};
	uint32_t at = parser->current.at;

	if (parser->current.kind == TOKEN_FLOAT)
		number = (struct object){.kind = OBJECT_FLOAT, .real = parser->current.real};
	parser_next(parser);
	return new_const(parser, at, number);
}

/* What stands in brackets, up to CLOSE: expressions, or with IS_DICT `key: value`. */
static struct expr *parse_display(struct parser *parser, enum expr_kind kind, enum token_kind close)
{
	struct expr_list list = {0};
	uint32_t at = parser->current.at;
	struct expr *expr;
	size_t cap = 0;

	if (parser_enter(parser) < 0)
		return NULL;
	parser_next(parser);
	while (parser->current.kind != close) {
		if (list.count > 0 && parser_expect(parser, TOKEN_COMMA) < 0)
			return NULL;
		if (parser->current.kind == close)
			break;
		if (expr_list_push(parser, &list, &cap, parse_expression(parser)) < 0)
			return NULL;
		if (kind != EXPR_DICT)
			continue;
		if (parser_expect(parser, TOKEN_COLON) < 0 ||
				expr_list_push(parser, &list, &cap, parse_expression(parser)) < 0)
			return NULL;
	}
	parser_next(parser);
	parser_leave(parser);
	expr = expr_new(parser, kind, at, expr_list_depth(&list));
	if (expr)
		expr->list = list;
	return expr;
}

static struct expr *parse_parentheses(struct parser *parser)
{
	struct expr *expr;
	uint32_t at = parser->current.at;

	if (parser_enter(parser) < 0)
		return NULL;
	parser_next(parser);
	if (parser->current.kind == TOKEN_RPAREN)
		expr = expr_new(parser, EXPR_TUPLE, at, 0);
	else
		expr = parse_tuple(parser, true, WORD_NONE);
	if (!expr || parser_expect(parser, TOKEN_RPAREN) < 0)
		return NULL;
	parser_leave(parser);
	return expr;
}

static struct expr *parse_primary(struct parser *parser)
{
	switch (parser->current.kind) {
	case TOKEN_NAME:
		return parse_name(parser);
	case TOKEN_STRING:
		return parse_string(parser);
	case TOKEN_INT:
	case TOKEN_FLOAT:
		return parse_number(parser);
	case TOKEN_LPAREN:
		return parse_parentheses(parser);
	case TOKEN_LBRACKET:
		return parse_display(parser, EXPR_LIST, TOKEN_RBRACKET);
	case TOKEN_LBRACE:
		return parse_display(parser, EXPR_DICT, TOKEN_RBRACE);
	default:
		(void)parser_unexpected(parser, "an expression");
		return NULL;
	}
}

/* --- what follows an operand --- */

static enum loop_attribute loop_attribute_of(const struct name *name)
{
	static const char *const names[] = {
			[LOOP_INDEX] = "index",
			[LOOP_INDEX0] = "index0",
			[LOOP_REVINDEX] = "revindex",
			[LOOP_REVINDEX0] = "revindex0",
			[LOOP_FIRST] = "first",
			[LOOP_LAST] = "last",
			[LOOP_LENGTH] = "length",
			[LOOP_DEPTH] = "depth",
			[LOOP_DEPTH0] = "depth0",
			[LOOP_PREVITEM] = "previtem",
			[LOOP_NEXTITEM] = "nextitem",
			[LOOP_CYCLE] = "cycle",
			[LOOP_CHANGED] = "changed",
	};

	for (int i = LOOP_NONE + 1; i <= LOOP_CHANGED; i++) {
		if (strcmp(name->text.data, names[i]) == 0)
			return (enum loop_attribute)i;
	}
	return LOOP_NONE;
}

static bool is_plain_key(const struct text *name)
{
	return name->data[0] != '_' &&
			!function_find(dict_methods, dict_method_count, name->data, name->len);
}

static struct expr *new_item(
		struct parser *parser, struct expr *object, struct expr *key, uint32_t at)
{
	struct expr *expr = key ? expr_new(parser, EXPR_ITEM, at, expr_depth(object, key)) : NULL;

	if (!expr)
		return NULL;
	expr->item.object = object;
	expr->item.key = key;
	return expr;
}

/* The current token is the dot. */
static struct expr *parse_attribute(struct parser *parser, struct expr *object)
{
	struct expr *expr;
	uint32_t at;

	parser_next(parser);
	at = parser->current.at;
	if (parser->current.kind == TOKEN_INT)
		return new_item(parser, object, parse_number(parser), at);
	if (parser->current.kind != TOKEN_NAME) {
		(void)parser_unexpected(parser, "a name or number behind '.'");
		return NULL;
	}
	expr = expr_new(parser, EXPR_ATTRIBUTE, at, object->depth);
	if (!expr)
		return NULL;
	expr->attribute.object = object;
	expr->attribute.name = parser->current.name;
	expr->attribute.loop = loop_attribute_of(parser->current.name);
	expr->attribute.is_plain_key = is_plain_key(&parser->current.name->text);
	parser_next(parser);
	return expr;
}

static bool ends_bound(const struct parser *parser)
{
	return parser->current.kind == TOKEN_COLON || parser->current.kind == TOKEN_RBRACKET ||
			parser->current.kind == TOKEN_COMMA;
}

/* The bounds of a slice, of which the first may have been read; the current token is a colon. */
static struct expr *parse_slice(struct parser *parser, struct expr *object, struct expr *first)
{
	struct expr *bounds[3] = {first}, *expr;
	uint32_t at = parser->current.at;
	unsigned depth = expr_depth(object, first);

	for (size_t i = 1; i < 3 && parser_skip(parser, TOKEN_COLON); i++) {
		if (ends_bound(parser))
			continue;
		bounds[i] = parse_expression(parser);
		if (!bounds[i])
			return NULL;
		depth = bounds[i]->depth > depth ? bounds[i]->depth : depth;
	}
	expr = expr_new(parser, EXPR_SLICE, at, depth);
	if (!expr)
		return NULL;
	expr->slice.object = object;
	memcpy(expr->slice.bounds, bounds, sizeof(bounds));
	return expr;
}

/* The current token is the bracket. */
static struct expr *parse_subscript(struct parser *parser, struct expr *object)
{
	struct expr *expr, *key = NULL;
	uint32_t at = parser->current.at;

	if (parser_enter(parser) < 0)
		return NULL;
	parser_next(parser);
	if (parser->current.kind != TOKEN_COLON) {
		key = parse_tuple(parser, true, WORD_NONE);
		if (!key)
			return NULL;
	}
	if (parser->current.kind == TOKEN_COLON)
		expr = parse_slice(parser, object, key);
	else
		expr = new_item(parser, object, key, at);
	if (!expr || parser_expect(parser, TOKEN_RBRACKET) < 0)
		return NULL;
	parser_leave(parser);
	return expr;
}

static int add_keyword(struct parser *parser, struct arguments *arguments, size_t *cap)
{
	struct argument argument = {.name = parser->current.name};
	void *items;

	parser_next(parser);
	parser_next(parser);
	argument.value = parse_expression(parser);
	if (!argument.value)
		return -1;
	if (arguments->keyword_count == PARSER_KEYWORDS_MAX)
		return parser_fail(parser, argument.value->at, "more than %d arguments by name",
				PARSER_KEYWORDS_MAX);
	items = parser_grow(parser, arguments->keywords, arguments->keyword_count, cap,
			sizeof(argument));
	if (!items)
		return -1;
	arguments->keywords = items;
	for (size_t i = 0; i < arguments->keyword_count; i++) {
		if (arguments->keywords[i].name == argument.name)
			return parser_fail(parser, argument.value->at,
					"keyword argument '%s' is given twice",
					argument.name->text.data);
	}
	arguments->keywords[arguments->keyword_count++] = argument;
	return 0;
}

struct argument_caps {
	size_t positional, keywords;
};

static int parse_argument(
		struct parser *parser, struct arguments *arguments, struct argument_caps *caps)
{
	uint32_t at = parser->current.at;

	if (parser->current.kind == TOKEN_NAME && parser_look(parser)->kind == TOKEN_ASSIGN) {
		if (arguments->double_star)
			return parser_fail(parser, at, "an argument cannot follow '**'");
		return add_keyword(parser, arguments, &caps->keywords);
	}
	if (parser_skip(parser, TOKEN_MUL)) {
		if (arguments->star || arguments->double_star)
			return parser_fail(parser, at, "'*' cannot follow '*' or '**'");
		arguments->star = parse_expression(parser);
		return arguments->star ? 0 : -1;
	}
	if (parser_skip(parser, TOKEN_POW)) {
		if (arguments->double_star)
			return parser_fail(parser, at, "'**' cannot follow '**'");
		arguments->double_star = parse_expression(parser);
		return arguments->double_star ? 0 : -1;
	}
	if (arguments->star || arguments->double_star || arguments->keyword_count > 0)
		return parser_fail(parser, at,
				"an argument without a name cannot follow one with a name, '*' or "
				"'**'");
	return expr_list_push(parser, &arguments->positional, &caps->positional,
			parse_expression(parser));
}

/* The arguments in parentheses; the current token is the first of these. */
static struct arguments *parse_arguments(struct parser *parser)
{
	struct arguments *arguments = parser_alloc(parser, sizeof(*arguments));
	struct argument_caps caps = {0};

	if (!arguments || parser_enter(parser) < 0)
		return NULL;
	parser_next(parser);
	while (parser->current.kind != TOKEN_RPAREN) {
		if (parse_argument(parser, arguments, &caps) < 0)
			return NULL;
		if (parser->current.kind != TOKEN_RPAREN && parser_expect(parser, TOKEN_COMMA) < 0)
			return NULL;
	}
	parser_next(parser);
	parser_leave(parser);
	return arguments;
}

static unsigned arguments_depth(const struct arguments *arguments)
{
	unsigned depth = expr_list_depth(&arguments->positional);
	unsigned stars = expr_depth(arguments->star, arguments->double_star);

	for (size_t i = 0; i < arguments->keyword_count; i++)
		depth = arguments->keywords[i].value->depth > depth
				? arguments->keywords[i].value->depth
				: depth;
	return stars > depth ? stars : depth;
}

static struct expr *parse_call(struct parser *parser, struct expr *callee)
{
	uint32_t at = callee->at;
	struct arguments *arguments = parse_arguments(parser);
	struct expr *expr;
	unsigned depth;

	if (!arguments)
		return NULL;
	depth = arguments_depth(arguments);
	expr = expr_new(parser, EXPR_CALL, at, depth > callee->depth ? depth : callee->depth);
	if (!expr)
		return NULL;
	expr->call.callee = callee;
	expr->call.arguments = arguments;
	return expr;
}

static struct expr *parse_postfix(struct parser *parser, struct expr *expr)
{
	while (expr) {
		if (parser->current.kind == TOKEN_DOT)
			expr = parse_attribute(parser, expr);
		else if (parser->current.kind == TOKEN_LBRACKET)
			expr = parse_subscript(parser, expr);
		else if (parser->current.kind == TOKEN_LPAREN)
			expr = parse_call(parser, expr);
		else
			break;
	}
	return expr;
}

/* The name of a filter or test, dots included: "ansible.builtin.combine". */
static struct name *parse_dotted(struct parser *parser)
{
	char dotted[128];
	struct name *name = parser_expect_name(parser), *part;
	size_t len;

	while (name && parser_skip(parser, TOKEN_DOT)) {
		part = parser_expect_name(parser);
		if (!part)
			return NULL;
		len = name->text.len + 1 + part->text.len;
		if (len >= sizeof(dotted)) {
			(void)parser_fail(parser, parser->current.at,
					"a name of more than %zu bytes", sizeof(dotted) - 1);
			return NULL;
		}
		memcpy(dotted, name->text.data, name->text.len);
		dotted[name->text.len] = '.';
		memcpy(dotted + name->text.len + 1, part->text.data, part->text.len);
		name = names_intern(parser->lexer.names, dotted, len);
		if (!name)
			(void)syntax_fail(parser->error, FAULT_MEMORY, parser->current.at,
					"no memory");
	}
	return name;
}

/* A filter or test of OBJECT (or NULL) whose name and arguments are known. */
static struct expr *new_filter(struct parser *parser, enum expr_kind kind, struct expr *object,
		const struct name *name, struct arguments *arguments)
{
	unsigned depth = object ? object->depth : 0;
	struct expr *expr;

	if (arguments && arguments_depth(arguments) > depth)
		depth = arguments_depth(arguments);
	expr = expr_new(parser, kind, 0, depth);
	if (!expr)
		return NULL;
	expr->filter.object = object;
	expr->filter.name = name;
	expr->filter.arguments = arguments;
	return expr;
}

struct expr *parse_filters(struct parser *parser, struct expr *object, bool is_block)
{
	struct arguments *arguments;
	struct name *name;
	uint32_t at;

	while (is_block || parser->current.kind == TOKEN_PIPE) {
		if (!is_block)
			parser_next(parser);
		is_block = false;
		at = parser->current.at;
		name = parse_dotted(parser);
		arguments = NULL;
		if (!name)
			return NULL;
		if (parser->current.kind == TOKEN_LPAREN) {
			arguments = parse_arguments(parser);
			if (!arguments)
				return NULL;
		}
		object = new_filter(parser, EXPR_FILTER, object, name, arguments);
		if (!object)
			return NULL;
		object->at = at;
	}
	return object;
}

/* The only argument of a test without parentheses. */
static struct arguments *parse_test_argument(struct parser *parser)
{
	struct arguments *arguments = parser_alloc(parser, sizeof(*arguments));
	size_t cap = 0;

	if (!arguments ||
			expr_list_push(parser, &arguments->positional, &cap,
					parse_postfix(parser, parse_primary(parser))) < 0)
		return NULL;
	return arguments;
}

static bool begins_test_argument(const struct parser *parser)
{
	switch (parser->current.kind) {
	case TOKEN_NAME:
		return !parser_is(parser, WORD_ELSE) && !parser_is(parser, WORD_OR) &&
				!parser_is(parser, WORD_AND);
	case TOKEN_STRING:
	case TOKEN_INT:
	case TOKEN_FLOAT:
	case TOKEN_LBRACKET:
	case TOKEN_LBRACE:
		return true;
	default:
		return false;
	}
}

/* The current token is `is`. */
static struct expr *parse_test(struct parser *parser, struct expr *object)
{
	struct arguments *arguments = NULL;
	struct expr *expr, *negated;
	struct name *name;
	bool is_negated, has_argument;
	uint32_t at;

	parser_next(parser);
	is_negated = parser_skip_word(parser, WORD_NOT);
	at = parser->current.at;
	name = parse_dotted(parser);
	if (!name)
		return NULL;
	has_argument = begins_test_argument(parser);
	if (has_argument && parser_is(parser, WORD_IS)) {
		(void)parser_fail(parser, parser->current.at,
				"tests cannot be chained: join them with 'and'");
		return NULL;
	}
	if (parser->current.kind == TOKEN_LPAREN)
		arguments = parse_arguments(parser);
	else if (has_argument)
		arguments = parse_test_argument(parser);
	if (!arguments && (has_argument || parser->error->is_set))
		return NULL;
	expr = new_filter(parser, EXPR_TEST, object, name, arguments);
	if (expr)
		expr->at = at;
	if (!expr || !is_negated)
		return expr;
	negated = expr_new(parser, EXPR_NOT, at, expr->depth);
	if (negated)
		negated->operand = expr;
	return negated;
}

static struct expr *parse_behind(struct parser *parser, struct expr *expr)
{
	while (expr) {
		if (parser->current.kind == TOKEN_PIPE)
			expr = parse_filters(parser, expr, false);
		else if (parser_is(parser, WORD_IS))
			expr = parse_test(parser, expr);
		else if (parser->current.kind == TOKEN_LPAREN)
			expr = parse_call(parser, expr);
		else
			break;
	}
	return expr;
}

/* --- signs --- */

/* -5 is a number of its own. */
static bool fold_sign(struct expr *operand, bool is_negative)
{
	struct object *constant = &operand->constant;

	if (operand->kind != EXPR_CONST)
		return false;
	if (constant->kind == OBJECT_INT && constant->integer != INT64_MIN)
		constant->integer = is_negative ? -constant->integer : constant->integer;
	else if (constant->kind == OBJECT_FLOAT)
		constant->real = is_negative ? -constant->real : constant->real;
	else
		return false;
	return true;
}

static struct expr *parse_sign(struct parser *parser)
{
	bool is_negative = parser->current.kind == TOKEN_SUB;
	uint32_t at = parser->current.at;
	struct expr *operand, *expr;

	if (parser_enter(parser) < 0)
		return NULL;
	parser_next(parser);
	operand = parse_unary(parser, false);
	parser_leave(parser);
	if (!operand || fold_sign(operand, is_negative))
		return operand;
	expr = expr_new(parser, is_negative ? EXPR_NEGATE : EXPR_PLUS, at, operand->depth);
	if (expr)
		expr->operand = operand;
	return expr;
}

struct expr *parse_unary(struct parser *parser, bool with_filter)
{
	bool is_sign = parser->current.kind == TOKEN_SUB || parser->current.kind == TOKEN_ADD;
	struct expr *expr = is_sign ? parse_sign(parser) : parse_primary(parser);

	expr = parse_postfix(parser, expr);
	return with_filter ? parse_behind(parser, expr) : expr;
}
