#include "src/jinja/filters.h"

#include <math.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/jinja/number.h"
#include "src/jinja/run.h"

int filter_abs(struct run *run, const struct call *call, struct object *out)
{
	struct object self = call->self;

	if (call_bind(run, call, NULL, 0, 0, NULL) < 0)
		return -1;
	if (self.kind == OBJECT_UNDEFINED)
		return object_undefined_fail(run, self);
	if (!number_is(self))
		return run_fail(run, FAULT_RUNTIME, "bad operand type for abs(): '%s'",
				object_type(self));
	if (self.kind == OBJECT_FLOAT) {
		*out = object_float(fabs(self.real));
		return 0;
	}
	*out = object_int(number_int(self));
	return out->integer < 0 ? object_negate(run, *out, out) : 0;
}

static int truncate(struct run *run, double real, struct object fallback, struct object *out)
{
	int64_t integer;

	*out = fallback;
	if (!isfinite(real))
		return 0;
	if (number_truncate(run, real, &integer) < 0)
		return -1;
	*out = object_int(integer);
	return 0;
}

static int text_to_int(struct run *run, const struct text *text, int base, struct object fallback,
		struct object *out)
{
	bool is_too_large = false;
	int64_t integer;
	double real;

	if (run_charge(run, text->len / 4) < 0)
		return -1;
	if ((base == 0 || (base >= 2 && base <= 36)) &&
			number_parse_int(text, base, &integer, &is_too_large)) {
		if (is_too_large)
			return run_fail(run, FAULT_RUNTIME, "an integer that does not fit 64 bits");
		*out = object_int(integer);
		return 0;
	}
	if (number_parse_float(text, &real))
		return truncate(run, real, fallback, out);
	*out = fallback;
	return 0;
}

int filter_int(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"default"}, {"base"}};
	struct object args[2], self = call->self;
	int64_t base = -1;

	if (call_bind(run, call, params, 2, 0, args) < 0)
		return -1;
	if (is_absent(args[0]))
		args[0] = object_int(0);
	switch (self.kind) {
	case OBJECT_UNDEFINED:
		return object_undefined_fail(run, self);
	case OBJECT_STRING:
		/* A base that is none leaves what float() reads. */
		if (is_absent(args[1]))
			base = 10;
		else if (number_is_int(args[1]))
			base = number_int(args[1]);
		if (base < 0 || base > 36)
			base = -1;
		return text_to_int(run, self.text, (int)base, args[0], out);
	case OBJECT_BOOL:
	case OBJECT_INT:
		*out = object_int(number_int(self));
		return 0;
	case OBJECT_FLOAT:
		return truncate(run, self.real, args[0], out);
	default:
		*out = args[0];
		return 0;
	}
}

int filter_float(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"default"}};
	struct object arg, self = call->self;
	double real;

	if (call_bind(run, call, params, 1, 0, &arg) < 0)
		return -1;
	if (self.kind == OBJECT_UNDEFINED)
		return object_undefined_fail(run, self);
	*out = is_absent(arg) ? object_float(0) : arg;
	if (self.kind == OBJECT_STRING && run_charge(run, self.text->len / 4) < 0)
		return -1;
	if (number_is(self))
		*out = object_float(number_real(self));
	else if (self.kind == OBJECT_STRING && number_parse_float(self.text, &real))
		*out = object_float(real);
	return 0;
}

/* round() of an integer to a multiple of ten to the power of PLACES, half to even. */
static int round_integer(struct run *run, int64_t integer, int64_t places, struct object *out)
{
	struct object power, rest, twice;
	int64_t unit;

	*out = object_int(0);
	if (places > 18)
		return 0;
	if (object_binary(run, OP_POW, object_int(10), object_int(places), &power) < 0 ||
			object_binary(run, OP_MOD, object_int(integer), power, &rest) < 0)
		return -1;
	unit = power.integer;
	twice = object_int(2 * rest.integer); /* at most twice ten to the power of 18 */
	integer -= rest.integer;
	if (twice.integer > unit || (twice.integer == unit && integer / unit % 2 != 0))
		return object_binary(run, OP_ADD, object_int(integer), power, out);
	*out = object_int(integer);
	return 0;
}

static int round_common(struct run *run, struct object number, int64_t digits, struct object *out)
{
	if (number.kind != OBJECT_FLOAT) {
		if (digits < 0)
			return round_integer(run, number_int(number), -digits, out);
		*out = object_int(number_int(number));
		return 0;
	}
	if (digits > 400)
		digits = 400;
	if (digits < -400)
		digits = -400;
	*out = object_float(number_round(number.real, (int)digits));
	if (isinf(out->real) && isfinite(number.real))
		return run_fail(run, FAULT_RUNTIME, "rounded value too large to represent");
	return 0;
}

