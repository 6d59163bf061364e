/*
 * Numbers out of strings as int() and float() read them, and round(). All is exact: printf and
 * strtod of the C library round correctly, and LC_NUMERIC is "C", as no program of ours calls
 * setlocale().
 */
#include "src/jinja/number.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/str.h"
#include "src/jinja/character.h"
#include "src/jinja/text.h"

#define DIGITS_MAX 4096 /* of a number in a string; Python has a limit as well, 4300 for int() */

/*
 * TEXT without white space around it, decimal digits of any script as ASCII ones, other characters
 * beyond ASCII as '?'. False when it does not fit OUT.
 */
static bool simplify(const struct text *text, char out[static DIGITS_MAX])
{
	const char *at = text->data, *end = at + text->len;
	size_t len = 0, used = 0;
	uint32_t code, zero;

	while (at < end && len + 1 < DIGITS_MAX) {
		code = str_next_code(&at, end);
		if (character_is_space(code) && used == 0)
			continue;
		if (code >= 0x80 && character_is_decimal(code)) {
			/* The ten digits of a script stand in one row. */
			for (zero = code; character_is_decimal(zero - 1) && code - zero < 9;)
				zero--;
			code = '0' + (code - zero);
		}
		out[len++] = code == 0 || code >= 0x80 ? '?' : (char)code;
		if (!character_is_space(code))
			used = len;
	}
	out[used] = '\0';
	return at == end;
}

/* Take underscores out that stand between digits; false for any other one. */
static bool join_digits(char *text, int base)
{
	char *to = text, *at;
	bool after_digit = false;

	for (at = text; *at; at++) {
		if (*at == '_') {
			if (!after_digit || at[1] == '_' || at[1] == '\0')
				return false;
			if (base <= 10 ? !isdigit((unsigned char)at[1])
				       : !isalnum((unsigned char)at[1]))
				return false;
			continue;
		}
		after_digit = base <= 10 ? isdigit((unsigned char)*at) != 0
					 : isalnum((unsigned char)*at) != 0;
		*to++ = *at;
	}
	*to = '\0';
	return true;
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'Z')
		return c - 'A' + 10;
	return 99;
}

/* 0x, 0o, 0b: the base they stand for, or 0. */
static int prefix_base(const char *text)
{
	if (text[0] != '0')
		return 0;
	switch (text[1] | 0x20) {
	case 'x':
		return 16;
	case 'o':
		return 8;
	case 'b':
		return 2;
	default:
		return 0;
	}
}

/* The digits at AT, all of them; false when one is none of BASE. */
static bool parse_digits(
		const char *at, int base, bool is_negative, int64_t *out, bool *is_too_large)
{
	int64_t sum = 0;
	int digit;

	if (!*at)
		return false;
	for (; *at; at++) {
		digit = digit_value(*at);
		if (digit >= base)
			return false;
		*is_too_large |= __builtin_mul_overflow(sum, (int64_t)base, &sum);
		*is_too_large |= __builtin_add_overflow(sum, is_negative ? -digit : digit, &sum);
	}
	*out = sum;
	return true;
}

bool number_parse_int(const struct text *text, int base, int64_t *out, bool *is_too_large)
{
	char simple[DIGITS_MAX], *at = simple;
	bool is_negative;

	*is_too_large = false;
	if (!simplify(text, simple)) {
		*is_too_large = true;
		return true;
	}
	is_negative = *at == '-';
	if (*at == '-' || *at == '+')
		at++;
	if (prefix_base(at) && (base == 0 || base == prefix_base(at))) {
		base = prefix_base(at);
		at += 2;
		if (*at == '_')
			at++;
	} else if (base == 0) {
		base = 10;
		if (*at == '0' && strspn(at, "0_") != strlen(at))
			return false;
	}
	if (!join_digits(at, base))
		return false;
	return parse_digits(at, base, is_negative, out, is_too_large);
}

static bool is_named_float(const char *text)
{
	return strcasecmp(text, "inf") == 0 || strcasecmp(text, "infinity") == 0 ||
			strcasecmp(text, "nan") == 0;
}

bool number_parse_float(const struct text *text, double *out)
{
	char simple[DIGITS_MAX], *at = simple, *end;

	if (!simplify(text, simple))
		return false;
	if (*at == '-' || *at == '+')
		at++;
	if (!is_named_float(at)) {
		/* strtod() would take hexadecimal ones as well. */
		if (strspn(at, "0123456789_.eE+-") != strlen(at) || !join_digits(at, 10))
			return false;
		if (!isdigit((unsigned char)*at) && *at != '.')
			return false;
	}
	*out = strtod(simple, &end);
	return end != simple && *end == '\0';
}

/* To a multiple of ten to the power of PLACES. */
static double round_left(double real, int places)
{
	char text[400];
	int digits;
	double half;

	(void)snprintf(text, sizeof(text), "%.17e", fabs(real));
	digits = atoi(strchr(text, 'e') + 1) + 1 - places;
	if (digits > 0) {
		(void)snprintf(text, sizeof(text), "%.*e", digits - 1, real);
		return strtod(text, NULL);
	}
	(void)snprintf(text, sizeof(text), "5e%d", places - 1);
	half = strtod(text, NULL);
	if (digits < 0 || fabs(real) <= half)
		return copysign(0.0, real);
	(void)snprintf(text, sizeof(text), "1e%d", places);
	return copysign(strtod(text, NULL), real);
}

double number_round(double real, int digits)
{
	char text[700];

	if (!isfinite(real) || digits > 323)
		return real;
	if (digits < -308)
		return copysign(0.0, real);
	if (digits < 0)
		return round_left(real, -digits);
	(void)snprintf(text, sizeof(text), "%.*f", digits, real);
	return strtod(text, NULL);
}
