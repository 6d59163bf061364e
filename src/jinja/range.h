/*
 * range: the arithmetic of range(). Its items are all within int64, but the distance between two of them, or
 * the one that would come after the last, need not be.
 */
#ifndef JINJA_RANGE_H
#define JINJA_RANGE_H

#include <stdbool.h>
#include <stdint.h>

struct range;

/* The item at INDEX, from 0 to the count; what would lie outside of int64 wraps around. */
int64_t range_at(const struct range *range, int64_t index);

/* Where INTEGER is; false if it is not one of the items. */
bool range_find(const struct range *range, int64_t integer, int64_t *index);

#endif
