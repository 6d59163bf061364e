/*
 * libyaml's emitter, driven as PyYAML's CSafeDumper drives it. What PyYAML decides lies here, what
 * libyaml decides (which of the quotes, where to fold) is not repeated.
 *
 * PyYAML goes over the data three times. First it represents data as nodes; a list or map that it
 * has met, by identity, becomes the same node again. Then it looks for nodes that occur more than
 * once, and numbers them in the order in which their second occurrence is met: id001, id002. Then it
 * emits, each such node with its anchor the first time and as an alias after that. Values that share
 * nodes are Python objects that share references, so one pass with a table of addresses replaces the
 * first two (mark_all), and a second one emits. Both walk maps in the order in which they are written.
 *
 * Flow style for leaves only (default_flow_style=None) means: every item is a scalar. PyYAML asks for
 * scalars without a style of their own, but only binary data has one.
 */
#include "src/value/dump.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "src/base/buf.h"
#include "src/base/vec.h"
#include "src/value/number.h"
#include "src/value/order.h"
#include "src/value/value.h"
#include "src/value/yaml11.h"

#define NULL_TAG  "tag:yaml.org,2002:null"
#define BOOL_TAG  "tag:yaml.org,2002:bool"
#define INT_TAG	  "tag:yaml.org,2002:int"
#define FLOAT_TAG "tag:yaml.org,2002:float"
#define STR_TAG	  "tag:yaml.org,2002:str"
#define SEQ_TAG	  "tag:yaml.org,2002:seq"
#define MAP_TAG	  "tag:yaml.org,2002:map"

#define ANCHOR_SIZE 24

/* A list or map that was met. */
struct seen {
	const struct value *value; /* NULL: a free slot */
	size_t number;		   /* of its anchor, 0: occurs once, so far */
	bool is_written;
};

struct dump {
	const struct dump_yaml_options *options;
	struct seen *seen; /* by address: open addressing, at most half full */
	size_t seen_count, seen_cap;
	size_t anchor_count;
	yaml_emitter_t emitter;
	struct buf *out;
	int rc; /* why writing stopped */
};

static struct seen *seen_slot(const struct dump *dump, const struct value *value)
{
	size_t mask = dump->seen_cap - 1;
	size_t i = (size_t)(((uintptr_t)value >> 4) * 0x9e3779b97f4a7c15u >> 20) & mask;

	while (dump->seen[i].value && dump->seen[i].value != value)
		i = (i + 1) & mask;
	return &dump->seen[i];
}

static int seen_grow(struct dump *dump)
{
	struct dump larger = *dump;
	size_t i;

	if (dump->seen_cap > 0 && dump->seen_count * 2 < dump->seen_cap)
		return 0;
	larger.seen_cap = dump->seen_cap ? dump->seen_cap * 2 : 64;
	larger.seen = calloc(larger.seen_cap, sizeof(*larger.seen));
	if (!larger.seen)
		return -ENOMEM;
	for (i = 0; i < dump->seen_cap; i++) {
		if (dump->seen[i].value)
			*seen_slot(&larger, dump->seen[i].value) = dump->seen[i];
	}
	free(dump->seen);
	dump->seen = larger.seen;
	dump->seen_cap = larger.seen_cap;
	return 0;
}

/* Keys that do not compare are left as they are, other than for JSON. */
static int pairs_of(
		const struct value *map, const struct dump *dump, const struct value_pair ***out)
{
	int rc = dump->options->sort_keys ? order_pairs(map, out) : -EINVAL;

	return rc == -EINVAL ? order_none(map, out) : rc;
}

static int mark_all(const struct value *value, unsigned level, struct dump *dump);

static int mark_pairs(const struct value *map, unsigned level, struct dump *dump)
{
	const struct value_pair **pairs = NULL;
	size_t i;
	int rc;

	rc = pairs_of(map, dump, &pairs);
	for (i = 0; rc == 0 && i < map->map.count; i++)
		rc = mark_all(pairs[i]->value, level + 1, dump);
	free(pairs);
	return rc;
}

