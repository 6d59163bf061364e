/*
 * dict: the table under a dict: for dict.c's accessors, and for lazy.c, which keeps what it has
 * looked up so far in the table of a closed dict.
 */
#ifndef JINJA_DICT_H
#define JINJA_DICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/jinja/object.h"

/*
 * The pair of KEY, whose hash is HASH: its number in *AT, or *FOUND false. DICT is taken as it is.
 */
int table_find(struct run *run, const struct dict *dict, struct object key, uint64_t hash,
		size_t *at, bool *found);
/* A key that is not there yet. */
int table_add(struct run *run, struct dict *dict, struct dict_pair pair);
/* Empty, with room for COUNT pairs. */
int table_reset(struct run *run, struct dict *dict, size_t count);

/* The key of DICT nearest to KEY, which it does not have; NULL: none is near. Opens and reads nothing. */
const char *dict_nearest_key(const struct dict *dict, const struct text *key);

#endif
