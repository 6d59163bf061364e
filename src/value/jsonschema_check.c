#include <errno.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/str.h"
#include "src/value/jsonschema_trial.h"
#include "src/value/query.h"

#define CHECK_DEPTH_MAX 64 /* as deep as doc_parse() goes */

struct check {
	struct schema_doc doc;
	struct diag *findings;
	unsigned depth;
};

#define complain(check, value, ...)                                                                \
	diag_add((check)->findings, DIAG_ERROR, (value)->origin.file, (value)->origin.line,        \
			(value)->origin.column, __VA_ARGS__)

static void check_schema(struct check *check, const struct value *schema);

static const char *const types[] = {
		"null", "boolean", "object", "array", "number", "string", "integer", NULL};

static void check_type_name(struct check *check, const struct value *name)
{
	const char *near;
	size_t i;

	if (name->kind != VALUE_STRING) {
		complain(check, name, "a type is a string, not %s", value_kind_noun(name->kind));
		return;
	}
	for (i = 0; types[i]; i++) {
		if (strcmp(types[i], name->string.text) == 0)
			return;
	}
	near = str_suggest(name->string.text, types);
	complain(check, name, "unknown type '%s'%s%s%s", name->string.text,
			near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "");
}

static void check_type_names(struct check *check, const struct value *argument)
{
	size_t i;

	if (argument->kind != VALUE_LIST)
		check_type_name(check, argument);
	for (i = 0; argument->kind == VALUE_LIST && i < argument->list.count; i++)
		check_type_name(check, argument->list.items[i]);
}

static void check_names(struct check *check, const char *keyword, const struct value *argument)
{
	size_t i;

	if (argument->kind != VALUE_LIST) {
		complain(check, argument, "'%s' is a list of strings, not %s", keyword,
				value_kind_noun(argument->kind));
		return;
	}
	for (i = 0; i < argument->list.count; i++) {
		if (argument->list.items[i]->kind != VALUE_STRING)
			complain(check, argument->list.items[i],
					"'%s' is a list of strings, and this is %s", keyword,
					value_kind_noun(argument->list.items[i]->kind));
	}
}

static void check_regex(struct check *check, const struct value *text)
{
	struct pattern *pattern = NULL;
	struct err err = ERR_INIT;

	if (text->kind != VALUE_STRING)
		complain(check, text, "a pattern is a string, not %s", value_kind_noun(text->kind));
	else if (pattern_new(text->string.text, text->string.len, 0, &pattern, &err) < 0)
		complain(check, text, "%s", err.text);
	pattern_free(pattern);
}

static void check_reference(struct check *check, const struct value *ref)
{
	const struct value *target;

	if (ref->kind != VALUE_STRING) {
		complain(check, ref, "'$ref' is a string, not %s", value_kind_noun(ref->kind));
		return;
	}
	target = schema_doc_resolve(&check->doc, ref);
	if (!target)
		complain(check, ref,
				"'$ref' leads nowhere: '%s'; only places in this file are known, "
				"as "
				"'#/$defs/name'",
				ref->string.text);
	else if (target->kind != VALUE_MAP && target->kind != VALUE_BOOL)
		complain(check, ref, "'$ref' leads to %s, which is no schema: '%s'",
				value_kind_noun(target->kind), ref->string.text);
}

/* Below the root, $id would give references another meaning; draft 7 also has anchors so. */
static void check_id(struct check *check, const struct value *id)
{
	bool is_anchor = check->doc.draft == DRAFT_7 && id->kind == VALUE_STRING &&
			id->string.text[0] == '#';

	if (id->kind != VALUE_STRING)
		complain(check, id, "'$id' is a string, not %s", value_kind_noun(id->kind));
	else if (check->depth > 1 && !is_anchor)
		complain(check, id, "'$id' is supported for the whole file only; use '$anchor'");
}

static void check_schema_map(
		struct check *check, const struct keyword *keyword, const struct value *map)
{
	const struct value_pair *pair;
	size_t i;

	if (map->kind != VALUE_MAP) {
		complain(check, map, "'%s' is a map, not %s", keyword->name,
				value_kind_noun(map->kind));
		return;
	}
	for (i = 0; i < map->map.count; i++) {
		pair = &map->map.pairs[i];
		if (keyword->argument == ARGUMENT_PATTERN_MAP)
			check_regex(check, pair->key);
		if (keyword->argument == ARGUMENT_NAMES_MAP ||
				(keyword->argument == ARGUMENT_DEPENDENCIES &&
						pair->value->kind == VALUE_LIST))
			check_names(check, keyword->name, pair->value);
		else
			check_schema(check, pair->value);
	}
}

static void check_schema_list(struct check *check, const char *keyword, const struct value *list)
{
	size_t i;

	if (list->kind != VALUE_LIST || list->list.count == 0) {
		complain(check, list, "'%s' is a list of schemas, not empty", keyword);
		return;
	}
	for (i = 0; i < list->list.count; i++)
		check_schema(check, list->list.items[i]);
}

static void check_items_argument(struct check *check, const struct value *argument)
{
	if (argument->kind != VALUE_LIST)
		check_schema(check, argument);
	else if (check->doc.draft == DRAFT_7)
		check_schema_list(check, "items", argument);
	else
		complain(check, argument, "'items' is one schema; a list is 'prefixItems'");
}

static double number_of(const struct value *value)
{
	return value->kind == VALUE_INT ? (double)value->integer : value->real;
}

static bool is_number(const struct value *value)
{
	return value->kind == VALUE_INT || value->kind == VALUE_FLOAT;
}

