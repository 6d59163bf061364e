/*
 * Expressions. A constant, and a name that has its value, cost a look and a copy; everything else
 * is one small function for each kind of node. Numbers and comparisons of numbers are done here,
 * all other operators are object.h's.
 */
#include <math.h>
#include <string.h>

#include "src/jinja/eval.h"
#include "src/jinja/text.h"

static int eval_node(struct eval *eval, const struct expr *expr, struct object *out);

int eval_expr(struct eval *eval, const struct expr *expr, struct object *out)
{
	const struct object *slot;
	int rc;

	if (expr->kind == EXPR_CONST) {
		*out = expr->constant;
		return 0;
	}
	if (expr->kind == EXPR_NAME) {
		slot = eval_slot(eval, expr->variable.ref);
		*out = *slot;
		if (slot->kind != OBJECT_UNDEFINED)
			return 0;
		rc = eval_missing(eval, expr->variable.name, expr->variable.ref, out);
		return rc < 0 ? eval_fail_at(eval, expr->at) : 0;
	}
	if (run_charge(eval->run, 1) < 0)
		return eval_fail_at(eval, expr->at);
	if (++eval->depth > EVAL_DEPTH_MAX) {
		(void)run_fail(eval->run, FAULT_LIMIT,
				"more than %d statements and expressions inside each other",
				EVAL_DEPTH_MAX);
		return eval_fail_at(eval, expr->at);
	}
	rc = eval_node(eval, expr, out);
	eval->depth--;
	return rc < 0 ? eval_fail_at(eval, expr->at) : 0;
}

static int truth_of(struct eval *eval, struct object object, bool *out)
{
	if (object.kind == OBJECT_BOOL) {
		*out = object.boolean;
		return 0;
	}
	return object_truth(eval->run, object, out);
}

int eval_truth(struct eval *eval, const struct expr *expr, bool *out)
{
	struct object object;

	if (eval_expr(eval, expr, &object) < 0)
		return -1;
	if (truth_of(eval, object, out) < 0)
		return eval_fail_at(eval, expr->at);
	return 0;
}

/* --- parts of objects --- */

static int eval_attribute(struct eval *eval, const struct expr *expr, struct object *out)
{
	const struct name *name = expr->attribute.name;
	const struct object key = {.kind = OBJECT_STRING, .text = &name->text};
	struct object object;
	bool found = false;

	if (eval_expr(eval, expr->attribute.object, &object) < 0)
		return -1;
	if (object.kind == OBJECT_DICT && expr->attribute.is_plain_key) {
		if (dict_get_hashed(eval->run, object.dict, key, name->hash, out, &found) < 0)
			return -1;
		if (found)
			return 0;
	}
	if (expr->attribute.loop != LOOP_NONE && eval_is_loop(object))
		return eval_loop_attribute(eval, object, expr->attribute.loop, out);
	return object_attribute(eval->run, object, &name->text, out);
}

static int eval_item(struct eval *eval, const struct expr *expr, struct object *out)
{
	struct object object, key;

	if (eval_expr(eval, expr->item.object, &object) < 0 ||
			eval_expr(eval, expr->item.key, &key) < 0)
		return -1;
	return object_item(eval->run, object, key, out);
}

static int eval_slice(struct eval *eval, const struct expr *expr, struct object *out)
{
	struct object object, bounds[3];

	if (eval_expr(eval, expr->slice.object, &object) < 0)
		return -1;
	for (size_t i = 0; i < 3; i++) {
		bounds[i] = object_none();
		if (expr->slice.bounds[i] && eval_expr(eval, expr->slice.bounds[i], &bounds[i]) < 0)
			return -1;
	}
	return object_slice(eval->run, object, bounds, out);
}

/* --- displays --- */

static int eval_list(struct eval *eval, const struct expr *expr, struct object *out)
{
	struct object item;

	if (object_list(eval->run, out) < 0)
		return -1;
	for (size_t i = 0; i < expr->list.count; i++) {
		if (eval_expr(eval, expr->list.items[i], &item) < 0 ||
				list_append(eval->run, out->list, item) < 0)
			return -1;
	}
	return 0;
}

static int eval_tuple(struct eval *eval, const struct expr *expr, struct object *out)
{
	struct object *items = run_alloc(eval->run, expr->list.count * sizeof(*items));

	if (!items)
		return -1;
	for (size_t i = 0; i < expr->list.count; i++) {
		if (eval_expr(eval, expr->list.items[i], &items[i]) < 0)
			return -1;
	}
	return object_tuple(eval->run, items, expr->list.count, out);
}

