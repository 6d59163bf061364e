/*
 * context: the names that a template sees besides its own variables.
 *
 * What is assigned at the top of a template, then what was handed in by the template that
 * includes or imports it, then the values and the global names.
 */
#ifndef JINJA_CONTEXT_H
#define JINJA_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "src/jinja/ast.h"

struct eval;

struct variable {
	const struct name *name;
	struct object value;
	bool is_exported; /* can be imported from here */
};

/* Names that were handed in, and do not change any more. */
struct layer {
	const struct layer *outer;
	struct variable *items;
	size_t count;
};

/* The blocks with one name: the first is that of the template that extends the others. */
struct block_stack {
	const struct name *name;
	const struct block **items;
	size_t count, cap;
};

struct block_stacks {
	struct block_stack *items;
	size_t count, cap;
};

struct context {
	struct variable *variables;
	size_t count, cap;
	const struct layer *handed;
	bool sees_values; /* else global names only */
	struct block_stacks *blocks;
	const struct template *parent; /* what the running template extends, as far as known */
};

/* For TEMPLATE, with its blocks; NULL: the run failed. */
struct context *context_new(
		struct eval *eval, const struct template *template, const struct layer *handed);

/* The same blocks, with HANDED instead; NULL: the run failed. */
struct context *context_derive(
		struct eval *eval, const struct context *context, const struct layer *handed);

/* Add the blocks of TEMPLATE below those that are there. */
int context_add_blocks(struct eval *eval, struct context *context, const struct template *template);
const struct block_stack *context_blocks(const struct context *context, const struct name *name);

int context_set(struct eval *eval, struct context *context, const struct name *name,
		struct object value, bool is_exported);
const struct variable *context_own(const struct context *context, const struct text *name);

int context_find(struct eval *eval, struct context *context, const struct name *name,
		struct object *out, bool *found);

/*
 * All that CONTEXT assigned or was handed, and LOCALS of the activation that runs. -1: the run
 * failed.
 */
int context_snapshot(struct eval *eval, const struct context *context,
		const struct bindings *locals, const struct layer **out);

#endif
