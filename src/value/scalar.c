#include "src/value/scalar.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "src/base/str.h"
#include "src/value/schema.h"
#include "src/value/value.h"
#include "src/value/yaml11.h"

#define CORE_TAG   "tag:yaml.org,2002:"
#define DELETE_TAG "!delete"

const char *scalar_shown(const char *text, char out[static SCALAR_SHOWN_SIZE])
{
	size_t len = strlen(text);

	str_copy(out, SCALAR_SHOWN_SIZE, text);
	if (len >= SCALAR_SHOWN_SIZE) {
		str_copy(out, SCALAR_SHOWN_SIZE - 3, text);
		(void)strcat(out, "...");
	}
	return out;
}

/* What follows the core schema's prefix in TAG, or NULL when it has another. */
static const char *core_tag(const yaml_char_t *tag)
{
	const char *text = (const char *)tag;

	return str_has_prefix(text, CORE_TAG) ? text + strlen(CORE_TAG) : NULL;
}

static void complain_tag(
		const struct scalar_reader *reader, const yaml_char_t *tag, const yaml_mark_t *mark)
{
	const char *core = core_tag(tag);
	char text[SCALAR_SHOWN_SIZE];

	scalar_complain(reader, mark, "unknown tag '%s%s'", core ? "!!" : "",
			scalar_shown(core ? core : (const char *)tag, text));
}

void scalar_check_tag(const struct scalar_reader *reader, const yaml_char_t *tag,
		const char *expected, const yaml_mark_t *mark)
{
	const char *core;

	if (!tag || strcmp((const char *)tag, "!") == 0)
		return;
	if (reader->allows_deletion && strcmp((const char *)tag, DELETE_TAG) == 0) {
		scalar_complain(reader, mark, "'!delete' takes no value");
		return;
	}
	core = core_tag(tag);
	if (!core || strcmp(core, expected) != 0)
		complain_tag(reader, tag, mark);
}

static void complain_reading(const struct scalar_reader *reader, int rc, enum value_kind kind,
		const yaml_mark_t *mark)
{
	if (rc == -EINVAL)
		scalar_complain(reader, mark, "a number without digits; quote it if it is text");
	else if (kind == VALUE_INT)
		scalar_complain(reader, mark, "integer beyond 64 bits; quote it if it is text");
	else
		scalar_complain(reader, mark,
				"number too large for a float; quote it if it is text");
}

/* Of a plain scalar, or one with the tag of another kind than string. False: out of range. */
static bool read_plain(
		const struct scalar_reader *reader, struct value *value, const yaml_mark_t *mark)
{
	struct value read = {.kind = VALUE_STRING};
	int rc;

	rc = reader->is_yaml11 ? yaml11_read(value->string.text, value->string.len, &read)
			       : schema_read(value->string.text, value->string.len, &read);
	if (rc < 0)
		complain_reading(reader, rc, read.kind, mark);
	if (read.kind != VALUE_STRING) {
		read.origin = value->origin;
		*value = read;
	}
	return rc == 0;
}

/* Read VALUE, a string so far, as the kind that its core tag names. */
static void apply_tag(const struct scalar_reader *reader, struct value *value,
		const yaml_char_t *tag, const yaml_mark_t *mark)
{
	static const char *const names[] = {[VALUE_NULL] = "null",
			[VALUE_BOOL] = "bool",
			[VALUE_INT] = "int",
			[VALUE_FLOAT] = "float",
			[VALUE_STRING] = "str"};
	const char *core = core_tag(tag);
	enum value_kind kind = VALUE_NULL;

	while (core && kind <= VALUE_STRING && strcmp(names[kind], core) != 0)
		kind++;
	if (!core || kind > VALUE_STRING) {
		complain_tag(reader, tag, mark);
		return;
	}
	if (kind == VALUE_STRING)
		return;
	(void)read_plain(reader, value, mark);
	if (value->kind == VALUE_INT && kind == VALUE_FLOAT) {
		value->kind = VALUE_FLOAT;
		value->real = (double)value->integer;
	}
	if (value->kind != kind)
		scalar_complain(reader, mark, "this is not what its tag '!!%s' says", core);
}

static void warn_old(const struct scalar_reader *reader, const struct value *value,
		const char *text, size_t len, const yaml_mark_t *mark)
{
	const char *old = schema_old_reading(text, len);
	char part[SCALAR_SHOWN_SIZE];

	if (!old)
		return;
	diag_add(reader->findings, DIAG_WARNING, reader->file, (uint32_t)mark->line + 1,
			(uint32_t)mark->column + 1,
			"'%s' is %s here, but %s in YAML 1.1; quote it if it is text",
			scalar_shown(text, part), value_kind_noun(value->kind), old);
}

/* PyYAML has no object for a `<<` or `=` that is not a key. */
static void check_old(const struct scalar_reader *reader, const char *text, size_t len, bool is_key,
		const yaml_mark_t *mark)
{
	enum yaml11_kind kind = yaml11_resolve(text, len);

	if ((kind == YAML11_MERGE || kind == YAML11_DEFAULT) && !is_key)
		scalar_complain(reader, mark, "'%s' means nothing here; quote it if it is text",
				text);
}

static void read_deletion(const struct scalar_reader *reader, struct value *value, bool is_key,
		const yaml_mark_t *mark)
{
	struct value read = {.kind = VALUE_STRING};

	(void)schema_read(value->string.text, value->string.len, &read);
	if (is_key)
		scalar_complain(reader, mark, "'!delete' stands behind the key that it removes");
	else if (read.kind != VALUE_NULL)
		scalar_complain(reader, mark, "'!delete' takes no value");
	*value = (struct value){.kind = VALUE_NULL, .is_deletion = true, .origin = value->origin};
}

void scalar_read(const struct scalar_reader *reader, const yaml_event_t *event, bool is_key,
		struct value *value)
{
	const char *tag = (const char *)event->data.scalar.tag;
	const char *text = (const char *)event->data.scalar.value;
	size_t len = event->data.scalar.length;

	if (tag && reader->allows_deletion && strcmp(tag, DELETE_TAG) == 0) {
		read_deletion(reader, value, is_key, &event->start_mark);
	} else if (tag && strcmp(tag, "!") != 0) {
		apply_tag(reader, value, event->data.scalar.tag, &event->start_mark);
	} else if (!tag && event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE) {
		if (!read_plain(reader, value, &event->start_mark))
			return;
		if (reader->is_yaml11)
			check_old(reader, text, len, is_key, &event->start_mark);
		else
			warn_old(reader, value, text, len, &event->start_mark);
	}
}

bool scalar_is_merge_key(const yaml_event_t *event)
{
	const char *tag = (const char *)event->data.scalar.tag;

	if (strcmp((const char *)event->data.scalar.value, "<<") != 0)
		return false;
	if (tag)
		return strcmp(tag, CORE_TAG "merge") == 0;
	return event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}
