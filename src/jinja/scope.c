/*
 * Each frame is walked twice: first all of it that belongs to the frame itself is looked at for
 * names (scope_collect.c), which symbol.c gives slots; then its names are looked up, in the order
 * of the template, entering the frames inside on the way. The order is that of Jinja2's compiler,
 * because what an `extends` or a filter means depends on what came before it.
 */
#include "src/jinja/scope.h"

#include <string.h>

#include "src/base/arena.h"
#include "src/jinja/call.h"
#include "src/jinja/scope_collect.h"
#include "src/jinja/symbol.h"

struct resolver {
	struct symbols symbols;
	struct template *template;
	const struct parse_setup *setup;
	struct syntax_error *error;
	bool has_known_extends; /* what follows at the top prints nothing */
	unsigned extends_so_far;
	unsigned loops;	 /* around, for `loop` */
	size_t bindings; /* so far */
};

/* Where a statement stands. */
struct place {
	bool is_top;  /* of the template, inside of `if` too */
	bool is_root; /* of the template, not inside of `if` */
	bool is_soft; /* directly inside of an `if`: unknown filters fail when they are called */
	bool checks_parent; /* prints only when there is no parent template */
	bool is_in_loop;    /* break and continue are possible */
};

/* --- expressions --- */

static int resolve_expr(struct resolver *r, struct expr *expr, bool is_soft);
static int resolve_body(struct resolver *r, struct stmt *body, const struct place *place);

static int fail_memory(struct resolver *r)
{
	return syntax_fail(r->error, FAULT_MEMORY, 0, "no memory");
}

/* The frame's names are collected. */
static int close_frame(struct resolver *r, struct scope *scope)
{
	frame_close(&r->symbols, scope);
	return r->symbols.has_failed ? fail_memory(r) : 0;
}

static int resolve_list(struct resolver *r, const struct expr_list *list, bool is_soft)
{
	for (size_t i = 0; i < list->count; i++) {
		if (resolve_expr(r, list->items[i], is_soft) < 0)
			return -1;
	}
	return 0;
}

static int resolve_arguments(struct resolver *r, struct arguments *arguments, bool is_soft)
{
	if (!arguments)
		return 0;
	if (resolve_list(r, &arguments->positional, is_soft) < 0)
		return -1;
	for (size_t i = 0; i < arguments->keyword_count; i++) {
		if (resolve_expr(r, arguments->keywords[i].value, is_soft) < 0)
			return -1;
	}
	if (resolve_expr(r, arguments->star, is_soft) < 0)
		return -1;
	return resolve_expr(r, arguments->double_star, is_soft);
}

static int resolve_filter(struct resolver *r, struct expr *expr, bool is_soft)
{
	bool is_filter = expr->kind == EXPR_FILTER;
	const struct run *profile = r->setup->profile;
	const struct text *name = &expr->filter.name->text;
	const char *why, *near;

	if (resolve_expr(r, expr->filter.object, is_soft) < 0 ||
			resolve_arguments(r, expr->filter.arguments, is_soft) < 0)
		return -1;
	expr->filter.function = is_filter ? filter_find(profile, name) : test_find(profile, name);
	if (expr->filter.function || is_soft)
		return 0;
	why = is_filter ? filter_refused(name) : NULL;
	if (why)
		return syntax_fail(r->error, FAULT_REFUSED, expr->at, "filter '%s' is refused: %s",
				name->data, why);
	near = is_filter ? filter_suggest(profile, name) : test_suggest(profile, name);
	return syntax_fail(r->error, FAULT_SYNTAX, expr->at, "unknown %s '%s'%s%s%s",
			is_filter ? "filter" : "test", name->data, near ? " (did you mean '" : "",
			near ? near : "", near ? "'?)" : "");
}

static int resolve_compare(struct resolver *r, struct expr *expr, bool is_soft)
{
	for (size_t i = 0; i < expr->compare.count; i++) {
		if (resolve_expr(r, expr->compare.rest[i].right, is_soft) < 0)
			return -1;
	}
	return resolve_expr(r, expr->compare.left, is_soft);
}

