/*
 * format: Python's three ways to make a string of a format and arguments: the `%` operator,
 * str.format(), and the format specification that the latter applies to each value.
 */
#ifndef JINJA_FORMAT_H
#define JINJA_FORMAT_H

#include <stddef.h>

#include "src/jinja/object.h"

struct buf;
struct call;

#define FORMAT_WIDTH_MAX 1000000 /* of a width or precision in a format */

/* FORMAT % ARGS; FORMAT is a string. */
int format_percent(struct run *run, struct object format, struct object args, struct object *out);

/* FORMAT.format(...) under the rules of the sandbox: the arguments are CALL's. */
int format_fields(
		struct run *run, struct object format, const struct call *call, struct object *out);

/* format(OBJECT, SPEC), appended. */
int format_value(struct run *run, struct object object, const char *spec, size_t len,
		struct buf *out);

/* ascii(OBJECT), appended. */
int format_ascii(struct run *run, struct object object, struct buf *out);

#endif
