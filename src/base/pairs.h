/*
 * pairs: short texts by name, as one text: "NAME=VALUE\n" for each, sorted by name, each name once.
 *
 * The form in which the facts of a node travel from the command line to the builder: it can be
 * hashed, compared and sent as it is. Names are letters, digits and underscores, not beginning with
 * a digit; values are without control characters.
 */
#ifndef BASE_PAIRS_H
#define BASE_PAIRS_H

#include <stdbool.h>
#include <stddef.h>

struct pair {
	const char *name, *value; /* not NUL-terminated, inside the text */
	size_t name_len, value_len;
};

/*
 * The first pair at *AT, which is moved behind it; false at the end, and at what is not of this
 * form.
 */
bool pairs_next(const char **at, struct pair *out);

bool pairs_find(const char *text, const char *name, struct pair *out);

/* Is this a name? */
bool pairs_is_name(const char *name, size_t len);

/*
 * Set NAME to VALUE in *TEXT (malloc'ed, the caller's; NULL: no pairs yet). 0, -ENOMEM; -EINVAL: the
 * name or the value cannot be one. *TEXT is untouched on failure.
 */
int pairs_set(char **text, const char *name, size_t name_len, const char *value);

#endif