static int resolve_parts(struct resolver *r, struct expr *expr, bool is_soft)
{
	switch (expr->kind) {
	case EXPR_SLICE:
		for (size_t i = 0; i < 3; i++) {
			if (resolve_expr(r, expr->slice.bounds[i], is_soft) < 0)
				return -1;
		}
		return resolve_expr(r, expr->slice.object, is_soft);
	case EXPR_CALL:
		if (resolve_expr(r, expr->call.callee, is_soft) < 0)
			return -1;
		return resolve_arguments(r, expr->call.arguments, is_soft);
	case EXPR_FILTER:
	case EXPR_TEST:
		return resolve_filter(r, expr, is_soft);
	case EXPR_COMPARE:
		return resolve_compare(r, expr, is_soft);
	case EXPR_CONDITION:
		if (resolve_expr(r, expr->condition.test, true) < 0 ||
				resolve_expr(r, expr->condition.yes, true) < 0)
			return -1;
		return resolve_expr(r, expr->condition.no, true);
	default:
		return 0;
	}
}

static int resolve_expr(struct resolver *r, struct expr *expr, bool is_soft)
{
	if (!expr)
		return 0;
	switch (expr->kind) {
	case EXPR_NAME:
		expr->variable.ref = symbol_ref(&r->symbols, expr->variable.name);
		return 0;
	case EXPR_ATTRIBUTE:
		return resolve_expr(r, expr->attribute.object, is_soft);
	case EXPR_ITEM:
		if (resolve_expr(r, expr->item.object, is_soft) < 0)
			return -1;
		return resolve_expr(r, expr->item.key, is_soft);
	case EXPR_LIST:
	case EXPR_TUPLE:
	case EXPR_DICT:
	case EXPR_CONCAT:
		return resolve_list(r, &expr->list, is_soft);
	case EXPR_BINARY:
	case EXPR_AND:
	case EXPR_OR:
		if (resolve_expr(r, expr->binary.left, is_soft) < 0)
			return -1;
		return resolve_expr(r, expr->binary.right, is_soft);
	case EXPR_NOT:
	case EXPR_NEGATE:
	case EXPR_PLUS:
		return resolve_expr(r, expr->operand, is_soft);
	default:
		return resolve_parts(r, expr, is_soft);
	}
}

static int resolve_target(struct resolver *r, struct target *target, const struct place *place)
{
	if (target->kind == TARGET_TUPLE) {
		for (size_t i = 0; i < target->count; i++) {
			if (resolve_target(r, target->items[i], place) < 0)
				return -1;
		}
		return 0;
	}
	if (target->kind == TARGET_NAME && target->name->word == WORD_LOOP && r->loops > 0)
		return syntax_fail(r->error, FAULT_SYNTAX, target->at,
				"cannot assign to 'loop' inside of a loop");
	target->ref = symbol_ref(&r->symbols, target->name);
	target->is_exported = target->kind == TARGET_NAME && place && place->is_top;
	return 0;
}

static int resolve_bindings(struct resolver *r, const struct stmt *stmt, struct bindings *out)
{
	if (symbol_bindings(&r->symbols, out) < 0)
		return fail_memory(r);
	r->bindings += out->count;
	if (r->bindings > SCOPE_BINDINGS_MAX)
		return syntax_fail(r->error, FAULT_LIMIT, stmt->at,
				"more than %d names are handed to included templates",
				SCOPE_BINDINGS_MAX);
	return 0;
}

/* --- frames --- */

/* What stands in a frame of its own, by default. */
static struct place inner_place(const struct place *outer)
{
	return (struct place){
			.checks_parent = outer->checks_parent, .is_in_loop = outer->is_in_loop};
}

