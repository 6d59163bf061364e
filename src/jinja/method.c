#include "src/jinja/method.h"

#include <stdlib.h>
#include <string.h>

#include "src/jinja/call.h"
#include "src/jinja/run.h"
#include "src/jinja/text.h"

/* What `'x'.upper` is without the parentheses. */
struct bound {
	struct object self;
	const struct function *function;
};

static int method_call(
		struct run *run, struct object self, const struct call *call, struct object *out)
{
	const struct bound *bound = self.native->data;
	struct call inner = *call;

	inner.name = bound->function->name;
	inner.self = bound->self;
	return bound->function->fn(run, &inner, out);
}

/* Python prints an address, which differs on each node. */
static int method_print(struct run *run, struct object self, struct buf *out)
{
	const struct bound *bound = self.native->data;
	const char *name = bound->function->name;

	(void)out;
	if (bound->self.kind == OBJECT_DICT)
		return run_fail(run, FAULT_RUNTIME,
				"'%s' is a method of dict: call it, %s(), or write ['%s'] for the "
				"key",
				name, name, name);
	return run_fail(run, FAULT_RUNTIME, "'%s' is a method of %s: call it, %s()", name,
			object_type(bound->self), name);
}

static const struct native_class method_class = {
		.type = "builtin_function_or_method",
		.call = method_call,
		.print = method_print,
};

struct table {
	const struct function *functions;
	size_t count;
};

static struct table table_of(struct object self)
{
	switch (self.kind) {
	case OBJECT_STRING:
		return (struct table){text_methods, text_method_count};
	case OBJECT_LIST:
		return (struct table){list_methods, list_method_count};
	case OBJECT_TUPLE:
		return (struct table){tuple_methods, tuple_method_count};
	case OBJECT_DICT:
		return (struct table){dict_methods, dict_method_count};
	case OBJECT_BOOL:
	case OBJECT_INT:
		return (struct table){int_methods, int_method_count};
	case OBJECT_FLOAT:
		return (struct table){float_methods, float_method_count};
	case OBJECT_RANGE:
		return (struct table){range_methods, range_method_count};
	default:
		return (struct table){NULL, 0};
	}
}

int method_find(struct run *run, struct object self, const struct text *name, struct object *out,
		bool *found)
{
	struct table table = table_of(self);
	const struct function *function;
	struct bound *bound;

	function = function_find(table.functions, table.count, name->data, name->len);
	*found = function != NULL;
	if (!function)
		return 0;
	bound = run_alloc(run, sizeof(*bound));
	if (!bound)
		return -1;
	bound->self = self;
	bound->function = function;
	return object_native(run, &method_class, bound, out);
}
