/* Keywords about one value, and what equality is to JSON. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/base/str.h"
#include "src/value/hash.h"
#include "src/value/jsonschema_trial.h"
#include "src/value/number.h"
#include "src/value/order.h"

#define TYPES_SIZE 96 /* bytes of the names of types in a message */

static bool is_number(const struct value *value)
{
	return value->kind == VALUE_INT || value->kind == VALUE_FLOAT;
}

static bool has_type(const struct value *value, const char *type)
{
	switch (value->kind) {
	case VALUE_NULL:
		return strcmp(type, "null") == 0;
	case VALUE_BOOL:
		return strcmp(type, "boolean") == 0;
	case VALUE_INT:
		return strcmp(type, "integer") == 0 || strcmp(type, "number") == 0;
	case VALUE_FLOAT:
		return strcmp(type, "number") == 0 ||
				(strcmp(type, "integer") == 0 && isfinite(value->real) &&
						value->real == trunc(value->real));
	case VALUE_STRING:
		return strcmp(type, "string") == 0;
	case VALUE_LIST:
		return strcmp(type, "array") == 0;
	case VALUE_MAP:
		return strcmp(type, "object") == 0;
	}
	return false;
}

bool keyword_type(struct trial *trial, const struct site *site, const struct value *argument)
{
	char shown[TRIAL_SHOWN_SIZE], names[TYPES_SIZE] = "";
	size_t i, len = 0;

	if (argument->kind == VALUE_STRING)
		return has_type(site->value, argument->string.text) ||
				trial_complain(trial, site->value, "%s is not of type '%s'",
						trial_shown(site->value, shown),
						argument->string.text);
	for (i = 0; i < argument->list.count; i++) {
		if (has_type(site->value, argument->list.items[i]->string.text))
			return true;
		if (len < sizeof(names))
			len += (size_t)snprintf(names + len, sizeof(names) - len, "%s'%s'",
					i > 0 ? ", " : "", argument->list.items[i]->string.text);
	}
	return trial_complain(trial, site->value, "%s is not of one of the types %s",
			trial_shown(site->value, shown), names);
}

/* The names of ALLOWED as far as there is room: 'a', 'b', ... */
static void list_values(const struct value *allowed, char *out, size_t size)
{
	char shown[TRIAL_SHOWN_SIZE];
	size_t i, len = 0;

	out[0] = '\0';
	for (i = 0; i < allowed->list.count && len < size; i++)
		len += (size_t)snprintf(out + len, size - len, "%s%s", i > 0 ? ", " : "",
				trial_shown(allowed->list.items[i], shown));
	if (len >= size && size > 4)
		str_copy(out + size - 4, 4, "...");
}

static const char *suggest_value(const struct value *allowed, const struct value *value)
{
	const char *names[65];
	size_t i, count = 0;

	for (i = 0; i < allowed->list.count && count < 64; i++) {
		if (allowed->list.items[i]->kind == VALUE_STRING)
			names[count++] = allowed->list.items[i]->string.text;
	}
	names[count] = NULL;
	return value->kind == VALUE_STRING ? str_suggest(value->string.text, names) : NULL;
}

bool keyword_enum(struct trial *trial, const struct site *site, const struct value *argument)
{
	char shown[TRIAL_SHOWN_SIZE], all[160];
	const char *near;
	size_t i;

	for (i = 0; i < argument->list.count; i++) {
		if (trial_equal(trial, argument->list.items[i], site->value))
			return true;
	}
	if (trial->muted > 0)
		return false;
	near = suggest_value(argument, site->value);
	list_values(argument, all, sizeof(all));
	if (near)
		return trial_complain(trial, site->value,
				"%s is not one of %s (did you mean '%s'?)",
				trial_shown(site->value, shown), all, near);
	return trial_complain(trial, site->value, "%s is not one of %s",
			trial_shown(site->value, shown), all);
}

