/*
 * Jinja2's own tests. Each sets a bool.
 */
#include "src/jinja/call.h"

#include <string.h>

#include "src/jinja/character.h"
#include "src/jinja/number.h"
#include "src/jinja/run.h"
#include "src/jinja/text_methods.h"

/* A test of what SELF is, without arguments. */
static int answer(struct run *run, const struct call *call, bool holds, struct object *out)
{
	*out = object_bool(holds);
	return call_bind(run, call, NULL, 0, 0, NULL);
}

static int test_boolean(struct run *run, const struct call *call, struct object *out)
{
	return answer(run, call, call->self.kind == OBJECT_BOOL, out);
}

static int test_callable(struct run *run, const struct call *call, struct object *out)
{
	return answer(run, call, object_is_callable(call->self), out);
}

static int test_defined(struct run *run, const struct call *call, struct object *out)
{
	return answer(run, call, call->self.kind != OBJECT_UNDEFINED, out);
}

static int test_escaped(struct run *run, const struct call *call, struct object *out)
{
	return answer(run, call, call->self.kind == OBJECT_STRING && call->self.is_markup, out);
}

static int test_false(struct run *run, const struct call *call, struct object *out)
{
	return answer(run, call, call->self.kind == OBJECT_BOOL && !call->self.boolean, out);
}

static int test_float(struct run *run, const struct call *call, struct object *out)
{
	return answer(run, call, call->self.kind == OBJECT_FLOAT, out);
}

static int test_integer(struct run *run, const struct call *call, struct object *out)
{
	return answer(run, call, call->self.kind == OBJECT_INT, out);
}

static int test_iterable(struct run *run, const struct call *call, struct object *out)
{
	if (call->self.kind == OBJECT_UNDEFINED && object_is_strict(run, call->self))
		return object_undefined_fail(run, call->self);
	return answer(run, call, object_is_iterable(call->self), out);
}

static int test_mapping(struct run *run, const struct call *call, struct object *out)
{
	return answer(run, call, call->self.kind == OBJECT_DICT, out);
}

static int test_none(struct run *run, const struct call *call, struct object *out)
{
	return answer(run, call, call->self.kind == OBJECT_NONE, out);
}

static int test_number(struct run *run, const struct call *call, struct object *out)
{
	return answer(run, call, number_is(call->self), out);
}

/* What has a length and items; an undefined one claims to, if it is not strict. */
static int test_sequence(struct run *run, const struct call *call, struct object *out)
{
	bool is_sequence = false;

	switch (call->self.kind) {
	case OBJECT_STRING:
	case OBJECT_LIST:
	case OBJECT_TUPLE:
	case OBJECT_DICT:
	case OBJECT_RANGE:
		is_sequence = true;
		break;
	case OBJECT_UNDEFINED:
		is_sequence = !object_is_strict(run, call->self);
		break;
	default:
		break;
	}
	return answer(run, call, is_sequence, out);
}

static int test_string(struct run *run, const struct call *call, struct object *out)
{
	return answer(run, call, call->self.kind == OBJECT_STRING, out);
}

static int test_true(struct run *run, const struct call *call, struct object *out)
{
	return answer(run, call, call->self.kind == OBJECT_BOOL && call->self.boolean, out);
}

static int test_undefined(struct run *run, const struct call *call, struct object *out)
{
	return answer(run, call, call->self.kind == OBJECT_UNDEFINED, out);
}

static int test_case(struct run *run, const struct call *call, bool (*wanted)(uint32_t),
		bool (*other)(uint32_t), struct object *out)
{
	struct object text;

	if (object_to_string(run, call->self, &text) < 0 || run_charge(run, text.text->len / 4) < 0)
		return -1;
	return answer(run, call, text_is_cased(text.text, wanted, other), out);
}

static int test_lower(struct run *run, const struct call *call, struct object *out)
{
	return test_case(run, call, character_is_lower, character_is_upper, out);
}

static int test_upper(struct run *run, const struct call *call, struct object *out)
{
	return test_case(run, call, character_is_upper, character_is_lower, out);
}

/* --- with an argument --- */

static int other(struct run *run, const struct call *call, const char *name, struct object *out)
{
	const struct param params[] = {{name}};

	return call_bind(run, call, params, 1, 1, out);
}

static int modulo_is(struct run *run, struct object value, struct object divisor, int64_t wanted,
		struct object *out)
{
	struct object rest;
	bool is_wanted;

	if (object_binary(run, OP_MOD, value, divisor, &rest) < 0 ||
			object_equal(run, rest, object_int(wanted), &is_wanted) < 0)
		return -1;
	*out = object_bool(is_wanted);
	return 0;
}

static int test_divisibleby(struct run *run, const struct call *call, struct object *out)
{
	struct object divisor;

	if (other(run, call, "num", &divisor) < 0)
		return -1;
	return modulo_is(run, call->self, divisor, 0, out);
}

static int test_even(struct run *run, const struct call *call, struct object *out)
{
	if (call_bind(run, call, NULL, 0, 0, NULL) < 0)
		return -1;
	return modulo_is(run, call->self, object_int(2), 0, out);
}