static int resolve_set_block(struct resolver *r, struct stmt *stmt, const struct place *place)
{
	struct place inner = inner_place(place);
	struct frame frame;
	int rc;

	inner.checks_parent = false; /* it is captured */
	frame_enter(&r->symbols, &frame, r->symbols.frame->slots, false);
	scope_collect_body(&r->symbols, stmt->set.body);
	scope_collect_expr(&r->symbols, stmt->set.value);
	rc = close_frame(r, stmt->set.scope);
	if (rc == 0)
		rc = resolve_body(r, stmt->set.body, &inner);
	if (rc == 0)
		rc = resolve_expr(r, stmt->set.value, false);
	frame_leave(&r->symbols);
	return rc < 0 ? rc : resolve_target(r, stmt->set.target, place);
}

static int resolve_with(struct resolver *r, struct stmt *stmt, const struct place *place)
{
	struct place inner = inner_place(place);
	struct frame frame;
	int rc = 0;

	for (size_t i = 0; i < stmt->with.count && rc == 0; i++)
		rc = resolve_expr(r, stmt->with.values[i], place->is_soft);
	if (rc < 0)
		return rc;
	frame_enter(&r->symbols, &frame, r->symbols.frame->slots, false);
	for (size_t i = 0; i < stmt->with.count; i++)
		scope_collect_target(&r->symbols, stmt->with.targets[i], true);
	scope_collect_body(&r->symbols, stmt->with.body);
	rc = close_frame(r, &stmt->with.scope);
	for (size_t i = 0; i < stmt->with.count && rc == 0; i++)
		rc = resolve_target(r, stmt->with.targets[i], NULL);
	if (rc == 0)
		rc = resolve_body(r, stmt->with.body, &inner);
	frame_leave(&r->symbols);
	return rc;
}

/* Filter blocks and autoescape. */
static int resolve_filter_block(struct resolver *r, struct stmt *stmt, const struct place *place)
{
	struct place inner = inner_place(place);
	struct frame frame;
	int rc;

	frame_enter(&r->symbols, &frame, r->symbols.frame->slots, false);
	scope_collect_expr(&r->symbols, stmt->filter.filter);
	scope_collect_body(&r->symbols, stmt->filter.body);
	rc = close_frame(r, &stmt->filter.scope);
	if (rc == 0)
		rc = resolve_body(r, stmt->filter.body, &inner);
	if (rc == 0)
		rc = resolve_expr(r, stmt->filter.filter, false);
	frame_leave(&r->symbols);
	return rc;
}

static struct target *copy_target(struct resolver *r, const struct target *target)
{
	struct target *copy = arena_copy(r->setup->arena, target, sizeof(*target));

	if (!copy || target->kind != TARGET_TUPLE)
		return copy;
	copy->items = arena_alloc(r->setup->arena, target->count * sizeof(*copy->items));
	for (size_t i = 0; copy->items && i < target->count; i++) {
		copy->items[i] = copy_target(r, target->items[i]);
		if (!copy->items[i])
			return NULL;
	}
	return copy->items ? copy : NULL;
}

/* The condition of a loop sees its variables, but in places of its own. */
static int resolve_loop_test(struct resolver *r, struct for_loop *loop, struct slots *slots)
{
	struct frame frame;
	int rc;

	if (!loop->test)
		return 0;
	loop->test_target = copy_target(r, loop->target);
	if (!loop->test_target)
		return fail_memory(r);
	frame_enter(&r->symbols, &frame, slots, false);
	scope_collect_target(&r->symbols, loop->test_target, true);
	scope_collect_expr(&r->symbols, loop->test);
	rc = close_frame(r, &loop->test_scope);
	if (rc == 0)
		rc = resolve_target(r, loop->test_target, NULL);
	if (rc == 0)
		rc = resolve_expr(r, loop->test, false);
	frame.slots_before = slots->next; /* its slots are in use while the body runs */
	frame_leave(&r->symbols);
	return rc;
}

