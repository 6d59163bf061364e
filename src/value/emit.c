/*
 * Both formats are written by hand. For JSON that is the shorter way. For YAML, libyaml's emitter
 * cannot indent a list under its key nor choose flow style by what fits on the line, and knows
 * nothing of what YAML 1.1 misreads. The price is to know which strings may stand plain;
 * is_plain() answers no when in doubt, and a fuzz target reads back what was written.
 */
#include "src/value/emit.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/str.h"
#include "src/value/number.h"
#include "src/value/schema.h"
#include "src/value/value.h"

#define YAML_INDENT 2
#define YAML_WIDTH  100	 /* columns up to which a flow collection goes */
#define PLAIN_MAX   1000 /* bytes of a string without quotes */
#define KEY_MAX                                                                                    \
	160 /* bytes of a key without `? `: YAML allows 1,024 characters, six for an escape */

static void add_blanks(struct buf *out, size_t count)
{
	while (count-- > 0)
		buf_add_char(out, ' ');
}

/* The escape that JSON and YAML share, or 0. */
static char short_escape(char c)
{
	switch (c) {
	case '"':
	case '\\':
		return c;
	case '\b':
		return 'b';
	case '\f':
		return 'f';
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\t':
		return 't';
	default:
		return 0;
	}
}

/* May stand in YAML as it is, on one line, and looks like something. */
static bool is_printable(uint32_t code)
{
	if (code < 0x20 || (code >= 0x7f && code < 0xa0))
		return false;
	if (code == 0x2028 || code == 0x2029 || code == 0xfeff) /* line breaks of 1.1; BOM */
		return false;
	return code != 0xfffe && code != 0xffff;
}

static bool all_printable(const char *text, size_t len)
{
	const char *p = text, *end = text + len;

	while (p < end) {
		if (!is_printable(str_next_code(&p, end)))
			return false;
	}
	return true;
}

/*
 * In double quotes, with escapes that JSON and YAML share. JSON would allow more to stand as it
 * is, but texts end up on terminals.
 */
static void add_quoted(struct buf *out, const char *text, size_t len)
{
	const char *p = text, *end = text + len, *start;
	uint32_t code;
	char escape;

	buf_add_char(out, '"');
	while (p < end) {
		start = p;
		code = str_next_code(&p, end);
		escape = code < 0x80 ? short_escape((char)code) : 0;
		if (escape)
			buf_printf(out, "\\%c", escape);
		else if (is_printable(code))
			buf_add(out, start, (size_t)(p - start));
		else
			buf_printf(out, "\\u%04x", (unsigned)code);
	}
	buf_add_char(out, '"');
}

static int json_float(double real, struct buf *out)
{
	char text[NUMBER_TEXT_SIZE];

	if (!isfinite(real))
		return -EINVAL;
	number_format(real, text);
	buf_add_str(out, text);
	return 0;
}

static void json_key(const struct value *key, struct buf *out)
{
	if (key->kind == VALUE_INT)
		buf_printf(out, "\"%" PRId64 "\"", key->integer);
	else
		add_quoted(out, key->string.text, key->string.len);
	buf_add_str(out, ": ");
}

/* What goes before the item with number I at LEVEL. */
static void json_separator(size_t i, unsigned indent, unsigned level, struct buf *out)
{
	if (i > 0)
		buf_add_str(out, indent ? "," : ", ");
	if (indent) {
		buf_add_char(out, '\n');
		add_blanks(out, (size_t)indent * level);
	}
}

static void json_close(size_t count, unsigned indent, unsigned level, char bracket, struct buf *out)
{
	if (indent && count > 0) {
		buf_add_char(out, '\n');
		add_blanks(out, (size_t)indent * level);
	}
	buf_add_char(out, bracket);
}

static int json(const struct value *value, unsigned indent, unsigned level, struct buf *out);

static int json_list(const struct value *list, unsigned indent, unsigned level, struct buf *out)
{
	size_t i;
	int rc = 0;

	buf_add_char(out, '[');
	for (i = 0; i < list->list.count && rc == 0; i++) {
		json_separator(i, indent, level + 1, out);
		rc = json(list->list.items[i], indent, level + 1, out);
	}
	json_close(list->list.count, indent, level, ']', out);
	return rc;
}