static int test_odd(struct run *run, const struct call *call, struct object *out)
{
	if (call_bind(run, call, NULL, 0, 0, NULL) < 0)
		return -1;
	return modulo_is(run, call->self, object_int(2), 1, out);
}

static int test_eq(struct run *run, const struct call *call, struct object *out)
{
	struct object value;
	bool is_equal;

	if (other(run, call, "b", &value) < 0 ||
			object_equal(run, call->self, value, &is_equal) < 0)
		return -1;
	*out = object_bool(is_equal);
	return 0;
}

static int test_ne(struct run *run, const struct call *call, struct object *out)
{
	if (test_eq(run, call, out) < 0)
		return -1;
	out->boolean = !out->boolean;
	return 0;
}

static int order(struct run *run, const struct call *call, const char *op, int *out)
{
	struct object value;

	if (other(run, call, "b", &value) < 0)
		return -1;
	return object_compare(run, call->self, value, op, out);
}

static int test_lt(struct run *run, const struct call *call, struct object *out)
{
	int sign;

	if (order(run, call, "<", &sign) < 0)
		return -1;
	*out = object_bool(sign == -1);
	return 0;
}

static int test_le(struct run *run, const struct call *call, struct object *out)
{
	int sign;

	if (order(run, call, "<=", &sign) < 0)
		return -1;
	*out = object_bool(sign == -1 || sign == 0);
	return 0;
}

static int test_gt(struct run *run, const struct call *call, struct object *out)
{
	int sign;

	if (order(run, call, ">", &sign) < 0)
		return -1;
	*out = object_bool(sign == 1);
	return 0;
}

static int test_ge(struct run *run, const struct call *call, struct object *out)
{
	int sign;

	if (order(run, call, ">=", &sign) < 0)
		return -1;
	*out = object_bool(sign == 1 || sign == 0);
	return 0;
}

static int test_in(struct run *run, const struct call *call, struct object *out)
{
	struct object seq;
	bool found;

	if (other(run, call, "seq", &seq) < 0 || object_contains(run, seq, call->self, &found) < 0)
		return -1;
	*out = object_bool(found);
	return 0;
}

/* Python's `is`. What has no identity here is the same when it is equal and of one kind. */
static bool is_same(struct object a, struct object b)
{
	if (a.kind != b.kind)
		return false;
	switch (a.kind) {
	case OBJECT_BOOL:
		return a.boolean == b.boolean;
	case OBJECT_INT:
		return a.integer == b.integer;
	case OBJECT_FLOAT:
		return a.real == b.real;
	case OBJECT_NONE:
		return true;
	case OBJECT_STRING:
		return a.text == b.text ||
				(a.is_markup == b.is_markup && a.text->len == b.text->len &&
						memcmp(a.text->data, b.text->data, a.text->len) ==
								0);
	case OBJECT_UNDEFINED:
		return a.undefined == b.undefined;
	default:
		return a.native == b.native;
	}
}

static int test_sameas(struct run *run, const struct call *call, struct object *out)
{
	struct object value;

	if (other(run, call, "other", &value) < 0)
		return -1;
	*out = object_bool(is_same(call->self, value));
	return 0;
}

/* The names of filters and tests are keys of a dict: what is unhashable is an error. */
static int is_name(struct run *run, const struct call *call, bool *out)
{
	uint64_t hash;

	*out = call->self.kind == OBJECT_STRING;
	return object_hash(run, call->self, &hash);
}

static int test_filter(struct run *run, const struct call *call, struct object *out)
{
	bool known;

	if (is_name(run, call, &known) < 0)
		return -1;
	return answer(run, call, known && filter_find(run, call->self.text), out);
}

static int test_test(struct run *run, const struct call *call, struct object *out)
{
	bool known;

	if (is_name(run, call, &known) < 0)
		return -1;
	return answer(run, call, known && test_find(run, call->self.text), out);
}

const struct function jinja_tests[] = {
		{"!=", test_ne},
		{"<", test_lt},
		{"<=", test_le},
		{"==", test_eq},
		{">", test_gt},
		{">=", test_ge},
		{"boolean", test_boolean},
		{"callable", test_callable},
		{"defined", test_defined},
		{"divisibleby", test_divisibleby},
		{"eq", test_eq},
		{"equalto", test_eq},
		{"escaped", test_escaped},
		{"even", test_even},
		{"false", test_false},
		{"filter", test_filter},
		{"float", test_float},
		{"ge", test_ge},
		{"greaterthan", test_gt},
		{"gt", test_gt},
		{"in", test_in},
		{"integer", test_integer},
		{"iterable", test_iterable},
		{"le", test_le},
		{"lessthan", test_lt},
		{"lower", test_lower},
		{"lt", test_lt},
		{"mapping", test_mapping},
		{"ne", test_ne},
		{"none", test_none},
		{"number", test_number},
		{"odd", test_odd},
		{"sameas", test_sameas},
		{"sequence", test_sequence},
		{"string", test_string},
		{"test", test_test},
		{"true", test_true},
		{"undefined", test_undefined},
		{"upper", test_upper},
};
const size_t jinja_test_count = sizeof(jinja_tests) / sizeof(*jinja_tests);
