/*
 * casing: full case mapping, as Python's str methods do it: one code point may become several (ß is
 * SS), and a capital sigma at the end of a word becomes a final one.
 */
#ifndef JINJA_CASING_H
#define JINJA_CASING_H

#include <stddef.h>

#include "src/jinja/object.h"

enum casing {
	CASING_UPPER,
	CASING_LOWER,
	CASING_TITLE,	   /* every word */
	CASING_CAPITALIZE, /* the first character; the rest in lower case */
	CASING_SWAP,
	CASING_FOLD,
};

/* Never markup. The same text when nothing changes. */
int casing_apply(struct run *run, const struct text *text, enum casing casing, struct object *out);

#endif
