/*
 * sort: stable sorting as Python's sorted() does it: what cannot be compared fails the run.
 */
#ifndef JINJA_SORT_H
#define JINJA_SORT_H

#include <stdbool.h>
#include <stddef.h>

#include "src/jinja/object.h"

/*
 * ITEMS in the order of KEYS, one for each item; KEYS may be ITEMS. Equal keys keep their order, also
 * when it is REVERSED. KEYS are sorted along.
 */
int sort_items(struct run *run, struct object *keys, struct object *items, size_t count,
		bool is_reversed);

#endif
