/*
 * index: attributes alone; the functions that templates use are in object.h.
 */
#ifndef JINJA_INDEX_H
#define JINJA_INDEX_H

#include <stdbool.h>

#include "src/jinja/object.h"

/*
 * What Python's getattr() finds: methods and attributes, but no keys of a dict. OBJECT is defined.
 */
int index_find_attribute(struct run *run, struct object object, const struct text *name,
		struct object *out, bool *found);
/* "'dict object' has no attribute 'x'" */
struct object index_no_attribute(struct run *run, struct object object, const struct text *name);

#endif
