/*
 * getter: "a.b.0", what filters look up in each element: Jinja2's make_attrgetter.
 */
#ifndef JINJA_GETTER_H
#define JINJA_GETTER_H

#include <stdbool.h>
#include <stddef.h>

#include "src/jinja/object.h"

struct getter {
	struct object *parts;	/* strings, or integers where the part is all digits */
	size_t count;		/* 0: the element itself */
	struct object fallback; /* instead of what is undefined on the way; absent: there is none */
	bool ignores_case;	/* strings come in lower case */
};

/* ATTRIBUTE: a string, an integer, or absent or none for the element itself. */
int getter_init(struct run *run, struct object attribute, struct getter *out);
int getter_get(struct run *run, const struct getter *getter, struct object element,
		struct object *out);
/* "a,b.c": a list of what each part yields; else the same as above. */
int getter_init_many(struct run *run, struct object attribute, struct getter **out, size_t *count);

/* A list of what GETTER yields for each of ITEMS. */
int getter_map(struct run *run, const struct getter *getter, const struct list *items,
		struct list **out);

#endif
