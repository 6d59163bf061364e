/*
 * format_spec: what a format specification asks for, "[[fill]align][sign][z][#][0][width][grouping]
 * [.precision][type]", and how a number is laid out by it. Both str.format() and `%` end here.
 */
#ifndef JINJA_FORMAT_SPEC_H
#define JINJA_FORMAT_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/jinja/object.h"

struct buf;

struct format_spec {
	uint32_t fill; /* code point */
	char align;    /* < > ^ =, 0: not given */
	char sign;     /* + - space, 0: not given */
	bool no_negative_zero, is_alternate;
	int64_t width;	   /* -1: not given */
	char grouping;	   /* , or _, 0: none */
	int64_t precision; /* -1: not given */
	char type;	   /* 0: not given */
};

/* SPEC, an integer or float type set, of an integer of any size: SIGN apart, DIGITS in its base. */
int format_integer(
		struct run *run, const struct format_spec *spec, int64_t integer, struct buf *out);
int format_float(struct run *run, const struct format_spec *spec, double real, struct buf *out);
/* TEXT, padded and cut. */
int format_text(struct run *run, const struct format_spec *spec, const struct text *text,
		struct buf *out);

#endif
