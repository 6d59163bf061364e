/*
 * form: a map of a node's configuration, read into a struct by a table of its keys.
 *
 * Whatever is wrong becomes a finding at its place: unknown keys (with the one that was probably
 * meant), missing ones, wrong types, values out of range. Reading goes on behind each.
 */
#ifndef NODE_FORM_H
#define NODE_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct diag;
struct err;
struct form_field;
struct value;

#define FORM_FIELDS_MAX 32

struct form {
	struct arena *arena;   /* what is read lives here; borrowed */
	struct diag *findings; /* borrowed */
};

/*
 * Read VALUE into the field AT. 0, or negative with a sentence about VALUE: the caller adds the
 * place. One that has added its findings itself returns 0.
 */
typedef int form_fn(struct form *form, const struct form_field *field, const struct value *value,
		void *at, struct err *err);

struct form_field {
	const char *name;
	form_fn *read;
	size_t offset;	   /* of what it sets, in the struct */
	uint64_t min, max; /* of form_duration (milliseconds) and form_count; UINT64_MAX: no most */
	bool is_needed;
};

/* Read MAP into OUT, by FIELDS, which end with one without a name. What MAP does not name stays. */
void form_read(struct form *form, const struct form_field *fields, const struct value *map,
		void *out);

/* A finding, an error, at the place of VALUE. */
void form_complain(struct form *form, const struct value *value, const char *fmt, ...)
		__attribute__((format(printf, 3, 4)));

form_fn form_text;     /* const char *: a string, not empty, without NUL bytes */
form_fn form_word;     /* const char *: the same, or an integer as text */
form_fn form_path;     /* const char *: an absolute path */
form_fn form_bool;     /* bool */
form_fn form_duration; /* uint64_t, milliseconds */
form_fn form_count;    /* uint64_t */

#endif
