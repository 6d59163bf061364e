/*
 * run: one rendering in progress: its memory, its budget, and how it failed.
 *
 * A function of this room that can fail returns 0, or -1 after it has said why through run_fail()
 * (or a callee has); the first reason stays. Whoever gets -1 gives it on at once.
 *
 * The budget is counted, not timed, so the same template fails at the same place everywhere. One
 * step is charged for each node evaluated; whoever loops over elements or copies bytes charges for
 * them as well (run_charge: one for each element, one for each 64 bytes).
 */
#ifndef JINJA_RUN_H
#define JINJA_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/jinja/object.h"

struct arena;

#define RUN_REPEAT_MAX	1000000	    /* elements of range(), of '*' on lists and strings */
#define RUN_TEXT_MAX	(16u << 20) /* bytes of one string */
#define RUN_NESTING_MAX 64	    /* include, import, macro, recursive loops; print and compare */

enum fault_kind {
	FAULT_SYNTAX,	 /* the template does not parse */
	FAULT_UNDEFINED, /* something undefined was used */
	FAULT_RUNTIME,	 /* what Python would raise: TypeError, ValueError, ... */
	FAULT_LIMIT,	 /* a bound was reached */
	FAULT_REFUSED,	 /* what refmount does not do, with the reason */
	FAULT_MEMORY,	 /* the machine has no memory */
};

enum undefined_mode { UNDEFINED_STRICT, UNDEFINED_LENIENT, UNDEFINED_CHAINABLE };

struct run {
	struct arena *arena; /* 64 MiB at most, see jinja.h */
	uint64_t steps_left;
	unsigned depth;	 /* nesting, for RUN_NESTING_MAX */
	bool is_ansible; /* the profile: none prints as '', undefined chains, filters of Ansible */
	enum undefined_mode undefined;
	bool has_failed;
	enum fault_kind fault;
	char message[1024];	    /* one line, UTF-8 */
	struct reads *reads;	    /* who is told which values were read (lazy.h); NULL: nobody */
	struct eval *eval;	    /* eval.c's own */
	struct lazy_values *values; /* lazy.c's own */
};

/* Fail; always returns -1. Only the first call of a run counts. */
int run_fail(struct run *run, enum fault_kind kind, const char *fmt, ...)
		__attribute__((format(printf, 3, 4), cold));

/* There are fewer steps left than are needed; always -1. */
int run_fail_steps(struct run *run) __attribute__((cold));

/* STEPS from the budget; -1 when it is used up. */
static inline int run_charge(struct run *run, uint64_t steps)
{
	if (steps > run->steps_left)
		return run_fail_steps(run);
	run->steps_left -= steps;
	return 0;
}

/* Zeroed memory of the run, NULL after run_fail() when the arena is used up. Charges for SIZE. */
void *run_alloc(struct run *run, size_t size);

/* Enter and leave one level of nesting: -1 over RUN_NESTING_MAX. */
int run_enter(struct run *run);
void run_leave(struct run *run);

#endif
