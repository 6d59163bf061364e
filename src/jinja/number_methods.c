#include "src/jinja/method.h"

#include <math.h>

#include "src/jinja/number.h"
#include "src/jinja/range.h"
#include "src/jinja/run.h"

static int no_arguments(struct run *run, const struct call *call)
{
	return call_bind(run, call, NULL, 0, 0, NULL);
}

static uint64_t magnitude(const struct call *call)
{
	int64_t integer = number_int(call->self);

	return integer < 0 ? -(uint64_t)integer : (uint64_t)integer;
}

static int int_bit_count(struct run *run, const struct call *call, struct object *out)
{
	*out = object_int(__builtin_popcountll(magnitude(call)));
	return no_arguments(run, call);
}

static int int_bit_length(struct run *run, const struct call *call, struct object *out)
{
	uint64_t bits = magnitude(call);

	*out = object_int(bits ? 64 - __builtin_clzll(bits) : 0);
	return no_arguments(run, call);
}

static int float_is_integer(struct run *run, const struct call *call, struct object *out)
{
	double real = call->self.real;

	*out = object_bool(isfinite(real) && real == floor(real));
	return no_arguments(run, call);
}

static int number_conjugate(struct run *run, const struct call *call, struct object *out)
{
	*out = call->self.kind == OBJECT_BOOL ? object_int(call->self.boolean) : call->self;
	return no_arguments(run, call);
}

const struct function int_methods[] = {
		{"bit_count", int_bit_count},
		{"bit_length", int_bit_length},
		{"conjugate", number_conjugate},
};
const size_t int_method_count = sizeof(int_methods) / sizeof(*int_methods);

const struct function float_methods[] = {
		{"conjugate", number_conjugate},
		{"is_integer", float_is_integer},
};
const size_t float_method_count = sizeof(float_methods) / sizeof(*float_methods);

static int one_argument(struct run *run, const struct call *call, struct object *arg)
{
	static const struct param params[] = {{"value"}};

	return call_bind(run, call, params, 1, 1, arg);
}

static int range_count(struct run *run, const struct call *call, struct object *out)
{
	struct object arg;
	bool found;

	if (one_argument(run, call, &arg) < 0 || object_contains(run, call->self, arg, &found) < 0)
		return -1;
	*out = object_int(found);
	return 0;
}

static int range_index(struct run *run, const struct call *call, struct object *out)
{
	const struct range *range = call->self.range;
	struct object arg;
	int64_t integer = 0, index;
	bool found;

	if (one_argument(run, call, &arg) < 0 || object_contains(run, call->self, arg, &found) < 0)
		return -1;
	if (found)
		integer = number_is_int(arg) ? number_int(arg) : (int64_t)number_real(arg);
	if (!found || !range_find(range, integer, &index))
		return run_fail(run, FAULT_RUNTIME, "the value is not in range");
	*out = object_int(index);
	return 0;
}

const struct function range_methods[] = {
		{"count", range_count},
		{"index", range_index},
};
const size_t range_method_count = sizeof(range_methods) / sizeof(*range_methods);
