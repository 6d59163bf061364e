/*
 * object: what a template computes with: the part of Python's data model that a template can tell
 * apart.
 *
 * An object is a small struct that is passed by value. What it points to lives in the arena of its
 * run (run.h) and is never freed alone. Lists and dicts are shared by reference and mutable, as in
 * Python; strings, tuples and ranges never change.
 *
 * What comes from the values of a repository is wrapped, not copied (lazy.h): such a dict or list
 * is *closed* until somebody needs more of it than one entry. Everything outside of lazy.c and the
 * accessors below sees open ones only: list_of() and dict_of() open them.
 */
#ifndef JINJA_OBJECT_H
#define JINJA_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct run;
struct call;

enum object_kind {
	OBJECT_UNDEFINED,
	OBJECT_NONE,
	OBJECT_BOOL,
	OBJECT_INT,
	OBJECT_FLOAT,
	OBJECT_STRING,
	OBJECT_LIST,
	OBJECT_TUPLE,
	OBJECT_DICT,
	OBJECT_RANGE,
	OBJECT_ITERATOR, /* generator, dict view, zip, ...: computed at once, read once or as a view */
	OBJECT_NATIVE, /* function, bound method, macro, loop, namespace, module, ... */
};

struct object {
	enum object_kind kind;
	bool is_markup; /* OBJECT_STRING: what `escape` and `safe` yield */
	union {
		bool boolean;
		int64_t integer;
		double real;
		const struct text *text;
		struct list *list; /* OBJECT_LIST and OBJECT_TUPLE */
		struct dict *dict;
		const struct range *range;
		struct iterator *iterator;
		struct native *native;
		const struct undefined *undefined;
	};
};

struct text {
	const char *data; /* valid UTF-8, may hold NUL bytes, NUL behind the last */
	size_t len;	  /* bytes */
	size_t chars;	  /* code points */
};

struct list {
	struct object *items;
	size_t count, cap;
	struct lazy *lazy;	  /* not NULL: closed */
	const char *const *names; /* attributes of a named tuple (groupby), one an item; or NULL */
};

struct dict_pair {
	struct object key, value;
	uint64_t hash;
};

/* In order of insertion. Equal keys are one key: 1, 1.0 and true are. */
struct dict {
	struct dict_pair *pairs;
	size_t count, cap;
	uint32_t *slots;   /* object.c's own */
	struct lazy *lazy; /* not NULL: closed */
};

struct range {
	int64_t start, stop, step;
	int64_t count;
};

/*
 * The items are computed when it is made. A generator is read once: whoever reads takes from `next`
 * on. A view (dict.keys(), values(), items()) can be read again, has a length, and shows what its
 * dict holds when it is read.
 */
struct iterator {
	const char *type; /* Python's type name: "generator", "dict_keys", "zip", ... */
	struct list *items;
	size_t next;
	struct dict *view_of; /* views only; items is NULL then */
};

/* The text of the error that using it raises: "'name' is undefined". */
struct undefined {
	const char *name; /* NULL: MESSAGE says it all */
	const char *message;
	bool is_plain; /* as in UNDEFINED_LENIENT, whatever the mode: an inline if without else */
	const struct dict *dict; /* that has no such KEY, for "did you mean"; NULL: it was none */
	const struct text *key;
};

/*
 * Behaviour of an OBJECT_NATIVE; any function may be NULL. All return 0 or negative, as in run.h.
 */
struct native_class {
	const char *type; /* Python's type name */
	int (*call)(struct run *run, struct object self, const struct call *call,
			struct object *out);
	/* 0 and *FOUND false when there is no such attribute */
	int (*attribute)(struct run *run, struct object self, const struct text *name,
			struct object *out, bool *found);
	int (*set)(struct run *run, struct object self, const struct text *name,
			struct object value);
	int (*print)(struct run *run, struct object self, struct buf *out); /* str() and repr() */
	int (*repr)(struct run *run, struct object self, struct buf *out);  /* if it differs */
	int (*iterate)(struct run *run, struct object self, struct list **items);
	int (*length)(struct run *run, struct object self, int64_t *length);
};

struct native {
	const struct native_class *class;
	void *data;
};

/* --- makers; on failure (memory) they return false or negative and the run has failed --- */

struct object object_undefined(struct run *run, const char *name); /* "'NAME' is undefined" */
struct object object_undefined_because(struct run *run, const char *fmt, ...)
		__attribute__((format(printf, 2, 3)));
