#include "src/jinja/filters.h"

#include <string.h>

#include "src/base/buf.h"
#include "src/base/utf8.h"
#include "src/jinja/markup.h"
#include "src/jinja/run.h"
#include "src/jinja/text.h"
#include "src/jinja/text_methods.h"

int filter_escape(struct run *run, const struct call *call, struct object *out)
{
	if (call_bind(run, call, NULL, 0, 0, NULL) < 0)
		return -1;
	return markup_escape(run, call->self, out);
}

int filter_forceescape(struct run *run, const struct call *call, struct object *out)
{
	struct object text;

	if (call_bind(run, call, NULL, 0, 0, NULL) < 0 || filter_self_text(run, call, &text) < 0)
		return -1;
	text.is_markup = false;
	return markup_escape(run, text, out);
}

int filter_safe(struct run *run, const struct call *call, struct object *out)
{
	if (call_bind(run, call, NULL, 0, 0, NULL) < 0 || filter_self_text(run, call, out) < 0)
		return -1;
	out->is_markup = true;
	return 0;
}

/* TEXT without what is between OPEN and the next CLOSE, again and again. */
static int remove_between(struct run *run, const struct text *text, const char *open,
		const char *close, struct object *out)
{
	const char *at = text->data, *end = at + text->len, *start, *stop;
	struct buf kept = BUF_INIT;

	while ((start = memmem(at, (size_t)(end - at), open, strlen(open))) != NULL) {
		stop = memmem(start + strlen(open), (size_t)(end - start) - strlen(open), close,
				strlen(close));
		if (!stop)
			break;
		buf_add(&kept, at, (size_t)(start - at));
		at = stop + strlen(close);
	}
	buf_add(&kept, at, (size_t)(end - at));
	return object_string_buf(run, &kept, out);
}

#define ENTITY_MAX 16 /* bytes from behind & up to ; */

struct entity {
	const char *name;
	uint32_t code;
};

/*
 * The character that NAME, between & and ; or a number behind #, stands for; 0 for none known here.
 */
static uint32_t entity_code(const char *name, size_t len)
{
	static const struct entity entities[] = {
			{"amp", '&'},
			{"apos", '\''},
			{"bull", 0x2022},
			{"copy", 0xa9},
			{"euro", 0x20ac},
			{"gt", '>'},
			{"hellip", 0x2026},
			{"laquo", 0xab},
			{"ldquo", 0x201c},
			{"lsquo", 0x2018},
			{"lt", '<'},
			{"mdash", 0x2014},
			{"middot", 0xb7},
			{"nbsp", 0xa0},
			{"ndash", 0x2013},
			{"quot", '"'},
			{"raquo", 0xbb},
			{"rdquo", 0x201d},
			{"reg", 0xae},
			{"rsquo", 0x2019},
			{"times", 0xd7},
			{"trade", 0x2122},
	};
	unsigned base = 10, digit;
	uint32_t code = 0;
	size_t i;

	for (i = 0; i < sizeof(entities) / sizeof(*entities); i++) {
		if (strlen(entities[i].name) == len && memcmp(entities[i].name, name, len) == 0)
			return entities[i].code;
	}
	if (len < 2 || name[0] != '#')
		return 0;
	i = 1;
	if ((name[1] | 0x20) == 'x') {
		base = 16;
		i = 2;
	}
	for (; i < len && code < 0x110000; i++) {
		digit = name[i] >= '0' && name[i] <= '9' ? (unsigned)(name[i] - '0')
				: (name[i] | 0x20) >= 'a' && (name[i] | 0x20) <= 'f'
				? (unsigned)((name[i] | 0x20) - 'a' + 10)
				: 99;
		if (digit >= base)
			return 0;
		code = code * base + digit;
	}
	return code >= 0x110000 || (code >= 0xd800 && code < 0xe000) ? 0 : code;
}

static void add_unescaped(const struct text *text, struct buf *out)
{
	const char *at = text->data, *end = at + text->len, *amp, *semicolon;
	uint32_t code;
	size_t longest;

	while ((amp = memchr(at, '&', (size_t)(end - at))) != NULL) {
		buf_add(out, at, (size_t)(amp - at));
		at = amp + 1;
		longest = end - at < ENTITY_MAX ? (size_t)(end - at) : ENTITY_MAX;
		semicolon = memchr(at, ';', longest);
		code = semicolon ? entity_code(at, (size_t)(semicolon - at)) : 0;
		if (code) {
			utf8_add(out, code);
			at = semicolon + 1;
		} else {
			buf_add_char(out, '&');
		}
	}
	buf_add(out, at, (size_t)(end - at));
}

int filter_striptags(struct run *run, const struct call *call, struct object *out)
{
	static const struct text space = {.data = " ", .len = 1, .chars = 1};
	struct object text, words, arg;
	struct buf plain = BUF_INIT;
	const struct call join = {.name = "join",
			.self = {.kind = OBJECT_STRING, .text = &space},
			.args = &arg,
			.count = 1};

	if (call_bind(run, call, NULL, 0, 0, NULL) < 0 || filter_self_text(run, call, &text) < 0 ||
			run_charge(run, text.text->len / 16) < 0 ||
			remove_between(run, text.text, "<!--", "-->", &text) < 0 ||
			remove_between(run, text.text, "<", ">", &text) < 0 ||
			text_split_words(run, text.text, -1, &words) < 0)
		return -1;
	arg = words;
	if (text_join(run, &join, &text) < 0)
		return -1;
	add_unescaped(text.text, &plain);
	return object_string_buf(run, &plain, out);
}

