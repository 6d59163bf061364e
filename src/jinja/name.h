/*
 * name: the words of templates, each once.
 *
 * Two names are the same word exactly when their pointers are equal. They live as long as their
 * table, which all templates of a jinja share.
 */
#ifndef JINJA_NAME_H
#define JINJA_NAME_H

#include <stddef.h>
#include <stdint.h>

#include "src/jinja/object.h"

struct arena;

/* What the grammar or the evaluator knows by name. The statements come first, by the alphabet. */
enum word {
	WORD_NONE,
	WORD_AUTOESCAPE,
	WORD_BLOCK,
	WORD_BREAK,
	WORD_CALL,
	WORD_CONTINUE,
	WORD_DO,
	WORD_EXTENDS,
	WORD_FILTER,
	WORD_FOR,
	WORD_FROM,
	WORD_IF,
	WORD_IMPORT,
	WORD_INCLUDE,
	WORD_MACRO,
	WORD_PRINT,
	WORD_SET,
	WORD_WITH,
	WORD_STATEMENTS, /* none: how many there are so far */
	WORD_ELIF,
	WORD_ELSE,
	WORD_ENDAUTOESCAPE,
	WORD_ENDBLOCK,
	WORD_ENDCALL,
	WORD_ENDFILTER,
	WORD_ENDFOR,
	WORD_ENDIF,
	WORD_ENDMACRO,
	WORD_ENDSET,
	WORD_ENDWITH,
	WORD_AND,
	WORD_AS,
	WORD_CONTEXT,
	WORD_IGNORE,
	WORD_IN,
	WORD_IS,
	WORD_MISSING,
	WORD_NOT,
	WORD_OR,
	WORD_RECURSIVE,
	WORD_REQUIRED,
	WORD_SCOPED,
	WORD_WITHOUT,
	WORD_TRUE,
	WORD_TRUE_UPPER, /* "True" */
	WORD_FALSE,
	WORD_FALSE_UPPER,
	WORD_NULL, /* "none" */
	WORD_NULL_UPPER,
	WORD_LOOP,
	WORD_CALLER,
	WORD_KWARGS,
	WORD_VARARGS,
	WORD_SELF,
	WORD_SUPER,
	WORD_COUNT
};

struct symbol;

struct name {
	struct text text;
	enum word word;
	uint64_t hash;	       /* of a string with this text, object_hash() */
	struct symbol *symbol; /* scope.c's own: what it means where the analysis is just now */
};

struct names;

/* In ARENA, which must outlive it; NULL: no memory. */
struct names *names_new(struct arena *arena);
void names_free(struct names *names); /* NULL is fine */

/* The name with these LEN bytes of valid UTF-8; NULL: no memory. */
struct name *names_intern(struct names *names, const char *data, size_t len);

/* The spelling of WORD: "endfor". */
const char *word_text(enum word word);

/* A text in ARENA with a copy of LEN bytes of valid UTF-8 in *OUT: 0, or -ENOMEM. */
int text_copy(struct arena *arena, const char *data, size_t len, struct text *out);

#endif