/* Meet every list and map, each with what it holds once only. */
static int mark_all(const struct value *value, unsigned level, struct dump *dump)
{
	struct seen *seen;
	size_t i;
	int rc = 0;

	if (value->kind < VALUE_LIST)
		return 0;
	if (level > DUMP_DEPTH_MAX)
		return -EINVAL;
	if (seen_grow(dump) < 0)
		return -ENOMEM;
	seen = seen_slot(dump, value);
	if (seen->value) {
		if (seen->number == 0)
			seen->number = ++dump->anchor_count;
		return 0;
	}
	seen->value = value;
	dump->seen_count++;
	if (value->kind == VALUE_MAP)
		return mark_pairs(value, level, dump);
	for (i = 0; i < value->list.count && rc == 0; i++)
		rc = mark_all(value->list.items[i], level + 1, dump);
	return rc;
}

/* libyaml's way to get rid of text. */
static int take_text(void *data, unsigned char *text, size_t len)
{
	struct dump *dump = data;

	buf_add(dump->out, text, len);
	if (!buf_ok(dump->out))
		dump->rc = -ENOMEM;
	else if (dump->out->len > DUMP_SIZE_MAX)
		dump->rc = -E2BIG;
	return dump->rc == 0;
}

/* Emit EVENT, whose initializer returned IS_READY. */
static int emit(struct dump *dump, yaml_event_t *event, int is_ready)
{
	if (!is_ready)
		return -ENOMEM;
	if (yaml_emitter_emit(&dump->emitter, event))
		return 0;
	if (dump->rc < 0)
		return dump->rc;
	return dump->emitter.error == YAML_MEMORY_ERROR ? -ENOMEM : -EINVAL;
}

static int write_text(
		const char *tag, const char *text, size_t len, bool is_plain, struct dump *dump)
{
	yaml_event_t event;
	int is_ready;

	if (len > INT32_MAX)
		return -E2BIG;
	is_ready = yaml_scalar_event_initialize(&event, NULL, (const yaml_char_t *)tag,
			(const yaml_char_t *)text, (int)len, is_plain, strcmp(tag, STR_TAG) == 0,
			YAML_PLAIN_SCALAR_STYLE);
	return emit(dump, &event, is_ready);
}

/* repr(), except that 1.1 knows no float without a point: 1.0e+16. */
static void format_float(double real, char *out, size_t size)
{
	char text[NUMBER_TEXT_SIZE], *exponent;

	if (isnan(real) || isinf(real)) {
		(void)snprintf(out, size, "%s", isnan(real) ? ".nan" : real < 0 ? "-.inf" : ".inf");
		return;
	}
	number_format(real, text);
	exponent = strchr(text, 'e');
	if (exponent && !strchr(text, '.'))
		(void)snprintf(out, size, "%.*s.0%s", (int)(exponent - text), text, exponent);
	else
		(void)snprintf(out, size, "%s", text);
}

static int write_scalar(const struct value *value, struct dump *dump)
{
	char text[NUMBER_TEXT_SIZE + 2];

	switch (value->kind) {
	case VALUE_NULL:
		return write_text(NULL_TAG, "null", 4, true, dump);
	case VALUE_BOOL:
		(void)snprintf(text, sizeof(text), "%s", value->boolean ? "true" : "false");
		return write_text(BOOL_TAG, text, strlen(text), true, dump);
	case VALUE_INT:
		(void)snprintf(text, sizeof(text), "%" PRId64, value->integer);
		return write_text(INT_TAG, text, strlen(text), true, dump);
	case VALUE_FLOAT:
		format_float(value->real, text, sizeof(text));
		return write_text(FLOAT_TAG, text, strlen(text), true, dump);
	case VALUE_STRING:
		return write_text(STR_TAG, value->string.text, value->string.len,
				yaml11_resolve(value->string.text, value->string.len) ==
						YAML11_STRING,
				dump);
	case VALUE_LIST:
	case VALUE_MAP:
		break;
	}
	return -EINVAL;
}

static bool is_leaf(const struct value *value)
{
	size_t i;

	if (value->kind == VALUE_LIST) {
		for (i = 0; i < value->list.count; i++) {
			if (value->list.items[i]->kind >= VALUE_LIST)
				return false;
		}
		return true;
	}
	for (i = 0; i < value->map.count; i++) {
		if (value->map.pairs[i].value->kind >= VALUE_LIST)
			return false;
	}
	return true;
}

