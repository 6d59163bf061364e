/*
 * A schema is applied by going over its keywords; each is a function that answers whether the value
 * satisfies it, and adds findings if not (jsonschema_trial.h). Where the answer alone counts (anyOf,
 * not, if ...), findings are muted, and the first no ends the schema.
 *
 * Two keywords come last, whatever their place: unevaluatedItems and unevaluatedProperties ask what
 * all the others have looked at. `then` and `else` belong to `if`, minContains to `contains`, and so
 * on: such keywords have no function of their own.
 *
 * A schema may refer to itself, and a value may be wide; so each application counts as a step, and
 * its depth is limited. When a limit is reached, trial->rc says so, every answer is yes, and the
 * caller gets one finding instead of noise.
 */
#include "src/value/jsonschema.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/str.h"
#include "src/base/vec.h"
#include "src/value/jsonschema_trial.h"
#include "src/value/number.h"
#include "src/value/query.h"

#define MESSAGE_SIZE 512

/* The one finding that says which limit was reached, muted or not. */
static void stop(struct trial *trial, const struct value *schema, const char *why)
{
	if (trial->rc == 0)
		diag_add(trial->findings, DIAG_ERROR, schema->origin.file, schema->origin.line,
				schema->origin.column, "%s", why);
	trial->rc = -E2BIG;
}

void trial_no_memory(struct trial *trial)
{
	if (trial->rc == 0)
		trial->rc = -ENOMEM;
}

bool trial_charge(struct trial *trial, uint64_t count)
{
	if (trial->rc < 0)
		return false;
	trial->steps += count;
	if (trial->steps <= JSONSCHEMA_STEPS_MAX)
		return true;
	stop(trial, trial->doc.root, "checking against this schema takes too many steps");
	return false;
}

bool trial_complain(struct trial *trial, const struct value *value, const char *fmt, ...)
{
	const char *path = trial->path.len > 0 ? buf_str(&trial->path) : "(all)";
	char message[MESSAGE_SIZE];
	va_list ap;

	if (trial->muted > 0 || trial->rc < 0)
		return false;
	va_start(ap, fmt);
	if (vsnprintf(message, sizeof(message), fmt, ap) < 0)
		message[0] = '\0';
	va_end(ap);
	diag_add(trial->findings, DIAG_ERROR, value->origin.file, value->origin.line,
			value->origin.column, "%s: %s", path, message);
	return false;
}

const char *trial_shown(const struct value *value, char out[static TRIAL_SHOWN_SIZE])
{
	char number[NUMBER_TEXT_SIZE], text[TRIAL_SHOWN_SIZE - 6];

	switch (value->kind) {
	case VALUE_BOOL:
		return value->boolean ? "true" : "false";
	case VALUE_INT:
		(void)snprintf(out, TRIAL_SHOWN_SIZE, "%" PRId64, value->integer);
		return out;
	case VALUE_FLOAT:
		number_format(value->real, number);
		(void)snprintf(out, TRIAL_SHOWN_SIZE, "%s", number);
		return out;
	case VALUE_STRING:
		str_copy(text, sizeof(text), value->string.text);
		(void)snprintf(out, TRIAL_SHOWN_SIZE, "'%s%s'", text,
				value->string.len >= sizeof(text) ? "..." : "");
		return out;
	case VALUE_NULL:
	case VALUE_LIST:
	case VALUE_MAP:
		break;
	}
	return value_kind_noun(value->kind);
}

const char *trial_key(const struct value *key, char number[static TRIAL_KEY_SIZE], size_t *len)
{
	if (key->kind != VALUE_INT) {
		*len = key->string.len;
		return key->string.text;
	}
	*len = (size_t)snprintf(number, TRIAL_KEY_SIZE, "%" PRId64, key->integer);
	return number;
}

