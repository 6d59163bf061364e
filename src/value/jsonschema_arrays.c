/* Keywords about lists; every other value satisfies them. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "src/value/jsonschema_trial.h"

bool keyword_max_items(struct trial *trial, const struct site *site, const struct value *argument)
{
	return site->value->kind != VALUE_LIST ||
			(int64_t)site->value->list.count <= argument->integer ||
			trial_complain(trial, site->value, "%zu items; the limit is %" PRId64,
					site->value->list.count, argument->integer);
}

bool keyword_min_items(struct trial *trial, const struct site *site, const struct value *argument)
{
	return site->value->kind != VALUE_LIST ||
			(int64_t)site->value->list.count >= argument->integer ||
			trial_complain(trial, site->value,
					"%zu items; at least %" PRId64 " are needed",
					site->value->list.count, argument->integer);
}

struct hashed {
	uint64_t hash;
	size_t index;
};

static int by_hash(const void *left, const void *right)
{
	const struct hashed *a = left, *b = right;

	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	return (a->index > b->index) - (a->index < b->index);
}

/* The first two items that are equal: the finding is at the later one. */
static bool find_twins(struct trial *trial, const struct value *list, struct hashed *hashes,
		size_t *first, size_t *second)
{
	size_t i, j, count = list->list.count;

	for (i = 0; i < count; i++)
		hashes[i] = (struct hashed){trial_hash(trial, list->list.items[i]), i};
	qsort(hashes, count, sizeof(*hashes), by_hash);
	for (i = 0; i < count; i++) {
		for (j = i + 1; j < count && hashes[j].hash == hashes[i].hash; j++) {
			if (!trial_equal(trial, list->list.items[hashes[i].index],
					    list->list.items[hashes[j].index]))
				continue;
			*first = hashes[i].index;
			*second = hashes[j].index;
			return true;
		}
	}
	return false;
}

bool keyword_unique(struct trial *trial, const struct site *site, const struct value *argument)
{
	const struct value *list = site->value;
	char shown[TRIAL_SHOWN_SIZE];
	struct hashed *hashes;
	size_t first, second;
	bool has_twins;

	if (list->kind != VALUE_LIST || !argument->boolean || list->list.count < 2)
		return true;
	hashes = calloc(list->list.count, sizeof(*hashes));
	if (!hashes) {
		trial_no_memory(trial);
		return true;
	}
	has_twins = find_twins(trial, list, hashes, &first, &second);
	free(hashes);
	return !has_twins || trial->rc < 0 ||
			trial_complain(trial, list->list.items[second],
					"items [%zu] and [%zu] are the same (%s)", first, second,
					trial_shown(list->list.items[second], shown));
}

static int64_t count_of(const struct site *site, const char *keyword, int64_t otherwise)
{
	const struct value *argument = value_get(site->schema, keyword);

	return argument && argument->kind == VALUE_INT ? argument->integer : otherwise;
}

bool keyword_contains(struct trial *trial, const struct site *site, const struct value *argument)
{
	const struct value *list = site->value;
	bool has_counts = trial->doc.draft == DRAFT_2020_12;
	int64_t min = has_counts ? count_of(site, "minContains", 1) : 1;
	int64_t max = has_counts ? count_of(site, "maxContains", INT64_MAX) : INT64_MAX;
	int64_t found = 0;
	size_t i;

	if (list->kind != VALUE_LIST)
		return true;
	for (i = 0; i < list->list.count; i++) {
		if (!trial_try(trial, argument, list->list.items[i], NULL))
			continue;
		if (site->marks)
			site->marks->items[i] = true;
		found++;
	}
	if (found < min)
		return trial_complain(trial, list,
				"%" PRId64
				" items fit what the list must contain; at least %" PRId64
				" are needed",
				found, min);
	return found <= max ||
			trial_complain(trial, list,
					"%" PRId64 " items fit what the list may contain; the "
					"limit is %" PRId64,
					found, max);
}

/* Items from FIRST on. */
static bool apply_rest(struct trial *trial, const struct site *site, const struct value *schema,
		size_t first)
{
	bool ok = true;
	size_t i;

	for (i = first; i < site->value->list.count && (ok || trial->muted == 0); i++)
		ok = trial_apply_item(trial, site, schema, i) && ok;
	return ok;
}

/* Each item by the schema in its place. */
static bool apply_each(struct trial *trial, const struct site *site, const struct value *schemas)
{
	bool ok = true;
	size_t i;

	for (i = 0; i < site->value->list.count && i < schemas->list.count; i++)
		ok = trial_apply_item(trial, site, schemas->list.items[i], i) && ok;
	return ok;
}

bool keyword_prefix_items(
		struct trial *trial, const struct site *site, const struct value *argument)
{
	return site->value->kind != VALUE_LIST || apply_each(trial, site, argument);
}

bool keyword_items(struct trial *trial, const struct site *site, const struct value *argument)
{
	const struct value *prefix = value_get(site->schema, "prefixItems");

	if (site->value->kind != VALUE_LIST)
		return true;
	if (argument->kind == VALUE_LIST)
		return apply_each(trial, site, argument);
	return apply_rest(trial, site, argument,
			prefix && trial->doc.draft == DRAFT_2020_12 ? prefix->list.count : 0);
}

bool keyword_additional_items(
		struct trial *trial, const struct site *site, const struct value *argument)
{
	const struct value *items = value_get(site->schema, "items");

	if (site->value->kind != VALUE_LIST || !items || items->kind != VALUE_LIST)
		return true;
	return apply_rest(trial, site, argument, items->list.count);
}

bool keyword_unevaluated_items(
		struct trial *trial, const struct site *site, const struct value *argument)
{
	bool ok = true;
	size_t i;

	if (site->value->kind != VALUE_LIST)
		return true;
	for (i = 0; i < site->value->list.count && (ok || trial->muted == 0); i++) {
		if (!site->marks->items[i])
			ok = trial_apply_item(trial, site, argument, i) && ok;
	}
	return ok;
}
