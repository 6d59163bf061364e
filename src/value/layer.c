/*
 * Two trees are walked together for as long as both have a map at the same path; below that, whole
 * subtrees are taken from one of them, by pointer. The only copies are the maps (and lists, where a
 * rule says so) that hold something of both.
 *
 * A deletion that removes nothing must not stay in the result, where it would be a null. So what is
 * taken from the upper layer goes through without_deletions(), which returns its argument as long as
 * there is none in it. Every layer has been through that once when it is the lower one.
 *
 * Sets and indexes are maps whose keys are made for the purpose: fingerprints for MERGE_UNIQUE, the
 * values of the key for MERGE_BY. A list of 100,000 items is as quick an item as one of ten.
 */
#include "src/value/layer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/value/fingerprint.h"
#include "src/value/query.h"

#define PLACE_SIZE 256 /* bytes of "file:line:column" in a message */

struct merge {
	const struct layer_spec *spec;
	struct buf path; /* of what is being merged */
	bool is_out_of_memory;
};

static struct value *no_memory(struct merge *merge)
{
	merge->is_out_of_memory = true;
	return NULL;
}

static const char *place_of(const struct origin *origin, char out[static PLACE_SIZE])
{
	(void)snprintf(out, PLACE_SIZE, "%s:%u:%u", origin->file ? origin->file : "built in",
			origin->line, origin->column);
	return out;
}

#define find_at(merge, level, value, ...)                                                          \
	diag_add((merge)->spec->findings, level, (value)->origin.file, (value)->origin.line,       \
			(value)->origin.column, __VA_ARGS__)

static size_t enter(struct merge *merge, const struct value *key)
{
	size_t before = merge->path.len;

	query_add_key(&merge->path, key);
	return before;
}

static const struct merge_rule *rule_here(const struct merge *merge)
{
	const struct layer_spec *spec = merge->spec;
	size_t i;

	for (i = 0; i < spec->rule_count; i++) {
		if (strcmp(spec->rules[i].path, buf_str(&merge->path)) == 0)
			return &spec->rules[i];
	}
	return NULL;
}

static bool has_deletion(const struct value *value, unsigned depth)
{
	size_t i;

	if (value->is_deletion)
		return true;
	if (depth > LAYER_DEPTH_MAX)
		return false;
	for (i = 0; value->kind == VALUE_LIST && i < value->list.count; i++) {
		if (has_deletion(value->list.items[i], depth + 1))
			return true;
	}
	for (i = 0; value->kind == VALUE_MAP && i < value->map.count; i++) {
		if (has_deletion(value->map.pairs[i].value, depth + 1))
			return true;
	}
	return false;
}

static struct value *without_deletions(struct merge *merge, struct value *value);

/* PAIR of the upper layer, whose key the lower one has not, goes to OUT. 0 or -ENOMEM. */
static int add_new_pair(struct merge *merge, const struct value_pair *pair, struct value *out)
{
	size_t before = enter(merge, pair->key);
	int rc = 0;

	if (pair->value->is_deletion)
		find_at(merge, DIAG_WARNING, pair->value,
				"%s: there is nothing to delete in the layers below",
				buf_str(&merge->path));
	else
		rc = value_set_pair(merge->spec->arena, out, pair->key,
				without_deletions(merge, pair->value));
	buf_cut(&merge->path, before);
	return rc;
}

/* VALUE as it is when there is nothing below it: itself, unless there are deletions in it. */
static struct value *without_deletions(struct merge *merge, struct value *value)
{
	struct arena *arena = merge->spec->arena;
	struct value *copy;
	size_t i;
	int rc = 0;

	if (!has_deletion(value, 0))
		return value;
	copy = value->kind == VALUE_LIST ? value_list(arena) : value_map(arena);
	if (!copy)
		return no_memory(merge);
	copy->origin = value->origin;
	for (i = 0; value->kind == VALUE_MAP && i < value->map.count && rc == 0; i++)
		rc = add_new_pair(merge, &value->map.pairs[i], copy);
	for (i = 0; value->kind == VALUE_LIST && i < value->list.count && rc == 0; i++)
		rc = value_append(arena, copy, without_deletions(merge, value->list.items[i]));
	return rc == 0 ? copy : no_memory(merge);
}

static struct value *merge_values(
		struct merge *merge, struct value *lower, struct value *upper, unsigned depth);

static int merge_pair(struct merge *merge, const struct value_pair *lower,
		const struct value_pair *upper, struct value *out, unsigned depth)
{
	size_t before = enter(merge, lower->key);
	struct value *merged;
	int rc = 0;

	if (!upper->value->is_deletion) {
		merged = merge_values(merge, lower->value, upper->value, depth);
		rc = value_set_pair(merge->spec->arena, out, upper->key, merged);
	}
	buf_cut(&merge->path, before);
	return rc;
}