size_t trial_find(const struct value *map, const struct value *name)
{
	struct value integer = {.kind = VALUE_INT};
	char number[TRIAL_KEY_SIZE];
	struct value_pair *pair = value_find_pair(map, name);
	char *end;
	size_t len;

	if (!pair && name->string.len > 0 && name->string.len < TRIAL_KEY_SIZE) {
		integer.integer = strtoll(name->string.text, &end, 10);
		/* Only what is written as the integer would be: not 010. */
		if (strcmp(trial_key(&integer, number, &len), name->string.text) == 0 &&
				len == name->string.len)
			pair = value_find_pair(map, &integer);
	}
	return pair ? (size_t)(pair - map->map.pairs) : SIZE_MAX;
}

/* The pattern that TEXT of the schema is, compiled once; NULL: trial->rc says why. */
static struct pattern *pattern_of(struct trial *trial, const struct value *text)
{
	struct value address = {.kind = VALUE_INT, .integer = (int64_t)(uintptr_t)text};
	struct value_pair *known = value_find_pair(trial->pattern_index, &address);
	struct value *key, *number;
	struct err err = ERR_INIT;

	if (known)
		return trial->patterns[known->value->integer];
	key = value_int(trial->doc.arena, address.integer);
	number = value_int(trial->doc.arena, (int64_t)trial->pattern_count);
	if (value_set_pair(trial->doc.arena, trial->pattern_index, key, number) < 0 ||
			vec_reserve(&trial->patterns, &trial->pattern_cap, trial->pattern_count + 1,
					sizeof(struct pattern *)) < 0) {
		trial_no_memory(trial);
		return NULL;
	}
	if (pattern_new(text->string.text, text->string.len, 0,
			    &trial->patterns[trial->pattern_count], &err) < 0) {
		stop(trial, text, err.text); /* jsonschema_check() has taken it once */
		return NULL;
	}
	return trial->patterns[trial->pattern_count++];
}

bool trial_matches(struct trial *trial, const struct value *pattern, const char *text, size_t len)
{
	struct pattern *compiled = trial->rc < 0 ? NULL : pattern_of(trial, pattern);
	struct err err = ERR_INIT;
	uint64_t before;
	int rc;

	if (!compiled)
		return true;
	before = pattern_steps(compiled);
	rc = pattern_find(compiled, (struct pattern_text){text, len}, 0, PATTERN_SEARCH,
			&trial->match, &err);
	if (rc == -ENOMEM)
		trial_no_memory(trial);
	else if (rc < 0)
		stop(trial, pattern, err.text);
	return !trial_charge(trial, pattern_steps(compiled) - before) || rc == 1;
}

static bool marks_init(struct trial *trial, struct marks *marks, const struct value *value)
{
	size_t count = value->kind == VALUE_LIST   ? value->list.count
			: value->kind == VALUE_MAP ? value->map.count
						   : 0;

	*marks = (struct marks){.count = count};
	if (count == 0)
		return true;
	marks->items = calloc(count, sizeof(*marks->items));
	if (!marks->items)
		trial_no_memory(trial);
	return marks->items != NULL;
}

static bool is_last(const struct keyword *keyword)
{
	return keyword->check == keyword_unevaluated_items ||
			keyword->check == keyword_unevaluated_properties;
}

/* The keywords of SITE, those that come LAST or the others. */
static bool apply_keywords(struct trial *trial, const struct site *site, bool last)
{
	const struct keyword *keyword;
	const struct value_pair *pair;
	bool ok = true;
	size_t i;

	for (i = 0; i < site->schema->map.count && (ok || trial->muted == 0); i++) {
		pair = &site->schema->map.pairs[i];
		keyword = pair->key->kind == VALUE_STRING
				? jsonschema_keyword_find(pair->key->string.text)
				: NULL;
		if (keyword && keyword->check && is_last(keyword) == last)
			ok = keyword->check(trial, site, pair->value) && ok;
	}
	return ok;
}

static bool asks_for_marks(const struct value *schema)
{
	return value_get(schema, "unevaluatedItems") || value_get(schema, "unevaluatedProperties");
}

