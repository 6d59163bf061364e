#include "src/value/yaml11.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/value/scan.h"
#include "src/value/value.h"

/* Bytes of a float that are looked at. A double is decided long before; an exponent so far behind is lost. */
#define FLOAT_TEXT_MAX 4096

static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
static const char *const trues[] = {
		"yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON", NULL};
static const char *const falses[] = {
		"no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF", NULL};
static const char *const infs[] = {".inf", ".Inf", ".INF", NULL};
static const char *const nans[] = {".nan", ".NaN", ".NAN", NULL};

/* (:[0-5]?[0-9])+ */
static bool scan_base60(struct scan *rest)
{
	size_t groups = 0;

	while (scan_one(rest, ":")) {
		if (scan_one(rest, "012345"))
			(void)scan_one(rest, SCAN_DIGITS);
		else if (!scan_one(rest, "6789"))
			return false;
		groups++;
	}
	return groups > 0;
}

/* 0[0-7_]+ */
static bool is_octal(struct scan rest)
{
	return scan_one(&rest, "0") && scan_all(&rest, "01234567_") > 0 && scan_at_end(&rest);
}

/* 0b[0-1_]+ or 0x[0-9a-fA-F_]+ */
static bool is_based(struct scan rest)
{
	if (scan_word(&rest, "0b"))
		return scan_all(&rest, "01_") > 0 && scan_at_end(&rest);
	return scan_word(&rest, "0x") && scan_all(&rest, SCAN_HEX "_") > 0 && scan_at_end(&rest);
}

/* \.[0-9_]*([eE][-+][0-9]+)? is left. */
static bool is_fraction(struct scan rest)
{
	if (!scan_one(&rest, "."))
		return false;
	(void)scan_all(&rest, SCAN_DIGITS "_");
	if (!scan_one(&rest, "eE"))
		return scan_at_end(&rest);
	return scan_one(&rest, "+-") && scan_all(&rest, SCAN_DIGITS) > 0 && scan_at_end(&rest);
}

static enum yaml11_kind resolve_base60(struct scan rest, bool has_leading_zero)
{
	if (!scan_base60(&rest))
		return YAML11_STRING;
	if (scan_at_end(&rest))
		return has_leading_zero ? YAML11_STRING : YAML11_BASE60;
	if (!scan_one(&rest, "."))
		return YAML11_STRING;
	(void)scan_all(&rest, SCAN_DIGITS "_");
	return scan_at_end(&rest) ? YAML11_BASE60_FLOAT : YAML11_STRING;
}

static enum yaml11_kind resolve_number(struct scan rest)
{
	bool has_sign = scan_one(&rest, "+-"), has_leading_zero;
	struct scan start = rest;

	if (is_based(rest))
		return YAML11_INT;
	if (is_octal(rest))
		return YAML11_OCTAL;
	if (!scan_one(&rest, SCAN_DIGITS)) {
		if (has_sign || !scan_one(&rest, ".") || !scan_one(&rest, SCAN_DIGITS))
			return YAML11_STRING;
		return is_fraction(start) ? YAML11_FLOAT : YAML11_STRING;
	}
	(void)scan_all(&rest, SCAN_DIGITS "_");
	has_leading_zero = *start.p == '0';
	if (scan_at_end(&rest))
		return has_leading_zero && rest.p > start.p + 1 ? YAML11_STRING : YAML11_INT;
	if (*rest.p == ':')
		return resolve_base60(rest, has_leading_zero);
	return is_fraction(rest) ? YAML11_FLOAT : YAML11_STRING;
}

/* What follows the day: a time of day and perhaps a zone. */
static bool is_time(struct scan rest)
{
	if (!scan_one(&rest, "Tt") && scan_all(&rest, " \t") == 0)
		return false;
	if (!scan_count(&rest, SCAN_DIGITS, 1, 2) || !scan_one(&rest, ":") ||
			!scan_count(&rest, SCAN_DIGITS, 2, 2) || !scan_one(&rest, ":") ||
			!scan_count(&rest, SCAN_DIGITS, 2, 2))
		return false;
	if (scan_one(&rest, "."))
		(void)scan_all(&rest, SCAN_DIGITS);
	if (scan_at_end(&rest))
		return true;
	(void)scan_all(&rest, " \t");
	if (scan_one(&rest, "Z"))
		return scan_at_end(&rest);
	if (!scan_one(&rest, "+-") || !scan_count(&rest, SCAN_DIGITS, 1, 2))
		return false;
	if (scan_one(&rest, ":") && !scan_count(&rest, SCAN_DIGITS, 2, 2))
		return false;
	return scan_at_end(&rest);
}

static bool is_date(struct scan rest)
{
	const char *month;

	if (!scan_count(&rest, SCAN_DIGITS, 4, 4) || !scan_one(&rest, "-"))
		return false;
	month = rest.p;
	if (!scan_count(&rest, SCAN_DIGITS, 1, 2) || !scan_one(&rest, "-") ||
			!scan_count(&rest, SCAN_DIGITS, 1, 2))
		return false;
	if (scan_at_end(&rest))
		return rest.p - month == 5;
	return is_time(rest);
}

