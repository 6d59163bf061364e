/*
 * lazy: values of the repository as objects, and a record of which were read.
 *
 * A map or list of the values becomes a closed dict or list: looking up one entry of it reads that
 * entry and nothing else; anything more (iterating, printing, comparing, passing it to a filter
 * that looks inside, changing it) opens it, which reads the whole subtree. One value is one object
 * within a run, so that a template's changes are seen through every name it has; they never reach
 * the value itself, nor another run.
 *
 * What is told to `reads` is enough to know, when the values have changed, whether the template
 * would yield the same: the same reads with the same answers mean the same output.
 */
#ifndef JINJA_LAZY_H
#define JINJA_LAZY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/jinja/object.h"

struct value;

/* Where a value lies below the root: a chain that ends with UP == NULL at the root. */
struct trail {
	const struct trail *up;
	const struct value *key; /* in a map; NULL: INDEX in a list */
	size_t index;
	uint32_t depth;
};

enum read_kind {
	READ_WHOLE, /* the value with all that is below it; told once for each value */
	READ_KIND, /* only that there is one, and which kind: a map or list of which more follows */
	READ_ABSENT, /* that there is none */
};

/*
 * VALUE is NULL for READ_ABSENT. TRAIL lives as long as the run. A negative return fails the run.
 */
struct reads {
	int (*note)(void *arg, enum read_kind kind, const struct trail *trail,
			const struct value *value);
	void *arg;
};

/* ROOT (a map) as a closed dict: the global names of a template. ROOT outlives the run. */
int lazy_root(struct run *run, const struct value *root, struct object *out);

/* --- for the accessors of object.h: what a closed list or dict does --- */

int lazy_open_list(struct run *run, struct list *list);
int lazy_open_dict(struct run *run, struct dict *dict);
/* One entry only; *FOUND false when there is none, which is a read as well. HASH is KEY's. */
int lazy_get_key(struct run *run, struct dict *dict, struct object key, uint64_t hash,
		struct object *out, bool *found);
/* The map that a closed dict stands for; nothing is told. */
const struct value *lazy_map(const struct dict *dict);
int lazy_get_index(struct run *run, struct list *list, uint64_t index, struct object *out,
		bool *found);

#endif
