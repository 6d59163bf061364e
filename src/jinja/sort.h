/*
 * sort: stable sorting as Python's sorted() does it: what cannot be compared fails the run.
 */
#ifndef JINJA_SORT_H
#define JINJA_SORT_H

#include <stddef.h>

#include "src/jinja/object.h"

/* Equal keys keep their order in this one as well. */
#define SORT_REVERSED 1u
/*
 * As if each key were in a list of its own: equal ones need not have an order, two nulls for
 * example.
 */
#define SORT_IN_LISTS 2u

/*
 * ITEMS in the order of KEYS, one for each item; KEYS may be ITEMS, and are sorted along. Stable.
 */
int sort_items(struct run *run, struct object *keys, struct object *items, size_t count,
		unsigned flags);

#endif