static int eval_dict(struct eval *eval, const struct expr *expr, struct object *out)
{
	struct object key, value;

	if (object_dict(eval->run, out) < 0)
		return -1;
	for (size_t i = 0; i < expr->list.count; i += 2) {
		if (eval_expr(eval, expr->list.items[i], &key) < 0 ||
				eval_expr(eval, expr->list.items[i + 1], &value) < 0 ||
				dict_set(eval->run, out->dict, key, value) < 0)
			return -1;
	}
	return 0;
}

/* The parts are put together at the end of the output, and cut off again. */
static int eval_concat(struct eval *eval, const struct expr *expr, struct object *out)
{
	size_t start = eval->out->len;
	struct object part;

	for (size_t i = 0; i < expr->list.count; i++) {
		if (eval_expr(eval, expr->list.items[i], &part) < 0)
			return -1;
		if (part.kind == OBJECT_STRING)
			eval_append(eval, part.text);
		else if (object_str(eval->run, part, eval->out) < 0)
			return eval_fail_at(eval, expr->list.items[i]->at);
		if (eval_check_output(eval) < 0)
			return -1;
	}
	return eval_capture(eval, start, out);
}

/* --- operators --- */

/* The three operators on integers that are common. */
static bool binary_ints(enum object_op op, int64_t a, int64_t b, struct object *out)
{
	int64_t result;
	bool is_over;

	if (op == OP_ADD)
		is_over = __builtin_add_overflow(a, b, &result);
	else if (op == OP_SUB)
		is_over = __builtin_sub_overflow(a, b, &result);
	else if (op == OP_MUL)
		is_over = __builtin_mul_overflow(a, b, &result);
	else
		return false;
	if (is_over)
		return false;
	*out = object_int(result);
	return true;
}

/* The operand that is undefined is where the fault is. */
static int fail_operand(struct eval *eval, const struct expr *left, const struct expr *right,
		struct object value)
{
	if (eval->run->fault == FAULT_UNDEFINED)
		return eval_fail_at(eval, value.kind == OBJECT_UNDEFINED ? left->at : right->at);
	return -1;
}

static int eval_binary(struct eval *eval, const struct expr *expr, struct object *out)
{
	struct object left, right;

	if (eval_expr(eval, expr->binary.left, &left) < 0 ||
			eval_expr(eval, expr->binary.right, &right) < 0)
		return -1;
	if (left.kind == OBJECT_INT && right.kind == OBJECT_INT &&
			binary_ints(expr->binary.op, left.integer, right.integer, out))
		return 0;
	if (object_binary(eval->run, expr->binary.op, left, right, out) < 0)
		return fail_operand(eval, expr->binary.left, expr->binary.right, left);
	return 0;
}

static bool order_holds(enum compare_op op, int order)
{
	switch (op) {
	case COMPARE_LT:
		return order < 0;
	case COMPARE_LE:
		return order <= 0;
	case COMPARE_GT:
		return order == 1;
	default:
		return order == 0 || order == 1;
	}
}

static int compare_order(struct eval *eval, enum compare_op op, struct object left,
		struct object right, bool *out)
{
	static const char *const signs[] = {[COMPARE_LT] = "<",
			[COMPARE_LE] = "<=",
			[COMPARE_GT] = ">",
			[COMPARE_GE] = ">="};
	int order;

	if (object_compare(eval->run, left, right, signs[op], &order) < 0)
		return -1;
	if (order > 0)
		order = order == 2 ? 2 : 1; /* 2: a float that is no number */
	*out = order_holds(op, order);
	return 0;
}

static int compare(struct eval *eval, enum compare_op op, struct object left, struct object right,
		bool *out)
{
	int rc;

	switch (op) {
	case COMPARE_EQ:
	case COMPARE_NE:
		rc = object_equal(eval->run, left, right, out);
		*out = *out == (op == COMPARE_EQ);
		return rc;
	case COMPARE_IN:
	case COMPARE_NOT_IN:
		rc = object_contains(eval->run, right, left, out);
		*out = *out == (op == COMPARE_IN);
		return rc;
	default:
		return compare_order(eval, op, left, right, out);
	}
}

static bool compare_ints(enum compare_op op, int64_t a, int64_t b, bool *out)
{
	if (op == COMPARE_EQ || op == COMPARE_NE)
		*out = (a == b) == (op == COMPARE_EQ);
	else if (op == COMPARE_IN || op == COMPARE_NOT_IN)
		return false;
	else
		*out = order_holds(op, (a > b) - (a < b));
	return true;
}

