/*
 * jsonschema_trial: what the files of jsonschema share: a schema that is being used, the table of
 * keywords, and one function for each of them.
 *
 * A *site* is one schema applied to one value. Schemas that apply to the same value (allOf, $ref,
 * if ...) tell each other by *marks* which of its items and keys they have looked at; that is what
 * unevaluatedItems and unevaluatedProperties ask for. Marks are kept only where somebody asks.
 */
#ifndef VALUE_JSONSCHEMA_TRIAL_H
#define VALUE_JSONSCHEMA_TRIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/value/jsonschema.h"
#include "src/value/pattern.h"
#include "src/value/value.h"

struct arena;

enum draft { DRAFT_7 = 1, DRAFT_2020_12 = 2, DRAFT_BOTH = 3 };

/* A schema document and what its references need. */
struct schema_doc {
	const struct value *root;
	enum draft draft;
	struct arena *arena;
	struct value *anchors; /* map: name -> schema; NULL until asked for */
};

struct marks {
	bool *items; /* owned; one for each item or pair of the value */
	size_t count;
};

struct trial {
	struct schema_doc doc;
	struct diag *findings;
	struct buf path;	     /* of the value that is looked at */
	struct value *pattern_index; /* map: address of a pattern's text -> its number */
	struct pattern **patterns;   /* owned */
	size_t pattern_count, pattern_cap;
	struct pattern_match match;
	uint64_t steps;
	unsigned depth;
	unsigned muted; /* more than 0: only the answer counts, there are no findings */
	int rc;		/* less than 0: nothing counts any more */
};

struct site {
	const struct value *schema; /* a map */
	const struct value *value;
	struct marks *marks; /* NULL: nobody asks */
};

/* Does SITE's value satisfy the keyword whose argument this is? Findings if not. */
typedef bool keyword_check(
		struct trial *trial, const struct site *site, const struct value *argument);

/* What the argument of a keyword must look like. */
enum argument {
	ARGUMENT_ANY,
	ARGUMENT_BOOL,
	ARGUMENT_STRING,
	ARGUMENT_COUNT, /* an integer, 0 or more */
	ARGUMENT_NUMBER,
	ARGUMENT_POSITIVE, /* a number above 0 */
	ARGUMENT_LIST,
	ARGUMENT_NAMES, /* a list of strings */
	ARGUMENT_TYPES, /* the name of a type, or a list of them */
	ARGUMENT_PATTERN,
	ARGUMENT_REF,
	ARGUMENT_SCHEMA,
	ARGUMENT_SCHEMAS,      /* a list of schemas, not empty */
	ARGUMENT_SCHEMA_MAP,   /* name -> schema */
	ARGUMENT_PATTERN_MAP,  /* pattern -> schema */
	ARGUMENT_NAMES_MAP,    /* name -> list of strings */
	ARGUMENT_DEPENDENCIES, /* name -> schema or list of strings */
	ARGUMENT_ITEMS,	       /* a schema; in draft 7 also a list of schemas */
	ARGUMENT_ID,
};

struct keyword {
	const char *name;
	enum argument argument;
	enum draft drafts;
	keyword_check *check; /* NULL: an annotation, or read by another keyword */
	const char *instead;  /* for the draft that has it not, or NULL */
};

/* Every keyword there is, sorted by name; NAME NULL ends it. */
extern const struct keyword jsonschema_keywords[];

const struct keyword *jsonschema_keyword_find(const char *name);

/* --- the document (jsonschema_ref.c) --- */

/* DOC without an arena of its own yet, from ROOT. 0 or -ENOMEM. */
int schema_doc_init(struct schema_doc *doc, const struct value *root);
void schema_doc_release(struct schema_doc *doc);

/* What REF (a string) leads to, or NULL. */
const struct value *schema_doc_resolve(struct schema_doc *doc, const struct value *ref);

/* --- applying (jsonschema.c) --- */

/* Is VALUE what SCHEMA (a map or boolean) asks for? MARKS: of VALUE, or NULL. */
bool trial_apply(struct trial *trial, const struct value *schema, const struct value *value,
		struct marks *marks);

/* The same without findings; what it marks counts only if the answer is yes. */
bool trial_try(struct trial *trial, const struct value *schema, const struct value *value,
		struct marks *marks);

/* The same as trial_apply() for item INDEX or pair INDEX of SITE's value, which is marked. */
bool trial_apply_item(struct trial *trial, const struct site *site, const struct value *schema,
		size_t index);
bool trial_apply_pair(struct trial *trial, const struct site *site, const struct value *schema,
		size_t index);

/* COUNT more steps. False: no more of them; trial->rc says so. */
bool trial_charge(struct trial *trial, uint64_t count);

/* There is no memory for this check: trial->rc says so. */
void trial_no_memory(struct trial *trial);

/* Does PATTERN (a string of the schema) match in TEXT? */
bool trial_matches(struct trial *trial, const struct value *pattern, const char *text, size_t len);

/* A finding about VALUE; always false, for a return. */
bool trial_complain(struct trial *trial, const struct value *value, const char *fmt, ...)
		__attribute__((format(printf, 3, 4)));

#define TRIAL_SHOWN_SIZE 64 /* bytes of a value in a message */

/* VALUE for a message: 'text', 12, true, "a list". */
const char *trial_shown(const struct value *value, char out[static TRIAL_SHOWN_SIZE]);

#define TRIAL_KEY_SIZE 24 /* bytes of an integer as text */

/* KEY as JSON has it: text and length; NUMBER is room for an integer. */
const char *trial_key(const struct value *key, char number[static TRIAL_KEY_SIZE], size_t *len);

/* The pair of MAP whose key is the text of NAME (a string) to JSON; SIZE_MAX: none. */
size_t trial_find(const struct value *map, const struct value *name);

/* Numbers by value, maps in any order; charges for what it looks at. */
bool trial_equal(struct trial *trial, const struct value *a, const struct value *b);
/* Equal values have equal hashes. */
uint64_t trial_hash(struct trial *trial, const struct value *value);

/* --- keywords (jsonschema_scalars.c, _arrays.c, _objects.c, _logic.c) --- */

keyword_check keyword_type, keyword_enum, keyword_const, keyword_multiple, keyword_maximum,
		keyword_exclusive_maximum, keyword_minimum, keyword_exclusive_minimum,
		keyword_max_length, keyword_min_length, keyword_pattern;
keyword_check keyword_max_items, keyword_min_items, keyword_unique, keyword_contains,
		keyword_prefix_items, keyword_items, keyword_additional_items,
		keyword_unevaluated_items;
keyword_check keyword_max_properties, keyword_min_properties, keyword_required,
		keyword_dependencies, keyword_property_names, keyword_properties,
		keyword_pattern_properties, keyword_additional_properties,
		keyword_unevaluated_properties;
keyword_check keyword_all_of, keyword_any_of, keyword_one_of, keyword_not, keyword_if, keyword_ref;

#endif
