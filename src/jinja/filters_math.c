#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/jinja/ansible.h"
#include "src/jinja/number.h"
#include "src/jinja/run.h"
#include "src/jinja/text.h"

/* OBJECT as Python's math functions take it. */
static int math_arg(struct run *run, const char *who, struct object object, double *out)
{
	if (object.kind == OBJECT_UNDEFINED)
		return object_undefined_fail(run, object);
	if (!number_is(object))
		return run_fail(run, FAULT_RUNTIME, "%s can only be used on numbers, not on %s",
				who, object_type(object));
	*out = number_real(object);
	return 0;
}

static int domain_error(struct run *run, const char *who)
{
	return run_fail(run, FAULT_RUNTIME, "%s: math domain error", who);
}

int filter_log(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"base"}};
	double x, base = M_E;
	struct object arg;

	if (call_bind(run, call, params, 1, 0, &arg) < 0 ||
			(!is_absent(arg) && math_arg(run, "log", arg, &base) < 0) ||
			math_arg(run, "log", call->self, &x) < 0)
		return -1;
	if (x <= 0 || base <= 0)
		return domain_error(run, "log");
	if (base == 1)
		return run_fail(run, FAULT_RUNTIME, "log: float division by zero");
	*out = object_float(base == 10 ? log10(x) : log(x) / log(base));
	return 0;
}

/* math.pow(): what is no number though the arguments are is an error. */
static int power(struct run *run, const char *who, double x, double y, struct object *out)
{
	double result = pow(x, y);

	if (isfinite(x) && isfinite(y)) {
		if (isnan(result) || (x == 0 && y < 0))
			return domain_error(run, who);
		if (isinf(result))
			return run_fail(run, FAULT_RUNTIME, "%s: math range error", who);
	}
	*out = object_float(result);
	return 0;
}

int filter_pow(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"y"}};
	struct object arg;
	double x, y;

	if (call_bind(run, call, params, 1, 1, &arg) < 0 ||
			math_arg(run, "pow", call->self, &x) < 0 ||
			math_arg(run, "pow", arg, &y) < 0)
		return -1;
	return power(run, "pow", x, y, out);
}

int filter_root(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"base"}};
	double x, base = 2;
	struct object arg;

	if (call_bind(run, call, params, 1, 0, &arg) < 0)
		return -1;
	if (arg.kind == OBJECT_STRING && !number_parse_float(arg.text, &base))
		return run_fail(run, FAULT_RUNTIME, "root: '%s' is no number", arg.text->data);
	if ((!is_absent(arg) && arg.kind != OBJECT_STRING &&
			    math_arg(run, "root", arg, &base) < 0) ||
			math_arg(run, "root", call->self, &x) < 0)
		return -1;
	if (base == 0)
		return run_fail(run, FAULT_RUNTIME, "root: float division by zero");
	if (base != 2 || arg.kind == OBJECT_STRING)
		return power(run, "root", x, 1.0 / base, out);
	if (x < 0)
		return domain_error(run, "root");
	*out = object_float(sqrt(x));
	return 0;
}

/* --- sizes for people --- */

static const struct {
	char letter;
	unsigned bits;
} units[] = {{'Y', 80}, {'Z', 70}, {'E', 60}, {'P', 50}, {'T', 40}, {'G', 30}, {'M', 20}, {'K', 10},
		{'B', 0}};

#define UNITS (sizeof(units) / sizeof(units[0]))

/* SIZE is as large as one of that unit. */
static bool fills_unit(struct object size, unsigned bits)
{
	if (number_is_int(size))
		return bits < 63 && number_int(size) >= (int64_t)1 << bits;
	return number_real(size) >= ldexp(1, (int)bits);
}