static int resolve_loop_body(struct resolver *r, struct for_loop *loop, struct slots *slots,
		const struct place *place)
{
	struct name *name = names_intern(r->setup->names, "loop", 4);
	struct place inner = inner_place(place);
	struct frame frame;
	int rc;

	inner.is_in_loop = true;
	loop->has_loop = loop->is_recursive || loop->mentions.loop == MENTION_USED ||
			loop->mentions.has_scoped_block;
	frame_enter(&r->symbols, &frame, slots, false);
	if (loop->has_loop)
		symbol_parameter(&r->symbols, name);
	scope_collect_target(&r->symbols, loop->target, true);
	scope_collect_body(&r->symbols, loop->body);
	rc = close_frame(r, &loop->scope);
	if (rc == 0 && loop->has_loop)
		loop->loop_slot = symbol_ref(&r->symbols, name).index;
	if (rc == 0)
		rc = resolve_target(r, loop->target, NULL);
	if (rc == 0)
		rc = resolve_body(r, loop->body, &inner);
	frame_leave(&r->symbols);
	return rc;
}

static int resolve_loop_else(struct resolver *r, struct for_loop *loop, struct slots *slots,
		const struct place *place)
{
	struct place inner = inner_place(place);
	struct frame frame;
	int rc;

	if (loop->is_recursive)
		inner.is_in_loop = false;
	frame_enter(&r->symbols, &frame, slots, false);
	scope_collect_body(&r->symbols, loop->otherwise);
	rc = close_frame(r, &loop->else_scope);
	if (rc == 0)
		rc = resolve_body(r, loop->otherwise, &inner);
	frame_leave(&r->symbols);
	return rc;
}

static int resolve_for(struct resolver *r, struct for_loop *loop, const struct place *place)
{
	struct slots own = {.outer = r->symbols.frame->slots}, *slots = own.outer;
	uint32_t before = slots->next, after_test;
	int rc;

	if (resolve_expr(r, loop->iterable, place->is_soft) < 0)
		return -1;
	if (loop->is_recursive) {
		slots->is_captured = true;
		slots = &own;
	}
	r->loops++;
	rc = resolve_loop_test(r, loop, slots);
	after_test = slots->next;
	if (rc == 0)
		rc = resolve_loop_body(r, loop, slots, place);
	if (rc == 0)
		rc = resolve_loop_else(r, loop, slots, place);
	r->loops--;
	if (loop->is_recursive)
		loop->slot_count = own.count;
	else if (slots->next == after_test)
		slots->next = before;
	return rc;
}

/* What a macro is given without naming it. */
static void collect_special(struct resolver *r, struct macro *macro)
{
	static const struct {
		const char *text;
		size_t len;
	} specials[] = {{"caller", 6}, {"kwargs", 6}, {"varargs", 7}};
	bool *takes[] = {&macro->takes_caller, &macro->takes_kwargs, &macro->takes_varargs};
	bool uses[] = {macro->mentions.caller == MENTION_USED,
			macro->mentions.kwargs == MENTION_USED,
			macro->mentions.varargs == MENTION_USED};
	struct name *name;

	for (size_t i = 0; i < 3; i++) {
		name = names_intern(r->setup->names, specials[i].text, specials[i].len);
		for (size_t p = 0; p < macro->parameter_count && uses[i]; p++)
			uses[i] = macro->parameters[p]->name != name;
		*takes[i] = uses[i];
		if (uses[i])
			symbol_parameter(&r->symbols, name);
	}
}

static uint32_t special_slot(struct resolver *r, const char *text, size_t len)
{
	return symbol_ref(&r->symbols, names_intern(r->setup->names, text, len)).index;
}

static int resolve_macro_inside(struct resolver *r, struct macro *macro)
{
	struct place place = {0};
	int rc = 0;

	if (macro->takes_caller)
		macro->caller_slot = special_slot(r, "caller", 6);
	if (macro->takes_kwargs)
		macro->kwargs_slot = special_slot(r, "kwargs", 6);
	if (macro->takes_varargs)
		macro->varargs_slot = special_slot(r, "varargs", 7);
	for (size_t i = 0; i < macro->parameter_count && rc == 0; i++)
		rc = resolve_target(r, macro->parameters[i], NULL);
	for (size_t i = 0; i < macro->default_count && rc == 0; i++)
		rc = resolve_expr(r, macro->defaults[i], false);
	return rc < 0 ? rc : resolve_body(r, macro->body, &place);
}

