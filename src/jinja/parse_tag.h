/*
 * parse_tag: statements that stand in files of their own. Only the parse_*.c include it.
 */
#ifndef JINJA_PARSE_TAG_H
#define JINJA_PARSE_TAG_H

#include "src/jinja/parser.h"

#define ENDS(...) ((const enum word[]){__VA_ARGS__, WORD_NONE})

/*
 * The body of the tag WORD at AT into *OUT, up to one of ENDS, which is *END then; the current
 * token is what follows that word. Names in it are noted in MENTIONS, if not NULL.
 */
struct body {
	enum word word;
	uint32_t at;
	const enum word *ends;
	struct mentions *mentions;
	enum word end; /* out */
};

int parse_body(struct parser *parser, struct body *body, struct stmt **out);

/* One statement into STMT; the current token is what follows the name of the tag. */
typedef int parse_fn(struct parser *parser, struct stmt *stmt);

parse_fn parse_macro, parse_call_block;					      /* parse_macro.c */
parse_fn parse_block, parse_extends, parse_include, parse_import, parse_from; /* parse_module.c */

#endif
