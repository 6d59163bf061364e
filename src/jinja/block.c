#include "src/jinja/eval.h"
#include "src/jinja/text.h"

/* A block of a context, from template number DEPTH on. */
struct reference {
	struct context *context;
	const struct block_stack *stack;
	size_t depth;
};

static const struct native_class reference_class, self_class;

static int new_reference(struct eval *eval, const struct reference *from, struct object *out)
{
	struct reference *reference = run_alloc(eval->run, sizeof(*reference));

	if (!reference)
		return -1;
	*reference = *from;
	return object_native(eval->run, &reference_class, reference, out);
}

/* The block below, of the template that is extended. */
static int get_super(struct eval *eval, const struct reference *reference, struct object *out)
{
	struct reference below = *reference;

	below.depth++;
	if (below.depth < reference->stack->count)
		return new_reference(eval, &below, out);
	*out = object_undefined_because(eval->run, "there is no parent block called '%s'",
			reference->stack->name->text.data);
	return eval->run->has_failed ? -1 : 0;
}

int block_self(struct eval *eval, struct object *out)
{
	return object_native(eval->run, &self_class, eval->now->context, out);
}

static int enter_special(struct eval *eval, const struct reference *reference)
{
	const struct block *block = reference->stack->items[reference->depth];
	struct object *slots = eval->now->slots;

	if (block->mentions.self == MENTION_USED && block_self(eval, &slots[block->self_slot]) < 0)
		return -1;
	if (block->mentions.super != MENTION_USED)
		return 0;
	return get_super(eval, reference, &slots[block->super_slot]);
}

/* What the block prints goes to the output. */
static int run_block(struct eval *eval, const struct reference *reference)
{
	const struct block *block = reference->stack->items[reference->depth];
	struct activation *outer = eval->now;
	struct activation *activation = run_alloc(eval->run, sizeof(*activation));
	int rc;

	if (!activation)
		return -1;
	*activation = (struct activation){
			.context = reference->context, .template = block->template};
	if (activation_enter(eval, activation, block->slot_count, true) < 0)
		return -1;
	rc = enter_special(eval, reference);
	if (rc == 0) {
		eval_load(eval, &block->scope, block->scope.count);
		rc = eval_body(eval, block->body);
	}
	if (rc == 0)
		activation_leave(eval, activation, block->slot_count, true);
	eval->now = outer;
	return rc;
}

int block_run(struct eval *eval, const struct stmt *stmt)
{
	const struct block *block = stmt->block.block;
	struct context *context = eval->now->context;
	struct reference reference = {.stack = context_blocks(context, block->name)};
	const struct layer *handed;

	if (block->is_required && reference.stack->count <= 1)
		return run_fail(eval->run, FAULT_RUNTIME,
				"block '%s' is required, but no template that extends this one has "
				"it",
				block->name->text.data);
	if (block->is_scoped) {
		if (context_snapshot(eval, context, &stmt->block.locals, &handed) < 0)
			return -1;
		context = context_derive(eval, context, handed);
		if (!context)
			return -1;
	}
	reference.context = context;
	return run_block(eval, &reference);
}

static int call_reference(
		struct run *run, struct object self, const struct call *call, struct object *out)
{
	size_t start = run->eval->out->len;

	if (call->count + call->keyword_count > 0)
		return run_fail(run, FAULT_RUNTIME, "a block takes no arguments");
	if (run_block(run->eval, self.native->data) < 0)
		return -1;
	return eval_capture(run->eval, start, out);
}

static int reference_attribute(struct run *run, struct object self, const struct text *name,
		struct object *out, bool *found)
{
	*found = text_equal_z(name, "super");
	return *found ? get_super(run->eval, self.native->data, out) : 0;
}

static int self_attribute(struct run *run, struct object self, const struct text *name,
		struct object *out, bool *found)
{
	struct context *context = self.native->data;
	struct reference reference = {.context = context};

	*found = false;
	for (size_t i = 0; i < context->blocks->count; i++) {
		reference.stack = &context->blocks->items[i];
		if (!text_equal(&reference.stack->name->text, name))
			continue;
		*found = true;
		return new_reference(run->eval, &reference, out);
	}
	return 0;
}

static const struct native_class reference_class = {
		.type = "BlockReference", .call = call_reference, .attribute = reference_attribute};
static const struct native_class self_class = {
		.type = "TemplateReference", .attribute = self_attribute};