/* Fail with what UNDEFINED stands for; always -1. */
int object_undefined_fail(struct run *run, struct object undefined);
/* Using it fails, even printing; a plain one, or any in a lenient run, is empty and false. */
bool object_is_strict(const struct run *run, struct object undefined);
struct object object_none(void);
struct object object_bool(bool boolean);
struct object object_int(int64_t integer);
struct object object_float(double real);
/* Copies. DATA must be valid UTF-8 (assert). */
int object_string(struct run *run, const char *data, size_t len, struct object *out);
int object_string_z(struct run *run, const char *str, struct object *out);
/* BUF's bytes move into the run; BUF is released, also on failure. */
int object_string_buf(struct run *run, struct buf *buf, struct object *out);
int object_list(struct run *run, struct object *out); /* empty */
int object_tuple(struct run *run, const struct object *items, size_t count, struct object *out);
int object_dict(struct run *run, struct object *out); /* empty */
int object_range(struct run *run, int64_t start, int64_t stop, int64_t step, struct object *out);
int object_generator(struct run *run, const char *type, struct list *items, struct object *out);
int object_native(
		struct run *run, const struct native_class *class, void *data, struct object *out);

/* --- lists and dicts; the accessors open closed ones --- */

struct list *list_of(struct run *run, struct object object); /* LIST or TUPLE; NULL: run failed */
struct dict *dict_of(struct run *run, struct object object); /* NULL: run failed */
int list_append(struct run *run, struct list *list, struct object item);
/* -1 and the run failed for unhashable keys ("unhashable type: 'list'"). */
int dict_set(struct run *run, struct dict *dict, struct object key, struct object value);
int dict_get(struct run *run, struct dict *dict, struct object key, struct object *out,
		bool *found);
/* The same when KEY's hash is known. */
int dict_get_hashed(struct run *run, struct dict *dict, struct object key, uint64_t hash,
		struct object *out, bool *found);
/* DICT may be closed; reads one entry only. */
int dict_get_z(struct run *run, struct dict *dict, const char *key, struct object *out,
		bool *found);
int dict_remove(struct run *run, struct dict *dict, struct object key, struct object *out,
		bool *found);

/* --- Python's operations. All errors are Python's, in words close to Python's --- */

const char *object_type(struct object object); /* "int", "str", "list", "AnsibleUndefined", ... */
int object_truth(struct run *run, struct object object, bool *out);
int object_equal(struct run *run, struct object a, struct object b, bool *out); /* == */
int object_compare(struct run *run, struct object a, struct object b, const char *op,
		int *out); /* <0 0 >0; OP ("<", ...) is for the error; unordered floats: *out = 2 */
int object_hash(struct run *run, struct object object, uint64_t *out);
int object_length(struct run *run, struct object object, int64_t *out);
int object_contains(struct run *run, struct object haystack, struct object needle, bool *out);
int object_str(struct run *run, struct object object, struct buf *out);	 /* append str() */
int object_repr(struct run *run, struct object object, struct buf *out); /* append repr() */
/* str() as an object; strings are returned as they are. */
int object_to_string(struct run *run, struct object object, struct object *out);

/*
 * All items of an iterable as a list that the caller may keep but not change (list, tuple, dict:
 * keys, string: code points, range, iterator: what is left of it, native). -1 and the run failed
 * for what is not iterable.
 */
int object_items(struct run *run, struct object object, struct list **out);
bool object_is_iterable(struct object object);
bool object_is_callable(struct object object);

/* a.name: methods first where Python has them there, then keys. Undefined if there is neither. */
int object_attribute(
		struct run *run, struct object object, const struct text *name, struct object *out);
/* a[key]: keys and indexes first, then attributes if KEY is a string. Slices are not here. */
int object_item(struct run *run, struct object object, struct object key, struct object *out);
int object_slice(struct run *run, struct object object, const struct object bounds[3],
		struct object *out); /* start, stop, step; none: left out */

enum object_op { OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_FLOORDIV, OP_MOD, OP_POW };
int object_binary(struct run *run, enum object_op op, struct object a, struct object b,
		struct object *out); /* str % args included */
int object_negate(struct run *run, struct object object, struct object *out);
int object_plus(struct run *run, struct object object, struct object *out);

#endif