bool keyword_const(struct trial *trial, const struct site *site, const struct value *argument)
{
	char shown[TRIAL_SHOWN_SIZE], wanted[TRIAL_SHOWN_SIZE];

	return trial_equal(trial, argument, site->value) ||
			trial_complain(trial, site->value, "%s is not %s, the only one allowed",
					trial_shown(site->value, shown),
					trial_shown(argument, wanted));
}

/* As Python's jsonschema does it: by remainder, unless the divisor is a float. */
static bool is_multiple(const struct value *value, const struct value *of)
{
	double quotient;

	if (value->kind == VALUE_INT && of->kind == VALUE_INT)
		return value->integer % of->integer == 0;
	if (of->kind == VALUE_INT)
		return fmod(value->real, (double)of->integer) == 0;
	quotient = (value->kind == VALUE_INT ? (double)value->integer : value->real) / of->real;
	if (isinf(quotient))
		return fmod(value->kind == VALUE_INT ? (double)value->integer : value->real,
				       of->real) == 0;
	return quotient == trunc(quotient);
}

bool keyword_multiple(struct trial *trial, const struct site *site, const struct value *argument)
{
	char shown[TRIAL_SHOWN_SIZE], of[TRIAL_SHOWN_SIZE];

	return !is_number(site->value) || is_multiple(site->value, argument) ||
			trial_complain(trial, site->value, "%s is not a multiple of %s",
					trial_shown(site->value, shown), trial_shown(argument, of));
}

/* VALUE minus ARGUMENT, its sign only; 0 for what is no number. */
static int against(const struct value *value, const struct value *argument)
{
	return is_number(value) ? order_numbers(value, argument) : 0;
}

static bool complain_range(struct trial *trial, const struct site *site, const char *what,
		const struct value *limit)
{
	char shown[TRIAL_SHOWN_SIZE], bound[TRIAL_SHOWN_SIZE];

	return trial_complain(trial, site->value, "%s is %s %s", trial_shown(site->value, shown),
			what, trial_shown(limit, bound));
}

bool keyword_maximum(struct trial *trial, const struct site *site, const struct value *argument)
{
	return against(site->value, argument) <= 0 ||
			complain_range(trial, site, "more than the maximum of", argument);
}

bool keyword_exclusive_maximum(
		struct trial *trial, const struct site *site, const struct value *argument)
{
	return !is_number(site->value) || against(site->value, argument) < 0 ||
			complain_range(trial, site, "not less than", argument);
}

bool keyword_minimum(struct trial *trial, const struct site *site, const struct value *argument)
{
	return against(site->value, argument) >= 0 ||
			complain_range(trial, site, "less than the minimum of", argument);
}

bool keyword_exclusive_minimum(
		struct trial *trial, const struct site *site, const struct value *argument)
{
	return !is_number(site->value) || against(site->value, argument) > 0 ||
			complain_range(trial, site, "not more than", argument);
}

static int64_t characters_of(const struct value *value)
{
	int64_t count = 0;
	size_t i;

	for (i = 0; i < value->string.len; i++)
		count += ((unsigned char)value->string.text[i] & 0xc0) != 0x80;
	return count;
}

bool keyword_max_length(struct trial *trial, const struct site *site, const struct value *argument)
{
	char shown[TRIAL_SHOWN_SIZE];

	return site->value->kind != VALUE_STRING ||
			characters_of(site->value) <= argument->integer ||
			trial_complain(trial, site->value,
					"%s has %" PRId64 " characters; the limit is %" PRId64,
					trial_shown(site->value, shown), characters_of(site->value),
					argument->integer);
}

bool keyword_min_length(struct trial *trial, const struct site *site, const struct value *argument)
{
	char shown[TRIAL_SHOWN_SIZE];

	return site->value->kind != VALUE_STRING ||
			characters_of(site->value) >= argument->integer ||
			trial_complain(trial, site->value,
					"%s has %" PRId64 " characters; at least %" PRId64
					" are needed",
					trial_shown(site->value, shown), characters_of(site->value),
					argument->integer);
}