int filter_human_readable(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"isbits"}, {"unit"}};
	const struct text *unit = NULL;
	struct object args[2];
	struct buf buf = BUF_INIT;
	bool is_bits, is_unit;
	double size;
	size_t i;

	if (call_bind(run, call, params, 2, 0, args) < 0 ||
			arg_bool(run, args[0], false, &is_bits) < 0 ||
			math_arg(run, "human_readable", call->self, &size) < 0)
		return -1;
	if (!is_absent(args[1]) && args[1].kind != OBJECT_NONE &&
			arg_text(run, args[1], "", &unit) < 0)
		return -1;
	for (i = 0; i + 1 < UNITS; i++) {
		is_unit = unit ? unit->len == 1 &&
						toupper((unsigned char)unit->data[0]) ==
								units[i].letter
			       : fills_unit(call->self, units[i].bits);
		if (is_unit)
			break;
	}
	buf_printf(&buf, "%.2f ", ldexp(size, -(int)units[i].bits));
	if (units[i].bits > 0)
		buf_printf(&buf, "%c%c", units[i].letter, is_bits ? 'b' : 'B');
	else
		buf_add_str(&buf, is_bits ? "bits" : "Bytes");
	return object_string_buf(run, &buf, out);
}

/* The number in front of TEXT, as \d*\.?\d* has it: NULL if there is none, or where it ends. */
static const char *read_size(const char *text, double *out)
{
	const char *start = text + strspn(text, " \t\n\r\v\f\x1c\x1d\x1e\x1f");
	const char *end = start + strspn(start, "0123456789");
	char *copy;

	if (*end == '.')
		end += 1 + strspn(end + 1, "0123456789");
	if (end == start || (end == start + 1 && *start == '.'))
		return NULL;
	copy = strndup(start, (size_t)(end - start));
	if (!copy)
		return NULL;
	*out = strtod(copy, NULL);
	free(copy);
	return end;
}

/* "K", "KB", "kilobyte" for bytes; "Kb", "kilobit" for bits. */
static bool is_unit_word(const char *unit, size_t len, bool is_bits)
{
	const char *word = is_bits ? "bit" : "byte";
	size_t word_len = strlen(word), i;

	if (len == 1 || unit[1] == (is_bits ? 'b' : 'B'))
		return true;
	for (i = 0; i + word_len <= len; i++) {
		if (strncasecmp(unit + i, word, word_len) == 0)
			return true;
	}
	return false;
}

static int unit_bits(struct run *run, const char *unit, size_t len, bool is_bits, unsigned *out)
{
	size_t i;

	for (i = 0; len > 0 && i < UNITS; i++) {
		if (units[i].letter != toupper((unsigned char)unit[0]))
			continue;
		if (!is_unit_word(unit, len, is_bits))
			break;
		*out = units[i].bits;
		return 0;
	}
	return run_fail(run, FAULT_RUNTIME,
			"human_to_bytes: '%.*s' is no unit: it begins with one of Y Z E P T G M K "
			"B and goes "
			"on with %c",
			(int)len, unit, is_bits ? 'b' : 'B');
}

int filter_human_to_bytes(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"default_unit"}, {"isbits"}};
	const struct text *text, *fallback = NULL;
	struct object args[2];
	const char *unit;
	double size;
	size_t len;
	unsigned bits = 0;
	bool is_bits;

	if (call_bind(run, call, params, 2, 0, args) < 0 ||
			ansible_text(run, call->self, &text) < 0 ||
			arg_bool(run, args[1], false, &is_bits) < 0)
		return -1;
	unit = read_size(text->data, &size);
	if (!unit)
		return run_fail(run, FAULT_RUNTIME,
				"human_to_bytes: can't interpret '%s': it begins with no number",
				text->data);
	unit += strspn(unit, " \t\n\r\v\f\x1c\x1d\x1e\x1f");
	for (len = 0; isalpha((unsigned char)unit[len]); len++)
		;
	if (len == 0 && !is_absent(args[0]) && args[0].kind != OBJECT_NONE) {
		if (arg_text(run, args[0], "", &fallback) < 0)
			return -1;
		unit = fallback->data;
		len = fallback->len;
	}
	if ((len > 0 || fallback) && unit_bits(run, unit, len, is_bits, &bits) < 0)
		return -1;
	size = rint(ldexp(size, (int)bits));
	if (!(size < 0x1p63))
		return run_fail(run, FAULT_RUNTIME, "human_to_bytes: '%s' is beyond 64 bits",
				text->data);
	*out = object_int((int64_t)size);
	return 0;
}
