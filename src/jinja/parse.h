/*
 * parse: the text of a template as a tree whose names are resolved.
 */
#ifndef JINJA_PARSE_H
#define JINJA_PARSE_H

#include <stdbool.h>
#include <stddef.h>

#include "src/jinja/ast.h"

struct arena;
struct run;

struct parse_setup {
	struct arena *arena; /* the tree lies in it */
	struct names *names;
	const struct run *profile; /* says which filters and tests there are */
	bool trim_blocks, lstrip_blocks, keep_trailing_newline;
	uint32_t lines_before; /* lines of the file that are not part of the text */
};

/* NAME is copied. NULL with ERROR set, line and column included. */
struct template *template_parse(const struct parse_setup *setup, const char *name, const char *text,
		size_t len, struct syntax_error *error);

#endif
