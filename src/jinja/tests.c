#include "src/jinja/call.h"

#include "src/jinja/run.h"

static int test_defined(struct run *run, const struct call *call, struct object *out)
{
	*out = object_bool(call->self.kind != OBJECT_UNDEFINED);
	return call_bind(run, call, NULL, 0, 0, NULL);
}

static int test_undefined(struct run *run, const struct call *call, struct object *out)
{
	*out = object_bool(call->self.kind == OBJECT_UNDEFINED);
	return call_bind(run, call, NULL, 0, 0, NULL);
}

const struct function jinja_tests[] = {
		{"defined", test_defined},
		{"undefined", test_undefined},
};
const size_t jinja_test_count = sizeof(jinja_tests) / sizeof(*jinja_tests);
