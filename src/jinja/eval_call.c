/*
 * Calls of functions, methods, macros, filters and tests: their arguments.
 *
 * Few arguments lie on the C stack, more of them in the arena; a callee that keeps them copies
 * them.
 */
#include <string.h>

#include "src/jinja/eval.h"
#include "src/jinja/text.h"

#define FEW 6

struct space {
	struct object args[FEW];
	struct keyword keywords[FEW];
};

/* The arguments as they come together. */
struct gathered {
	struct object *args;
	struct keyword *keywords;
	size_t count, keyword_count;
};

/* What `*` adds, behind those that are there. */
static int add_star(struct eval *eval, const struct expr *star, struct gathered *gathered)
{
	struct object object, *args;
	struct list *items;

	if (eval_expr(eval, star, &object) < 0)
		return -1;
	if (object_items(eval->run, object, &items) < 0)
		return eval_fail_at(eval, star->at);
	args = run_alloc(eval->run, (gathered->count + items->count) * sizeof(*args));
	if (!args)
		return -1;
	memcpy(args, gathered->args, gathered->count * sizeof(*args));
	if (items->count > 0)
		memcpy(args + gathered->count, items->items, items->count * sizeof(*args));
	gathered->args = args;
	gathered->count += items->count;
	return 0;
}

static bool has_keyword(const struct gathered *gathered, const struct text *name)
{
	for (size_t i = 0; i < gathered->keyword_count; i++) {
		if (text_equal(gathered->keywords[i].name, name))
			return true;
	}
	return false;
}

/* What `**` adds. */
static int add_double_star(struct eval *eval, const struct expr *star, struct gathered *gathered)
{
	struct keyword *keywords;
	struct object object, key;
	struct dict *dict;

	if (eval_expr(eval, star, &object) < 0)
		return -1;
	if (object.kind != OBJECT_DICT)
		return run_fail(eval->run, FAULT_RUNTIME,
				"what follows '**' has to be a dict, not a '%s'",
				object_type(object));
	dict = dict_of(eval->run, object);
	if (!dict)
		return -1;
	keywords = run_alloc(
			eval->run, (gathered->keyword_count + dict->count) * sizeof(*keywords));
	if (!keywords || run_charge(eval->run, dict->count * (gathered->keyword_count + 1)) < 0)
		return -1;
	memcpy(keywords, gathered->keywords, gathered->keyword_count * sizeof(*keywords));
	for (size_t i = 0; i < dict->count; i++) {
		key = dict->pairs[i].key;
		if (key.kind != OBJECT_STRING)
			return run_fail(eval->run, FAULT_RUNTIME, "keywords must be strings");
		if (has_keyword(gathered, key.text))
			return run_fail(eval->run, FAULT_RUNTIME,
					"got multiple values for keyword argument '%s'",
					key.text->data);
		keywords[gathered->keyword_count + i] =
				(struct keyword){.name = key.text, .value = dict->pairs[i].value};
	}
	gathered->keywords = keywords;
	gathered->keyword_count += dict->count;
	return 0;
}

static int add_caller(struct eval *eval, const struct object *caller, struct gathered *gathered)
{
	static const struct text name = {.data = "caller", .len = 6, .chars = 6};
	struct keyword *keywords;

	keywords = run_alloc(eval->run, (gathered->keyword_count + 1) * sizeof(*keywords));
	if (!keywords)
		return -1;
	memcpy(keywords, gathered->keywords, gathered->keyword_count * sizeof(*keywords));
	keywords[gathered->keyword_count++] = (struct keyword){.name = &name, .value = *caller};
	gathered->keywords = keywords;
	return 0;
}

