/*
 * schema: what a plain scalar means, by YAML 1.2's core schema and by YAML 1.1.
 *
 * Sources: yaml.org/spec/1.2.2 section 10.3.2; yaml.org/type for 1.1, as PyYAML reads it.
 */
#ifndef VALUE_SCHEMA_H
#define VALUE_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

struct value;

/*
 * Read TEXT (LEN bytes, NUL-terminated) as 1.2 does: sets kind and, for scalars other than
 * strings, the data of OUT. 0, or -ERANGE with the kind set: an integer beyond int64 or a float
 * beyond a double.
 */
int schema_read(const char *text, size_t len, struct value *out);

/*
 * NULL when YAML 1.1 reads TEXT as 1.2 does; else what it reads instead, for a sentence: "a
 * boolean", "an octal integer", "a date", ...
 */
const char *schema_old_reading(const char *text, size_t len);

/* Must a string that consists of TEXT be quoted, lest 1.1 or 1.2 read something else? */
bool schema_needs_quotes(const char *text, size_t len);

#endif