static bool is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			(c && strchr("_.-~", c));
}

void filter_quote_url(struct buf *out, const struct text *text, const char *safe)
{
	size_t i;
	char c;

	for (i = 0; i < text->len; i++) {
		c = text->data[i];
		if (is_unreserved(c) || (c && strchr(safe, c)))
			buf_add_char(out, c);
		else
			buf_printf(out, "%%%02X", (unsigned char)c);
	}
}

/* As a name or value of a query: a space becomes a plus. */
static int add_query(struct run *run, struct object object, struct buf *out)
{
	struct object text;
	const char *space;
	struct text part;
	size_t from = 0;

	if (object_to_string(run, object, &text) < 0)
		return -1;
	while ((space = memchr(text.text->data + from, ' ', text.text->len - from)) != NULL) {
		part = (struct text){.data = text.text->data + from,
				.len = (size_t)(space - text.text->data) - from};
		filter_quote_url(out, &part, "");
		buf_add_char(out, '+');
		from += part.len + 1;
	}
	part = (struct text){.data = text.text->data + from, .len = text.text->len - from};
	filter_quote_url(out, &part, "");
	return run_charge(run, 1 + text.text->len / 16);
}

static int add_pairs(struct run *run, const struct list *pairs, struct buf *out)
{
	struct list *pair;
	size_t i;

	for (i = 0; i < pairs->count; i++) {
		if (object_items(run, pairs->items[i], &pair) < 0)
			return -1;
		if (pair->count != 2)
			return run_fail(run, FAULT_RUNTIME,
					"urlencode() needs pairs of a name and a value");
		if (i > 0)
			buf_add_char(out, '&');
		if (add_query(run, pair->items[0], out) < 0)
			return -1;
		buf_add_char(out, '=');
		if (add_query(run, pair->items[1], out) < 0 || text_check(run, out) < 0)
			return -1;
	}
	return 0;
}

int filter_urlencode(struct run *run, const struct call *call, struct object *out)
{
	struct object self = call->self, text;
	struct buf quoted = BUF_INIT;
	struct list *pairs;
	int rc;

	if (call_bind(run, call, NULL, 0, 0, NULL) < 0)
		return -1;
	if (self.kind == OBJECT_STRING || !object_is_iterable(self)) {
		if (filter_self_text(run, call, &text) < 0 ||
				run_charge(run, text.text->len / 16) < 0)
			return -1;
		filter_quote_url(&quoted, text.text, "/");
		return object_string_buf(run, &quoted, out);
	}
	if (self.kind == OBJECT_DICT) {
		if (object_generator(run, "dict_items", NULL, &self) < 0)
			return -1;
		self.iterator->view_of = call->self.dict;
	}
	rc = object_items(run, self, &pairs);
	if (rc == 0)
		rc = add_pairs(run, pairs, &quoted);
	if (rc < 0) {
		buf_release(&quoted);
		return -1;
	}
	return object_string_buf(run, &quoted, out);
}

static int check_attribute_name(struct run *run, struct object key)
{
	size_t i;

	if (key.kind != OBJECT_STRING)
		return run_fail(run, FAULT_RUNTIME, "expected string, got '%s'", object_type(key));
	for (i = 0; i < key.text->len; i++) {
		char c = key.text->data[i];

		if ((c > 0 && strchr(" \t\n\r\f\v/>=", c)))
			return run_fail(run, FAULT_RUNTIME,
					"Invalid character in attribute name: '%s'",
					key.text->data);
	}
	return 0;
}

static int add_attributes(struct run *run, const struct dict *dict, struct buf *out)
{
	struct object key, value;
	size_t i;

	for (i = 0; i < dict->count; i++) {
		value = dict->pairs[i].value;
		if (value.kind == OBJECT_NONE || value.kind == OBJECT_UNDEFINED)
			continue;
		if (check_attribute_name(run, dict->pairs[i].key) < 0 ||
				markup_escape(run, dict->pairs[i].key, &key) < 0 ||
				markup_escape(run, value, &value) < 0)
			return -1;
		if (out->len > 0)
			buf_add_char(out, ' ');
		buf_add(out, key.text->data, key.text->len);
		buf_add_str(out, "=\"");
		buf_add(out, value.text->data, value.text->len);
		buf_add_char(out, '"');
		if (text_check(run, out) < 0)
			return -1;
	}
	return 0;
}

int filter_xmlattr(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"autospace"}};
	struct buf attributes = BUF_INIT, text = BUF_INIT;
	struct object arg;
	struct dict *dict;
	bool has_space;

	if (call_bind(run, call, params, 1, 0, &arg) < 0 ||
			arg_bool(run, arg, true, &has_space) < 0)
		return -1;
	if (call->self.kind == OBJECT_UNDEFINED)
		return object_undefined_fail(run, call->self);
	if (call->self.kind != OBJECT_DICT)
		return run_fail(run, FAULT_RUNTIME, "xmlattr() needs a dict, not %s",
				object_type(call->self));
	dict = dict_of(run, call->self);
	if (!dict || add_attributes(run, dict, &attributes) < 0) {
		buf_release(&attributes);
		return -1;
	}
	if (has_space && attributes.len > 0)
		buf_add_char(&text, ' ');
	buf_add(&text, buf_str(&attributes), attributes.len);
	buf_release(&attributes);
	return object_string_buf(run, &text, out);
}
