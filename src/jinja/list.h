/*
 * list: what lists need beside object.h.
 */
#ifndef JINJA_LIST_H
#define JINJA_LIST_H

#include <stddef.h>

#include "src/jinja/object.h"

void list_reverse(struct list *list); /* open */
/*
 * An empty, open list with room for COUNT items, which are charged for. NULL: the run has failed.
 */
struct list *list_new(struct run *run, size_t count);

#endif