static int resolve_macro(struct resolver *r, struct macro *macro)
{
	struct slots slots = {.outer = r->symbols.frame->slots};
	unsigned loops = r->loops;
	struct frame frame;
	int rc;

	slots.outer->is_captured = true;
	r->loops = 0;
	frame_enter(&r->symbols, &frame, &slots, false);
	for (size_t i = 0; i < macro->parameter_count; i++)
		scope_collect_target(&r->symbols, macro->parameters[i], true);
	collect_special(r, macro);
	for (size_t i = 0; i < macro->default_count; i++)
		scope_collect_expr(&r->symbols, macro->defaults[i]);
	scope_collect_body(&r->symbols, macro->body);
	rc = close_frame(r, &macro->scope);
	if (rc == 0)
		rc = resolve_macro_inside(r, macro);
	frame_leave(&r->symbols);
	r->loops = loops;
	macro->slot_count = slots.count;
	macro->is_captured = slots.is_captured;
	return rc;
}

/* --- statements --- */

static int resolve_if(struct resolver *r, struct stmt *stmt, const struct place *place)
{
	struct place soft = *place;
	int rc = 0;

	soft.is_root = false;
	soft.is_soft = true;
	for (size_t i = 0; i < stmt->branch.count && rc == 0; i++) {
		rc = resolve_expr(r, stmt->branch.branches[i].test, true);
		if (rc == 0)
			rc = resolve_body(r, stmt->branch.branches[i].body, &soft);
	}
	return rc;
}

static void drop(struct stmt *stmt)
{
	stmt->kind = STMT_DATA;
	stmt->data = (struct text){.data = ""};
}

/* Data and prints: nothing of it comes out of a template that extends another. */
static int resolve_output(struct resolver *r, struct stmt *stmt, const struct place *place)
{
	if (place->checks_parent && r->has_known_extends) {
		drop(stmt);
		return 0;
	}
	stmt->is_conditional = place->checks_parent;
	return stmt->kind == STMT_DATA ? 0 : resolve_expr(r, stmt->expr, place->is_soft);
}

static int resolve_block(struct resolver *r, struct stmt *stmt, const struct place *place)
{
	if (place->is_top && r->has_known_extends) {
		drop(stmt);
		return 0;
	}
	stmt->is_conditional = place->is_top && r->extends_so_far > 0;
	if (!stmt->block.block->is_scoped)
		return 0;
	return resolve_bindings(r, stmt, &stmt->block.locals);
}

static int resolve_extends(struct resolver *r, struct stmt *stmt, const struct place *place)
{
	if (!place->is_top)
		return syntax_fail(r->error, FAULT_SYNTAX, stmt->at,
				"'extends' has to stand at the top of a template, not inside of "
				"other statements than 'if'");
	if (r->has_known_extends)
		stmt->next = NULL; /* it fails, whatever follows */
	if (place->is_root)
		r->has_known_extends = true;
	r->extends_so_far++;
	return resolve_expr(r, stmt->include.template, place->is_soft);
}

static int resolve_include(struct resolver *r, struct stmt *stmt, const struct place *place)
{
	int rc = resolve_expr(r, stmt->include.template, place->is_soft);

	if (rc == 0 && stmt->kind == STMT_IMPORT)
		rc = resolve_target(r, stmt->include.target, place);
	for (size_t i = 0; stmt->kind == STMT_FROM && i < stmt->include.name_count && rc == 0; i++)
		rc = resolve_target(r, stmt->include.names[i].alias, place);
	if (rc == 0 && stmt->include.with_context)
		rc = resolve_bindings(r, stmt, stmt->include.locals);
	return rc;
}

static int resolve_jump(struct resolver *r, const struct stmt *stmt, const struct place *place)
{
	if (place->is_in_loop)
		return 0;
	return syntax_fail(r->error, FAULT_SYNTAX, stmt->at, "'%s' outside of a loop",
			stmt->kind == STMT_BREAK ? "break" : "continue");
}

