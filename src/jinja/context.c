#include "src/jinja/context.h"

#include <string.h>

#include "src/jinja/eval.h"
#include "src/jinja/text.h"

#define GROW_FIRST 8

/* Names that are looked through cost as much as a node. */
#define NAMES_A_STEP 16

static void *grow(struct run *run, void *items, size_t count, size_t *cap, size_t item_size)
{
	size_t more = *cap ? *cap * 2 : GROW_FIRST;
	void *copy;

	if (count < *cap)
		return items;
	copy = run_alloc(run, more * item_size);
	if (!copy)
		return NULL;
	if (count > 0)
		memcpy(copy, items, count * item_size);
	*cap = more;
	return copy;
}

struct context *context_new(
		struct eval *eval, const struct template *template, const struct layer *handed)
{
	struct context *context = run_alloc(eval->run, sizeof(*context));

	if (!context)
		return NULL;
	context->handed = handed;
	context->blocks = run_alloc(eval->run, sizeof(*context->blocks));
	if (!context->blocks || context_add_blocks(eval, context, template) < 0)
		return NULL;
	return context;
}

struct context *context_derive(
		struct eval *eval, const struct context *context, const struct layer *handed)
{
	struct context *derived = run_alloc(eval->run, sizeof(*derived));

	if (!derived)
		return NULL;
	derived->handed = handed;
	derived->sees_values = context->sees_values;
	derived->blocks = context->blocks;
	return derived;
}

const struct block_stack *context_blocks(const struct context *context, const struct name *name)
{
	for (size_t i = 0; i < context->blocks->count; i++) {
		if (context->blocks->items[i].name == name)
			return &context->blocks->items[i];
	}
	return NULL;
}

static struct block_stack *stack_for(
		struct eval *eval, struct context *context, const struct name *name)
{
	struct block_stacks *blocks = context->blocks;

	for (size_t i = 0; i < blocks->count; i++) {
		if (blocks->items[i].name == name)
			return &blocks->items[i];
	}
	blocks->items = grow(eval->run, blocks->items, blocks->count, &blocks->cap,
			sizeof(*blocks->items));
	if (!blocks->items)
		return NULL;
	blocks->items[blocks->count] = (struct block_stack){.name = name};
	return &blocks->items[blocks->count++];
}

int context_add_blocks(struct eval *eval, struct context *context, const struct template *template)
{
	struct block_stack *stack;

	for (size_t i = 0; i < template->block_count; i++) {
		if (run_charge(eval->run, 1 + context->blocks->count / NAMES_A_STEP) < 0)
			return -1;
		stack = stack_for(eval, context, template->blocks[i]->name);
		if (!stack)
			return -1;
		stack->items = grow(eval->run, stack->items, stack->count, &stack->cap,
				sizeof(*stack->items));
		if (!stack->items)
			return -1;
		stack->items[stack->count++] = template->blocks[i];
	}
	return 0;
}

static struct variable *find_own(const struct context *context, const struct name *name)
{
	for (size_t i = 0; i < context->count; i++) {
		if (context->variables[i].name == name)
			return &context->variables[i];
	}
	return NULL;
}

const struct variable *context_own(const struct context *context, const struct text *name)
{
	for (size_t i = 0; i < context->count; i++) {
		if (text_equal(&context->variables[i].name->text, name))
			return &context->variables[i];
	}
	return NULL;
}

int context_set(struct eval *eval, struct context *context, const struct name *name,
		struct object value, bool is_exported)
{
	struct variable *variable = find_own(context, name);

	if (run_charge(eval->run, context->count / NAMES_A_STEP) < 0)
		return -1;
	if (!variable) {
		context->variables = grow(eval->run, context->variables, context->count,
				&context->cap, sizeof(*context->variables));
		if (!context->variables)
			return -1;
		variable = &context->variables[context->count++];
		variable->name = name;
	}
	variable->value = value;
	variable->is_exported = is_exported;
	return 0;
}

static const struct variable *find_handed(
		struct run *run, const struct layer *layer, const struct name *name)
{
	for (; layer; layer = layer->outer) {
		if (run_charge(run, layer->count / NAMES_A_STEP) < 0)
			return NULL;
		for (size_t i = 0; i < layer->count; i++) {
			if (layer->items[i].name == name)
				return &layer->items[i];
		}
	}
	return NULL;
}

/* Among the values, then the global names; what is found is kept. */
static int find_value(struct eval *eval, const struct name *name, struct object *out, bool *found)
{
	const struct object key = {.kind = OBJECT_STRING, .text = &name->text};
	struct cached_name *cached = &eval->cache[name->hash & (EVAL_CACHE_SLOTS - 1)];

	if (cached->name == name) {
		*out = cached->value;
		*found = true;
		return 0;
	}
	if (dict_get_hashed(eval->run, eval->values.dict, key, name->hash, out, found) < 0)
		return -1;
	if (!*found && globals_find(eval, name, out, found) < 0)
		return -1;
	if (*found)
		*cached = (struct cached_name){.name = name, .value = *out};
	return 0;
}

int context_find(struct eval *eval, struct context *context, const struct name *name,
		struct object *out, bool *found)
{
	const struct variable *variable = find_own(context, name);

	if (run_charge(eval->run, context->count / NAMES_A_STEP) < 0)
		return -1;
	if (!variable)
		variable = find_handed(eval->run, context->handed, name);
	if (eval->run->has_failed)
		return -1;
	if (variable) {
		*out = variable->value;
		*found = true;
		return 0;
	}
	return context->sees_values ? find_value(eval, name, out, found)
				    : globals_find(eval, name, out, found);
}

int context_snapshot(struct eval *eval, const struct context *context,
		const struct bindings *locals, const struct layer **out)
{
	size_t max = context->count + (locals ? locals->count : 0);
	struct layer *layer;
	const struct object *value;

	*out = context->handed;
	if (max == 0)
		return 0;
	layer = run_alloc(eval->run, sizeof(*layer) + max * sizeof(*layer->items));
	if (!layer)
		return -1;
	layer->outer = context->handed;
	layer->items = (struct variable *)(layer + 1);
	for (size_t i = 0; locals && i < locals->count; i++) {
		value = eval_slot(eval, locals->items[i].ref);
		if (value->kind == OBJECT_UNDEFINED &&
				(!value->undefined || value->undefined == &eval_unresolved))
			continue;
		layer->items[layer->count++] =
				(struct variable){.name = locals->items[i].name, .value = *value};
	}
	if (context->count > 0)
		memcpy(&layer->items[layer->count], context->variables,
				context->count * sizeof(*layer->items));
	layer->count += context->count;
	*out = layer;
	return 0;
}