static bool apply_map(struct trial *trial, const struct value *schema, const struct value *value,
		struct marks *marks)
{
	struct site site = {.schema = schema, .value = value, .marks = marks};
	const struct value *ref = value_get(schema, "$ref");
	struct marks own = {0};
	bool ok;

	if (ref && trial->doc.draft == DRAFT_7)
		return keyword_ref(trial, &site, ref); /* there, what is beside it does not count */
	if (!asks_for_marks(schema))
		return apply_keywords(trial, &site, false);
	if (!marks && !marks_init(trial, &own, value))
		return true;
	if (!marks)
		site.marks = &own;
	ok = apply_keywords(trial, &site, false);
	ok = ok && apply_keywords(trial, &site, true);
	free(own.items);
	return ok;
}

bool trial_apply(struct trial *trial, const struct value *schema, const struct value *value,
		struct marks *marks)
{
	bool ok;

	if (!trial_charge(trial, 1))
		return true;
	if (schema->kind == VALUE_BOOL)
		return schema->boolean ||
				trial_complain(trial, value, "the schema allows nothing here");
	if (schema->kind != VALUE_MAP)
		return true; /* jsonschema_check() has complained */
	if (trial->depth == JSONSCHEMA_DEPTH_MAX) {
		stop(trial, schema, "the schema refers to itself without end");
		return true;
	}
	trial->depth++;
	ok = apply_map(trial, schema, value, marks);
	trial->depth--;
	return ok || trial->rc < 0;
}

bool trial_try(struct trial *trial, const struct value *schema, const struct value *value,
		struct marks *marks)
{
	struct marks own = {0};
	size_t i;
	bool ok;

	if (marks && !marks_init(trial, &own, value))
		return true;
	trial->muted++;
	ok = trial_apply(trial, schema, value, marks ? &own : NULL);
	trial->muted--;
	for (i = 0; ok && i < own.count; i++)
		marks->items[i] = marks->items[i] || own.items[i];
	free(own.items);
	return ok;
}

bool trial_apply_item(struct trial *trial, const struct site *site, const struct value *schema,
		size_t index)
{
	size_t before = trial->path.len;
	bool ok;

	if (site->marks)
		site->marks->items[index] = true;
	query_add_index(&trial->path, index);
	ok = trial_apply(trial, schema, site->value->list.items[index], NULL);
	buf_cut(&trial->path, before);
	return ok;
}

bool trial_apply_pair(struct trial *trial, const struct site *site, const struct value *schema,
		size_t index)
{
	const struct value_pair *pair = &site->value->map.pairs[index];
	size_t before = trial->path.len;
	bool ok;

	if (site->marks)
		site->marks->items[index] = true;
	query_add_key(&trial->path, pair->key);
	ok = trial_apply(trial, schema, pair->value, NULL);
	buf_cut(&trial->path, before);
	return ok;
}

int jsonschema_validate(
		const struct value *schema, const struct value *value, struct diag *findings)
{
	struct trial *trial = calloc(1, sizeof(*trial));
	size_t i;
	int rc = trial ? schema_doc_init(&trial->doc, schema) : -ENOMEM;

	if (rc < 0)
		goto out;
	trial->findings = findings;
	trial->pattern_index = value_map(trial->doc.arena);
	if (!trial->pattern_index)
		rc = -ENOMEM;
	if (rc == 0) {
		(void)trial_apply(trial, schema, value, NULL);
		rc = buf_ok(&trial->path) ? trial->rc : -ENOMEM;
	}
	for (i = 0; i < trial->pattern_count; i++)
		pattern_free(trial->patterns[i]);
	free(trial->patterns);
	buf_release(&trial->path);
	schema_doc_release(&trial->doc);
out:
	if (rc == -ENOMEM)
		diag_add(findings, DIAG_ERROR, value->origin.file, value->origin.line,
				value->origin.column,
				"not enough memory to check against the schema");
	free(trial);
	return rc;
}
