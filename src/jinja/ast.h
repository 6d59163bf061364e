/*
 * ast: a template as a tree, the way the evaluator walks it.
 *
 * The parser builds it, the analysis (scope.h) then says for every name where its value lives,
 * and what has to be done when a scope is entered. Afterwards nothing changes any more.
 * Everything lies in the arena of the jinja.
 *
 * Places of values: a *function* (the template itself, a block, a macro, the body of a call
 * block, a recursive loop) has an array of slots, one for each name in each of its scopes. A
 * reference says how many functions further out and which slot.
 */
#ifndef JINJA_AST_H
#define JINJA_AST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/jinja/lex.h"
#include "src/jinja/object.h"

struct function;
struct expr;
struct stmt;

struct slot_ref {
	uint32_t hops; /* functions further out */
	uint32_t index;
};

/* What a slot holds when its scope is entered. */
enum load_kind {
	LOAD_PARAMETER, /* whoever enters has put it there */
	LOAD_RESOLVE,	/* the name is looked up in the context, when it is used */
	LOAD_ALIAS,	/* what the scope outside has under this name */
	LOAD_NOTHING,
};

struct load {
	enum load_kind kind;
	uint32_t slot;
	const struct name *name;
	struct slot_ref source; /* LOAD_ALIAS */
};

/*
 * LOADS are done when the scope is entered, the first EACH of them again for each turn of a loop.
 */
struct scope {
	struct load *loads;
	size_t count, each;
};

/* A name with its place: what include, import and scoped blocks hand on. */
struct binding {
	const struct name *name;
	struct slot_ref ref;
};

struct bindings {
	struct binding *items;
	size_t count;
};

/* --- expressions --- */

enum expr_kind {
	EXPR_CONST,
	EXPR_NAME,
	EXPR_ATTRIBUTE,
	EXPR_ITEM,
	EXPR_SLICE,
	EXPR_CALL,
	EXPR_FILTER,
	EXPR_TEST,
	EXPR_LIST,
	EXPR_TUPLE,
	EXPR_DICT,
	EXPR_BINARY,
	EXPR_COMPARE,
	EXPR_CONCAT,
	EXPR_AND,
	EXPR_OR,
	EXPR_NOT,
	EXPR_NEGATE,
	EXPR_PLUS,
	EXPR_CONDITION,
};

enum compare_op {
	COMPARE_EQ,
	COMPARE_NE,
	COMPARE_LT,
	COMPARE_LE,
	COMPARE_GT,
	COMPARE_GE,
	COMPARE_IN,
	COMPARE_NOT_IN
};

struct expr_list {
	struct expr **items;
	size_t count;
};

struct argument {
	struct name *name;
	struct expr *value;
};

struct arguments {
	struct expr_list positional;
	struct argument *keywords;
	size_t keyword_count;
	struct expr *star, *double_star; /* or NULL */
};

struct comparison {
	enum compare_op op;
	struct expr *right;
};

/* Attributes of `loop` are known to the parser. */
enum loop_attribute {
	LOOP_NONE,
	LOOP_INDEX,
	LOOP_INDEX0,
	LOOP_REVINDEX,
	LOOP_REVINDEX0,
	LOOP_FIRST,
	LOOP_LAST,
	LOOP_LENGTH,
	LOOP_DEPTH,
	LOOP_DEPTH0,
	LOOP_PREVITEM,
	LOOP_NEXTITEM,
	LOOP_CYCLE,
	LOOP_CHANGED
};

struct expr {
	enum expr_kind kind;
	uint32_t at;	/* into the source */
	uint16_t depth; /* of the tree below, itself included */
	union {
		struct object constant;
		struct {
			struct name *name;
			struct slot_ref ref;
		} variable;
		struct {
			struct expr *object;
			const struct name *name;
			enum loop_attribute loop;
			bool is_plain_key; /* in a dict it can be a key only, no method */
		} attribute;
		struct {
			struct expr *object, *key;
		} item;
		struct {
			struct expr *object, *bounds[3]; /* start, stop, step; NULL: left out */
		} slice;
		struct {
			struct expr *callee;
			struct arguments *arguments;
		} call;
		struct {		     /* filters and tests */
			struct expr *object; /* NULL: the text of a filter block */
			const struct name *name;
			const struct function *function; /* NULL: unknown, but maybe never called */
			struct arguments *arguments;	 /* NULL: none */
		} filter;
		struct expr_list list; /* EXPR_LIST, _TUPLE, _CONCAT; _DICT: key, value, key, ... */
		struct {
			enum object_op op;
			struct expr *left, *right;
		} binary; /* also _AND, _OR */
		struct {
			struct expr *left;
			struct comparison *rest;
			size_t count;
		} compare;
		struct expr *operand; /* EXPR_NOT, _NEGATE, _PLUS */
		struct {
			struct expr *test, *yes, *no; /* NO: or NULL */
		} condition;
	};
};

