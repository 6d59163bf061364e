/*
 * print: pieces of str() and repr() that others need alone; the functions themselves are in
 * object.h.
 */
#ifndef JINJA_PRINT_H
#define JINJA_PRINT_H

#include <stdbool.h>
#include <stdint.h>

#include "src/jinja/object.h"

struct buf;

void print_int(int64_t integer, struct buf *out);
/* repr() of a string, without what Markup adds. */
void print_quoted(const struct text *text, struct buf *out);

#endif
