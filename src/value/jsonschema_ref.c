/*
 * Where $ref leads. Only places in the same document are known, so a reference is a fragment, with or
 * without the document's own $id before it: nothing, a JSON Pointer (RFC 6901), or an anchor.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/arena.h"
#include "src/base/str.h"
#include "src/value/jsonschema_trial.h"

#define ANCHOR_DEPTH_MAX 64 /* as deep as doc_parse() goes */

static enum draft draft_of(const struct value *root)
{
	const struct value *uri = root->kind == VALUE_MAP ? value_get(root, "$schema") : NULL;

	if (uri && uri->kind == VALUE_STRING && strstr(uri->string.text, "draft-07/schema"))
		return DRAFT_7;
	return DRAFT_2020_12;
}

int schema_doc_init(struct schema_doc *doc, const struct value *root)
{
	*doc = (struct schema_doc){.root = root, .draft = draft_of(root)};
	doc->arena = arena_new(0);
	return doc->arena ? 0 : -ENOMEM;
}

void schema_doc_release(struct schema_doc *doc)
{
	arena_free(doc->arena);
	*doc = (struct schema_doc){0};
}

static void add_anchor(struct schema_doc *doc, const struct value *schema)
{
	const struct value *name = value_get(schema, doc->draft == DRAFT_7 ? "$id" : "$anchor");
	const char *text;

	if (!name || name->kind != VALUE_STRING)
		return;
	text = name->string.text;
	if (doc->draft == DRAFT_7 && *text++ != '#')
		return;
	if (!value_get(doc->anchors, text))
		(void)value_set(doc->arena, doc->anchors, text, (struct value *)schema);
}

/* Also what is no schema, as inside of `const`, is looked through: an anchor there harms nobody. */
static void collect_anchors(struct schema_doc *doc, const struct value *value, unsigned depth)
{
	size_t i;

	if (depth > ANCHOR_DEPTH_MAX)
		return;
	if (value->kind == VALUE_MAP)
		add_anchor(doc, value);
	for (i = 0; value->kind == VALUE_MAP && i < value->map.count; i++)
		collect_anchors(doc, value->map.pairs[i].value, depth + 1);
	for (i = 0; value->kind == VALUE_LIST && i < value->list.count; i++)
		collect_anchors(doc, value->list.items[i], depth + 1);
}

static const struct value *find_anchor(struct schema_doc *doc, const char *name)
{
	if (!doc->anchors) {
		doc->anchors = value_map(doc->arena);
		if (!doc->anchors)
			return NULL;
		collect_anchors(doc, doc->root, 0);
	}
	return value_get(doc->anchors, name);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One token at *P, up to the next slash, its escapes (%25, ~0, ~1) undone. */
static void read_token(const char **p, struct buf *token)
{
	const char *s = *p;
	char c;

	buf_clear(token);
	for (; *s && *s != '/'; s++) {
		c = *s;
		if (c == '%' && hex_digit(s[1]) >= 0 && hex_digit(s[2]) >= 0) {
			c = (char)(hex_digit(s[1]) * 16 + hex_digit(s[2]));
			s += 2;
		}
		if (c == '~' && (s[1] == '0' || s[1] == '1'))
			c = *++s == '0' ? '~' : '/';
		buf_add_char(token, c);
	}
	*p = s;
}

static const struct value *step(const struct value *value, const struct buf *token)
{
	struct value name = {.kind = VALUE_STRING};
	uint64_t index;
	size_t found;

	if (value->kind == VALUE_LIST) {
		if (str_to_u64(buf_str(token), &index) < 0 || index >= value->list.count)
			return NULL;
		return value->list.items[index];
	}
	if (value->kind != VALUE_MAP)
		return NULL;
	name.string.text = buf_str(token);
	name.string.len = token->len;
	found = trial_find(value, &name);
	return found == SIZE_MAX ? NULL : value->map.pairs[found].value;
}

/* POINTER begins with a slash. */
static const struct value *follow(const struct value *root, const char *pointer)
{
	const struct value *value = root;
	struct buf token = BUF_INIT;

	while (value && *pointer == '/') {
		pointer++;
		read_token(&pointer, &token);
		value = buf_ok(&token) ? step(value, &token) : NULL;
	}
	buf_release(&token);
	return value;
}

const struct value *schema_doc_resolve(struct schema_doc *doc, const struct value *ref)
{
	const struct value *id = doc->root->kind == VALUE_MAP ? value_get(doc->root, "$id") : NULL;
	const char *text = ref->string.text;

	if (id && id->kind == VALUE_STRING && str_has_prefix(text, id->string.text))
		text += strcspn(id->string.text, "#");
	if (*text == '\0')
		return doc->root;
	if (*text != '#')
		return NULL;
	text++;
	if (*text == '/')
		return follow(doc->root, text);
	return *text ? find_anchor(doc, text) : doc->root;
}
