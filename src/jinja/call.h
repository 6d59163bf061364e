/*
 * call: how filters, tests, methods and functions get their arguments.
 *
 * Every one of them is one small function of the same type, listed by name in a table:
 *
 *     static int filter_center(struct run *run, const struct call *call, struct object *out)
 *     {
 *             static const struct param params[] = {{"width"}};
 *             struct object args[1];
 *
 *             if (call_bind(run, call, params, 1, 0, args) < 0)
 *                     return -1;
 *             ...
 *     }
 */
#ifndef JINJA_CALL_H
#define JINJA_CALL_H

#include <stdbool.h>
#include <stddef.h>

#include "src/jinja/object.h"

struct keyword {
	const struct text *name;
	struct object value;
};

struct call {
	const char *name;   /* of the filter, test, method or function: for messages */
	struct object self; /* filter, test: what is left of the | or `is`; method: its object */
	const struct object *args;
	size_t count;
	const struct keyword *keywords;
	size_t keyword_count;
};

typedef int native_fn(struct run *run, const struct call *call, struct object *out);

struct function {
	const char *name;
	native_fn *fn;
};

struct param {
	const char *name;
};

/*
 * Arguments by position and by keyword into OUT, as Python binds them. The first REQUIRED must be
 * given. Those that are not given are OBJECT_UNDEFINED with `undefined` NULL: is_absent(). Too
 * many, unknown and doubly given ones fail the run in Python's words.
 */
int call_bind(struct run *run, const struct call *call, const struct param *params, size_t count,
		size_t required, struct object *out);
bool is_absent(struct object object);

/*
 * An argument's value, DEFAULT when it is absent; the run fails in words when the type is another.
 */
int arg_int(struct run *run, struct object arg, int64_t fallback, int64_t *out);
int arg_bool(struct run *run, struct object arg, bool fallback, bool *out); /* by truth */
int arg_text(struct run *run, struct object arg, const char *fallback, const struct text **out);

/* --- tables: sorted by name (a unit test checks), searched by bisection --- */

extern const struct function jinja_filters[]; /* Jinja2's own */
extern const size_t jinja_filter_count;
extern const struct function ansible_filters[]; /* Ansible's; the profile `jinja` has none */
extern const size_t ansible_filter_count;
extern const struct function jinja_tests[]; /* `out` is a bool */
extern const size_t jinja_test_count;
extern const struct function ansible_tests[];
extern const size_t ansible_test_count;

/* The entry of a sorted table, or NULL. */
const struct function *function_find(
		const struct function *table, size_t count, const char *name, size_t len);

/* Known in this profile, with its collection ("ansible.builtin.") in front if need be; NULL if not. */
const struct function *filter_find(const struct run *run, const struct text *name);
const struct function *test_find(const struct run *run, const struct text *name);
/* What is refused on purpose and why ("shuffle": random results differ on each node), or NULL. */
const char *filter_refused(const struct text *name);
/* Nearest known name for "did you mean", or NULL. */
const char *filter_suggest(const struct run *run, const struct text *name);
const char *test_suggest(const struct run *run, const struct text *name);

/* Methods of str, list, dict, ...: a bound method, or *FOUND false. */
int method_find(struct run *run, struct object self, const struct text *name, struct object *out,
		bool *found);

/* Call CALLEE, whatever it is; the run fails for what cannot be called. */
int object_call(struct run *run, struct object callee, const struct call *call, struct object *out);

#endif
