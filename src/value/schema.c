#include "src/value/schema.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/value/value.h"

#define DIGITS "0123456789"
#define HEX    "0123456789abcdefABCDEF"

/* What is left to match; the eat functions take from its front. */
struct rest {
	const char *p, *end;
};

static bool at_end(const struct rest *rest)
{
	return rest->p == rest->end;
}

static bool eat(struct rest *rest, const char *set)
{
	if (at_end(rest) || *rest->p == '\0' || !strchr(set, *rest->p))
		return false;
	rest->p++;
	return true;
}

static size_t eat_all(struct rest *rest, const char *set)
{
	size_t count = 0;

	while (eat(rest, set))
		count++;
	return count;
}

static bool eat_word(struct rest *rest, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(rest->end - rest->p) < len || memcmp(rest->p, word, len) != 0)
		return false;
	rest->p += len;
	return true;
}

static bool is_one_of(const char *text, size_t len, const char *const *words)
{
	for (; *words; words++) {
		if (strlen(*words) == len && memcmp(*words, text, len) == 0)
			return true;
	}
	return false;
}

static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
static const char *const trues[] = {"true", "True", "TRUE", NULL};
static const char *const falses[] = {"false", "False", "FALSE", NULL};
static const char *const old_booleans[] = {
		"yes", "Yes", "YES", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF", NULL};

/* [-+]?\.(inf|Inf|INF) or \.(nan|NaN|NAN): the same in both. */
static bool match_special(const char *text, size_t len, double *out)
{
	static const char *const infs[] = {".inf", ".Inf", ".INF", NULL};
	static const char *const nans[] = {".nan", ".NaN", ".NAN", NULL};
	bool has_sign = len > 0 && (text[0] == '-' || text[0] == '+');

	if (is_one_of(text + has_sign, len - has_sign, infs)) {
		*out = text[0] == '-' ? -INFINITY : INFINITY;
		return true;
	}
	if (!is_one_of(text, len, nans))
		return false;
	*out = NAN;
	return true;
}

/* [-+]?[0-9]+ */
static bool match_decimal(struct rest rest)
{
	(void)eat(&rest, "+-");
	return eat_all(&rest, DIGITS) > 0 && at_end(&rest);
}

/* 0o[0-7]+ or 0x[0-9a-fA-F]+: the base, or 0. */
static int match_based(struct rest rest)
{
	if (eat_word(&rest, "0o"))
		return eat_all(&rest, "01234567") > 0 && at_end(&rest) ? 8 : 0;
	if (eat_word(&rest, "0x"))
		return eat_all(&rest, HEX) > 0 && at_end(&rest) ? 16 : 0;
	return 0;
}

/* [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)? */
static bool match_float(struct rest rest)
{
	bool has_whole;

	(void)eat(&rest, "+-");
	has_whole = eat_all(&rest, DIGITS) > 0;
	if (eat(&rest, ".")) {
		if (eat_all(&rest, DIGITS) == 0 && !has_whole)
			return false;
	} else if (!has_whole) {
		return false;
	}
	if (eat(&rest, "eE")) {
		(void)eat(&rest, "+-");
		if (eat_all(&rest, DIGITS) == 0)
			return false;
	}
	return at_end(&rest);
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
	struct rest all = {text, text + len};
	double special;
	int base;

	if (is_one_of(text, len, nulls)) {
		out->kind = VALUE_NULL;
		return 0;
	}
	if (is_one_of(text, len, trues) || is_one_of(text, len, falses)) {
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

/* What YAML 1.1 makes of a scalar. */
enum old_kind {
	OLD_STRING,
	OLD_NULL,
	OLD_BOOL,
	OLD_INT,
	OLD_OCTAL,
	OLD_BASE60,
	OLD_FLOAT,
	OLD_DATE
};

/* (:[0-5]?[0-9])+ */
static bool eat_base60(struct rest *rest)
{
	size_t groups = 0;

	while (eat(rest, ":")) {
		if (eat(rest, "012345"))
			(void)eat(rest, DIGITS);
		else if (!eat(rest, "6789"))
			return false;
		groups++;
	}
	return groups > 0;
}

static bool match_old_octal(struct rest rest)
{
	if (!eat(&rest, "0") || eat_all(&rest, "01234567_") == 0)
		return false;
	return at_end(&rest);
}

static enum old_kind old_number(struct rest rest)
{
	struct rest start;

	(void)eat(&rest, "+-");
	start = rest;
	if (eat_word(&rest, "0b"))
		return eat_all(&rest, "01_") > 0 && at_end(&rest) ? OLD_INT : OLD_STRING;
	if (eat_word(&rest, "0x"))
		return eat_all(&rest, HEX "_") > 0 && at_end(&rest) ? OLD_INT : OLD_STRING;
	if (match_old_octal(start))
		return OLD_OCTAL;
	if (eat(&rest, DIGITS))
		(void)eat_all(&rest, DIGITS "_");
	if (rest.p > start.p && at_end(&rest))
		return *start.p == '0' && rest.p > start.p + 1 ? OLD_STRING : OLD_INT;
	if (rest.p > start.p && eat_base60(&rest)) {
		if (eat(&rest, "."))
			(void)eat_all(&rest, DIGITS "_");
		return at_end(&rest) ? OLD_BASE60 : OLD_STRING;
	}
	if (!eat(&rest, ".") || (rest.p == start.p + 1 && !eat(&rest, DIGITS)))
		return OLD_STRING;
	(void)eat_all(&rest, DIGITS "_");
	if (eat(&rest, "eE") && (!eat(&rest, "+-") || eat_all(&rest, DIGITS) == 0))
		return OLD_STRING;
	return at_end(&rest) ? OLD_FLOAT : OLD_STRING;
}

/* MIN to MAX digits. */
static bool eat_digits(struct rest *rest, int min, int max)
{
	int count = 0;

	while (count < max && eat(rest, DIGITS))
		count++;
	return count >= min;
}

/* What follows the day: a time of day and perhaps a zone. */
static bool match_time(struct rest rest)
{
	if (!eat(&rest, "Tt") && eat_all(&rest, " \t") == 0)
		return false;
	if (!eat_digits(&rest, 1, 2) || !eat(&rest, ":") || !eat_digits(&rest, 2, 2) ||
			!eat(&rest, ":") || !eat_digits(&rest, 2, 2))
		return false;
	if (eat(&rest, "."))
		(void)eat_all(&rest, DIGITS);
	(void)eat_all(&rest, " \t");
	if (at_end(&rest) || (eat(&rest, "Z") && at_end(&rest)))
		return true;
	if (!eat(&rest, "+-") || !eat_digits(&rest, 1, 2))
		return false;
	if (eat(&rest, ":") && !eat_digits(&rest, 2, 2))
		return false;
	return at_end(&rest);
}

static bool match_date(struct rest rest)
{
	const char *month;

	if (!eat_digits(&rest, 4, 4) || !eat(&rest, "-"))
		return false;
	month = rest.p;
	if (!eat_digits(&rest, 1, 2) || !eat(&rest, "-") || !eat_digits(&rest, 1, 2))
		return false;
	if (at_end(&rest))
		return rest.p - month == 5;
	return match_time(rest);
}

static enum old_kind old_kind(const char *text, size_t len)
{
	struct rest all = {text, text + len};
	double special;

	if (is_one_of(text, len, nulls))
		return OLD_NULL;
	if (is_one_of(text, len, trues) || is_one_of(text, len, falses) ||
			is_one_of(text, len, old_booleans))
		return OLD_BOOL;
	if (match_special(text, len, &special))
		return OLD_FLOAT;
	if (match_date(all))
		return OLD_DATE;
	return old_number(all);
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
			[OLD_STRING] = {VALUE_STRING, "a string"},
			[OLD_NULL] = {VALUE_NULL, "null"},
			[OLD_BOOL] = {VALUE_BOOL, "a boolean"},
			[OLD_INT] = {VALUE_INT, "an integer"},
			[OLD_OCTAL] = {VALUE_LIST, "an octal integer"},
			[OLD_BASE60] = {VALUE_LIST, "a number in base 60"},
			[OLD_FLOAT] = {VALUE_FLOAT, "a float"},
			[OLD_DATE] = {VALUE_LIST, "a date"},
	};
	struct value now = {.kind = VALUE_STRING};
	enum old_kind old = old_kind(text, len);

	(void)schema_read(text, len, &now);
	if (readings[old].same == now.kind)
		return NULL;
	if (old == OLD_OCTAL && now.kind == VALUE_INT && is_small_octal(text, len))
		return NULL;
	return readings[old].name;
}

bool schema_needs_quotes(const char *text, size_t len)
{
	/*
	 * Booleans of 1.1 by its letter, which few parsers follow; the merge key and the default
	 * value.
	 */
	static const char *const others[] = {"y", "Y", "n", "N", "<<", "=", NULL};
	struct value now;

	if (is_one_of(text, len, others))
		return true;
	(void)schema_read(text, len, &now);
	return now.kind != VALUE_STRING || old_kind(text, len) != OLD_STRING;
}