/* ceil() or floor() of NUMBER times ten to the power of DIGITS, and back. */
static int round_towards(struct run *run, struct object number, int64_t digits, bool is_up,
		struct object *out)
{
	struct object power, scaled;
	int64_t integer;

	if (object_binary(run, OP_POW, object_int(10), object_int(digits), &power) < 0 ||
			object_binary(run, OP_MUL, number, power, &scaled) < 0)
		return -1;
	if (scaled.kind == OBJECT_FLOAT) {
		scaled.real = is_up ? ceil(scaled.real) : floor(scaled.real);
		if (number_truncate(run, scaled.real, &integer) < 0)
			return -1;
		scaled = object_int(integer);
	}
	return object_binary(run, OP_DIV, scaled, power, out);
}

int filter_round(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"precision"}, {"method"}};
	const struct text *method;
	struct object args[2];
	int64_t digits;

	if (call_bind(run, call, params, 2, 0, args) < 0 ||
			arg_text(run, args[1], "common", &method) < 0)
		return -1;
	if (strcmp(method->data, "common") != 0 && strcmp(method->data, "ceil") != 0 &&
			strcmp(method->data, "floor") != 0)
		return run_fail(run, FAULT_RUNTIME, "method must be common, ceil or floor");
	if (call->self.kind == OBJECT_UNDEFINED)
		return object_undefined_fail(run, call->self);
	if (!number_is(call->self))
		return run_fail(run, FAULT_RUNTIME, "type %s doesn't define __round__ method",
				object_type(call->self));
	if (strcmp(method->data, "common") == 0 && args[0].kind == OBJECT_NONE) {
		/* round(x, None) is round(x): an integer. */
		if (call->self.kind != OBJECT_FLOAT)
			return round_common(run, call->self, 0, out);
		if (number_truncate(run, number_round(call->self.real, 0), &digits) < 0)
			return -1;
		*out = object_int(digits);
		return 0;
	}
	if (arg_int(run, args[0], 0, &digits) < 0)
		return -1;
	if (strcmp(method->data, "common") == 0)
		return round_common(run, call->self, digits, out);
	return round_towards(run, call->self, digits, method->data[0] == 'c', out);
}

#define LARGEST 7 /* number of the largest unit */

static void add_size(double bytes, bool is_binary, struct buf *out)
{
	static const char *const decimal_names[] = {"kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"};
	static const char *const binary_names[] = {
			"KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"};
	static const double decimal_units[] = {1e6, 1e9, 1e12, 1e15, 1e18, 1e21, 1e24, 1e27};
	double base = is_binary ? 1024 : 1000, unit, size;
	size_t i;

	for (i = 0; i < LARGEST; i++) {
		if (bytes < (is_binary ? ldexp(1, 10 * ((int)i + 2)) : decimal_units[i]))
			break;
	}
	unit = is_binary ? ldexp(1, 10 * ((int)i + 2)) : decimal_units[i];
	size = base * bytes / unit;
	if (isnan(size))
		buf_add_str(out, "nan");
	else
		buf_printf(out, "%.1f", size);
	buf_printf(out, " %s", is_binary ? binary_names[i] : decimal_names[i]);
}

int filter_filesizeformat(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"binary"}};
	struct object arg, self = call->self;
	struct buf text = BUF_INIT;
	int64_t whole;
	bool is_binary;
	double bytes;

	if (call_bind(run, call, params, 1, 0, &arg) < 0 ||
			arg_bool(run, arg, false, &is_binary) < 0)
		return -1;
	if (self.kind == OBJECT_UNDEFINED)
		return object_undefined_fail(run, self);
	if (number_is(self))
		bytes = number_real(self);
	else if (self.kind != OBJECT_STRING || !number_parse_float(self.text, &bytes))
		return run_fail(run, FAULT_RUNTIME, "could not convert %s to float",
				object_type(self));
	if (bytes == 1) {
		buf_add_str(&text, "1 Byte");
	} else if (bytes < (is_binary ? 1024 : 1000)) {
		if (number_truncate(run, bytes, &whole) < 0)
			return -1;
		buf_printf(&text, "%lld Bytes", (long long)whole);
	} else {
		add_size(bytes, is_binary, &text);
	}
	return object_string_buf(run, &text, out);
}
