/*
 * Expressions, by precedence climbing. From weak to strong:
 *
 *     x if c else y, or, and, not, comparisons and `in` (chained), + -, ~, * / // %, **, unary + -,
 *     then what follows an operand: .a [b] (c), and after that |filter and `is test`.
 *
 * Two things differ from Python: ** binds to the left, and weaker than a sign in front of it; ~
 * binds stronger than +. A filter takes the sign along: -1|abs is 1.
 */
#include "src/jinja/parser.h"

enum level {
	LEVEL_NONE,
	LEVEL_OR,
	LEVEL_AND,
	LEVEL_NOT,
	LEVEL_COMPARE,
	LEVEL_ADD,
	LEVEL_CONCAT,
	LEVEL_MULTIPLY,
	LEVEL_POWER,
	LEVEL_UNARY,
};

static struct expr *parse_binary(struct parser *parser, enum level level);

/* A node over trees of at most DEPTH levels. */
struct expr *expr_new(struct parser *parser, enum expr_kind kind, uint32_t at, unsigned depth)
{
	struct expr *expr;

	if (depth >= JINJA_DEPTH_MAX) {
		(void)syntax_fail(parser->error, FAULT_LIMIT, at,
				"expression of more than %d levels: assign parts of it with 'set'",
				JINJA_DEPTH_MAX);
		return NULL;
	}
	expr = parser_alloc(parser, sizeof(*expr));
	if (!expr)
		return NULL;
	expr->kind = kind;
	expr->at = at;
	expr->depth = (uint16_t)(depth + 1);
	return expr;
}

unsigned expr_depth(const struct expr *a, const struct expr *b)
{
	unsigned left = a ? a->depth : 0, right = b ? b->depth : 0;

	return left > right ? left : right;
}

unsigned expr_list_depth(const struct expr_list *list)
{
	unsigned depth = 0;

	for (size_t i = 0; i < list->count; i++)
		depth = list->items[i]->depth > depth ? list->items[i]->depth : depth;
	return depth;
}

int expr_list_push(struct parser *parser, struct expr_list *list, size_t *cap, struct expr *item)
{
	void *items;

	if (!item)
		return -1;
	items = parser_grow(parser, list->items, list->count, cap, sizeof(struct expr *));
	if (!items)
		return -1;
	list->items = items;
	list->items[list->count++] = item;
	return 0;
}

struct infix {
	enum level level;
	enum object_op op;
	enum compare_op compare;
};

/* The operator that the current token is; LEVEL_NONE: it is none. */
static struct infix infix_of(struct parser *parser)
{
	static const struct infix infixes[TOKEN_SEMICOLON + 1] = {
			[TOKEN_ADD] = {LEVEL_ADD, OP_ADD, 0},
			[TOKEN_SUB] = {LEVEL_ADD, OP_SUB, 0},
			[TOKEN_MUL] = {LEVEL_MULTIPLY, OP_MUL, 0},
			[TOKEN_DIV] = {LEVEL_MULTIPLY, OP_DIV, 0},
			[TOKEN_FLOORDIV] = {LEVEL_MULTIPLY, OP_FLOORDIV, 0},
			[TOKEN_MOD] = {LEVEL_MULTIPLY, OP_MOD, 0},
			[TOKEN_POW] = {LEVEL_POWER, OP_POW, 0},
			[TOKEN_TILDE] = {LEVEL_CONCAT, 0, 0},
			[TOKEN_EQ] = {LEVEL_COMPARE, 0, COMPARE_EQ},
			[TOKEN_NE] = {LEVEL_COMPARE, 0, COMPARE_NE},
			[TOKEN_LT] = {LEVEL_COMPARE, 0, COMPARE_LT},
			[TOKEN_LE] = {LEVEL_COMPARE, 0, COMPARE_LE},
			[TOKEN_GT] = {LEVEL_COMPARE, 0, COMPARE_GT},
			[TOKEN_GE] = {LEVEL_COMPARE, 0, COMPARE_GE},
	};
	const struct token *ahead;

	if (parser->current.kind != TOKEN_NAME)
		return infixes[parser->current.kind];
	switch (parser->current.name->word) {
	case WORD_OR:
		return (struct infix){.level = LEVEL_OR};
	case WORD_AND:
		return (struct infix){.level = LEVEL_AND};
	case WORD_IN:
		return (struct infix){.level = LEVEL_COMPARE, .compare = COMPARE_IN};
	case WORD_NOT:
		ahead = parser_look(parser);
		if (ahead->kind == TOKEN_NAME && ahead->name->word == WORD_IN)
			return (struct infix){.level = LEVEL_COMPARE, .compare = COMPARE_NOT_IN};
		return (struct infix){0};
	default:
		return (struct infix){0};
	}
}

/* LEFT and what it is compared to, one after the other; the current token is the first operator. */
static struct expr *parse_comparison(struct parser *parser, struct expr *left)
{
	struct comparison *rest = NULL;
	size_t count = 0, cap = 0;
	unsigned depth = left->depth;
	uint32_t at = left->at;
	struct infix op;
	struct expr *expr;