/* Where an assignment goes. */
enum target_kind { TARGET_NAME, TARGET_TUPLE, TARGET_ATTRIBUTE };

struct target {
	enum target_kind kind;
	uint32_t at;
	struct name *name; /* _NAME; _ATTRIBUTE: of the namespace */
	struct slot_ref ref;
	bool is_exported; /* at the top of a template: the context gets it, too */
	const struct name *attribute;
	struct target **items; /* _TUPLE */
	size_t count;
};

/* --- statements --- */

enum stmt_kind {
	STMT_DATA,
	STMT_PRINT,
	STMT_DO,
	STMT_IF,
	STMT_FOR,
	STMT_BREAK,
	STMT_CONTINUE,
	STMT_SET,
	STMT_SET_BLOCK,
	STMT_WITH,
	STMT_FILTER,
	STMT_AUTOESCAPE,
	STMT_MACRO,
	STMT_CALL,
	STMT_BLOCK,
	STMT_EXTENDS,
	STMT_INCLUDE,
	STMT_IMPORT,
	STMT_FROM,
};

/*
 * What a name in a body tells about it: whether it is used there before anything is assigned to
 * it.
 */
enum mention { MENTION_NONE, MENTION_USED, MENTION_HIDDEN };

struct mentions {
	enum mention loop, caller, kwargs, varargs, self, super;
	bool has_scoped_block;
};

/* Macros and call blocks. */
struct macro {
	const struct name *name; /* NULL: a call block */
	struct target **parameters;
	struct expr **defaults; /* of the last DEFAULT_COUNT parameters */
	size_t parameter_count, default_count;
	struct stmt *body;
	struct mentions mentions;
	bool takes_caller, takes_kwargs, takes_varargs;
	bool has_caller_parameter; /* among the parameters */
	uint32_t caller_slot, kwargs_slot, varargs_slot;
	struct scope scope;
	uint32_t slot_count;
	bool is_captured; /* a function inside may outlive a call of it */
};

struct if_branch {
	struct expr *test; /* NULL: else */
	struct stmt *body;
};

struct for_loop {
	struct target *target, *test_target;
	struct expr *iterable, *test;
	struct stmt *body, *otherwise;
	bool is_recursive;
	bool has_loop; /* the name `loop` is used */
	struct mentions mentions;
	uint32_t loop_slot;
	struct scope scope, test_scope, else_scope;
	uint32_t slot_count; /* of a recursive one, which is a function */
};

struct block {
	const struct name *name;
	struct stmt *body;
	bool is_scoped, is_required;
	struct mentions mentions;
	uint32_t at, end; /* of the statement, for messages */
	uint32_t self_slot, super_slot;
	struct scope scope;
	uint32_t slot_count;
	const struct template *template;
};

struct import_name {
	const struct name *name;
	struct target *alias;
};

struct stmt {
	struct stmt *next;
	enum stmt_kind kind;
	uint32_t at;
	bool is_conditional; /* only when no parent template is known */
	union {
		struct text data;
		struct expr *expr; /* PRINT, DO */
		struct {
			struct if_branch *branches;
			size_t count;
		} branch;
		struct for_loop *loop;
		struct {
			struct target *target;
			struct expr *value;  /* SET; SET_BLOCK: the filter or NULL */
			struct stmt *body;   /* SET_BLOCK */
			struct scope *scope; /* SET_BLOCK */
		} set;
		struct {
			struct target **targets;
			struct expr **values;
			size_t count;
			struct stmt *body;
			struct scope scope;
		} with;
		struct {
			struct expr *filter; /* FILTER; AUTOESCAPE: the condition */
			struct stmt *body;
			struct scope scope;
		} filter;
		struct {
			struct macro *macro;
			struct target *target; /* MACRO */
			struct expr *call;     /* CALL */
		} macro;
		struct {
			struct block *block;
			struct bindings locals; /* of a scoped one */
		} block;
		struct {
			struct expr *template;
			bool ignore_missing, with_context;
			struct target *target;	   /* IMPORT */
			struct import_name *names; /* FROM */
			size_t name_count;
			struct bindings *locals; /* with context */
		} include;
	};
};

struct template
{
	const char *name;
	struct source source;
	struct stmt *body;
	struct mentions mentions;
	struct scope scope;
	uint32_t slot_count, self_slot;
	struct block **blocks;
	size_t block_count, block_cap;
	bool has_extends;
	bool has_macros;	  /* a macro may be called when a parent has changed the context */
	size_t trailing_newlines; /* that the file ends with */
	unsigned flags;		  /* of whitespace control; jinja.c's own */
};

#endif