static int gather(struct eval *eval, const struct arguments *arguments, struct space *space,
		struct gathered *out)
{
	*out = (struct gathered){.args = space->args, .keywords = space->keywords};
	if (arguments->positional.count > FEW)
		out->args = run_alloc(eval->run, arguments->positional.count * sizeof(*out->args));
	if (arguments->keyword_count > FEW)
		out->keywords = run_alloc(
				eval->run, arguments->keyword_count * sizeof(*out->keywords));
	if (!out->args || !out->keywords)
		return -1;
	for (; out->count < arguments->positional.count; out->count++) {
		if (eval_expr(eval, arguments->positional.items[out->count],
				    &out->args[out->count]) < 0)
			return -1;
	}
	for (; out->keyword_count < arguments->keyword_count; out->keyword_count++) {
		struct keyword *keyword = &out->keywords[out->keyword_count];

		keyword->name = &arguments->keywords[out->keyword_count].name->text;
		if (eval_expr(eval, arguments->keywords[out->keyword_count].value,
				    &keyword->value) < 0)
			return -1;
	}
	if (arguments->star && add_star(eval, arguments->star, out) < 0)
		return -1;
	return arguments->double_star ? add_double_star(eval, arguments->double_star, out) : 0;
}

static const char *callee_name(const struct expr *callee)
{
	if (callee->kind == EXPR_NAME)
		return callee->variable.name->text.data;
	if (callee->kind == EXPR_ATTRIBUTE)
		return callee->attribute.name->text.data;
	return "function";
}

/* A function that is known elsewhere, but not here. */
static int fail_refused(struct eval *eval, const struct expr *callee)
{
	const char *why = callee->kind == EXPR_NAME ? globals_refused(callee->variable.name) : NULL;

	if (!why)
		return 0;
	return run_fail(eval->run, FAULT_REFUSED, "'%s' is refused: %s",
			callee->variable.name->text.data, why);
}

int eval_call(struct eval *eval, const struct expr *expr, const struct object *caller,
		struct object *out)
{
	const struct expr *callee_expr = expr->call.callee;
	struct call call = {.name = callee_name(callee_expr)};
	struct gathered gathered;
	struct object callee;
	struct space space;

	if (eval_expr(eval, callee_expr, &callee) < 0)
		return -1;
	if (callee.kind == OBJECT_UNDEFINED && fail_refused(eval, callee_expr) < 0)
		return -1;
	if (gather(eval, expr->call.arguments, &space, &gathered) < 0)
		return -1;
	if (caller && add_caller(eval, caller, &gathered) < 0)
		return -1;
	call.args = gathered.args;
	call.count = gathered.count;
	call.keywords = gathered.keywords;
	call.keyword_count = gathered.keyword_count;
	return object_call(eval->run, callee, &call, out);
}

/* A filter or test that nobody knows, in a branch of an `if`, which is executed after all. */
static int fail_unknown(struct eval *eval, const struct expr *expr)
{
	bool is_filter = expr->kind == EXPR_FILTER;
	const struct text *name = &expr->filter.name->text;
	const char *why = is_filter ? filter_refused(name) : NULL, *near;

	if (why)
		return run_fail(eval->run, FAULT_REFUSED, "filter '%s' is refused: %s", name->data,
				why);
	near = is_filter ? filter_suggest(eval->run, name) : test_suggest(eval->run, name);
	return run_fail(eval->run, FAULT_RUNTIME, "unknown %s '%s'%s%s%s",
			is_filter ? "filter" : "test", name->data, near ? " (did you mean '" : "",
			near ? near : "", near ? "'?)" : "");
}

int eval_apply(struct eval *eval, const struct expr *expr, struct object self, struct object *out)
{
	const struct arguments *arguments = expr->filter.arguments;
	const struct function *function = expr->filter.function;
	struct call call = {.name = expr->filter.name->text.data, .self = self};
	struct gathered gathered;
	struct space space;

	if (!function)
		return fail_unknown(eval, expr);
	if (arguments) {
		if (gather(eval, arguments, &space, &gathered) < 0)
			return -1;
		call.args = gathered.args;
		call.count = gathered.count;
		call.keywords = gathered.keywords;
		call.keyword_count = gathered.keyword_count;
	}
	return function->fn(eval->run, &call, out);
}