static bool is_special_float(const char *text, size_t len)
{
	bool has_sign = len > 0 && (text[0] == '-' || text[0] == '+');

	return scan_is_one_of(text + has_sign, len - has_sign, infs) ||
			scan_is_one_of(text, len, nans);
}

enum yaml11_kind yaml11_resolve(const char *text, size_t len)
{
	struct scan all = {text, text + len};

	if (scan_is_one_of(text, len, nulls))
		return YAML11_NULL;
	if (scan_is_one_of(text, len, trues) || scan_is_one_of(text, len, falses))
		return YAML11_BOOL;
	if (len == 2 && memcmp(text, "<<", 2) == 0)
		return YAML11_MERGE;
	if (len == 1 && text[0] == '=')
		return YAML11_DEFAULT;
	if (is_special_float(text, len))
		return YAML11_FLOAT;
	if (is_date(all))
		return YAML11_DATE;
	return resolve_number(all);
}

/* Digits of BASE at P, underscores skipped, one group of base 60 at most; *P is behind them. */
static int read_digits(const char **p, const char *end, unsigned base, uint64_t *out)
{
	uint64_t value = 0;
	bool has_digit = false;
	unsigned digit;

	for (; *p < end && **p != ':'; ++*p) {
		if (**p == '_')
			continue;
		digit = **p <= '9' ? (unsigned)(**p - '0') : (unsigned)((**p | 0x20) - 'a' + 10);
		if (__builtin_mul_overflow(value, base, &value) ||
				__builtin_add_overflow(value, digit, &value))
			return -ERANGE;
		has_digit = true;
	}
	*out = value;
	return has_digit ? 0 : -EINVAL;
}

static int read_magnitude(const char *p, const char *end, enum yaml11_kind kind, uint64_t *out)
{
	unsigned base = kind == YAML11_OCTAL ? 8 : 10;
	uint64_t part;
	int rc;

	if (end - p > 2 && (p[1] == 'b' || p[1] == 'x')) {
		base = p[1] == 'b' ? 2 : 16;
		p += 2;
	}
	rc = read_digits(&p, end, base, out);
	while (rc == 0 && p < end) {
		p++;
		rc = read_digits(&p, end, base, &part);
		if (rc == 0 &&
				(__builtin_mul_overflow(*out, 60, out) ||
						__builtin_add_overflow(*out, part, out)))
			rc = -ERANGE;
	}
	return rc;
}

static int read_int(const char *text, size_t len, enum yaml11_kind kind, int64_t *out)
{
	bool is_negative = text[0] == '-', has_sign = is_negative || text[0] == '+';
	uint64_t magnitude, max = (uint64_t)INT64_MAX + is_negative;
	int rc = read_magnitude(text + has_sign, text + len, kind, &magnitude);

	if (rc == 0 && magnitude > max)
		rc = -ERANGE;
	if (rc < 0)
		return rc;
	*out = is_negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
	return 0;
}

/* As Python sums it: from the last group on, each a float of its own. */
static double read_base60_float(const char *digits)
{
	const char *p = digits + strlen(digits);
	double sum = 0, base = 1;

	while (p > digits) {
		while (p > digits && p[-1] != ':')
			p--;
		sum += strtod(p, NULL) * base;
		base *= 60;
		p -= p > digits;
	}
	return sum;
}

static double read_float(const char *text, size_t len, enum yaml11_kind kind)
{
	bool is_negative = text[0] == '-', has_sign = is_negative || text[0] == '+';
	char digits[FLOAT_TEXT_MAX];
	size_t count = 0, i;
	double real;

	if (is_special_float(text, len))
		return (text[has_sign + 1] | 0x20) == 'n' ? NAN
				: is_negative		  ? -INFINITY
							  : INFINITY;
	for (i = has_sign; i < len && count < sizeof(digits) - 1; i++) {
		if (text[i] != '_')
			digits[count++] = text[i];
	}
	digits[count] = '\0';
	/* LC_NUMERIC is "C": nobody calls setlocale(). */
	real = kind == YAML11_FLOAT ? strtod(digits, NULL) : read_base60_float(digits);
	return is_negative ? -real : real;
}

int yaml11_read(const char *text, size_t len, struct value *out)
{
	enum yaml11_kind kind = yaml11_resolve(text, len);

	switch (kind) {
	case YAML11_NULL:
		out->kind = VALUE_NULL;
		return 0;
	case YAML11_BOOL:
		out->kind = VALUE_BOOL;
		out->boolean = scan_is_one_of(text, len, trues);
		return 0;
	case YAML11_INT:
	case YAML11_OCTAL:
	case YAML11_BASE60:
		out->kind = VALUE_INT;
		return read_int(text, len, kind, &out->integer);
	case YAML11_FLOAT:
	case YAML11_BASE60_FLOAT:
		out->kind = VALUE_FLOAT;
		out->real = read_float(text, len, kind);
		return 0;
	case YAML11_STRING:
	case YAML11_DATE:
	case YAML11_MERGE:
	case YAML11_DEFAULT:
		break;
	}
	out->kind = VALUE_STRING;
	return 0;
}