static int json_map(const struct value *map, unsigned indent, unsigned level, struct buf *out)
{
	size_t i;
	int rc = 0;

	buf_add_char(out, '{');
	for (i = 0; i < map->map.count && rc == 0; i++) {
		json_separator(i, indent, level + 1, out);
		json_key(map->map.pairs[i].key, out);
		rc = json(map->map.pairs[i].value, indent, level + 1, out);
	}
	json_close(map->map.count, indent, level, '}', out);
	return rc;
}

static int json(const struct value *value, unsigned indent, unsigned level, struct buf *out)
{
	if (level > EMIT_DEPTH_MAX)
		return -EINVAL;
	switch (value->kind) {
	case VALUE_NULL:
		buf_add_str(out, "null");
		return 0;
	case VALUE_BOOL:
		buf_add_str(out, value->boolean ? "true" : "false");
		return 0;
	case VALUE_INT:
		buf_printf(out, "%" PRId64, value->integer);
		return 0;
	case VALUE_FLOAT:
		return json_float(value->real, out);
	case VALUE_STRING:
		add_quoted(out, value->string.text, value->string.len);
		return 0;
	case VALUE_LIST:
		return json_list(value, indent, level, out);
	case VALUE_MAP:
		return json_map(value, indent, level, out);
	}
	return -EINVAL;
}

int emit_json(const struct value *value, unsigned indent, struct buf *out)
{
	int rc = json(value, indent, 0, out);

	if (rc < 0)
		return rc;
	return buf_ok(out) ? 0 : -ENOMEM;
}

/* May TEXT stand without quotes, in block and in flow context, as a key and as a value? */
static bool is_plain(const char *text, size_t len)
{
	size_t i;

	if (len == 0 || len > PLAIN_MAX || !all_printable(text, len))
		return false;
	if (strchr("-?:,[]{}#&*!|>'\"%@` =", text[0]) || text[len - 1] == ' ' ||
			text[len - 1] == ':')
		return false;
	if (str_has_prefix(text, "..."))
		return false;
	for (i = 0; i < len; i++) {
		if (strchr(",[]{}", text[i]))
			return false;
		if (text[i] == ':' && text[i + 1] == ' ')
			return false;
		if (text[i] == '#' && text[i - 1] == ' ')
			return false;
	}
	return !schema_needs_quotes(text, len);
}

static void add_single_quoted(struct buf *out, const char *text, size_t len)
{
	size_t i;

	buf_add_char(out, '\'');
	for (i = 0; i < len; i++) {
		if (text[i] == '\'')
			buf_add_char(out, '\'');
		buf_add_char(out, text[i]);
	}
	buf_add_char(out, '\'');
}

static void yaml_string(const struct value *value, struct buf *out)
{
	const char *text = value->string.text;
	size_t len = value->string.len;

	if (value->string.is_time || is_plain(text, len))
		buf_add(out, text, len);
	else if (all_printable(text, len))
		add_single_quoted(out, text, len);
	else
		add_quoted(out, text, len);
}

/* A float that 1.1 knows as one, too, has a point: 1.0e+16. */
static void yaml_float(double real, struct buf *out)
{
	char text[NUMBER_TEXT_SIZE], *exponent;

	if (isnan(real)) {
		buf_add_str(out, ".nan");
		return;
	}
	if (isinf(real)) {
		buf_add_str(out, real < 0 ? "-.inf" : ".inf");
		return;
	}
	number_format(real, text);
	exponent = strchr(text, 'e');
	if (!exponent || strchr(text, '.'))
		buf_add_str(out, text);
	else
		buf_printf(out, "%.*s.0%s", (int)(exponent - text), text, exponent);
}

/* Scalars and empty collections. */
static bool is_short(const struct value *value)
{
	if (value->kind == VALUE_LIST)
		return value->list.count == 0;
	return value->kind != VALUE_MAP || value->map.count == 0;
}

static void yaml_short(const struct value *value, struct buf *out)
{
	switch (value->kind) {
	case VALUE_NULL:
		buf_add_str(out, "null");
		return;
	case VALUE_BOOL:
		buf_add_str(out, value->boolean ? "true" : "false");
		return;
	case VALUE_INT:
		buf_printf(out, "%" PRId64, value->integer);
		return;
	case VALUE_FLOAT:
		yaml_float(value->real, out);
		return;
	case VALUE_STRING:
		yaml_string(value, out);
		return;
	case VALUE_LIST:
		buf_add_str(out, "[]");
		return;
	case VALUE_MAP:
		buf_add_str(out, "{}");
		return;
	}
}

