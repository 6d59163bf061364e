#include "src/value/dump.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/str.h"
#include "src/value/number.h"
#include "src/value/order.h"
#include "src/value/value.h"

struct dump {
	const struct dump_json_options *options;
	const char *item_separator, *key_separator;
	struct buf *out;
};

static void add_escape(uint32_t code, struct buf *out)
{
	static const char shorts[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
	const char *found = code > 0 && code < 0x80 ? strchr(shorts, (char)code) : NULL;

	if (found)
		buf_printf(out, "\\%c", letters[found - shorts]);
	else if (code < 0x10000)
		buf_printf(out, "\\u%04x", (unsigned)code);
	else
		buf_printf(out, "\\u%04x\\u%04x", (unsigned)(0xd7c0 + (code >> 10)),
				(unsigned)(0xdc00 + (code & 0x3ff)));
}

static void dump_string(const char *text, size_t len, struct dump *dump)
{
	const char *p = text, *end = text + len, *start;
	bool is_ascii = dump->options->ensure_ascii;
	uint32_t code;

	buf_add_char(dump->out, '"');
	while (p < end) {
		start = p;
		code = str_next_code(&p, end);
		if (code < 0x20 || code == '"' || code == '\\' || (is_ascii && code > 0x7e))
			add_escape(code, dump->out);
		else
			buf_add(dump->out, start, (size_t)(p - start));
	}
	buf_add_char(dump->out, '"');
}

static void dump_float(double real, struct buf *out)
{
	char text[NUMBER_TEXT_SIZE];

	if (isnan(real)) {
		buf_add_str(out, "NaN");
	} else if (isinf(real)) {
		buf_add_str(out, real < 0 ? "-Infinity" : "Infinity");
	} else {
		number_format(real, text);
		buf_add_str(out, text);
	}
}

/* False: not a scalar. */
static bool dump_scalar(const struct value *value, struct dump *dump)
{
	switch (value->kind) {
	case VALUE_NULL:
		buf_add_str(dump->out, "null");
		return true;
	case VALUE_BOOL:
		buf_add_str(dump->out, value->boolean ? "true" : "false");
		return true;
	case VALUE_INT:
		buf_printf(dump->out, "%" PRId64, value->integer);
		return true;
	case VALUE_FLOAT:
		dump_float(value->real, dump->out);
		return true;
	case VALUE_STRING:
		dump_string(value->string.text, value->string.len, dump);
		return true;
	case VALUE_LIST:
	case VALUE_MAP:
		break;
	}
	return false;
}

static void dump_newline(unsigned level, struct dump *dump)
{
	size_t blanks = (size_t)dump->options->indent * level;

	buf_add_char(dump->out, '\n');
	while (blanks-- > 0)
		buf_add_char(dump->out, ' ');
}

/* What goes before the item with number I. */
static void dump_separator(size_t i, unsigned level, struct dump *dump)
{
	if (i > 0)
		buf_add_str(dump->out, dump->item_separator);
	if (dump->options->indent >= 0)
		dump_newline(level, dump);
}

static void dump_close(size_t count, unsigned level, char bracket, struct dump *dump)
{
	if (count > 0 && dump->options->indent >= 0)
		dump_newline(level, dump);
	buf_add_char(dump->out, bracket);
}

static int dump_value(const struct value *value, unsigned level, struct dump *dump);

static int dump_list(const struct value *list, unsigned level, struct dump *dump)
{
	size_t i;
	int rc = 0;

	buf_add_char(dump->out, '[');
	for (i = 0; i < list->list.count && rc == 0; i++) {
		dump_separator(i, level + 1, dump);
		rc = dump_value(list->list.items[i], level + 1, dump);
	}
	dump_close(list->list.count, level, ']', dump);
	return rc;
}

/* A key that is no string becomes one. */
static int dump_key(const struct value *key, struct dump *dump)
{
	const char *quote = key->kind == VALUE_STRING ? "" : "\"";

	buf_add_str(dump->out, quote);
	if (!dump_scalar(key, dump))
		return -EINVAL;
	buf_add_str(dump->out, quote);
	buf_add_str(dump->out, dump->key_separator);
	return 0;
}

static int dump_map(const struct value *map, unsigned level, struct dump *dump)
{
	const struct value_pair **pairs = NULL;
	size_t i;
	int rc;

	rc = dump->options->sort_keys ? order_pairs(map, &pairs) : order_none(map, &pairs);
	if (rc < 0)
		return rc;
	buf_add_char(dump->out, '{');
	for (i = 0; i < map->map.count && rc == 0; i++) {
		dump_separator(i, level + 1, dump);
		rc = dump_key(pairs[i]->key, dump);
		if (rc == 0)
			rc = dump_value(pairs[i]->value, level + 1, dump);
	}
	dump_close(map->map.count, level, '}', dump);
	free(pairs);
	return rc;
}

static int dump_value(const struct value *value, unsigned level, struct dump *dump)
{
	if (level > DUMP_DEPTH_MAX)
		return -EINVAL;
	if (!buf_ok(dump->out))
		return -ENOMEM;
	if (dump->out->len > DUMP_SIZE_MAX)
		return -E2BIG;
	if (value->kind == VALUE_LIST)
		return dump_list(value, level, dump);
	if (value->kind == VALUE_MAP)
		return dump_map(value, level, dump);
	(void)dump_scalar(value, dump);
	return 0;
}

int dump_json(const struct value *value, const struct dump_json_options *options, struct buf *out)
{
	const char *item = options->indent < 0 ? ", " : ",";
	struct dump dump = {.options = options, .out = out};
	int rc;

	dump.item_separator = options->item_separator ? options->item_separator : item;
	dump.key_separator = options->key_separator ? options->key_separator : ": ";
	rc = dump_value(value, 0, &dump);
	if (rc < 0)
		return rc;
	return buf_ok(out) ? 0 : -ENOMEM;
}
