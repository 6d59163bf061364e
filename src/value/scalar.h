/*
 * scalar: one scalar of a YAML document, with its tag and style, becomes a value. A part of doc.c,
 * which knows where it stands.
 */
#ifndef VALUE_SCALAR_H
#define VALUE_SCALAR_H

#include <stdbool.h>
#include <yaml.h>

#include "src/base/diag.h"

struct value;

struct scalar_reader {
	const char *file;
	struct diag *findings;
	bool is_yaml11, allows_deletion; /* doc.h */
};

/* A finding at MARK. */
#define scalar_complain(reader, mark, ...)                                                         \
	diag_add((reader)->findings, DIAG_ERROR, (reader)->file, (uint32_t)(mark)->line + 1,       \
			(uint32_t)(mark)->column + 1, __VA_ARGS__)

#define SCALAR_SHOWN_SIZE 48 /* bytes of the user's text in a message */

/* The beginning of TEXT, for a message. */
const char *scalar_shown(const char *text, char out[static SCALAR_SHOWN_SIZE]);

/*
 * Make VALUE, which is a string with EVENT's text and has its origin, what EVENT says it is. Findings
 * for what is out of range, unknown tags, and tags that are not true.
 */
void scalar_read(const struct scalar_reader *reader, const yaml_event_t *event, bool is_key,
		struct value *value);

/* `<<`, plain or by its tag. */
bool scalar_is_merge_key(const yaml_event_t *event);

/* A finding unless TAG, of a list or map, is missing or the core schema's EXPECTED. */
void scalar_check_tag(const struct scalar_reader *reader, const yaml_char_t *tag,
		const char *expected, const yaml_mark_t *mark);

#endif