bool keyword_pattern(struct trial *trial, const struct site *site, const struct value *argument)
{
	char shown[TRIAL_SHOWN_SIZE];

	return site->value->kind != VALUE_STRING ||
			trial_matches(trial, argument, site->value->string.text,
					site->value->string.len) ||
			trial_complain(trial, site->value, "%s does not match the pattern '%s'",
					trial_shown(site->value, shown), argument->string.text);
}

static bool is_nan(const struct value *value)
{
	return value->kind == VALUE_FLOAT && isnan(value->real);
}

static bool equal_lists(struct trial *trial, const struct value *a, const struct value *b)
{
	size_t i;

	if (a->list.count != b->list.count)
		return false;
	for (i = 0; i < a->list.count; i++) {
		if (!trial_equal(trial, a->list.items[i], b->list.items[i]))
			return false;
	}
	return true;
}

static bool equal_maps(struct trial *trial, const struct value *a, const struct value *b)
{
	struct value name = {.kind = VALUE_STRING};
	char number[TRIAL_KEY_SIZE];
	size_t i, found;

	if (a->map.count != b->map.count)
		return false;
	for (i = 0; i < a->map.count; i++) {
		name.string.text = trial_key(a->map.pairs[i].key, number, &name.string.len);
		found = trial_find(b, &name);
		if (found == SIZE_MAX ||
				!trial_equal(trial, a->map.pairs[i].value,
						b->map.pairs[found].value))
			return false;
	}
	return true;
}

bool trial_equal(struct trial *trial, const struct value *a, const struct value *b)
{
	bool equal;

	if (!trial_charge(trial, 1))
		return true;
	if (is_number(a) && is_number(b))
		return !is_nan(a) && !is_nan(b) && order_numbers(a, b) == 0;
	if (a->kind != b->kind)
		return false;
	if (a->kind != VALUE_LIST && a->kind != VALUE_MAP)
		return value_equal(a, b);
	if (trial->depth == JSONSCHEMA_DEPTH_MAX)
		return false;
	trial->depth++;
	equal = a->kind == VALUE_LIST ? equal_lists(trial, a, b) : equal_maps(trial, a, b);
	trial->depth--;
	return equal;
}

static void hash_scalar(struct hash *hash, const struct value *value)
{
	double real;
	uint64_t bits;

	if (value->kind == VALUE_BOOL) {
		hash_word(hash, value->boolean ? 3 : 2);
	} else if (value->kind == VALUE_STRING) {
		hash_text(hash, value->string.text, value->string.len);
	} else if (is_number(value)) {
		real = value->kind == VALUE_INT ? (double)value->integer : value->real;
		if (real == 0)
			real = 0; /* -0.0 is 0 */
		memcpy(&bits, &real, sizeof(bits));
		hash_word(hash, bits);
	}
}

/* The order of pairs must not count: a sum. */
static uint64_t hash_pairs(struct trial *trial, const struct value *map)
{
	char number[TRIAL_KEY_SIZE];
	struct hash hash;
	uint64_t sum = 0;
	const char *key;
	size_t i, len;

	for (i = 0; i < map->map.count; i++) {
		key = trial_key(map->map.pairs[i].key, number, &len);
		hash_init(&hash, 0, 0);
		hash_text(&hash, key, len);
		hash_word(&hash, trial_hash(trial, map->map.pairs[i].value));
		sum += hash_finish(&hash);
	}
	return sum;
}

uint64_t trial_hash(struct trial *trial, const struct value *value)
{
	struct hash hash;
	size_t i;

	if (!trial_charge(trial, 1) || trial->depth == JSONSCHEMA_DEPTH_MAX)
		return 0;
	trial->depth++;
	hash_init(&hash, 0, 0);
	hash_word(&hash, is_number(value) ? VALUE_FLOAT : (uint64_t)value->kind);
	hash_scalar(&hash, value);
	for (i = 0; value->kind == VALUE_LIST && i < value->list.count; i++)
		hash_word(&hash, trial_hash(trial, value->list.items[i]));
	if (value->kind == VALUE_MAP)
		hash_word(&hash, hash_pairs(trial, value));
	trial->depth--;
	return hash_finish(&hash);
}
