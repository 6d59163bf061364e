/*
 * Templates within templates: what extends, include and import do.
 */
#include <string.h>

#include "src/jinja/eval.h"
#include "src/jinja/text.h"

/* An imported template: what it assigned at its top, and what it printed. */
struct module {
	const struct template *template;
	struct context *context;
	struct object body;
};

/* Those without a context are the same wherever they are imported. */
struct modules {
	struct modules *next;
	struct module *module;
};

/* --- rendering one --- */

/* Names that the template's own macros may see are found before a parent can change the context. */
static int settle(struct eval *eval, const struct template *template)
{
	struct object *slots = eval->now->slots;

	for (size_t i = 0; template->has_macros && i < template->scope.count; i++) {
		const struct load *load = &template->scope.loads[i];
		struct object *slot = &slots[load->slot];

		if (load->kind != LOAD_RESOLVE || slot->kind != OBJECT_UNDEFINED ||
				slot->undefined != &eval_unresolved)
			continue;
		if (eval_missing(eval, load->name, (struct slot_ref){.index = load->slot}, slot) <
				0)
			return -1;
	}
	return 0;
}

static int render_one(struct eval *eval, const struct template *template, struct context *context)
{
	struct activation *outer = eval->now;
	struct activation *activation = run_alloc(eval->run, sizeof(*activation));
	int rc = 0;

	if (!activation)
		return -1;
	*activation = (struct activation){.context = context, .template = template};
	if (activation_enter(eval, activation, template->slot_count, true) < 0)
		return -1;
	if (template->mentions.self == MENTION_USED)
		rc = block_self(eval, &activation->slots[template->self_slot]);
	eval_load(eval, &template->scope, template->scope.count);
	if (rc == 0)
		rc = eval_body(eval, template->body);
	if (rc == 0 && context->parent)
		rc = settle(eval, template);
	if (rc == 0)
		activation_leave(eval, activation, template->slot_count, true);
	eval->now = outer;
	return rc;
}

int module_render(struct eval *eval, const struct template *template, struct context *context)
{
	unsigned depth = eval->run->depth;

	while (template) {
		context->parent = NULL;
		if (render_one(eval, template, context) < 0)
			return -1;
		template = context->parent;
		if (template && run_enter(eval->run) < 0) /* they may extend each other in turn */
			return -1;
	}
	eval->run->depth = depth;
	return 0;
}

/* --- finding one --- */

static int fail_missing(struct eval *eval, struct object name)
{
	return run_fail(eval->run, FAULT_RUNTIME, "template '%s' not found", name.text->data);
}

static int find_named(struct eval *eval, struct object name, const struct template **out)
{
	bool found;

	if (name.kind == OBJECT_UNDEFINED)
		return object_undefined_fail(eval->run, name);
	if (name.kind != OBJECT_STRING)
		return run_fail(eval->run, FAULT_RUNTIME,
				"the name of a template has to be a string, not '%s'",
				object_type(name));
	*out = jinja_template(eval, name.text->data, name.text->len, &found);
	return eval->run->has_failed ? -1 : 0;
}

/* The first of several names that exists; *OUT NULL if none does. */
static int find_first(struct eval *eval, struct object names, const struct template **out)
{
	struct list *list;

	if (object_items(eval->run, names, &list) < 0)
		return -1;
	*out = NULL;
	for (size_t i = 0; i < list->count && !*out; i++) {
		if (find_named(eval, list->items[i], out) < 0)
			return -1;
	}
	return 0;
}

/* The template that STMT names; NULL if it does not exist and may be missing. */
static int find_template(struct eval *eval, const struct stmt *stmt, const struct template **out)
{
	const struct expr *expr = stmt->include.template;
	bool may_be_list = stmt->kind == STMT_INCLUDE;
	struct object name;
	int rc;

	if (eval_expr(eval, expr, &name) < 0)
		return -1;
	if (may_be_list && name.kind != OBJECT_STRING && name.kind != OBJECT_UNDEFINED)
		rc = find_first(eval, name, out);
	else
		rc = find_named(eval, name, out);
	if (rc == 0 && !*out && !stmt->include.ignore_missing)
		rc = name.kind == OBJECT_STRING
				? fail_missing(eval, name)
				: run_fail(eval->run, FAULT_RUNTIME,
						  "none of the templates given was found");
	return rc < 0 ? eval_fail_at(eval, expr->at) : 0;
}

/* --- modules --- */

static int module_attribute(struct run *run, struct object self, const struct text *name,
		struct object *out, bool *found)
{
	const struct module *module = self.native->data;
	const struct variable *variable = context_own(module->context, name);

