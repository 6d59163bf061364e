/*
 * layer: several documents become one, the later over the earlier.
 *
 * Maps merge deep, the order of keys is that of the lowest layer that has them; everything else
 * replaces. Rules, by dotted path, say otherwise. Nothing is copied that need not be: the result
 * shares nodes with its layers, and every node keeps the origin of the layer that it came from.
 */
#ifndef VALUE_LAYER_H
#define VALUE_LAYER_H

#include <stddef.h>

#include "src/value/value.h"

struct arena;
struct diag;

#define LAYER_DEPTH_MAX 64 /* lists and maps in each other, as doc_parse() yields them */

enum merge_kind {
	MERGE_APPEND,  /* lists: the later behind the earlier */
	MERGE_PREPEND, /* lists: the later in front */
	MERGE_UNIQUE,  /* lists: appended, but not what is there already */
	MERGE_REPLACE, /* whatever the kinds are, and for maps too */
	MERGE_BY, /* lists of maps: those with the same value of KEY merge deep, others are appended */
};

struct merge_rule {
	const char *path; /* dotted, as query_normalize() writes it; no indexes */
	enum merge_kind kind;
	const char *key; /* MERGE_BY */
	struct origin origin;
};

struct layer_spec {
	struct arena *arena;
	const struct merge_rule *rules;
	size_t rule_count;
	struct diag *findings; /* borrowed */
};

/*
 * Merge UPPER over LOWER (NULL: nothing yet). Both are maps, or a finding says so; an empty document
 * (null) is an empty map. A null with is_deletion (!delete) removes an inherited key; one that there
 * was not is a warning. A kind that changes (map over scalar, list over map, ...; null aside) is a
 * finding naming both places, and so is a rule that does not fit what it finds. NULL without memory
 * (with a finding), or when the findings got an error.
 *
 * The path of a rule below a list that is merged by a key goes through the list: with `users: {by:
 * name}`, `users.groups: append`. Items of lists that are not merged by a key are taken as they are.
 */
struct value *layer_merge(const struct layer_spec *spec, struct value *lower, struct value *upper);

#endif
