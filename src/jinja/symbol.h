/*
 * symbol: the names of nested scopes, while a template is analyzed.
 *
 * Each frame knows the names that are read or assigned in it; scope.c enters frames in the order
 * of the template and leaves them again, so the symbols of a name form a stack, whose top hangs
 * on the name itself. The rules are those of Jinja2's idtracking.py.
 */
#ifndef JINJA_SYMBOL_H
#define JINJA_SYMBOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/jinja/ast.h"

struct arena;

/* Slots are given to frames as they are entered, and used again after they are left. */
struct slots {
	struct slots *outer; /* of the function around */
	uint32_t next, count;
	bool is_captured; /* functions inside see it */
};

struct symbol {
	struct name *name;
	struct symbol *shadowed; /* of the frames around */
	struct frame *frame;
	enum load_kind load;
	struct symbol *alias;
	bool is_linked; /* not only in a branch that has ended */
	bool is_stored;
	bool is_captured; /* a function inside refers to it */
	uint32_t slot;
	uint32_t branch;       /* in whose journal its change is */
	unsigned stored_count; /* branches of an `if` that assign to it */
	struct symbol *next;   /* of the frame */
};

struct frame {
	struct frame *outer; /* NULL: none around */
	struct slots *slots;
	struct symbol *first, **last;
	uint32_t slots_before;
	bool is_root; /* of a template: what is stored here is in the context as well */
};

/* One branch of an `if`, with what it changed in its frame. */
struct change {
	struct symbol *symbol;
	bool is_new, was_stored, is_stored;
	enum load_kind was_load, load;
	struct symbol *was_alias, *alias;
	uint32_t was_branch;
};

struct branch {
	struct branch *outer;
	struct change *items;
	size_t count, cap;
	uint32_t id;
};

struct symbols {
	struct arena *arena;
	struct frame *frame;   /* innermost */
	struct branch *branch; /* innermost */
	uint32_t branches;     /* so far */
	bool has_failed;       /* no memory */
};

/* Enter FRAME within the innermost one; leave it again, whatever happened. */
void frame_enter(struct symbols *symbols, struct frame *frame, struct slots *slots, bool is_root);
void frame_leave(struct symbols *symbols);

/* A name is read, assigned to, or filled by whoever enters the innermost frame. */
void symbol_load(struct symbols *symbols, struct name *name);
void symbol_store(struct symbols *symbols, struct name *name);
void symbol_parameter(struct symbols *symbols, struct name *name);

/*
 * What follows happens in one of three branches only, until the branch is ended; then they are
 * merged.
 */
void branch_begin(struct symbols *symbols, struct branch *branch);
void branch_end(struct symbols *symbols);
void branch_merge(struct symbols *symbols, const struct branch branches[3]);
void branch_release(struct branch *branch);

/* All names of the innermost frame are known: give them slots, and say in SCOPE what is loaded. */
void frame_close(struct symbols *symbols, struct scope *scope);

/* Where NAME lies, seen from the function of the innermost frame. */
struct slot_ref symbol_ref(struct symbols *symbols, const struct name *name);

/* The names of all frames around that something was assigned to; -1: no memory. */
int symbol_bindings(struct symbols *symbols, struct bindings *out);

#endif