/* a < b < c is a < b and b < c, with b evaluated once. */
static int eval_compare(struct eval *eval, const struct expr *expr, struct object *out)
{
	const struct expr *left_expr = expr->compare.left;
	const struct comparison *next = expr->compare.rest;
	struct object left, right;
	bool holds = true;

	if (eval_expr(eval, left_expr, &left) < 0)
		return -1;
	for (size_t i = 0; i < expr->compare.count && holds; i++, next++) {
		if (eval_expr(eval, next->right, &right) < 0)
			return -1;
		if ((left.kind != OBJECT_INT || right.kind != OBJECT_INT ||
				    !compare_ints(next->op, left.integer, right.integer, &holds)) &&
				compare(eval, next->op, left, right, &holds) < 0)
			return fail_operand(eval, left_expr, next->right, left);
		left = right;
		left_expr = next->right;
	}
	*out = object_bool(holds);
	return 0;
}

/* `and` and `or` yield the operand that decides. */
static int eval_logic(struct eval *eval, const struct expr *expr, struct object *out)
{
	bool is_true;

	if (eval_expr(eval, expr->binary.left, out) < 0)
		return -1;
	if (truth_of(eval, *out, &is_true) < 0)
		return eval_fail_at(eval, expr->binary.left->at);
	if (is_true == (expr->kind == EXPR_OR))
		return 0;
	return eval_expr(eval, expr->binary.right, out);
}

static int eval_sign(struct eval *eval, const struct expr *expr, struct object *out)
{
	struct object object;

	if (eval_expr(eval, expr->operand, &object) < 0)
		return -1;
	return expr->kind == EXPR_NEGATE ? object_negate(eval->run, object, out)
					 : object_plus(eval->run, object, out);
}

static int eval_condition(struct eval *eval, const struct expr *expr, struct object *out)
{
	static const struct undefined no_else = {.message = "the inline if-expression evaluated to "
							    "false and no else section "
							    "was defined",
			.is_plain = true};
	bool is_true;

	if (eval_truth(eval, expr->condition.test, &is_true) < 0)
		return -1;
	if (is_true)
		return eval_expr(eval, expr->condition.yes, out);
	if (expr->condition.no)
		return eval_expr(eval, expr->condition.no, out);
	*out = (struct object){.kind = OBJECT_UNDEFINED, .undefined = &no_else};
	return 0;
}

/* --- filters and tests --- */

static int eval_filter_node(struct eval *eval, const struct expr *expr, struct object *out)
{
	struct object self;

	if (eval_expr(eval, expr->filter.object, &self) < 0)
		return -1;
	return eval_apply(eval, expr, self, out);
}

/* The filters of a block: the innermost gets what the block printed. */
int eval_filter(struct eval *eval, const struct expr *expr, struct object self, struct object *out)
{
	if (expr->filter.object && eval_filter(eval, expr->filter.object, self, &self) < 0)
		return -1;
	if (eval_apply(eval, expr, self, out) < 0)
		return eval_fail_at(eval, expr->at);
	return 0;
}

static int eval_node(struct eval *eval, const struct expr *expr, struct object *out)
{
	bool is_true;

	switch (expr->kind) {
	case EXPR_ATTRIBUTE:
		return eval_attribute(eval, expr, out);
	case EXPR_ITEM:
		return eval_item(eval, expr, out);
	case EXPR_SLICE:
		return eval_slice(eval, expr, out);
	case EXPR_CALL:
		return eval_call(eval, expr, NULL, out);
	case EXPR_FILTER:
	case EXPR_TEST:
		return eval_filter_node(eval, expr, out);
	case EXPR_LIST:
		return eval_list(eval, expr, out);
	case EXPR_TUPLE:
		return eval_tuple(eval, expr, out);
	case EXPR_DICT:
		return eval_dict(eval, expr, out);
	case EXPR_BINARY:
		return eval_binary(eval, expr, out);
	case EXPR_COMPARE:
		return eval_compare(eval, expr, out);
	case EXPR_CONCAT:
		return eval_concat(eval, expr, out);
	case EXPR_AND:
	case EXPR_OR:
		return eval_logic(eval, expr, out);
	case EXPR_NOT:
		if (eval_truth(eval, expr->operand, &is_true) < 0)
			return -1;
		*out = object_bool(!is_true);
		return 0;
	case EXPR_NEGATE:
	case EXPR_PLUS:
		return eval_sign(eval, expr, out);
	case EXPR_CONDITION:
		return eval_condition(eval, expr, out);
	default:
		return run_fail(eval->run, FAULT_RUNTIME, "unknown expression");
	}
}
