/*
 * lex_word: the tokens of a tag that are more than an operator: names, numbers, strings. For
 * lex.c only.
 *
 * Each function reads one at the lexer's position and goes behind it; 0, or -1 with the error set.
 */
#ifndef JINJA_LEX_WORD_H
#define JINJA_LEX_WORD_H

#include <stdbool.h>
#include <stdint.h>

struct lexer;
struct token;

bool lex_is_space(uint32_t code); /* as Python's str.isspace() */

bool lex_is_word_at(const struct lexer *lexer); /* a character of a name, or of none */
int lex_name(struct lexer *lexer, struct token *out);
int lex_number(struct lexer *lexer, struct token *out); /* at a digit */
int lex_string(struct lexer *lexer, struct token *out); /* at a quote */

/* Say that the character there cannot be. */
int lex_fail_character(struct lexer *lexer);

#endif
