#include "src/jinja/eval.h"

/* Data and prints of a template that extends another come to nothing. */
static bool is_silent(const struct eval *eval, const struct stmt *stmt)
{
	return stmt->is_conditional && eval->now->context->parent;
}

/* Where a fault in printing OBJECT is shown: at the name, if that is what is undefined. */
static uint32_t fault_place(const struct expr *expr, struct object object)
{
	bool is_name = object.kind == OBJECT_UNDEFINED && object.undefined->name;

	while (is_name && (expr->kind == EXPR_ATTRIBUTE || expr->kind == EXPR_ITEM))
		expr = expr->kind == EXPR_ITEM ? expr->item.object : expr->attribute.object;
	return expr->at;
}

static int run_print(struct eval *eval, const struct stmt *stmt)
{
	struct object object;

	if (is_silent(eval, stmt))
		return 0;
	if (eval_expr(eval, stmt->expr, &object) < 0)
		return -1;
	if (eval_print(eval, object) < 0)
		return eval_fail_at(eval, fault_place(stmt->expr, object));
	return 0;
}

static int run_data(struct eval *eval, const struct stmt *stmt)
{
	if (is_silent(eval, stmt))
		return 0;
	eval_append(eval, &stmt->data);
	return eval_check_output(eval);
}

static int run_if(struct eval *eval, const struct stmt *stmt)
{
	const struct if_branch *branch = stmt->branch.branches;
	const struct if_branch *end = branch + stmt->branch.count;
	bool is_true;

	for (; branch < end; branch++) {
		if (branch->test && eval_truth(eval, branch->test, &is_true) < 0)
			return -1;
		if (!branch->test || is_true)
			return eval_body(eval, branch->body);
	}
	return 0;
}

static int run_set(struct eval *eval, const struct stmt *stmt)
{
	struct object value;

	if (eval_expr(eval, stmt->set.value, &value) < 0)
		return -1;
	if (eval_assign(eval, stmt->set.target, value, true) < 0)
		return eval_fail_at(eval, stmt->set.target->at);
	return 0;
}

/* The body's text, into *OUT, and what ended it. */
static int capture_body(struct eval *eval, const struct scope *scope, const struct stmt *body,
		struct object *out)
{
	size_t start = eval->out->len;
	int flow;

	eval_load(eval, scope, scope->count);
	flow = eval_body(eval, body);
	if (flow < 0)
		return -1;
	return eval_capture(eval, start, out) < 0 ? -1 : flow;
}

static int run_set_block(struct eval *eval, const struct stmt *stmt)
{
	struct object value;
	int flow = capture_body(eval, stmt->set.scope, stmt->set.body, &value);

	if (flow != 0)
		return flow;
	if (stmt->set.value && eval_filter(eval, stmt->set.value, value, &value) < 0)
		return -1;
	return eval_assign(eval, stmt->set.target, value, true);
}

static int run_filter_block(struct eval *eval, const struct stmt *stmt)
{
	struct object value;
	int flow = capture_body(eval, &stmt->filter.scope, stmt->filter.body, &value);

	if (flow != 0)
		return flow;
	if (eval_filter(eval, stmt->filter.filter, value, &value) < 0)
		return -1;
	/* Jinja2 joins it with the rest of the output, unprinted. */
	if (value.kind != OBJECT_STRING)
		return run_fail(eval->run, FAULT_RUNTIME,
				"expected a string from the filter, not %s", object_type(value));
	return eval_print(eval, value);
}

static int run_with(struct eval *eval, const struct stmt *stmt)
{
	struct object value;

	eval_load(eval, &stmt->with.scope, stmt->with.scope.count);
	for (size_t i = 0; i < stmt->with.count; i++) {
		if (eval_expr(eval, stmt->with.values[i], &value) < 0)
			return -1;
		if (eval_assign(eval, stmt->with.targets[i], value, false) < 0)
			return eval_fail_at(eval, stmt->with.targets[i]->at);
	}
	return eval_body(eval, stmt->with.body);
}

static int run_autoescape(struct eval *eval, const struct stmt *stmt)
{
	bool is_on;

	eval_load(eval, &stmt->filter.scope, stmt->filter.scope.count);
	if (eval_truth(eval, stmt->filter.filter, &is_on) < 0)
		return -1;
	if (is_on)
		return run_fail(eval->run, FAULT_REFUSED,
				"autoescape is refused: configuration is no HTML, use the filter "
				"'escape' where you need it");
	return eval_body(eval, stmt->filter.body);
}

static int run_macro(struct eval *eval, const struct stmt *stmt)
{
	struct object macro;

	if (macro_new(eval, stmt->macro.macro, &macro) < 0)
		return -1;
	return eval_assign(eval, stmt->macro.target, macro, true);
}

static int run_call_block(struct eval *eval, const struct stmt *stmt)
{
	struct object caller, value;

	if (macro_new(eval, stmt->macro.macro, &caller) < 0)
		return -1;
	if (eval_call(eval, stmt->macro.call, &caller, &value) < 0)
		return eval_fail_at(eval, stmt->macro.call->at);
	return eval_print(eval, value);
}

static int run_do(struct eval *eval, const struct stmt *stmt)
{
	struct object value;

	return eval_expr(eval, stmt->expr, &value);
}

static int run_statement(struct eval *eval, const struct stmt *stmt)
{
	switch (stmt->kind) {
	case STMT_DATA:
		return run_data(eval, stmt);
	case STMT_PRINT:
		return run_print(eval, stmt);
	case STMT_DO:
		return run_do(eval, stmt);
	case STMT_IF:
		return run_if(eval, stmt);
	case STMT_FOR:
		return eval_loop(eval, stmt->loop);
	case STMT_BREAK:
		return FLOW_BREAK;
	case STMT_CONTINUE:
		return FLOW_CONTINUE;
	case STMT_SET:
		return run_set(eval, stmt);
	case STMT_SET_BLOCK:
		return run_set_block(eval, stmt);
	case STMT_WITH:
		return run_with(eval, stmt);
	case STMT_FILTER:
		return run_filter_block(eval, stmt);
	case STMT_AUTOESCAPE:
		return run_autoescape(eval, stmt);
	case STMT_MACRO:
		return run_macro(eval, stmt);
	case STMT_CALL:
		return run_call_block(eval, stmt);
	case STMT_BLOCK:
		return is_silent(eval, stmt) ? 0 : block_run(eval, stmt);
	case STMT_EXTENDS:
		return module_extends(eval, stmt);
	case STMT_INCLUDE:
		return module_include(eval, stmt);
	case STMT_IMPORT:
		return module_import(eval, stmt);
	case STMT_FROM:
		return module_from(eval, stmt);
	}
	return 0;
}

int eval_body(struct eval *eval, const struct stmt *body)
{
	int rc = 0;

	if (++eval->depth > EVAL_DEPTH_MAX)
		rc = run_fail(eval->run, FAULT_LIMIT,
				"more than %d statements and expressions inside each other",
				EVAL_DEPTH_MAX);
	for (; body && rc == 0; body = body->next) {
		rc = run_charge(eval->run, 1);
		if (rc == 0)
			rc = run_statement(eval, body);
		if (rc < 0)
			return eval_fail_at(eval, body->at);
	}
	eval->depth--;
	return rc;
}
