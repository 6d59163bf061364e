/*
 * parser: what parse_expression.c and parse_statement.c share. Nobody else includes it.
 *
 * A fault is kept in the error and makes the current token the end of the template, so that
 * everything ends by itself: whoever gets NULL or -1 gives it on.
 */
#ifndef JINJA_PARSER_H
#define JINJA_PARSER_H

#include <stdbool.h>
#include <stddef.h>

#include "src/jinja/parse.h"

#define PARSER_KEYWORDS_MAX   1000 /* arguments by name in one call */
#define PARSER_PARAMETERS_MAX 1000 /* of one macro */
#define PARSER_BLOCKS_MAX     1000 /* in one template */

/* A tag that is not closed yet. */
struct open_tag {
	enum word word;
	uint32_t at;
	const enum word *ends; /* what may follow, WORD_NONE at the end */
	struct open_tag *outer;
};

/* A body whose special names are noted. */
struct watcher {
	struct mentions *mentions;
	bool is_block; /* those outside do not look into it */
	struct watcher *outer;
};

struct parser {
	struct lexer lexer;
	struct token current, ahead;
	bool has_ahead;
	unsigned depth; /* of brackets, prefixes and statements, for JINJA_DEPTH_MAX */
	struct open_tag *open;
	struct watcher *watchers;
	struct template *template;
	const struct parse_setup *setup;
	struct syntax_error *error;
};

void parser_next(struct parser *parser);
const struct token *parser_look(struct parser *parser); /* the token behind the current one */

/* Zeroed memory that stays; NULL: no memory, the error is set. */
void *parser_alloc(struct parser *parser, size_t size);

/* The array ITEMS of COUNT items with room for one more; NULL: no memory. */
void *parser_grow(struct parser *parser, void *items, size_t count, size_t *cap, size_t item_size);

int parser_fail(struct parser *parser, size_t at, const char *fmt, ...)
		__attribute__((format(printf, 3, 4), cold));	    /* always -1; a syntax error */
int parser_unexpected(struct parser *parser, const char *expected); /* "expected ..., got ..." */

bool parser_is(const struct parser *parser, enum word word);   /* the current token */
bool parser_skip(struct parser *parser, enum token_kind kind); /* if it is the current one */
bool parser_skip_word(struct parser *parser, enum word word);
int parser_expect(struct parser *parser, enum token_kind kind);
struct name *parser_expect_name(struct parser *parser); /* NULL: it is none */

/* One level of nesting, for JINJA_DEPTH_MAX. */
int parser_enter(struct parser *parser);
void parser_leave(struct parser *parser);

/* NAME is used (or assigned to) where the parser is. */
void parser_mention(struct parser *parser, const struct name *name, bool is_use);

/* --- parse_expression.c; NULL: failed --- */

struct expr *parse_expression(struct parser *parser);

/*
 * One or more expressions with commas between them: a tuple, or the only one. END: what else ends
 * it.
 */
struct expr *parse_tuple(struct parser *parser, bool with_condition, enum word end);
bool parse_ends_tuple(const struct parser *parser, enum word end);

/* A node over trees of at most DEPTH levels. */
struct expr *expr_new(struct parser *parser, enum expr_kind kind, uint32_t at, unsigned depth);
unsigned expr_depth(const struct expr *a, const struct expr *b); /* the deeper one's; NULL is 0 */
unsigned expr_list_depth(const struct expr_list *list);
int expr_list_push(struct parser *parser, struct expr_list *list, size_t *cap, struct expr *item);

/* --- parse_operand.c --- */

/* An operand with its signs and what follows it, filters and tests only if WITH_FILTER. */
struct expr *parse_unary(struct parser *parser, bool with_filter);

/* The filters that follow OBJECT (NULL: a block), the first without its bar if IS_BLOCK. */
struct expr *parse_filters(struct parser *parser, struct expr *object, bool is_block);

/* --- parse_target.c --- */

struct target *parse_target_name(struct parser *parser);

/*
 * Names, in tuples; attributes of namespaces if WITH_ATTRIBUTES. END: the word behind, or
 * WORD_NONE.
 */
struct target *parse_target(struct parser *parser, bool with_attributes, enum word end);

#endif
