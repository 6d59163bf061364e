/*
 * doc: YAML text -> value, by the 1.2 core schema, with a finding for everything that people get
 * wrong.
 *
 * JSON is YAML, with two exceptions that matter to nobody's configuration: keys longer than 1,024
 * characters and surrogate pairs written as \u escapes are errors here.
 */
#ifndef VALUE_DOC_H
#define VALUE_DOC_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct diag;
struct value;

#define DOC_DEPTH_MAX	   64	      /* lists and maps in each other, aliases expanded */
#define DOC_SIZE_MAX	   (1u << 20) /* bytes of text */
#define DOC_NODES_MAX	   1000000u   /* nodes with aliases expanded */
#define DOC_DIRECTIVES_MAX 64	      /* lines that begin with a percent sign */

/*
 * Parse TEXT, called FILE in origins and findings. Returns the value (an empty document is null),
 * or NULL when FINDINGS got an error.
 *
 * Findings (errors): not UTF-8, syntax, depth, size, expanded nodes, duplicate key, key that is
 * not a string or integer, integer beyond int64, float beyond a double, unknown tag, more than
 * one document, an alias inside its own anchor. Warnings: a plain scalar that YAML 1.1 reads
 * otherwise (yes, off, 010, 1_000, 12:30, a date). `<<` merges: explicit keys win, earlier in a
 * list wins; merged keys come first, as PyYAML orders them. Anchors and aliases share nodes.
 */
struct value *doc_parse(struct arena *arena, const char *file, const char *text, size_t len,
		struct diag *findings);

struct doc_options {
	/*
	 * As PyYAML's SafeLoader: scalars by YAML 1.1 without warnings, and of equal keys the last one
	 * wins. Findings for what only Python can say: keys that are neither strings nor integers,
	 * integers beyond int64. A date stays a string.
	 */
	bool is_yaml11;
	bool allows_deletion; /* the tag !delete behind a key: a null with is_deletion */
	bool is_stream;	      /* any number of documents; the result is the list of them */
};

/* doc_parse() with OPTIONS. */
struct value *doc_parse_as(struct arena *arena, const struct doc_options *options, const char *file,
		const char *text, size_t len, struct diag *findings);

/* Version of libyaml, "0.2.5". */
const char *doc_library_version(void);

#endif