static bool is_flow(const struct value *value, const struct dump *dump)
{
	if (dump->options->flow == DUMP_FLOW_LEAVES)
		return is_leaf(value);
	return dump->options->flow == DUMP_FLOW_ALWAYS;
}

static int write_value(const struct value *value, struct dump *dump);

static int write_list(const struct value *list, const yaml_char_t *anchor, struct dump *dump)
{
	yaml_event_t event;
	size_t i;
	int rc, is_ready;

	is_ready = yaml_sequence_start_event_initialize(&event, anchor,
			(const yaml_char_t *)SEQ_TAG, 1,
			is_flow(list, dump) ? YAML_FLOW_SEQUENCE_STYLE : YAML_BLOCK_SEQUENCE_STYLE);
	rc = emit(dump, &event, is_ready);
	for (i = 0; i < list->list.count && rc == 0; i++)
		rc = write_value(list->list.items[i], dump);
	if (rc < 0)
		return rc;
	return emit(dump, &event, yaml_sequence_end_event_initialize(&event));
}

static int write_map(const struct value *map, const yaml_char_t *anchor, struct dump *dump)
{
	const struct value_pair **pairs = NULL;
	yaml_event_t event;
	size_t i;
	int rc, is_ready;

	rc = pairs_of(map, dump, &pairs);
	if (rc < 0)
		return rc;
	is_ready = yaml_mapping_start_event_initialize(&event, anchor, (const yaml_char_t *)MAP_TAG,
			1, is_flow(map, dump) ? YAML_FLOW_MAPPING_STYLE : YAML_BLOCK_MAPPING_STYLE);
	rc = emit(dump, &event, is_ready);
	for (i = 0; i < map->map.count && rc == 0; i++) {
		rc = write_scalar(pairs[i]->key, dump);
		if (rc == 0)
			rc = write_value(pairs[i]->value, dump);
	}
	if (rc == 0)
		rc = emit(dump, &event, yaml_mapping_end_event_initialize(&event));
	free(pairs);
	return rc;
}

static int write_value(const struct value *value, struct dump *dump)
{
	char name[ANCHOR_SIZE];
	const yaml_char_t *anchor = NULL;
	yaml_event_t event;
	struct seen *seen;

	if (value->kind < VALUE_LIST)
		return write_scalar(value, dump);
	seen = seen_slot(dump, value);
	assert(seen->value == value);
	if (seen->number > 0) {
		(void)snprintf(name, sizeof(name), "id%03zu", seen->number);
		anchor = (const yaml_char_t *)name;
	}
	if (seen->is_written)
		return emit(dump, &event, yaml_alias_event_initialize(&event, anchor));
	seen->is_written = true;
	if (value->kind == VALUE_LIST)
		return write_list(value, anchor, dump);
	return write_map(value, anchor, dump);
}

static int write_stream(const struct value *value, struct dump *dump)
{
	const struct dump_yaml_options *options = dump->options;
	yaml_event_t event;
	int rc;

	rc = emit(dump, &event, yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING));
	if (rc == 0)
		rc = emit(dump, &event,
				yaml_document_start_event_initialize(&event, NULL, NULL, NULL,
						!options->explicit_start));
	if (rc == 0)
		rc = write_value(value, dump);
	if (rc == 0)
		rc = emit(dump, &event,
				yaml_document_end_event_initialize(&event, !options->explicit_end));
	if (rc == 0)
		rc = emit(dump, &event, yaml_stream_end_event_initialize(&event));
	return rc;
}

int dump_yaml(const struct value *value, const struct dump_yaml_options *options, struct buf *out)
{
	struct dump dump = {.options = options, .out = out};
	int rc;

	rc = mark_all(value, 0, &dump);
	if (rc == 0 && !yaml_emitter_initialize(&dump.emitter))
		rc = -ENOMEM;
	if (rc < 0)
		goto out;

	yaml_emitter_set_output(&dump.emitter, take_text, &dump);
	yaml_emitter_set_indent(&dump.emitter, (int)options->indent);
	yaml_emitter_set_width(&dump.emitter, (int)options->width);
	yaml_emitter_set_unicode(&dump.emitter, options->allow_unicode);
	rc = write_stream(value, &dump);
	yaml_emitter_delete(&dump.emitter);
	if (rc == 0 && !buf_ok(out))
		rc = -ENOMEM;
out:
	free(dump.seen);
	return rc;
}
