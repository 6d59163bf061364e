/*
 * text_methods: the methods of strings, in three files by what they do; the table is in
 * text_methods.c.
 *
 * Methods of markup escape the strings that they are given, and what they yield is markup.
 */
#ifndef JINJA_TEXT_METHODS_H
#define JINJA_TEXT_METHODS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/jinja/call.h"

/* text_search.c */
native_fn text_count, text_endswith, text_find_method, text_index, text_lstrip;
native_fn text_removeprefix, text_removesuffix, text_replace, text_rfind, text_rindex;
native_fn text_rstrip, text_startswith, text_strip;

/* text_split.c */
native_fn text_join, text_partition, text_rpartition, text_rsplit, text_split, text_splitlines;

/* Arguments by position only, REQUIRED to MOST of them; what is not given is absent. */
int text_arguments(struct run *run, const struct call *call, size_t required, size_t most,
		struct object *args);
/* A string argument, escaped when the method is one of markup. */
int text_argument(struct run *run, const struct call *call, struct object arg,
		const struct text **out);

/* Parts that filters need as well. */
int text_replace_all(struct run *run, const struct text *text, const struct text *const swap[2],
		int64_t count, struct object *out); /* SWAP: old, new */
int text_strip_chars(struct run *run, const struct text *text, const struct text *chars,
		unsigned sides, struct object *out); /* CHARS may be NULL: white space */
enum { STRIP_LEFT = 1, STRIP_RIGHT = 2 };
int text_center(struct run *run, const struct text *text, int64_t width, struct object *out);
int text_split_words(struct run *run, const struct text *text, int64_t most, struct object *out);
int text_split_lines(struct run *run, const struct text *text, bool keep_ends, struct object *out);

/* isupper() and islower(): some code point is WANTED, and none is OTHER or of title case. */
bool text_is_cased(const struct text *text, bool (*wanted)(uint32_t), bool (*other)(uint32_t));

#endif