	(void)run;
	*found = variable && variable->is_exported;
	if (*found)
		*out = variable->value;
	return 0;
}

static int module_print(struct run *run, struct object self, struct buf *out)
{
	const struct module *module = self.native->data;

	(void)run;
	buf_add(out, module->body.text->data, module->body.text->len);
	return 0;
}

static int module_repr(struct run *run, struct object self, struct buf *out)
{
	const struct module *module = self.native->data;
	struct object name;

	buf_add_str(out, "<TemplateModule ");
	if (object_string_z(run, module->template->name, &name) < 0 ||
			object_repr(run, name, out) < 0)
		return -1;
	buf_add_char(out, '>');
	return 0;
}

static const struct native_class module_class = {.type = "TemplateModule",
		.attribute = module_attribute,
		.print = module_print,
		.repr = module_repr};

/* A module of TEMPLATE that sees HANDED, and the values if it SEES_VALUES. */
static struct module *make_module(struct eval *eval, const struct template *template,
		const struct layer *handed, bool sees_values)
{
	struct module *module = run_alloc(eval->run, sizeof(*module));
	size_t start = eval->out->len;

	if (!module)
		return NULL;
	module->template = template;
	module->context = context_new(eval, template, handed);
	if (!module->context)
		return NULL;
	module->context->sees_values = sees_values;
	if (module_render(eval, template, module->context) < 0 ||
			eval_capture(eval, start, &module->body) < 0)
		return NULL;
	return module;
}

static struct module *shared_module(struct eval *eval, const struct template *template)
{
	struct modules *entry;
	struct module *module;

	for (entry = eval->modules; entry; entry = entry->next) {
		if (entry->module->template == template)
			return entry->module;
	}
	module = make_module(eval, template, NULL, false);
	entry = module ? run_alloc(eval->run, sizeof(*entry)) : NULL;
	if (!entry)
		return NULL;
	*entry = (struct modules){.next = eval->modules, .module = module};
	eval->modules = entry;
	return module;
}

static struct module *find_module(struct eval *eval, const struct stmt *stmt)
{
	const struct context *context = eval->now->context;
	const struct template *template;
	const struct layer *handed;

	if (find_template(eval, stmt, &template) < 0)
		return NULL;
	if (!stmt->include.with_context)
		return shared_module(eval, template);
	if (context_snapshot(eval, context, stmt->include.locals, &handed) < 0)
		return NULL;
	return make_module(eval, template, handed, context->sees_values);
}

/* --- statements --- */

int module_include(struct eval *eval, const struct stmt *stmt)
{
	const struct context *context = eval->now->context;
	const struct template *template;
	const struct layer *handed;
	const struct module *module;
	struct context *inner;

	if (find_template(eval, stmt, &template) < 0)
		return -1;
	if (!template)
		return 0;
	if (!stmt->include.with_context) {
		module = shared_module(eval, template);
		return module ? eval_print(eval, module->body) : -1;
	}
	if (context_snapshot(eval, context, stmt->include.locals, &handed) < 0)
		return -1;
	inner = context_new(eval, template, handed);
	if (!inner)
		return -1;
	inner->sees_values = context->sees_values;
	return module_render(eval, template, inner);
}

int module_import(struct eval *eval, const struct stmt *stmt)
{
	struct module *module = find_module(eval, stmt);
	struct object object;

	if (!module || object_native(eval->run, &module_class, module, &object) < 0)
		return -1;
	return eval_assign(eval, stmt->include.target, object, false);
}

int module_from(struct eval *eval, const struct stmt *stmt)
{
	const struct module *module = find_module(eval, stmt);
	const struct import_name *import;
	const struct variable *variable;
	struct object value;

	if (!module)
		return -1;
	for (size_t i = 0; i < stmt->include.name_count; i++) {
		import = &stmt->include.names[i];
		variable = context_own(module->context, &import->name->text);
		if (variable && variable->is_exported)
			value = variable->value;
		else
			value = object_undefined_because(eval->run,
					"the template '%s' does not export the requested name '%s'",
					module->template->name, import->name->text.data);
		if (eval->run->has_failed || eval_assign(eval, import->alias, value, false) < 0)
			return -1;
	}
	return 0;
}

int module_extends(struct eval *eval, const struct stmt *stmt)
{
	struct context *context = eval->now->context;
	const struct template *parent;

	if (context->parent)
		return run_fail(eval->run, FAULT_RUNTIME, "extended multiple times");
	if (find_template(eval, stmt, &parent) < 0 || context_add_blocks(eval, context, parent) < 0)
		return -1;
	context->parent = parent;
	return 0;
}
