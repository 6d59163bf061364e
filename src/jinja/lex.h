/*
 * lex: the text of a template as tokens, exactly where Jinja2's lexer cuts it.
 *
 * Whitespace control (trim_blocks, lstrip_blocks, `-`, `+`) happens here: what it takes away never
 * becomes a token. Comments do not either, and what lies between raw and endraw is data.
 *
 * Tokens are read one by one, so a fault is found when the parser gets there. A place in a
 * template is an offset into its source, in bytes; source_place() makes line and column of it.
 */
#ifndef JINJA_LEX_H
#define JINJA_LEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/jinja/jinja.h"
#include "src/jinja/name.h"

struct arena;

struct source {
	const char *text; /* line ends are \n */
	size_t len;
	uint32_t lines_before; /* of the file, before TEXT begins */
};

/*
 * Line ends become \n, and the last one goes unless KEEP_TRAILING_NEWLINE; the copy lies in
 * ARENA. 0 or -ENOMEM.
 */
int source_init(struct arena *arena, const char *text, size_t len, bool keep_trailing_newline,
		struct source *out);

/* Line and column (code points) of the byte AT, from 1. */
void source_place(const struct source *source, size_t at, uint32_t *line, uint32_t *column);

/* What is wrong with a template; the first fault stays. */
struct syntax_error {
	bool is_set;
	enum fault_kind kind;
	uint32_t at;
	uint32_t line, column; /* of AT, once the template was given up */
	char message[1024];
};

int syntax_fail(struct syntax_error *error, enum fault_kind kind, size_t at, const char *fmt, ...)
		__attribute__((format(printf, 4, 5), cold)); /* always -1 */

enum token_kind {
	TOKEN_END, /* of the template */
	TOKEN_DATA,
	TOKEN_PRINT_BEGIN, /* {{ */
	TOKEN_PRINT_END,
	TOKEN_STATEMENT_BEGIN, /* {% */
	TOKEN_STATEMENT_END,
	TOKEN_NAME,
	TOKEN_STRING,
	TOKEN_INT,
	TOKEN_FLOAT,
	TOKEN_ADD,
	TOKEN_SUB,
	TOKEN_MUL,
	TOKEN_DIV,
	TOKEN_FLOORDIV,
	TOKEN_MOD,
	TOKEN_POW,
	TOKEN_TILDE,
	TOKEN_EQ,
	TOKEN_NE,
	TOKEN_LT,
	TOKEN_LE,
	TOKEN_GT,
	TOKEN_GE,
	TOKEN_ASSIGN,
	TOKEN_LPAREN,
	TOKEN_RPAREN,
	TOKEN_LBRACKET,
	TOKEN_RBRACKET,
	TOKEN_LBRACE,
	TOKEN_RBRACE,
	TOKEN_DOT,
	TOKEN_COLON,
	TOKEN_COMMA,
	TOKEN_PIPE,
	TOKEN_SEMICOLON
};

struct token {
	enum token_kind kind;
	uint32_t at; /* its first byte */
	union {
		struct name *name; /* TOKEN_NAME */
		struct text text; /* TOKEN_STRING; TOKEN_DATA: a part of the source, no NUL behind */
		int64_t integer;
		double real;
	};
};

enum lex_state { LEX_ROOT, LEX_PRINT, LEX_STATEMENT };

struct bracket {
	char closing;
	uint32_t at;
};

struct lexer {
	const struct source *source;
	size_t pos;
	enum lex_state state;
	bool trim_blocks, lstrip_blocks;
	struct token waiting; /* the tag behind the data that was given out; TOKEN_END: none */
	struct bracket brackets[JINJA_DEPTH_MAX];
	size_t bracket_count;
	struct arena *arena; /* for strings */
	struct names *names;
	struct syntax_error *error;
};

/* The next token; after the end TOKEN_END for ever. 0, or -1 with the error set. */
int lex_next(struct lexer *lexer, struct token *out);

/* What a token is called in a message: "end of statement block", "'+'", "'endfor'". */
const char *token_describe(const struct token *token);

#endif
