/*
 * keys: a map of a document that people write, read by a table of the keys it may have.
 *
 * Whatever is wrong becomes a finding at its place, and reading goes on, so that all mistakes are
 * told at once. A reader that was not called leaves its field as it was.
 */
#ifndef RENDER_KEYS_H
#define RENDER_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct diag;
struct keys;
struct value;

#define KEYS_MAX 32 /* keys of one table */

/* INTO is what keys_read() was given. */
typedef void key_fn(const struct keys *keys, const struct value *value, void *into);

struct key {
	const char *name; /* NULL ends a table */
	key_fn *read;
};

struct keys {
	struct diag *findings; /* borrowed */
	void *arg;	       /* whatever the table's functions share */
};

/* Read MAP by TABLE. Unknown keys are findings with "did you mean", and so is what is no map. */
void keys_read(const struct keys *keys, const struct key *table, const struct value *map,
		void *into);

/* A finding (an error) at VALUE. */
void keys_complain(const struct keys *keys, const struct value *value, const char *fmt, ...)
		__attribute__((format(printf, 3, 4)));

/* The same, when NAME is none of NAMES (NULL-terminated): "unknown WHAT 'NAME' (did you mean ...)". */
void keys_unknown(const struct keys *keys, const struct value *value, const char *what,
		const char *name, const char *const *names);

/*
 * What VALUE holds, or false after a finding. Texts are not empty, hold no NUL byte and live as long
 * as the value.
 */
bool keys_text(const struct keys *keys, const struct value *value, const char **out);
bool keys_bool(const struct keys *keys, const struct value *value, bool *out);
bool keys_size(const struct keys *keys, const struct value *value, uint64_t *out); /* bytes, > 0 */
bool keys_path(const struct keys *keys, const struct value *value, const char **out); /* clean */
bool keys_is(const struct keys *keys, const struct value *value, int kind); /* enum value_kind */

/* The index of VALUE's text in WORDS (NULL-terminated), or -1 after a finding; WHAT it is: "a merge
 * rule". */
int keys_word(const struct keys *keys, const struct value *value, const char *what,
		const char *const *words);

#endif
