/*
 * Trying "%.1e", "%.2e", ... until one reads back is almost right. It fails at powers of two:
 * there the gap to the next float below is half the gap to the one above, so the *nearest*
 * decimal of some length may lie below and miss, while the one above it, further off, lies within
 * the wider gap and reads back. Hence each length is tried twice: rounded to nearest, and one
 * unit in the last digit further from zero. (The other way round cannot happen, since the gap
 * below is never the wider one.)
 *
 * strtod() and printf() follow LC_NUMERIC, which is "C" here: no program of ours calls
 * setlocale().
 */
#include "src/value/number.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS_MAX 17 /* always enough for a double */

/* 0.DIGITS * 10^point, without trailing zeros. */
struct decimal {
	char digits[DIGITS_MAX + 2];
	int count;
	int point;
};

static double decimal_value(const struct decimal *dec)
{
	char text[NUMBER_TEXT_SIZE];

	(void)snprintf(text, sizeof(text), "0.%se%d", dec->digits, dec->point);
	return strtod(text, NULL);
}

/* REAL (finite, positive) rounded to COUNT digits. */
static void decimal_round(double real, int count, struct decimal *dec)
{
	char text[NUMBER_TEXT_SIZE];

	(void)snprintf(text, sizeof(text), "%.*e", count - 1, real); /* "d.ddde+XX" */
	dec->digits[0] = text[0];
	if (count > 1)
		memcpy(dec->digits + 1, text + 2, (size_t)count - 1);
	dec->digits[count] = '\0';
	dec->count = count;
	dec->point = atoi(strchr(text, 'e') + 1) + 1;
}

/* One unit in the last digit more. */
static void decimal_increment(struct decimal *dec)
{
	int i = dec->count - 1;

	while (i >= 0 && dec->digits[i] == '9')
		dec->digits[i--] = '0';
	if (i >= 0) {
		dec->digits[i]++;
		return;
	}
	dec->digits[0] = '1'; /* 99 became 100 */
	dec->point++;
}

static void decimal_trim(struct decimal *dec)
{
	while (dec->count > 1 && dec->digits[dec->count - 1] == '0')
		dec->digits[--dec->count] = '\0';
}

static void shortest(double real, struct decimal *dec)
{
	int count;

	for (count = 1; count <= DIGITS_MAX; count++) {
		decimal_round(real, count, dec);
		if (decimal_value(dec) == real)
			break;
		decimal_increment(dec);
		if (decimal_value(dec) == real)
			break;
	}
	assert(count <= DIGITS_MAX);
	decimal_trim(dec);
}

/* 0.0001 to below 1e16 in full, the rest with an exponent, as Python does. */
static void layout(const struct decimal *dec, char *out, size_t size)
{
	const char *digits = dec->digits;
	int point = dec->point, count = dec->count;

	if (point > 16 || point < -3)
		(void)snprintf(out, size, "%c%s%se%+03d", digits[0], count > 1 ? "." : "",
				digits + 1, point - 1);
	else if (point <= 0)
		(void)snprintf(out, size, "0.%.*s%s", -point, "000", digits);
	else if (count <= point)
		(void)snprintf(out, size, "%s%.*s.0", digits, point - count, "0000000000000000");
	else
		(void)snprintf(out, size, "%.*s.%s", point, digits, digits + point);
}

void number_format(double real, char out[static NUMBER_TEXT_SIZE])
{
	struct decimal dec;
	char *p = out;

	if (isnan(real)) {
		(void)strcpy(out, "nan");
		return;
	}
	if (signbit(real))
		*p++ = '-';
	if (isinf(real)) {
		(void)strcpy(p, "inf");
		return;
	}
	if (real == 0) {
		(void)strcpy(p, "0.0");
		return;
	}
	shortest(fabs(real), &dec);
	layout(&dec, p, NUMBER_TEXT_SIZE - 1);
}
