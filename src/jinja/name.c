#include "src/jinja/name.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/arena.h"
#include "src/value/hash.h"

#define SLOTS_FIRST 512 /* a power of two */

/* Open addressing, at most half full. */
struct names {
	struct arena *arena;
	struct name **slots;
	size_t cap, count;
};

static const char *const words[WORD_COUNT] = {
		[WORD_NONE] = "",
		[WORD_AUTOESCAPE] = "autoescape",
		[WORD_BLOCK] = "block",
		[WORD_BREAK] = "break",
		[WORD_CALL] = "call",
		[WORD_CONTINUE] = "continue",
		[WORD_DO] = "do",
		[WORD_EXTENDS] = "extends",
		[WORD_FILTER] = "filter",
		[WORD_FOR] = "for",
		[WORD_FROM] = "from",
		[WORD_IF] = "if",
		[WORD_IMPORT] = "import",
		[WORD_INCLUDE] = "include",
		[WORD_MACRO] = "macro",
		[WORD_PRINT] = "print",
		[WORD_SET] = "set",
		[WORD_WITH] = "with",
		[WORD_STATEMENTS] = "",
		[WORD_ELIF] = "elif",
		[WORD_ELSE] = "else",
		[WORD_ENDAUTOESCAPE] = "endautoescape",
		[WORD_ENDBLOCK] = "endblock",
		[WORD_ENDCALL] = "endcall",
		[WORD_ENDFILTER] = "endfilter",
		[WORD_ENDFOR] = "endfor",
		[WORD_ENDIF] = "endif",
		[WORD_ENDMACRO] = "endmacro",
		[WORD_ENDSET] = "endset",
		[WORD_ENDWITH] = "endwith",
		[WORD_AND] = "and",
		[WORD_AS] = "as",
		[WORD_CONTEXT] = "context",
		[WORD_IGNORE] = "ignore",
		[WORD_IN] = "in",
		[WORD_IS] = "is",
		[WORD_MISSING] = "missing",
		[WORD_NOT] = "not",
		[WORD_OR] = "or",
		[WORD_RECURSIVE] = "recursive",
		[WORD_REQUIRED] = "required",
		[WORD_SCOPED] = "scoped",
		[WORD_WITHOUT] = "without",
		[WORD_TRUE] = "true",
		[WORD_TRUE_UPPER] = "True",
		[WORD_FALSE] = "false",
		[WORD_FALSE_UPPER] = "False",
		[WORD_NULL] = "none",
		[WORD_NULL_UPPER] = "None",
		[WORD_LOOP] = "loop",
		[WORD_CALLER] = "caller",
		[WORD_KWARGS] = "kwargs",
		[WORD_VARARGS] = "varargs",
		[WORD_SELF] = "self",
		[WORD_SUPER] = "super",
};

const char *word_text(enum word word)
{
	return words[word];
}

static struct name **slot_of(
		struct name **slots, size_t cap, uint64_t hash, const struct text *text)
{
	size_t i = hash & (cap - 1);

	for (; slots[i]; i = (i + 1) & (cap - 1)) {
		if (slots[i]->hash == hash && slots[i]->text.len == text->len &&
				memcmp(slots[i]->text.data, text->data, text->len) == 0)
			break;
	}
	return &slots[i];
}

static int grow(struct names *names)
{
	size_t cap = names->cap ? names->cap * 2 : SLOTS_FIRST;
	struct name **slots = calloc(cap, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	for (size_t i = 0; i < names->cap; i++) {
		if (names->slots[i])
			*slot_of(slots, cap, names->slots[i]->hash, &names->slots[i]->text) =
					names->slots[i];
	}
	free(names->slots);
	names->slots = slots;
	names->cap = cap;
	return 0;
}

int text_copy(struct arena *arena, const char *data, size_t len, struct text *out)
{
	char *copy = arena_alloc(arena, len + 1);
	size_t chars = 0;

	if (!copy)
		return -ENOMEM;
	for (size_t i = 0; i < len; i++) {
		copy[i] = data[i];
		chars += ((unsigned char)data[i] & 0xc0) != 0x80;
	}
	*out = (struct text){.data = copy, .len = len, .chars = chars};
	return 0;
}

struct name *names_intern(struct names *names, const char *data, size_t len)
{
	struct text text = {.data = data, .len = len};
	uint64_t hash = hash_bytes(data, len);
	struct name **slot, *name;

	if (names->count * 2 >= names->cap && grow(names) < 0)
		return NULL;
	slot = slot_of(names->slots, names->cap, hash, &text);
	name = *slot;
	if (name)
		return name;

	name = arena_alloc(names->arena, sizeof(*name));
	if (!name || text_copy(names->arena, data, len, &name->text) < 0)
		return NULL;
	name->hash = hash;
	names->count++;
	*slot = name;
	return name;
}

struct names *names_new(struct arena *arena)
{
	struct names *names = calloc(1, sizeof(*names));
	struct name *name;

	if (!names)
		return NULL;
	names->arena = arena;
	for (int word = WORD_NONE + 1; word < WORD_COUNT; word++) {
		name = names_intern(names, words[word], strlen(words[word]));
		if (!name) {
			names_free(names);
			return NULL;
		}
		if (word != WORD_STATEMENTS)
			name->word = (enum word)word;
	}
	return names;
}

void names_free(struct names *names)
{
	if (!names)
		return;
	free(names->slots);
	free(names);
}
