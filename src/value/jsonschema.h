/*
 * jsonschema: does a value satisfy a JSON Schema?
 *
 * Draft 2020-12 (without $schema, or with its URI) and draft 7, the keywords of the one table in
 * jsonschema_keywords.c; any other keyword is a finding of the schema, never ignored. `format` is an
 * annotation, as 2020-12 has it: nothing is checked. $ref leads to places in the same document: #,
 * #/$defs/..., #anchor, and the same behind the document's own $id.
 * Sources: json-schema.org/draft/2020-12 and draft-07, Core and Validation.
 *
 * A value is what JSON would make of it: the key 1 is the key "1", and 1.0 is an integer.
 */
#ifndef VALUE_JSONSCHEMA_H
#define VALUE_JSONSCHEMA_H

struct diag;
struct value;

#define JSONSCHEMA_STEPS_MAX 2000000u /* schemas applied, items compared, steps of patterns */
#define JSONSCHEMA_DEPTH_MAX 256      /* schemas applied inside of each other */

/* Findings about SCHEMA itself, at its own places. */
void jsonschema_check(const struct value *schema, struct diag *findings);

/*
 * Findings about VALUE at the origins of its parts, with the dotted path and what was expected.
 * SCHEMA must have passed jsonschema_check(). 0; -E2BIG or -ENOMEM after a finding that says
 * which limit was reached.
 */
int jsonschema_validate(
		const struct value *schema, const struct value *value, struct diag *findings);

#endif
