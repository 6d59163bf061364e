#include "src/jinja/number.h"

#include <math.h>

#include "src/jinja/run.h"

bool number_is(struct object object)
{
	return number_is_int(object) || object.kind == OBJECT_FLOAT;
}

bool number_is_int(struct object object)
{
	return object.kind == OBJECT_INT || object.kind == OBJECT_BOOL;
}

int64_t number_int(struct object object)
{
	return object.kind == OBJECT_BOOL ? object.boolean : object.integer;
}

double number_real(struct object object)
{
	return object.kind == OBJECT_FLOAT ? object.real : (double)number_int(object);
}

static int too_large(struct run *run)
{
	return run_fail(run, FAULT_RUNTIME, "an integer that does not fit 64 bits");
}

static int divided_by_zero(struct run *run, const char *what)
{
	return run_fail(run, FAULT_RUNTIME, "%s by zero", what);
}

/* 2 to the power of 63: one more than INT64_MAX, and exactly a double. */
static const double int64_end = 9223372036854775808.0;

bool number_is_whole(double real, int64_t *out)
{
	if (!(real < int64_end) || !(real >= -int64_end) || real != trunc(real))
		return false;
	*out = (int64_t)real;
	return true;
}

int number_truncate(struct run *run, double real, int64_t *out)
{
	if (isnan(real))
		return run_fail(run, FAULT_RUNTIME, "cannot convert float NaN to integer");
	if (isinf(real))
		return run_fail(run, FAULT_RUNTIME, "cannot convert float infinity to integer");
	if (!number_is_whole(trunc(real), out))
		return too_large(run);
	return 0;
}

static uint64_t magnitude(int64_t integer)
{
	return integer < 0 ? -(uint64_t)integer : (uint64_t)integer;
}

/*
 * a / b, correctly rounded also where a or b is not a double: both are shifted up to their highest
 * bit; the quotient has 63 bits or more then, and a lowest bit that says whether anything remains.
 */
static double divide(int64_t a, int64_t b)
{
	const uint64_t x = magnitude(a), y = magnitude(b);
	int shift_x, shift_y;
	unsigned __int128 wide;
	uint64_t quotient;
	double real;

	if (a == 0)
		return b < 0 ? -0.0 : 0.0;
	if (x <= 1u << 31 && y <= 1u << 31)
		return (double)a / (double)b;
	shift_x = __builtin_clzll(x);
	shift_y = __builtin_clzll(y);
	wide = (unsigned __int128)(x << shift_x) << 63;
	quotient = (uint64_t)(wide / (y << shift_y));
	quotient |= wide % (y << shift_y) != 0;
	real = ldexp((double)quotient, shift_y - shift_x - 63);
	return (a < 0) != (b < 0) ? -real : real;
}

static int power(struct run *run, int64_t base, int64_t exponent, int64_t *out)
{
	int64_t result = 1;

	for (; exponent > 0; exponent >>= 1) {
		if (exponent & 1 && __builtin_mul_overflow(result, base, &result))
			return too_large(run);
		if (exponent > 1 && __builtin_mul_overflow(base, base, &base))
			return too_large(run);
	}
	*out = result;
	return 0;
}

/* Rounded down, as Python does. */
static int floor_divide(struct run *run, int64_t a, int64_t b, int64_t *quotient)
{
	if (b == 0)
		return divided_by_zero(run, "integer division or modulo");
	if (a == INT64_MIN && b == -1)
		return too_large(run);
	*quotient = a / b - (a % b != 0 && (a < 0) != (b < 0));
	return 0;
}

static int modulo(struct run *run, int64_t a, int64_t b, int64_t *rest)
{
	if (b == 0)
		return divided_by_zero(run, "integer modulo");
	*rest = b == -1 ? 0 : a % b;
	if (*rest != 0 && (*rest < 0) != (b < 0))
		*rest += b;
	return 0;
}

static int integers(struct run *run, enum object_op op, int64_t a, int64_t b, struct object *out)
{
	int64_t result = 0;
	int rc = 0;

	switch (op) {
	case OP_ADD:
		rc = __builtin_add_overflow(a, b, &result) ? too_large(run) : 0;
		break;
	case OP_SUB:
		rc = __builtin_sub_overflow(a, b, &result) ? too_large(run) : 0;
		break;
	case OP_MUL:
		rc = __builtin_mul_overflow(a, b, &result) ? too_large(run) : 0;
		break;
	case OP_DIV:
		if (b == 0)
			return divided_by_zero(run, "division");
		*out = object_float(divide(a, b));
		return 0;
	case OP_FLOORDIV:
		rc = floor_divide(run, a, b, &result);
		break;
	case OP_MOD:
		rc = modulo(run, a, b, &result);
		break;
	case OP_POW:
		rc = power(run, a, b, &result);
		break;
	}
	if (rc == 0)
		*out = object_int(result);
	return rc;
}

static double float_modulo(double a, double b)
{
	double rest = fmod(a, b);

	if (rest == 0)
		return copysign(0.0, b);
	return (b < 0) != (rest < 0) ? rest + b : rest;
}

static double float_floor_divide(double a, double b)
{
	double rest = fmod(a, b), quotient = (a - rest) / b, whole;

	if (rest != 0 && (b < 0) != (rest < 0))
		quotient -= 1;
	if (quotient == 0)
		return copysign(0.0, a / b);
	whole = floor(quotient);
	return quotient - whole > 0.5 ? whole + 1 : whole;
}

static int float_power(struct run *run, double a, double b, double *out)
{
	if (a == 0 && b < 0)
		return run_fail(run, FAULT_RUNTIME, "0.0 cannot be raised to a negative power");
	if (a < 0 && isfinite(a) && isfinite(b) && b != floor(b))
		return run_fail(run, FAULT_REFUSED,
				"a negative number to a fractional power is complex, which "
				"templates do not have");
	*out = pow(a, b);
	if (isinf(*out) && isfinite(a) && isfinite(b))
		return run_fail(run, FAULT_RUNTIME, "numerical result out of range");
	return 0;
}

static int floats(struct run *run, enum object_op op, double a, double b, struct object *out)
{
	double result = 0;
	int rc = 0;

	switch (op) {
	case OP_ADD:
		result = a + b;
		break;
	case OP_SUB:
		result = a - b;
		break;
	case OP_MUL:
		result = a * b;
		break;
	case OP_DIV:
		rc = b == 0 ? divided_by_zero(run, "float division") : 0;
		result = b == 0 ? 0 : a / b;
		break;
	case OP_FLOORDIV:
		rc = b == 0 ? divided_by_zero(run, "float floor division") : 0;
		result = b == 0 ? 0 : float_floor_divide(a, b);
		break;
	case OP_MOD:
		rc = b == 0 ? divided_by_zero(run, "float modulo") : 0;
		result = b == 0 ? 0 : float_modulo(a, b);
		break;
	case OP_POW:
		rc = float_power(run, a, b, &result);
		break;
	}
	if (rc == 0)
		*out = object_float(result);
	return rc;
}

int number_binary(struct run *run, enum object_op op, struct object a, struct object b,
		struct object *out)
{
	bool is_int = number_is_int(a) && number_is_int(b);

	if (is_int && !(op == OP_POW && number_int(b) < 0))
		return integers(run, op, number_int(a), number_int(b), out);
	return floats(run, op, number_real(a), number_real(b), out);
}
