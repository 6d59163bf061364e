#include <stdlib.h>
#include <string.h>

#include "src/value/jsonschema_trial.h"

#define BOTH DRAFT_BOTH
#define OLD  DRAFT_7
#define NEW  DRAFT_2020_12

const struct keyword jsonschema_keywords[] = {
		{"$anchor", ARGUMENT_STRING, NEW, NULL, "'$id: \"#name\"'"},
		{"$comment", ARGUMENT_STRING, BOTH, NULL, NULL},
		{"$defs", ARGUMENT_SCHEMA_MAP, BOTH, NULL, NULL},
		{"$id", ARGUMENT_ID, BOTH, NULL, NULL},
		{"$ref", ARGUMENT_REF, BOTH, keyword_ref, NULL},
		{"$schema", ARGUMENT_STRING, BOTH, NULL, NULL},
		{"additionalItems", ARGUMENT_SCHEMA, OLD, keyword_additional_items, "'items'"},
		{"additionalProperties", ARGUMENT_SCHEMA, BOTH, keyword_additional_properties,
				NULL},
		{"allOf", ARGUMENT_SCHEMAS, BOTH, keyword_all_of, NULL},
		{"anyOf", ARGUMENT_SCHEMAS, BOTH, keyword_any_of, NULL},
		{"const", ARGUMENT_ANY, BOTH, keyword_const, NULL},
		{"contains", ARGUMENT_SCHEMA, BOTH, keyword_contains, NULL},
		{"default", ARGUMENT_ANY, BOTH, NULL, NULL},
		{"definitions", ARGUMENT_SCHEMA_MAP, BOTH, NULL, NULL},
		{"dependencies", ARGUMENT_DEPENDENCIES, OLD, keyword_dependencies,
				"'dependentRequired' or 'dependentSchemas'"},
		{"dependentRequired", ARGUMENT_NAMES_MAP, NEW, keyword_dependencies,
				"'dependencies'"},
		{"dependentSchemas", ARGUMENT_SCHEMA_MAP, NEW, keyword_dependencies,
				"'dependencies'"},
		{"deprecated", ARGUMENT_BOOL, BOTH, NULL, NULL},
		{"description", ARGUMENT_STRING, BOTH, NULL, NULL},
		{"else", ARGUMENT_SCHEMA, BOTH, NULL, NULL},
		{"enum", ARGUMENT_LIST, BOTH, keyword_enum, NULL},
		{"examples", ARGUMENT_LIST, BOTH, NULL, NULL},
		{"exclusiveMaximum", ARGUMENT_NUMBER, BOTH, keyword_exclusive_maximum, NULL},
		{"exclusiveMinimum", ARGUMENT_NUMBER, BOTH, keyword_exclusive_minimum, NULL},
		{"format", ARGUMENT_STRING, BOTH, NULL, NULL},
		{"if", ARGUMENT_SCHEMA, BOTH, keyword_if, NULL},
		{"items", ARGUMENT_ITEMS, BOTH, keyword_items, NULL},
		{"maxContains", ARGUMENT_COUNT, NEW, NULL, NULL},
		{"maxItems", ARGUMENT_COUNT, BOTH, keyword_max_items, NULL},
		{"maxLength", ARGUMENT_COUNT, BOTH, keyword_max_length, NULL},
		{"maxProperties", ARGUMENT_COUNT, BOTH, keyword_max_properties, NULL},
		{"maximum", ARGUMENT_NUMBER, BOTH, keyword_maximum, NULL},
		{"minContains", ARGUMENT_COUNT, NEW, NULL, NULL},
		{"minItems", ARGUMENT_COUNT, BOTH, keyword_min_items, NULL},
		{"minLength", ARGUMENT_COUNT, BOTH, keyword_min_length, NULL},
		{"minProperties", ARGUMENT_COUNT, BOTH, keyword_min_properties, NULL},
		{"minimum", ARGUMENT_NUMBER, BOTH, keyword_minimum, NULL},
		{"multipleOf", ARGUMENT_POSITIVE, BOTH, keyword_multiple, NULL},
		{"not", ARGUMENT_SCHEMA, BOTH, keyword_not, NULL},
		{"oneOf", ARGUMENT_SCHEMAS, BOTH, keyword_one_of, NULL},
		{"pattern", ARGUMENT_PATTERN, BOTH, keyword_pattern, NULL},
		{"patternProperties", ARGUMENT_PATTERN_MAP, BOTH, keyword_pattern_properties, NULL},
		{"prefixItems", ARGUMENT_SCHEMAS, NEW, keyword_prefix_items, "a list in 'items'"},
		{"properties", ARGUMENT_SCHEMA_MAP, BOTH, keyword_properties, NULL},
		{"propertyNames", ARGUMENT_SCHEMA, BOTH, keyword_property_names, NULL},
		{"readOnly", ARGUMENT_BOOL, BOTH, NULL, NULL},
		{"required", ARGUMENT_NAMES, BOTH, keyword_required, NULL},
		{"then", ARGUMENT_SCHEMA, BOTH, NULL, NULL},
		{"title", ARGUMENT_STRING, BOTH, NULL, NULL},
		{"type", ARGUMENT_TYPES, BOTH, keyword_type, NULL},
		{"unevaluatedItems", ARGUMENT_SCHEMA, NEW, keyword_unevaluated_items, NULL},
		{"unevaluatedProperties", ARGUMENT_SCHEMA, NEW, keyword_unevaluated_properties,
				NULL},
		{"uniqueItems", ARGUMENT_BOOL, BOTH, keyword_unique, NULL},
		{"writeOnly", ARGUMENT_BOOL, BOTH, NULL, NULL},
		{NULL, ARGUMENT_ANY, BOTH, NULL, NULL},
};

#define KEYWORD_COUNT (sizeof(jsonschema_keywords) / sizeof(jsonschema_keywords[0]) - 1)

static int by_name(const void *name, const void *keyword)
{
	return strcmp(name, ((const struct keyword *)keyword)->name);
}

const struct keyword *jsonschema_keyword_find(const char *name)
{
	return bsearch(name, jsonschema_keywords, KEYWORD_COUNT, sizeof(jsonschema_keywords[0]),
			by_name);
}
