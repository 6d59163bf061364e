/*
 * number: Python's arithmetic on bool, int and float. Integers have 64 bits; a result that does not
 * fit fails the run instead of growing as Python's would.
 */
#ifndef JINJA_NUMBER_H
#define JINJA_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "src/jinja/object.h"

bool number_is(struct object object);	  /* bool, int or float */
bool number_is_int(struct object object); /* bool or int */
int64_t number_int(struct object object); /* of a bool or int */
double number_real(struct object object); /* of any number; a large int is rounded */

int number_binary(struct run *run, enum object_op op, struct object a, struct object b,
		struct object *out);
/* REAL is an integer that fits 64 bits: *OUT. */
bool number_is_whole(double real, int64_t *out);
/* int(REAL): toward zero; the run fails for what does not fit. */
int number_truncate(struct run *run, double real, int64_t *out);

/* int(TEXT, BASE) and float(TEXT) of Python: false when it would raise a ValueError. */
bool number_parse_int(const struct text *text, int base, int64_t *out, bool *is_too_large);
bool number_parse_float(const struct text *text, double *out);

/* round(REAL, DIGITS), half to even on the exact decimal value. */
double number_round(double real, int digits);

#endif