/* Of one kind of scalar or a list. */
static void check_plain(
		struct check *check, const struct keyword *keyword, const struct value *argument)
{
	const char *wanted = NULL;

	if (keyword->argument == ARGUMENT_BOOL && argument->kind != VALUE_BOOL)
		wanted = "true or false";
	else if (keyword->argument == ARGUMENT_STRING && argument->kind != VALUE_STRING)
		wanted = "a string";
	else if (keyword->argument == ARGUMENT_LIST && argument->kind != VALUE_LIST)
		wanted = "a list";
	else if (keyword->argument == ARGUMENT_NUMBER && !is_number(argument))
		wanted = "a number";
	else if (keyword->argument == ARGUMENT_COUNT &&
			(argument->kind != VALUE_INT || argument->integer < 0))
		wanted = "an integer of 0 or more";
	else if (keyword->argument == ARGUMENT_POSITIVE &&
			(!is_number(argument) || !(number_of(argument) > 0)))
		wanted = "a number above 0";
	if (wanted)
		complain(check, argument, "'%s' is %s", keyword->name, wanted);
}

static void check_argument(
		struct check *check, const struct keyword *keyword, const struct value *argument)
{
	switch (keyword->argument) {
	case ARGUMENT_ANY:
	case ARGUMENT_BOOL:
	case ARGUMENT_STRING:
	case ARGUMENT_COUNT:
	case ARGUMENT_NUMBER:
	case ARGUMENT_POSITIVE:
	case ARGUMENT_LIST:
		check_plain(check, keyword, argument);
		return;
	case ARGUMENT_NAMES:
		check_names(check, keyword->name, argument);
		return;
	case ARGUMENT_TYPES:
		check_type_names(check, argument);
		return;
	case ARGUMENT_PATTERN:
		check_regex(check, argument);
		return;
	case ARGUMENT_REF:
		check_reference(check, argument);
		return;
	case ARGUMENT_ID:
		check_id(check, argument);
		return;
	case ARGUMENT_SCHEMA:
		check_schema(check, argument);
		return;
	case ARGUMENT_SCHEMAS:
		check_schema_list(check, keyword->name, argument);
		return;
	case ARGUMENT_ITEMS:
		check_items_argument(check, argument);
		return;
	case ARGUMENT_SCHEMA_MAP:
	case ARGUMENT_PATTERN_MAP:
	case ARGUMENT_NAMES_MAP:
	case ARGUMENT_DEPENDENCIES:
		check_schema_map(check, keyword, argument);
		return;
	}
}

static void complain_unknown(struct check *check, const struct value *key)
{
	const char *names[100], *near;
	size_t i;

	if (key->kind != VALUE_STRING) {
		complain(check, key, "a keyword of JSON Schema is a string");
		return;
	}
	for (i = 0; jsonschema_keywords[i].name; i++)
		names[i] = jsonschema_keywords[i].name;
	names[i] = NULL;
	near = str_suggest(key->string.text, names);
	complain(check, key, "keyword '%s' is not supported%s%s%s", key->string.text,
			near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "");
}

static void complain_draft(
		struct check *check, const struct keyword *keyword, const struct value *key)
{
	complain(check, key, "keyword '%s' is not in %s%s%s", keyword->name,
			check->doc.draft == DRAFT_7 ? "draft 7" : "draft 2020-12",
			keyword->instead ? "; there it is " : "",
			keyword->instead ? keyword->instead : "");
}

static void check_pair(struct check *check, const struct value_pair *pair)
{
	const struct keyword *keyword = NULL;

	if (pair->key->kind == VALUE_STRING)
		keyword = jsonschema_keyword_find(pair->key->string.text);
	if (!keyword)
		complain_unknown(check, pair->key);
	else if (!(keyword->drafts & check->doc.draft))
		complain_draft(check, keyword, pair->key);
	else
		check_argument(check, keyword, pair->value);
}

static void check_schema(struct check *check, const struct value *schema)
{
	size_t i;

	if (schema->kind == VALUE_BOOL)
		return;
	if (schema->kind != VALUE_MAP) {
		complain(check, schema, "a schema is a map, true or false, not %s",
				value_kind_noun(schema->kind));
		return;
	}
	if (check->depth == CHECK_DEPTH_MAX) {
		complain(check, schema, "schemas nested deeper than %d levels", CHECK_DEPTH_MAX);
		return;
	}
	check->depth++;
	for (i = 0; i < schema->map.count; i++)
		check_pair(check, &schema->map.pairs[i]);
	check->depth--;
}

static void check_dialect(struct check *check, const struct value *root)
{
	const struct value *uri = root->kind == VALUE_MAP ? value_get(root, "$schema") : NULL;

	if (!uri || uri->kind != VALUE_STRING)
		return;
	if (!strstr(uri->string.text, "draft-07/schema") &&
			!strstr(uri->string.text, "draft/2020-12/schema"))
		complain(check, uri,
				"unknown dialect '%s'; there are "
				"'https://json-schema.org/draft/2020-12/schema' and "
				"'http://json-schema.org/draft-07/schema#'",
				uri->string.text);
}

void jsonschema_check(const struct value *schema, struct diag *findings)
{
	struct check check = {.findings = findings};

	if (schema_doc_init(&check.doc, schema) < 0) {
		complain(&check, schema, "not enough memory for this schema");
		return;
	}
	check_dialect(&check, schema);
	check_schema(&check, schema);
	schema_doc_release(&check.doc);
}