static struct value *merge_maps(struct merge *merge, const struct value *lower,
		const struct value *upper, unsigned depth)
{
	struct value *out = value_map(merge->spec->arena);
	const struct value_pair *pair, *over;
	size_t i;
	int rc = out ? 0 : -ENOMEM;

	for (i = 0; i < lower->map.count && rc == 0; i++) {
		pair = &lower->map.pairs[i];
		over = value_find_pair(upper, pair->key);
		if (over)
			rc = merge_pair(merge, pair, over, out, depth);
		else
			rc = value_set_pair(merge->spec->arena, out, pair->key, pair->value);
	}
	for (i = 0; i < upper->map.count && rc == 0; i++) {
		pair = &upper->map.pairs[i];
		if (!value_find_pair(lower, pair->key))
			rc = add_new_pair(merge, pair, out);
	}
	if (rc < 0)
		return no_memory(merge);
	out->origin = upper->origin;
	return out;
}

static int append_all(struct merge *merge, struct value *out, const struct value *list)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < list->list.count && rc == 0; i++)
		rc = value_append(merge->spec->arena, out,
				without_deletions(merge, list->list.items[i]));
	return rc;
}

static struct value *join(struct merge *merge, const struct value *first,
		const struct value *second, const struct origin *origin)
{
	struct value *out = value_list(merge->spec->arena);

	if (!out || append_all(merge, out, first) < 0 || append_all(merge, out, second) < 0)
		return no_memory(merge);
	out->origin = *origin;
	return out;
}

/* Was ITEM seen before? If not, it is now. -ENOMEM. */
static int see(struct merge *merge, struct value *seen, struct value *item)
{
	struct arena *arena = merge->spec->arena;
	struct value *key = value_int(arena, (int64_t)value_fingerprint(item));
	const struct value_pair *pair;

	if (!key)
		return -ENOMEM;
	pair = value_find_pair(seen, key);
	if (pair && value_equal(pair->value, item))
		return 1;
	return value_set_pair(arena, seen, key, item);
}

static struct value *merge_unique(
		struct merge *merge, const struct value *lower, const struct value *upper)
{
	struct arena *arena = merge->spec->arena;
	struct value *out = value_list(arena), *seen = value_map(arena), *item;
	size_t i;
	int rc = out && seen ? append_all(merge, out, lower) : -ENOMEM;

	for (i = 0; i < lower->list.count && rc >= 0; i++)
		rc = see(merge, seen, out->list.items[i]);
	for (i = 0; i < upper->list.count && rc >= 0; i++) {
		item = without_deletions(merge, upper->list.items[i]);
		rc = item ? see(merge, seen, item) : -ENOMEM;
		if (rc == 0)
			rc = value_append(arena, out, item);
	}
	if (rc < 0)
		return no_memory(merge);
	out->origin = upper->origin;
	return out;
}

/* The value of KEY in ITEM, by which it is merged, or NULL after a finding. */
static struct value *identity_of(
		struct merge *merge, const struct merge_rule *rule, const struct value *item)
{
	struct value *name = item->kind == VALUE_MAP ? value_get(item, rule->key) : NULL;

	if (name && (name->kind == VALUE_STRING || name->kind == VALUE_INT))
		return name;
	if (item->kind != VALUE_MAP)
		find_at(merge, DIAG_ERROR, item,
				"%s: merged by '%s', so each item is a map, not %s",
				buf_str(&merge->path), rule->key, value_kind_noun(item->kind));
	else if (!name)
		find_at(merge, DIAG_ERROR, item, "%s: merged by '%s', which this item lacks",
				buf_str(&merge->path), rule->key);
	else
		find_at(merge, DIAG_ERROR, name,
				"%s: merged by '%s', which is a string or an integer, not %s",
				buf_str(&merge->path), rule->key, value_kind_noun(name->kind));
	return NULL;
}

/* The items of LIST by what identifies each. NULL without memory. */
static struct value *index_list(
		struct merge *merge, const struct merge_rule *rule, const struct value *list)
{
	struct value *index = value_map(merge->spec->arena), *item, *name;
	const struct value_pair *twin;
	char place[PLACE_SIZE];
	size_t i;

	for (i = 0; index && i < list->list.count; i++) {
		item = list->list.items[i];
		name = identity_of(merge, rule, item);
		twin = name ? value_find_pair(index, name) : NULL;
		if (twin)
			find_at(merge, DIAG_ERROR, item,
					"%s: merged by '%s', and another item has the same (%s)",
					buf_str(&merge->path), rule->key,
					place_of(&twin->value->origin, place));
		else if (name && value_set_pair(merge->spec->arena, index, name, item) < 0)
			return NULL;
	}
	return index;
}

