#include <string.h>

#include "src/jinja/eval.h"
#include "src/jinja/text.h"

/* A macro with what it can see. */
struct closure {
	const struct macro *node;
	struct activation *up;
};

static const struct keyword *find_keyword(const struct call *call, const struct text *name)
{
	for (size_t i = 0; i < call->keyword_count; i++) {
		if (call->keywords[i].name == name || text_equal(call->keywords[i].name, name))
			return &call->keywords[i];
	}
	return NULL;
}

/* Is KEYWORD one of the parameters that are not filled by position, or the caller? */
static bool is_expected(
		const struct macro *macro, const struct call *call, const struct keyword *keyword)
{
	for (size_t i = call->count; i < macro->parameter_count; i++) {
		if (text_equal(&macro->parameters[i]->name->text, keyword->name))
			return true;
	}
	return macro->takes_caller && text_equal_z(keyword->name, "caller");
}

static int fail_keyword(struct run *run, const struct macro *macro, const struct keyword *keyword)
{
	const char *name = macro->name ? macro->name->text.data : "caller";

	if (text_equal_z(keyword->name, "caller"))
		return run_fail(run, FAULT_RUNTIME,
				"macro '%s' does not use 'caller', so it cannot be called by a "
				"call "
				"block",
				name);
	return run_fail(run, FAULT_RUNTIME, "macro '%s' takes no keyword argument '%s'", name,
			keyword->name->data);
}

/* Keywords that are no parameters: into `kwargs`, or there must be none. */
static int bind_kwargs(struct run *run, const struct macro *macro, const struct call *call,
		struct object *slots)
{
	struct object kwargs = {.kind = OBJECT_NONE}, key = {.kind = OBJECT_STRING};

	if (macro->takes_kwargs && object_dict(run, &kwargs) < 0)
		return -1;
	for (size_t i = 0; i < call->keyword_count; i++) {
		if (is_expected(macro, call, &call->keywords[i]))
			continue;
		if (!macro->takes_kwargs)
			return fail_keyword(run, macro, &call->keywords[i]);
		key.text = call->keywords[i].name;
		if (dict_set(run, kwargs.dict, key, call->keywords[i].value) < 0)
			return -1;
	}
	if (macro->takes_kwargs)
		slots[macro->kwargs_slot] = kwargs;
	return 0;
}

/* Arguments that are no parameters: into `varargs`, or there must be none. */
static int bind_varargs(struct run *run, const struct macro *macro, const struct call *call,
		struct object *slots)
{
	size_t over = call->count > macro->parameter_count ? call->count - macro->parameter_count
							   : 0;

	if (macro->takes_varargs)
		return object_tuple(run, over ? call->args + macro->parameter_count : NULL, over,
				&slots[macro->varargs_slot]);
	if (over == 0)
		return 0;
	return run_fail(run, FAULT_RUNTIME, "macro '%s' takes not more than %zu argument(s)",
			macro->name ? macro->name->text.data : "caller", macro->parameter_count);
}

static int bind_caller(struct run *run, const struct macro *macro, const struct call *call,
		struct object *slots)
{
	static const struct text name = {.data = "caller", .len = 6, .chars = 6};
	const struct keyword *keyword;

	if (!macro->takes_caller)
		return 0;
	keyword = find_keyword(call, &name);
	slots[macro->caller_slot] = keyword ? keyword->value
					    : object_undefined_because(run,
							      "no caller is defined: the "
							      "macro is not called by a "
							      "call block");
	return run->has_failed ? -1 : 0;
}

/* What the caller gave, into SLOTS; what it did not give stays absent. */
static int bind(struct run *run, const struct macro *macro, const struct call *call,
		struct object *slots)
{
	const struct keyword *keyword;

	for (size_t i = 0; i < macro->parameter_count; i++) {
		if (i < call->count) {
			slots[macro->parameters[i]->ref.index] = call->args[i];
			continue;
		}
		if (call->keyword_count == 0)
			break;
		keyword = find_keyword(call, &macro->parameters[i]->name->text);
		if (keyword)
			slots[macro->parameters[i]->ref.index] = keyword->value;
	}
	if (bind_caller(run, macro, call, slots) < 0 || bind_kwargs(run, macro, call, slots) < 0)
		return -1;
	return bind_varargs(run, macro, call, slots);
}

