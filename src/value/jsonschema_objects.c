/* Keywords about maps; every other value satisfies them. */
#include <inttypes.h>
#include <string.h>

#include "src/value/jsonschema_trial.h"
#include "src/value/query.h"

bool keyword_max_properties(
		struct trial *trial, const struct site *site, const struct value *argument)
{
	return site->value->kind != VALUE_MAP ||
			(int64_t)site->value->map.count <= argument->integer ||
			trial_complain(trial, site->value, "%zu keys; the limit is %" PRId64,
					site->value->map.count, argument->integer);
}

bool keyword_min_properties(
		struct trial *trial, const struct site *site, const struct value *argument)
{
	return site->value->kind != VALUE_MAP ||
			(int64_t)site->value->map.count >= argument->integer ||
			trial_complain(trial, site->value,
					"%zu keys; at least %" PRId64 " are needed",
					site->value->map.count, argument->integer);
}

/* BECAUSE: the key that asks for these, or NULL. */
static bool require(struct trial *trial, const struct site *site, const struct value *names,
		const struct value *because)
{
	const struct value *name;
	bool ok = true;
	size_t i;

	for (i = 0; i < names->list.count; i++) {
		name = names->list.items[i];
		if (trial_find(site->value, name) != SIZE_MAX)
			continue;
		if (because)
			ok = trial_complain(trial, site->value,
					"the key '%s' is missing; '%s' needs it", name->string.text,
					because->string.text);
		else
			ok = trial_complain(trial, site->value, "the key '%s' is missing",
					name->string.text);
	}
	return ok;
}

bool keyword_required(struct trial *trial, const struct site *site, const struct value *argument)
{
	return site->value->kind != VALUE_MAP || require(trial, site, argument, NULL);
}

/* Names that are there ask for other names, or for what a schema says of the whole map. */
bool keyword_dependencies(
		struct trial *trial, const struct site *site, const struct value *argument)
{
	const struct value_pair *pair;
	bool ok = true;
	size_t i;

	for (i = 0; site->value->kind == VALUE_MAP && i < argument->map.count; i++) {
		pair = &argument->map.pairs[i];
		if (pair->key->kind != VALUE_STRING ||
				trial_find(site->value, pair->key) == SIZE_MAX)
			continue;
		if (pair->value->kind == VALUE_LIST)
			ok = require(trial, site, pair->value, pair->key) && ok;
		else
			ok = trial_apply(trial, pair->value, site->value, site->marks) && ok;
	}
	return ok;
}

bool keyword_property_names(
		struct trial *trial, const struct site *site, const struct value *argument)
{
	char number[TRIAL_KEY_SIZE];
	const struct value *key;
	size_t i, before = trial->path.len;
	struct value name;
	bool ok = true;

	for (i = 0; site->value->kind == VALUE_MAP && i < site->value->map.count; i++) {
		key = site->value->map.pairs[i].key;
		name = (struct value){.kind = VALUE_STRING, .origin = key->origin};
		name.string.text = trial_key(key, number, &name.string.len);
		query_add_key(&trial->path, key);
		ok = trial_apply(trial, argument, &name, NULL) && ok;
		buf_cut(&trial->path, before);
	}
	return ok;
}

bool keyword_properties(struct trial *trial, const struct site *site, const struct value *argument)
{
	const struct value_pair *pair;
	struct value name = {.kind = VALUE_STRING};
	char number[TRIAL_KEY_SIZE];
	size_t i, found;
	bool ok = true;

	for (i = 0; site->value->kind == VALUE_MAP && i < argument->map.count; i++) {
		pair = &argument->map.pairs[i];
		name.string.text = trial_key(pair->key, number, &name.string.len);
		found = trial_find(site->value, &name);
		if (found != SIZE_MAX)
			ok = trial_apply_pair(trial, site, pair->value, found) && ok;
	}
	return ok;
}

bool keyword_pattern_properties(
		struct trial *trial, const struct site *site, const struct value *argument)
{
	char number[TRIAL_KEY_SIZE];
	size_t i, k, len;
	const char *key;
	bool ok = true;

	for (i = 0; site->value->kind == VALUE_MAP && i < site->value->map.count; i++) {
		key = trial_key(site->value->map.pairs[i].key, number, &len);
		for (k = 0; k < argument->map.count; k++) {
			if (trial_matches(trial, argument->map.pairs[k].key, key, len))
				ok = trial_apply_pair(trial, site, argument->map.pairs[k].value,
						     i) &&
						ok;
		}
	}
	return ok;
}

/* Is the key at INDEX one of `properties`, or matched by one of `patternProperties`? */
static bool is_named(struct trial *trial, const struct site *site, size_t index)
{
	const struct value *properties = value_get(site->schema, "properties");
	const struct value *patterns = value_get(site->schema, "patternProperties");
	struct value name = {.kind = VALUE_STRING};
	char number[TRIAL_KEY_SIZE];
	size_t i;

	name.string.text = trial_key(site->value->map.pairs[index].key, number, &name.string.len);
	if (properties && trial_find(properties, &name) != SIZE_MAX)
		return true;
	for (i = 0; patterns && i < patterns->map.count; i++) {
		if (trial_matches(trial, patterns->map.pairs[i].key, name.string.text,
				    name.string.len))
			return true;
	}
	return false;
}

/* A key that there may not be: perhaps it is a typing error. */
static bool complain_key(struct trial *trial, const struct site *site, size_t index)
{
	const struct value *properties = value_get(site->schema, "properties");
	const struct value *key = site->value->map.pairs[index].key;
	size_t before = trial->path.len;
	const char *near = NULL;

	if (site->marks)
		site->marks->items[index] = true;
	if (properties && key->kind == VALUE_STRING && trial->muted == 0)
		near = query_suggest(properties, key->string.text);
	query_add_key(&trial->path, key);
	if (near)
		(void)trial_complain(trial, key, "unknown key (did you mean '%s'?)", near);
	else
		(void)trial_complain(trial, key, "unknown key");
	buf_cut(&trial->path, before);
	return false;
}

static bool apply_other(struct trial *trial, const struct site *site, const struct value *schema,
		size_t index)
{
	if (schema->kind == VALUE_BOOL && !schema->boolean)
		return complain_key(trial, site, index);
	return trial_apply_pair(trial, site, schema, index);
}

bool keyword_additional_properties(
		struct trial *trial, const struct site *site, const struct value *argument)
{
	bool ok = true;
	size_t i;

	for (i = 0; site->value->kind == VALUE_MAP && i < site->value->map.count; i++) {
		if (!is_named(trial, site, i) && trial->rc == 0)
			ok = apply_other(trial, site, argument, i) && ok;
	}
	return ok;
}

bool keyword_unevaluated_properties(
		struct trial *trial, const struct site *site, const struct value *argument)
{
	bool ok = true;
	size_t i;

	for (i = 0; site->value->kind == VALUE_MAP && i < site->value->map.count; i++) {
		if (!site->marks->items[i])
			ok = apply_other(trial, site, argument, i) && ok;
	}
	return ok;
}