/* "key:", or "? key\n<indent>:" when it is too long for that. */
static void yaml_key(const struct value *key, size_t indent, struct buf *out)
{
	bool is_long = key->kind == VALUE_STRING && key->string.len > KEY_MAX;

	if (is_long)
		buf_add_str(out, "? ");
	yaml_short(key, out);
	if (is_long) {
		buf_add_char(out, '\n');
		add_blanks(out, indent);
	}
	buf_add_char(out, ':');
}

static bool is_over(const struct buf *out, size_t line_start)
{
	return out->len - line_start > YAML_WIDTH;
}

static bool flow_list(const struct value *list, size_t line_start, struct buf *out)
{
	size_t i;

	buf_add_char(out, '[');
	for (i = 0; i < list->list.count; i++) {
		if (!is_short(list->list.items[i]) || is_over(out, line_start))
			return false;
		buf_add_str(out, i > 0 ? ", " : "");
		yaml_short(list->list.items[i], out);
	}
	buf_add_char(out, ']');
	return !is_over(out, line_start);
}

static bool flow_map(const struct value *map, size_t line_start, struct buf *out)
{
	const struct value_pair *pair;
	size_t i;

	buf_add_char(out, '{');
	for (i = 0; i < map->map.count; i++) {
		pair = &map->map.pairs[i];
		if (!is_short(pair->value) || is_over(out, line_start))
			return false;
		buf_add_str(out, i > 0 ? ", " : "");
		yaml_short(pair->key, out);
		buf_add_str(out, ": ");
		yaml_short(pair->value, out);
	}
	buf_add_char(out, '}');
	return !is_over(out, line_start);
}

/* Append VALUE on the line that begins at LINE_START if it fits there; else OUT is as before. */
static bool yaml_flow(const struct value *value, size_t line_start, struct buf *out)
{
	size_t before = out->len;
	bool fits;

	if (value->kind == VALUE_LIST)
		fits = flow_list(value, line_start, out);
	else
		fits = flow_map(value, line_start, out);
	if (!fits)
		buf_cut(out, before);
	return fits;
}

static int yaml_block(const struct value *value, size_t indent, unsigned level, struct buf *out);

/*
 * The value behind a key or a dash that stands at INDENT, on a line that begins at LINE_START, up
 * to and with the end of its last line. BEHIND_DASH: a block may begin on the same line.
 */
static int yaml_value(const struct value *value, size_t indent, bool behind_dash, size_t line_start,
		unsigned level, struct buf *out)
{
	size_t before = out->len;

	buf_add_char(out, ' ');
	if (is_short(value)) {
		yaml_short(value, out);
		buf_add_char(out, '\n');
		return 0;
	}
	if (yaml_flow(value, line_start, out)) {
		buf_add_char(out, '\n');
		return 0;
	}
	if (!behind_dash) {
		buf_cut(out, before);
		buf_add_char(out, '\n');
	}
	return yaml_block(value, indent + YAML_INDENT, level + 1, out);
}

/*
 * A map or list, not empty, its first line already indented if something stands before it there.
 */
static int yaml_block(const struct value *value, size_t indent, unsigned level, struct buf *out)
{
	bool is_map = value->kind == VALUE_MAP;
	size_t count = is_map ? value->map.count : value->list.count, line_start, i;
	bool is_inline = out->len > 0 && out->data[out->len - 1] != '\n';
	const struct value *item;
	int rc = 0;

	if (level > EMIT_DEPTH_MAX)
		return -EINVAL;
	for (i = 0; i < count && rc == 0; i++) {
		line_start = is_inline && i == 0 ? out->len - indent : out->len;
		if (!is_inline || i > 0)
			add_blanks(out, indent);
		item = is_map ? value->map.pairs[i].value : value->list.items[i];
		if (is_map)
			yaml_key(value->map.pairs[i].key, indent, out);
		else
			buf_add_char(out, '-');
		if (!buf_ok(out))
			return -ENOMEM;
		rc = yaml_value(item, indent, !is_map, line_start, level, out);
	}
	return rc;
}

int emit_yaml(const struct value *value, struct buf *out)
{
	int rc = 0;

	if (out->len > 0 && out->data[out->len - 1] != '\n')
		buf_add_char(out, '\n');
	if (is_short(value)) {
		yaml_short(value, out);
		buf_add_char(out, '\n');
	} else {
		rc = yaml_block(value, 0, 0, out);
	}
	if (rc < 0)
		return rc;
	return buf_ok(out) ? 0 : -ENOMEM;
}
