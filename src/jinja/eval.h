/*
 * eval: what the parts of the evaluator share. Nobody outside of this room's evaluator includes it.
 *
 * A call of a function (see ast.h) is an *activation*: its slots, the activation it was defined
 * in, and the context in which names are looked up that are nowhere assigned. All output goes to
 * one buffer; what is captured (macros, set blocks, ...) is cut off its end again.
 */
#ifndef JINJA_EVAL_H
#define JINJA_EVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/jinja/ast.h"
#include "src/jinja/call.h"
#include "src/jinja/context.h"
#include "src/jinja/run.h"

#define EVAL_DEPTH_MAX	 2000 /* nodes inside each other, over all macros and templates */
#define EVAL_CACHE_SLOTS 64   /* a power of two */

struct jinja;

struct activation {
	struct object *slots;
	struct activation *up;
	struct context *context;
	const struct template *template;
};

struct cached_name {
	const struct name *name;
	struct object value;
};

struct eval {
	struct run *run;
	struct jinja *jinja;
	struct buf *out;
	size_t out_start, out_max; /* where OUT was at first, and how much may be added */
	struct activation *now;
	struct object values; /* the values as a dict */
	const char *managed;
	unsigned depth;
	bool is_placed; /* the fault has a place */
	const struct template *fault_template;
	uint32_t fault_at;
	const char *fault_name; /* a template that could not be loaded, instead */
	uint32_t fault_line, fault_column;
	unsigned flags;		 /* of whitespace control, for templates that are loaded */
	struct modules *modules; /* those imported without context */
	struct object *stack;	 /* slots of activations that nothing captures */
	size_t stack_used, stack_cap;
	struct cached_name cache[EVAL_CACHE_SLOTS];
};

/* What statements return besides 0 and -1. */
enum flow { FLOW_BREAK = 1, FLOW_CONTINUE = 2 };

/* --- eval.c --- */

/* The value that marks a slot whose name has to be looked up when it is used. */
extern const struct undefined eval_unresolved;

/*
 * The fault happened at the byte AT of the template that runs, unless it has a place already; -1.
 */
int eval_fail_at(struct eval *eval, uint32_t at);

/* Enter a function of COUNT slots, all empty; the place for them stays only if IS_CAPTURED. */
int activation_enter(
		struct eval *eval, struct activation *activation, uint32_t count, bool is_captured);
void activation_leave(
		struct eval *eval, struct activation *activation, uint32_t count, bool is_captured);

/* Do the first COUNT loads of SCOPE. */
void eval_load(struct eval *eval, const struct scope *scope, size_t count);

struct object *eval_slot(struct eval *eval, struct slot_ref ref);

/* The value of a slot whose kind is OBJECT_UNDEFINED: found now, or undefined. */
int eval_missing(struct eval *eval, const struct name *name, struct slot_ref ref,
		struct object *out);

/* The text added to the output since START as a string, and cut off. */
int eval_capture(struct eval *eval, size_t start, struct object *out);

/* The output is too large, or there is no memory for it; always -1. */
int eval_fail_output(struct eval *eval) __attribute__((cold));

/* The output is not too large. */
static inline int eval_check_output(struct eval *eval)
{
	if (eval->out->failed || eval->out->len - eval->out_start > eval->out_max)
		return eval_fail_output(eval);
	return 0;
}

/* Append TEXT to the output. */
static inline void eval_append(struct eval *eval, const struct text *text)
{
	struct buf *out = eval->out;

	if (out->cap - out->len <= text->len) {
		buf_add(out, text->data, text->len);
		return;
	}
	memcpy(out->data + out->len, text->data, text->len);
	out->len += text->len;
	out->data[out->len] = '\0';
}

/* Append what `{{ OBJECT }}` shows. */
int eval_print(struct eval *eval, struct object object);

/*
 * Assign to TARGET; names at the top of a template are given to the context, importable if
 * IS_EXPORTED.
 */
int eval_assign(struct eval *eval, const struct target *target, struct object value,
		bool is_exported);

/* --- eval_expression.c --- */

int eval_expr(struct eval *eval, const struct expr *expr, struct object *out);
int eval_truth(struct eval *eval, const struct expr *expr, bool *out);

/* A filter whose object is known: that of a block. */
int eval_filter(struct eval *eval, const struct expr *expr, struct object self, struct object *out);

/* --- eval_call.c --- */

/* CALLER: what a call block adds, or NULL. */
int eval_call(struct eval *eval, const struct expr *expr, const struct object *caller,
		struct object *out);

/* Call FN as filter or test EXPR. */
int eval_apply(struct eval *eval, const struct expr *expr, struct object self, struct object *out);

/* --- eval_statement.c; 0, a flow, or -1 --- */

int eval_body(struct eval *eval, const struct stmt *body);

/* --- loop.c --- */

int eval_loop(struct eval *eval, const struct for_loop *node);
bool eval_is_loop(struct object object);
int eval_loop_attribute(struct eval *eval, struct object loop, enum loop_attribute attribute,
		struct object *out);

/* --- macro.c --- */

int macro_new(struct eval *eval, const struct macro *node, struct object *out);

/* --- module.c --- */

/* The whole of TEMPLATE in CONTEXT, with what it extends. */
int module_render(struct eval *eval, const struct template *template, struct context *context);
int module_include(struct eval *eval, const struct stmt *stmt);
int module_import(struct eval *eval, const struct stmt *stmt);
int module_from(struct eval *eval, const struct stmt *stmt);
int module_extends(struct eval *eval, const struct stmt *stmt);

/* --- block.c --- */

int block_run(struct eval *eval, const struct stmt *stmt);
int block_self(struct eval *eval, struct object *out); /* `self`, in the context that runs */

/* --- globals.c --- */

int globals_find(struct eval *eval, const struct name *name, struct object *out, bool *found);
/* Why there is no such global name, if it is known elsewhere; or NULL. */
const char *globals_refused(const struct name *name);
bool namespace_is(struct object object);

/* --- jinja.c --- */

/* The template NAME; NULL with *FOUND false, or with the run failed. */
const struct template *jinja_template(struct eval *eval, const char *name, size_t len, bool *found);

#endif
