#include "src/jinja/scope_collect.h"

static void collect_list(struct symbols *symbols, const struct expr_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		scope_collect_expr(symbols, list->items[i]);
}

static void collect_arguments(struct symbols *symbols, const struct arguments *arguments)
{
	if (!arguments)
		return;
	collect_list(symbols, &arguments->positional);
	for (size_t i = 0; i < arguments->keyword_count; i++)
		scope_collect_expr(symbols, arguments->keywords[i].value);
	scope_collect_expr(symbols, arguments->star);
	scope_collect_expr(symbols, arguments->double_star);
}

static void collect_parts(struct symbols *symbols, const struct expr *expr)
{
	switch (expr->kind) {
	case EXPR_SLICE:
		scope_collect_expr(symbols, expr->slice.object);
		for (size_t i = 0; i < 3; i++)
			scope_collect_expr(symbols, expr->slice.bounds[i]);
		break;
	case EXPR_CALL:
		scope_collect_expr(symbols, expr->call.callee);
		collect_arguments(symbols, expr->call.arguments);
		break;
	case EXPR_FILTER:
	case EXPR_TEST:
		scope_collect_expr(symbols, expr->filter.object);
		collect_arguments(symbols, expr->filter.arguments);
		break;
	case EXPR_COMPARE:
		scope_collect_expr(symbols, expr->compare.left);
		for (size_t i = 0; i < expr->compare.count; i++)
			scope_collect_expr(symbols, expr->compare.rest[i].right);
		break;
	case EXPR_CONDITION:
		scope_collect_expr(symbols, expr->condition.test);
		scope_collect_expr(symbols, expr->condition.yes);
		scope_collect_expr(symbols, expr->condition.no);
		break;
	default:
		break;
	}
}

void scope_collect_expr(struct symbols *symbols, const struct expr *expr)
{
	if (!expr)
		return;
	switch (expr->kind) {
	case EXPR_NAME:
		symbol_load(symbols, expr->variable.name);
		break;
	case EXPR_ATTRIBUTE:
		scope_collect_expr(symbols, expr->attribute.object);
		break;
	case EXPR_ITEM:
		scope_collect_expr(symbols, expr->item.object);
		scope_collect_expr(symbols, expr->item.key);
		break;
	case EXPR_LIST:
	case EXPR_TUPLE:
	case EXPR_DICT:
	case EXPR_CONCAT:
		collect_list(symbols, &expr->list);
		break;
	case EXPR_BINARY:
	case EXPR_AND:
	case EXPR_OR:
		scope_collect_expr(symbols, expr->binary.left);
		scope_collect_expr(symbols, expr->binary.right);
		break;
	case EXPR_NOT:
	case EXPR_NEGATE:
	case EXPR_PLUS:
		scope_collect_expr(symbols, expr->operand);
		break;
	default:
		collect_parts(symbols, expr);
		break;
	}
}

/* The names of TARGET are assigned to, or filled when the frame is entered. */
void scope_collect_target(struct symbols *symbols, const struct target *target, bool is_parameter)
{
	if (target->kind == TARGET_TUPLE) {
		for (size_t i = 0; i < target->count; i++)
			scope_collect_target(symbols, target->items[i], is_parameter);
	} else if (target->kind == TARGET_ATTRIBUTE) {
		symbol_load(symbols, target->name);
	} else if (is_parameter) {
		symbol_parameter(symbols, target->name);
	} else {
		symbol_store(symbols, target->name);
	}
}

/* One branch of an `if` with its condition, as an `if` by itself. */
static void collect_branch(struct symbols *symbols, const struct if_branch *branch)
{
	struct branch branches[3];

	scope_collect_expr(symbols, branch->test);
	for (size_t i = 0; i < 3; i++) {
		branch_begin(symbols, &branches[i]);
		if (i == 0)
			scope_collect_body(symbols, branch->body);
		branch_end(symbols);
	}
	branch_merge(symbols, branches);
	branch_release(&branches[0]);
}

/* The three parts are the first body, all that begins with elif, and else. */
static void collect_if(struct symbols *symbols, const struct stmt *stmt)
{
	const struct if_branch *branch = stmt->branch.branches, *end = branch + stmt->branch.count;
	struct branch parts[3];

	scope_collect_expr(symbols, branch->test);
	branch_begin(symbols, &parts[0]);
	scope_collect_body(symbols, branch->body);
	branch_end(symbols);

	branch_begin(symbols, &parts[1]);
	for (branch++; branch < end && branch->test; branch++)
		collect_branch(symbols, branch);
	branch_end(symbols);

	branch_begin(symbols, &parts[2]);
	if (branch < end)
		scope_collect_body(symbols, branch->body);
	branch_end(symbols);

	branch_merge(symbols, parts);
	for (size_t i = 0; i < 3; i++)
		branch_release(&parts[i]);
}

static void collect_stmt(struct symbols *symbols, const struct stmt *stmt)
{
	switch (stmt->kind) {
	case STMT_PRINT:
	case STMT_DO:
		scope_collect_expr(symbols, stmt->expr);
		break;
	case STMT_IF:
		collect_if(symbols, stmt);
		break;
	case STMT_FOR:
		scope_collect_expr(symbols, stmt->loop->iterable);
		break;
	case STMT_SET:
		scope_collect_expr(symbols, stmt->set.value);
		scope_collect_target(symbols, stmt->set.target, false);
		break;
	case STMT_SET_BLOCK:
		scope_collect_target(symbols, stmt->set.target, false);
		break;
	case STMT_WITH:
		for (size_t i = 0; i < stmt->with.count; i++)
			scope_collect_expr(symbols, stmt->with.values[i]);
		break;
	case STMT_FILTER:
		scope_collect_expr(symbols, stmt->filter.filter);
		break;
	case STMT_MACRO:
		scope_collect_target(symbols, stmt->macro.target, false);
		break;
	case STMT_CALL:
		scope_collect_expr(symbols, stmt->macro.call);
		break;
	case STMT_EXTENDS:
	case STMT_INCLUDE:
	case STMT_IMPORT:
	case STMT_FROM:
		scope_collect_expr(symbols, stmt->include.template);
		if (stmt->kind == STMT_IMPORT)
			scope_collect_target(symbols, stmt->include.target, false);
		for (size_t i = 0; stmt->kind == STMT_FROM && i < stmt->include.name_count; i++)
			scope_collect_target(symbols, stmt->include.names[i].alias, false);
		break;
	default:
		break;
	}
}

void scope_collect_body(struct symbols *symbols, const struct stmt *body)
{
	for (; body; body = body->next)
		collect_stmt(symbols, body);
}