static int resolve_stmt(struct resolver *r, struct stmt *stmt, const struct place *place)
{
	switch (stmt->kind) {
	case STMT_DATA:
	case STMT_PRINT:
		return resolve_output(r, stmt, place);
	case STMT_DO:
		return resolve_expr(r, stmt->expr, place->is_soft);
	case STMT_IF:
		return resolve_if(r, stmt, place);
	case STMT_FOR:
		return resolve_for(r, stmt->loop, place);
	case STMT_BREAK:
	case STMT_CONTINUE:
		return resolve_jump(r, stmt, place);
	case STMT_SET:
		if (resolve_expr(r, stmt->set.value, place->is_soft) < 0)
			return -1;
		return resolve_target(r, stmt->set.target, place);
	case STMT_SET_BLOCK:
		return resolve_set_block(r, stmt, place);
	case STMT_WITH:
		return resolve_with(r, stmt, place);
	case STMT_FILTER:
	case STMT_AUTOESCAPE:
		return resolve_filter_block(r, stmt, place);
	case STMT_MACRO:
		if (resolve_target(r, stmt->macro.target, place) < 0)
			return -1;
		return resolve_macro(r, stmt->macro.macro);
	case STMT_CALL:
		if (resolve_macro(r, stmt->macro.macro) < 0)
			return -1;
		return resolve_expr(r, stmt->macro.call, place->is_soft);
	case STMT_BLOCK:
		return resolve_block(r, stmt, place);
	case STMT_EXTENDS:
		return resolve_extends(r, stmt, place);
	default:
		return resolve_include(r, stmt, place);
	}
}

static int resolve_body(struct resolver *r, struct stmt *body, const struct place *place)
{
	for (; body; body = body->next) {
		if (resolve_stmt(r, body, place) < 0)
			return -1;
	}
	return 0;
}

/* --- the template and its blocks --- */

static int resolve_top(struct resolver *r)
{
	struct template *template = r->template;
	struct name *self = names_intern(r->setup->names, "self", 4);
	bool uses_self = template->mentions.self == MENTION_USED;
	struct slots slots = {0};
	struct place place = {
			.is_top = true, .is_root = true, .checks_parent = template->has_extends};
	struct frame frame;
	int rc;

	frame_enter(&r->symbols, &frame, &slots, true);
	if (uses_self)
		symbol_parameter(&r->symbols, self);
	scope_collect_body(&r->symbols, template->body);
	rc = close_frame(r, &template->scope);
	if (rc == 0 && uses_self)
		template->self_slot = symbol_ref(&r->symbols, self).index;
	if (rc == 0)
		rc = resolve_body(r, template->body, &place);
	frame_leave(&r->symbols);
	template->slot_count = slots.count;
	return rc;
}

static int resolve_block_inside(struct resolver *r, struct block *block)
{
	struct name *self = names_intern(r->setup->names, "self", 4);
	struct name *super = names_intern(r->setup->names, "super", 5);
	bool uses_self = block->mentions.self == MENTION_USED;
	bool uses_super = block->mentions.super == MENTION_USED;
	struct slots slots = {0};
	struct place place = {0};
	struct frame frame;
	int rc;

	frame_enter(&r->symbols, &frame, &slots, false);
	if (uses_self)
		symbol_parameter(&r->symbols, self);
	if (uses_super)
		symbol_parameter(&r->symbols, super);
	scope_collect_body(&r->symbols, block->body);
	rc = close_frame(r, &block->scope);
	if (rc == 0 && uses_self)
		block->self_slot = symbol_ref(&r->symbols, self).index;
	if (rc == 0 && uses_super)
		block->super_slot = symbol_ref(&r->symbols, super).index;
	if (rc == 0)
		rc = resolve_body(r, block->body, &place);
	frame_leave(&r->symbols);
	block->slot_count = slots.count;
	return rc;
}

int scope_resolve(struct template *template, const struct parse_setup *setup,
		struct syntax_error *error)
{
	struct resolver r = {.symbols.arena = setup->arena,
			.template = template,
			.setup = setup,
			.error = error};
	int rc = resolve_top(&r);

	for (size_t i = 0; i < template->block_count && rc == 0; i++)
		rc = resolve_block_inside(&r, template->blocks[i]);
	return rc;
}