/*
 * Parameters that were not given get their defaults, from left to right, so that one can use
 * another.
 */
static int fill_defaults(struct eval *eval, const struct macro *macro)
{
	size_t without = macro->parameter_count - macro->default_count;
	struct object *slot;

	for (size_t i = 0; i < macro->parameter_count; i++) {
		slot = &eval->now->slots[macro->parameters[i]->ref.index];
		if (!is_absent(*slot))
			continue;
		if (i < without)
			*slot = object_undefined_because(eval->run,
					"parameter '%s' was not provided",
					macro->parameters[i]->name->text.data);
		else if (eval_expr(eval, macro->defaults[i - without], slot) < 0)
			return -1;
	}
	return eval->run->has_failed ? -1 : 0;
}

static int run_inside(struct eval *eval, const struct macro *macro, struct object *out)
{
	size_t start = eval->out->len;

	eval_load(eval, &macro->scope, macro->scope.count);
	if (fill_defaults(eval, macro) < 0 || eval_body(eval, macro->body) < 0)
		return -1;
	return eval_capture(eval, start, out);
}

static int macro_call(
		struct run *run, struct object self, const struct call *call, struct object *out)
{
	const struct closure *closure = self.native->data;
	const struct macro *macro = closure->node;
	struct eval *eval = run->eval;
	struct activation local, *activation = &local, *outer = eval->now;
	int rc;

	if (macro->is_captured) {
		activation = run_alloc(run, sizeof(*activation));
		if (!activation)
			return -1;
	}
	*activation = (struct activation){.up = closure->up,
			.context = closure->up->context,
			.template = closure->up->template};
	if (activation_enter(eval, activation, macro->slot_count, macro->is_captured) < 0)
		return -1;
	rc = bind(run, macro, call, activation->slots);
	if (rc == 0)
		rc = run_inside(eval, macro, out);
	if (rc == 0)
		activation_leave(eval, activation, macro->slot_count, macro->is_captured);
	eval->now = outer;
	return rc;
}

static int macro_attribute(struct run *run, struct object self, const struct text *name,
		struct object *out, bool *found)
{
	const struct macro *macro = ((const struct closure *)self.native->data)->node;
	struct object *items;

	*found = true;
	if (text_equal_z(name, "name")) {
		*out = object_none();
		if (macro->name)
			*out = (struct object){.kind = OBJECT_STRING, .text = &macro->name->text};
	} else if (text_equal_z(name, "caller")) {
		*out = object_bool(macro->mentions.caller == MENTION_USED);
	} else if (text_equal_z(name, "catch_kwargs")) {
		*out = object_bool(macro->takes_kwargs);
	} else if (text_equal_z(name, "catch_varargs")) {
		*out = object_bool(macro->takes_varargs);
	} else if (text_equal_z(name, "arguments")) {
		items = run_alloc(run, macro->parameter_count * sizeof(*items));
		for (size_t i = 0; items && i < macro->parameter_count; i++)
			items[i] = (struct object){.kind = OBJECT_STRING,
					.text = &macro->parameters[i]->name->text};
		return items ? object_tuple(run, items, macro->parameter_count, out) : -1;
	} else {
		*found = false;
	}
	return 0;
}

static int macro_print(struct run *run, struct object self, struct buf *out)
{
	const struct macro *macro = ((const struct closure *)self.native->data)->node;
	const struct object name = {
			.kind = OBJECT_STRING, .text = macro->name ? &macro->name->text : NULL};

	buf_add_str(out, "<Macro ");
	if (!macro->name)
		buf_add_str(out, "anonymous");
	else if (object_repr(run, name, out) < 0)
		return -1;
	buf_add_char(out, '>');
	return 0;
}

static const struct native_class macro_class = {.type = "Macro",
		.call = macro_call,
		.attribute = macro_attribute,
		.print = macro_print};

int macro_new(struct eval *eval, const struct macro *node, struct object *out)
{
	struct closure *closure = run_alloc(eval->run, sizeof(*closure));

	if (!closure)
		return -1;
	*closure = (struct closure){.node = node, .up = eval->now};
	return object_native(eval->run, &macro_class, closure, out);
}
