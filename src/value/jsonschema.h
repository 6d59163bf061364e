/*
 * jsonschema: does a value satisfy a JSON Schema?
 *
 * Draft 2020-12 and draft 7, the keywords that jsonschema.c lists in one table; any other keyword is
 * a finding of the schema, never ignored. $ref only within the schema (#/..., $defs, $anchor).
 * Source: json-schema.org, Core and Validation.
 */
#ifndef VALUE_JSONSCHEMA_H
#define VALUE_JSONSCHEMA_H

struct diag;
struct value;

/* Findings about SCHEMA itself, at its own places. */
void jsonschema_check(const struct value *schema, struct diag *findings);

/* Findings about VALUE at the origins of its parts, with the dotted path and what was expected. SCHEMA
 * must have passed jsonschema_check. Bounded in steps: -E2BIG after a finding that says so; else 0. */
int jsonschema_validate(
		const struct value *schema, const struct value *value, struct diag *findings);

#endif
