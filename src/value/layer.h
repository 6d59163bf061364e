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

enum merge_kind {
	MERGE_APPEND,  /* lists: the later behind the earlier */
	MERGE_PREPEND, /* lists: the later in front */
	MERGE_UNIQUE,  /* lists: appended, but not what is there already */
	MERGE_REPLACE, /* whatever the kinds are, and for maps too */
	MERGE_BY, /* lists of maps: those with the same value of KEY merge deep, others are appended */
};

struct merge_rule {
	const char *path; /* dotted, query.h */
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
 * (null) is an empty map. The tag !delete (value.is_deletion) removes an inherited key; one that there
 * was not is a warning. A kind that changes (map over scalar, list over map, ...; null aside) is a
 * finding naming both places. NULL without memory, or when the findings got an error.
 */
struct value *layer_merge(const struct layer_spec *spec, struct value *lower, struct value *upper);

#endif
