#include "src/value/schema.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/value/scan.h"
#include "src/value/value.h"
#include "src/value/yaml11.h"

static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
static const char *const trues[] = {"true", "True", "TRUE", NULL};
static const char *const falses[] = {"false", "False", "FALSE", NULL};

/* [-+]?\.(inf|Inf|INF) or \.(nan|NaN|NAN): the same in both. */
static bool match_special(const char *text, size_t len, double *out)
{
	static const char *const infs[] = {".inf", ".Inf", ".INF", NULL};
	static const char *const nans[] = {".nan", ".NaN", ".NAN", NULL};
	bool has_sign = len > 0 && (text[0] == '-' || text[0] == '+');

	if (scan_is_one_of(text + has_sign, len - has_sign, infs)) {
		*out = text[0] == '-' ? -INFINITY : INFINITY;
		return true;
	}
	if (!scan_is_one_of(text, len, nans))
		return false;
	*out = NAN;
	return true;
}

/* [-+]?[0-9]+ */
static bool match_decimal(struct scan rest)
{
	(void)scan_one(&rest, "+-");
	return scan_all(&rest, SCAN_DIGITS) > 0 && scan_at_end(&rest);
}

/* 0o[0-7]+ or 0x[0-9a-fA-F]+: the base, or 0. */
static int match_based(struct scan rest)
{
	if (scan_word(&rest, "0o"))
		return scan_all(&rest, "01234567") > 0 && scan_at_end(&rest) ? 8 : 0;
	if (scan_word(&rest, "0x"))
		return scan_all(&rest, SCAN_HEX) > 0 && scan_at_end(&rest) ? 16 : 0;
	return 0;
}

/* [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)? */
static bool match_float(struct scan rest)
{
	bool has_whole;

	(void)scan_one(&rest, "+-");
	has_whole = scan_all(&rest, SCAN_DIGITS) > 0;
	if (scan_one(&rest, ".")) {
		if (scan_all(&rest, SCAN_DIGITS) == 0 && !has_whole)
			return false;
	} else if (!has_whole) {
		return false;
	}
	if (scan_one(&rest, "eE")) {
		(void)scan_one(&rest, "+-");
		if (scan_all(&rest, SCAN_DIGITS) == 0)
			return false;
	}
	return scan_at_end(&rest);
}

static int read_int(const char *digits, int base, struct value *out)
{
	long long integer;

	out->kind = VALUE_INT;
	errno = 0;
	integer = strtoll(digits, NULL, base);
	if (errno == ERANGE)
		return -ERANGE;
	out->integer = integer;
	return 0;
}

static int read_float(const char *text, struct value *out)
{
	double real = strtod(text, NULL); /* LC_NUMERIC is "C": nobody calls setlocale() */

	out->kind = VALUE_FLOAT;
	if (isinf(real))
		return -ERANGE;
	out->real = real;
	return 0;
}

int schema_read(const char *text, size_t len, struct value *out)
{
	struct scan all = {text, text + len};
	double special;
	int base;

	if (scan_is_one_of(text, len, nulls)) {
		out->kind = VALUE_NULL;
		return 0;
	}
	if (scan_is_one_of(text, len, trues) || scan_is_one_of(text, len, falses)) {
		out->kind = VALUE_BOOL;
		out->boolean = text[0] == 't' || text[0] == 'T';
		return 0;
	}
	if (match_decimal(all))
		return read_int(text, 10, out);
	base = match_based(all);
	if (base)
		return read_int(text + 2, base, out);
	if (match_float(all))
		return read_float(text, out);
	if (match_special(text, len, &special)) {
		out->kind = VALUE_FLOAT;
		out->real = special;
		return 0;
	}
	out->kind = VALUE_STRING;
	return 0;
}

/* Octal and decimal are the same number when only the last digit counts. */
static bool is_small_octal(const char *text, size_t len)
{
	size_t i = len - 1;

	while (i > 0 && text[i - 1] == '0')
		i--;
	return i == 0 || (i == 1 && (text[0] == '+' || text[0] == '-'));
}

const char *schema_old_reading(const char *text, size_t len)
{
	/*
	 * SAME: what 1.2 reads when both agree; a list is no scalar and so agrees with nothing.
	 */
	static const struct {
		enum value_kind same;
		const char *name;
	} readings[] = {
			[YAML11_STRING] = {VALUE_STRING, "a string"},
			[YAML11_NULL] = {VALUE_NULL, "null"},
			[YAML11_BOOL] = {VALUE_BOOL, "a boolean"},
			[YAML11_INT] = {VALUE_INT, "an integer"},
			[YAML11_OCTAL] = {VALUE_LIST, "an octal integer"},
			[YAML11_BASE60] = {VALUE_LIST, "a number in base 60"},
			[YAML11_BASE60_FLOAT] = {VALUE_LIST, "a number in base 60"},
			[YAML11_FLOAT] = {VALUE_FLOAT, "a float"},
			[YAML11_DATE] = {VALUE_LIST, "a date"},
			[YAML11_MERGE] = {VALUE_STRING, "a merge key"},
			[YAML11_DEFAULT] = {VALUE_STRING, "the default value"},
	};
	struct value now = {.kind = VALUE_STRING};
	enum yaml11_kind old = yaml11_resolve(text, len);

	(void)schema_read(text, len, &now);
	if (readings[old].same == now.kind)
		return NULL;
	if (old == YAML11_OCTAL && now.kind == VALUE_INT && is_small_octal(text, len))
		return NULL;
	return readings[old].name;
}

bool schema_needs_quotes(const char *text, size_t len)
{
	/* Booleans of 1.1 by its letter, which few parsers follow. */
	static const char *const others[] = {"y", "Y", "n", "N", NULL};
	struct value now;

	if (scan_is_one_of(text, len, others))
		return true;
	(void)schema_read(text, len, &now);
	return now.kind != VALUE_STRING || yaml11_resolve(text, len) != YAML11_STRING;
}