static struct value *merge_by(struct merge *merge, const struct merge_rule *rule,
		const struct value *lower, const struct value *upper, unsigned depth)
{
	struct arena *arena = merge->spec->arena;
	struct value *out = value_list(arena), *merged;
	struct value *below = index_list(merge, rule, lower),
		     *above = index_list(merge, rule, upper);
	const struct value_pair *pair, *over;
	size_t i;
	int rc = out && below && above ? 0 : -ENOMEM;

	for (i = 0; rc == 0 && i < below->map.count; i++) {
		pair = &below->map.pairs[i];
		over = value_find_pair(above, pair->key);
		merged = over ? merge_maps(merge, pair->value, over->value, depth + 1)
			      : pair->value;
		rc = value_append(arena, out, merged);
	}
	for (i = 0; rc == 0 && i < above->map.count; i++) {
		pair = &above->map.pairs[i];
		if (!value_find_pair(below, pair->key))
			rc = value_append(arena, out, without_deletions(merge, pair->value));
	}
	if (rc < 0)
		return no_memory(merge);
	out->origin = upper->origin;
	return out;
}

static struct value *merge_lists(struct merge *merge, const struct merge_rule *rule,
		struct value *lower, struct value *upper, unsigned depth)
{
	switch (rule ? rule->kind : MERGE_REPLACE) {
	case MERGE_APPEND:
		return join(merge, lower, upper, &upper->origin);
	case MERGE_PREPEND:
		return join(merge, upper, lower, &upper->origin);
	case MERGE_UNIQUE:
		return merge_unique(merge, lower, upper);
	case MERGE_BY:
		return merge_by(merge, rule, lower, upper, depth);
	case MERGE_REPLACE:
		break;
	}
	return without_deletions(merge, upper);
}

/* Scalars may replace each other. */
static enum value_kind shape_of(const struct value *value)
{
	return value->kind < VALUE_LIST ? VALUE_STRING : value->kind;
}

static void complain_change(
		struct merge *merge, const struct value *lower, const struct value *upper)
{
	const char *path = merge->path.len > 0 ? buf_str(&merge->path) : "the whole file";
	char place[PLACE_SIZE];

	find_at(merge, DIAG_ERROR, upper,
			"%s: %s in the place of %s (%s); with 'merge: {%s: replace}' it may be",
			path, value_kind_noun(upper->kind), value_kind_noun(lower->kind),
			place_of(&lower->origin, place), path);
}

static void complain_rule(
		struct merge *merge, const struct merge_rule *rule, const struct value *upper)
{
	static const char *const names[] = {[MERGE_APPEND] = "append",
			[MERGE_PREPEND] = "prepend",
			[MERGE_UNIQUE] = "unique",
			[MERGE_REPLACE] = "replace",
			[MERGE_BY] = "by"};
	char place[PLACE_SIZE];

	find_at(merge, DIAG_ERROR, upper, "%s: the rule '%s' (%s) is for lists, and this is %s",
			buf_str(&merge->path), names[rule->kind], place_of(&rule->origin, place),
			value_kind_noun(upper->kind));
}

/* NULL without memory only: after a finding, anything will do. */
static struct value *merge_values(
		struct merge *merge, struct value *lower, struct value *upper, unsigned depth)
{
	const struct merge_rule *rule = rule_here(merge);

	if ((rule && rule->kind == MERGE_REPLACE) || lower->kind == VALUE_NULL ||
			upper->kind == VALUE_NULL || depth > LAYER_DEPTH_MAX)
		return without_deletions(merge, upper);
	if (shape_of(lower) != shape_of(upper)) {
		complain_change(merge, lower, upper);
		return upper;
	}
	if (upper->kind == VALUE_LIST)
		return merge_lists(merge, rule, lower, upper, depth);
	if (rule) {
		complain_rule(merge, rule, upper);
		return upper;
	}
	if (upper->kind == VALUE_MAP)
		return merge_maps(merge, lower, upper, depth + 1);
	return upper;
}

/* LAYER, or an empty map for an empty one; NULL after a finding. */
static struct value *as_map(struct merge *merge, struct value *layer)
{
	struct value *empty;

	if (layer && layer->kind == VALUE_MAP)
		return layer;
	if (layer && layer->kind != VALUE_NULL) {
		find_at(merge, DIAG_ERROR, layer, "a file of values is a map, not %s",
				value_kind_noun(layer->kind));
		return NULL;
	}
	empty = value_map(merge->spec->arena);
	if (!empty)
		return no_memory(merge);
	if (layer)
		empty->origin = layer->origin;
	return empty;
}

struct value *layer_merge(const struct layer_spec *spec, struct value *lower, struct value *upper)
{
	struct merge merge = {.spec = spec, .path = BUF_INIT};
	size_t errors_before = spec->findings->errors;
	struct value *out = NULL;

	lower = as_map(&merge, lower);
	upper = as_map(&merge, upper);
	if (lower && upper)
		out = merge_maps(&merge, lower, upper, 0);
	if (merge.is_out_of_memory || !buf_ok(&merge.path))
		diag_add(spec->findings, DIAG_ERROR, upper ? upper->origin.file : NULL, 0, 0,
				"not enough memory to merge this layer");
	buf_release(&merge.path);
	return spec->findings->errors == errors_before ? out : NULL;
}