	for (;;) {
		op = infix_of(parser);
		if (op.level != LEVEL_COMPARE)
			break;
		if (op.compare == COMPARE_NOT_IN)
			parser_next(parser);
		parser_next(parser);
		rest = parser_grow(parser, rest, count, &cap, sizeof(*rest));
		expr = rest ? parse_binary(parser, LEVEL_ADD) : NULL;
		if (!expr)
			return NULL;
		rest[count++] = (struct comparison){.op = op.compare, .right = expr};
		depth = expr->depth > depth ? expr->depth : depth;
	}
	expr = expr_new(parser, EXPR_COMPARE, at, depth);
	if (!expr)
		return NULL;
	expr->compare.left = left;
	expr->compare.rest = rest;
	expr->compare.count = count;
	return expr;
}

static struct expr *parse_concat(struct parser *parser, struct expr *left)
{
	struct expr_list list = {0};
	uint32_t at = left->at;
	struct expr *expr;
	size_t cap = 0;

	if (expr_list_push(parser, &list, &cap, left) < 0)
		return NULL;
	while (parser_skip(parser, TOKEN_TILDE)) {
		if (expr_list_push(parser, &list, &cap, parse_binary(parser, LEVEL_MULTIPLY)) < 0)
			return NULL;
	}
	expr = expr_new(parser, EXPR_CONCAT, at, expr_list_depth(&list));
	if (expr)
		expr->list = list;
	return expr;
}

static struct expr *parse_right(struct parser *parser, struct expr *left, struct infix op)
{
	enum expr_kind kind = op.level == LEVEL_OR ? EXPR_OR
			: op.level == LEVEL_AND	   ? EXPR_AND
						   : EXPR_BINARY;
	uint32_t at = op.level == LEVEL_OR || op.level == LEVEL_AND ? left->at : parser->current.at;
	struct expr *expr, *right;

	parser_next(parser);
	right = parse_binary(parser, (enum level)(op.level + 1));
	if (!right)
		return NULL;
	expr = expr_new(parser, kind, at, expr_depth(left, right));
	if (!expr)
		return NULL;
	expr->binary.op = op.op;
	expr->binary.left = left;
	expr->binary.right = right;
	return expr;
}

static struct expr *parse_not(struct parser *parser)
{
	uint32_t at = parser->current.at;
	struct expr *operand, *expr;

	if (parser_enter(parser) < 0)
		return NULL;
	parser_next(parser);
	operand = parse_binary(parser, LEVEL_NOT);
	parser_leave(parser);
	if (!operand)
		return NULL;
	expr = expr_new(parser, EXPR_NOT, at, operand->depth);
	if (expr)
		expr->operand = operand;
	return expr;
}

/* An expression of operators that bind at least as strongly as LEVEL. */
static struct expr *parse_binary(struct parser *parser, enum level level)
{
	bool is_not = level <= LEVEL_NOT && parser_is(parser, WORD_NOT);
	struct expr *left = is_not ? parse_not(parser) : parse_unary(parser, true);
	struct infix op;

	while (left) {
		op = infix_of(parser);
		if (op.level == LEVEL_NONE || op.level < level)
			break;
		if (op.level == LEVEL_COMPARE)
			left = parse_comparison(parser, left);
		else if (op.level == LEVEL_CONCAT)
			left = parse_concat(parser, left);
		else
			left = parse_right(parser, left, op);
	}
	return left;
}

/* What follows `if` behind YES. */
static struct expr *parse_condition(struct parser *parser, struct expr *yes)
{
	struct expr *test = parse_binary(parser, LEVEL_OR), *no = NULL, *expr;
	unsigned depth;

	if (!test)
		return NULL;
	if (parser_skip_word(parser, WORD_ELSE)) {
		if (parser_enter(parser) < 0)
			return NULL;
		no = parse_expression(parser);
		parser_leave(parser);
		if (!no)
			return NULL;
	}
	depth = expr_depth(test, no);
	expr = expr_new(parser, EXPR_CONDITION, yes->at, yes->depth > depth ? yes->depth : depth);
	if (!expr)
		return NULL;
	expr->condition.test = test;
	expr->condition.yes = yes;
	expr->condition.no = no;
	return expr;
}

struct expr *parse_expression(struct parser *parser)
{
	struct expr *expr = parse_binary(parser, LEVEL_OR);

	while (expr && parser_skip_word(parser, WORD_IF))
		expr = parse_condition(parser, expr);
	return expr;
}

bool parse_ends_tuple(const struct parser *parser, enum word end)
{
	switch (parser->current.kind) {
	case TOKEN_PRINT_END:
	case TOKEN_STATEMENT_END:
	case TOKEN_RPAREN:
	case TOKEN_RBRACKET:
		return true;
	default:
		return end != WORD_NONE && parser_is(parser, end);
	}
}

struct expr *parse_tuple(struct parser *parser, bool with_condition, enum word end)
{
	struct expr_list list = {0};
	uint32_t at = parser->current.at;
	bool is_tuple = false;
	struct expr *expr;
	size_t cap = 0;

	if (parse_ends_tuple(parser, end)) {
		(void)parser_unexpected(parser, "an expression");
		return NULL;
	}
	do {
		if (is_tuple && parse_ends_tuple(parser, end))
			break;
		expr = with_condition ? parse_expression(parser) : parse_binary(parser, LEVEL_OR);
		if (expr_list_push(parser, &list, &cap, expr) < 0)
			return NULL;
		is_tuple = parser->current.kind == TOKEN_COMMA || is_tuple;
	} while (parser_skip(parser, TOKEN_COMMA));
	if (!is_tuple)
		return list.items[0];
	expr = expr_new(parser, EXPR_TUPLE, at, expr_list_depth(&list));
	if (expr)
		expr->list = list;
	return expr;
}
