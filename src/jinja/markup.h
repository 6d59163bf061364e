/*
 * markup: strings that are safe to be put into HTML: what `escape` and `safe` yield.
 *
 * Templates are rendered without escaping, so all one sees of it is that what is joined to markup
 * by + or % or a method is escaped, and that the outcome is markup again.
 */
#ifndef JINJA_MARKUP_H
#define JINJA_MARKUP_H

#include <stddef.h>

#include "src/jinja/object.h"

struct buf;

void markup_add_escaped(struct buf *out, const char *data, size_t len);
/* str(OBJECT) escaped, as markup; markup as it is. */
int markup_escape(struct run *run, struct object object, struct object *out);

#endif
