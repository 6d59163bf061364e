/*
 * libyaml's events become values on an explicit stack, so that neither this file nor its callers
 * recurse deeper than DOC_DEPTH_MAX, whatever the text holds.
 *
 * Three things make small texts large. Nesting: libyaml takes time quadratic in the number of
 * open brackets, so depth is counted when a bracket opens, not when the tree is complete.
 * Aliases: ten lines can stand for 10^10 nodes; nodes are shared here, but whoever prints or
 * walks the result pays for every one, so each alias is charged with the size of what it stands
 * for. And an alias nests as deep as its anchor, so that one hundred lines of `&b [*a]` would
 * pass any count of brackets: each anchor remembers its height. A value therefore has at most
 * DOC_NODES_MAX nodes and DOC_DEPTH_MAX levels however it is walked.
 *
 * Faults of single nodes (a duplicate key, an unknown tag) are collected and parsing goes on;
 * after a fault of syntax or a limit it stops, because what would follow is noise.
 */
#include "src/value/doc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "src/base/arena.h"
#include "src/base/diag.h"
#include "src/base/vec.h"
#include "src/value/scalar.h"
#include "src/value/value.h"

/* What a map waits for. */
enum expect {
	EXPECT_KEY,
	EXPECT_VALUE,
	EXPECT_MERGE,	/* the value of a `<<` */
	EXPECT_NOTHING, /* the value of a key that was wrong: dropped */
};

/* An open list or map. */
struct frame {
	struct value *value;
	struct value *key;
	struct value *merge; /* what `<<` leads to, or NULL */
	enum expect expect;
	size_t nodes_before;
	unsigned height; /* levels below, so far */
	size_t anchor;	 /* 1 + its index, 0: none */
};

struct anchor {
	struct value *value;
	size_t nodes;
	unsigned height;
	bool is_open;
};

/* A complete node on its way into the frame that holds it. */
struct item {
	struct value *value;
	unsigned height;
	bool is_merge_key;
};

struct doc {
	struct arena *arena;
	struct scalar_reader reader;
	bool is_stream;
	struct frame stack[DOC_DEPTH_MAX];
	unsigned depth;
	size_t nodes;
	struct anchor *anchors;
	size_t anchor_count, anchor_cap;
	struct value *anchor_names; /* map: name -> index of the newest anchor of that name */
	struct value *root;
	bool has_document;
	bool is_stopped;
};

/* A finding at MARK. */
#define complain(doc, mark, ...) scalar_complain(&(doc)->reader, mark, __VA_ARGS__)

/* The same, and no more of this document. */
#define stop(doc, mark, ...)                                                                       \
	do {                                                                                       \
		complain(doc, mark, __VA_ARGS__);                                                  \
		(doc)->is_stopped = true;                                                          \
	} while (0)

static void stop_memory(struct doc *doc, const yaml_mark_t *mark)
{
	stop(doc, mark, "not enough memory for this document");
}

static void set_origin(struct doc *doc, struct value *value, const yaml_mark_t *mark)
{
	value->origin.file = doc->reader.file;
	value->origin.line = (uint32_t)mark->line + 1;
	value->origin.column = (uint32_t)mark->column + 1;
}

/* COUNT more nodes: false when that is too many. */
static bool charge(struct doc *doc, size_t count, const yaml_mark_t *mark)
{
	doc->nodes += count;
	if (doc->nodes <= DOC_NODES_MAX)
		return true;
	stop(doc, mark, "more than %u nodes, with aliases expanded", DOC_NODES_MAX);
	return false;
}

/* Remember VALUE under NAME; 1 + its index, or 0 when there is no name or no memory. */
static size_t anchor_add(struct doc *doc, const yaml_char_t *name, struct value *value,
		bool is_open, const yaml_mark_t *mark)
{
	struct value *index;

	if (!name || doc->is_stopped)
		return 0;
	index = value_int(doc->arena, (int64_t)doc->anchor_count);
	if (value_set(doc->arena, doc->anchor_names, (const char *)name, index) < 0 ||
			vec_reserve(&doc->anchors, &doc->anchor_cap, doc->anchor_count + 1,
					sizeof(*doc->anchors)) < 0) {
		stop_memory(doc, mark);
		return 0;
	}
	doc->anchors[doc->anchor_count++] =
			(struct anchor){.value = value, .nodes = 1, .is_open = is_open};
	return doc->anchor_count;
}

static struct anchor *anchor_find(const struct doc *doc, const char *name)
{
	const struct value *index = value_get(doc->anchor_names, name);

	return index ? &doc->anchors[index->integer] : NULL;
}

static void take_key(struct doc *doc, struct frame *frame, const struct item *item,
		const yaml_mark_t *mark)
{
	struct value *key = item->value;
	struct value_pair *first;
	char text[SCALAR_SHOWN_SIZE];

	frame->expect = EXPECT_NOTHING;
	if (item->is_merge_key) {
		if (frame->merge)
			complain(doc, mark, "duplicate key '<<'");
		else
			frame->expect = EXPECT_MERGE;
		return;
	}
	if (key->kind != VALUE_STRING && key->kind != VALUE_INT) {
		complain(doc, mark, "a key must be a string or an integer, not %s%s",
				value_kind_noun(key->kind),
				key->kind < VALUE_LIST ? "; quote it" : "");
		return;
	}
	first = doc->reader.is_yaml11 ? NULL : value_find_pair(frame->value, key);
	if (first && key->kind == VALUE_STRING)
		complain(doc, mark, "duplicate key '%s' (first in line %u)",
				scalar_shown(key->string.text, text), first->key->origin.line);
	else if (first)
		complain(doc, mark, "duplicate key %lld (first in line %u)",
				(long long)key->integer, first->key->origin.line);
	if (first)
		return;
	frame->key = key;
	frame->expect = EXPECT_VALUE;
}

/* A map, or a list of maps? */
static bool is_mergeable(const struct value *value)
{
	size_t i;

	if (value->kind == VALUE_MAP)
		return true;
	if (value->kind != VALUE_LIST)
		return false;
	for (i = 0; i < value->list.count; i++) {
		if (value->list.items[i]->kind != VALUE_MAP)
			return false;
	}
	return true;
}

static void take_merge(
		struct doc *doc, struct frame *frame, struct value *value, const yaml_mark_t *mark)
{
	if (is_mergeable(value))
		frame->merge = value;
	else
		complain(doc, mark, "'<<' needs a map or a list of maps");
}

static int add_pairs(struct arena *arena, struct value *map, const struct value *from)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < from->map.count && rc == 0; i++)
		rc = value_set_pair(arena, map, from->map.pairs[i].key, from->map.pairs[i].value);
	return rc;
}

/* What is added later wins: so the list from its end, then the map's own pairs. */
static int merge_pairs(struct arena *arena, const struct frame *frame)
{
	struct value *merged = value_map(arena);
	const struct value *from = frame->merge;
	size_t i;
	int rc = merged ? 0 : -ENOMEM;

	if (rc == 0 && from->kind == VALUE_MAP)
		rc = add_pairs(arena, merged, from);
	for (i = from->kind == VALUE_LIST ? from->list.count : 0; i > 0 && rc == 0; i--)
		rc = add_pairs(arena, merged, from->list.items[i - 1]);
	if (rc == 0)
		rc = add_pairs(arena, merged, frame->value);
	if (rc == 0)
		frame->value->map = merged->map;
	return rc;
}

static void place_root(struct doc *doc, struct value *value, const yaml_mark_t *mark)
{
	if (!doc->is_stream)
		doc->root = value;
	else if (value_append(doc->arena, doc->root, value) < 0)
		stop_memory(doc, mark);
}

/* Put a complete node where it belongs. */
static void place(struct doc *doc, const struct item *item, const yaml_mark_t *mark)
{
	struct frame *frame;
	int rc = 0;

	if (doc->is_stopped)
		return;
	frame = doc->depth > 0 ? &doc->stack[doc->depth - 1] : NULL;
	if (item->value->is_deletion && (!frame || frame->value->kind != VALUE_MAP))
		complain(doc, mark, "'!delete' removes a key, so it stands only behind one");
	if (!frame) {
		place_root(doc, item->value, mark);
		return;
	}
	if (item->height > frame->height)
		frame->height = item->height;
	if (frame->value->kind == VALUE_LIST) {
		rc = value_append(doc->arena, frame->value, item->value);
	} else if (frame->expect == EXPECT_KEY) {
		take_key(doc, frame, item, mark);
		return;
	} else if (frame->expect == EXPECT_VALUE) {
		rc = value_set_pair(doc->arena, frame->value, frame->key, item->value);
	} else if (frame->expect == EXPECT_MERGE) {
		take_merge(doc, frame, item->value, mark);
	}
	frame->expect = EXPECT_KEY;
	if (rc < 0)
		stop_memory(doc, mark);
}

static void open_collection(struct doc *doc, struct value *value, const yaml_char_t *anchor,
		const yaml_mark_t *mark)
{
	struct frame *frame;

	if (!value) {
		stop_memory(doc, mark);
		return;
	}
	if (doc->depth == DOC_DEPTH_MAX) {
		stop(doc, mark, "nested deeper than %d levels", DOC_DEPTH_MAX);
		return;
	}
	set_origin(doc, value, mark);
	frame = &doc->stack[doc->depth];
	*frame = (struct frame){.value = value, .nodes_before = doc->nodes};
	if (!charge(doc, 1, mark))
		return;
	frame->anchor = anchor_add(doc, anchor, value, true, mark);
	doc->depth++;
}

static void close_collection(struct doc *doc, const yaml_mark_t *mark)
{
	struct frame *frame = &doc->stack[doc->depth - 1];
	struct item item = {.value = frame->value, .height = frame->height + 1};
	struct anchor *anchor;
	yaml_mark_t start;

	if (frame->merge && merge_pairs(doc->arena, frame) < 0) {
		stop_memory(doc, mark);
		return;
	}
	if (frame->anchor > 0) {
		anchor = &doc->anchors[frame->anchor - 1];
		anchor->is_open = false;
		anchor->nodes = doc->nodes - frame->nodes_before;
		anchor->height = item.height;
	}
	doc->depth--;
	start = (yaml_mark_t){.line = frame->value->origin.line - 1,
			.column = frame->value->origin.column - 1};
	place(doc, &item, &start);
}

static bool expects_key(const struct doc *doc)
{
	const struct frame *frame = doc->depth > 0 ? &doc->stack[doc->depth - 1] : NULL;

	return frame && frame->value->kind == VALUE_MAP && frame->expect == EXPECT_KEY;
}

static void on_scalar(struct doc *doc, const yaml_event_t *event)
{
	const yaml_mark_t *mark = &event->start_mark;
	struct item item = {0};

	item.value = value_string_n(doc->arena, (const char *)event->data.scalar.value,
			event->data.scalar.length);
	if (!item.value) {
		stop_memory(doc, mark);
		return;
	}
	if (!charge(doc, 1, mark))
		return;
	set_origin(doc, item.value, mark);
	item.is_merge_key = scalar_is_merge_key(event) && expects_key(doc);
	if (!item.is_merge_key)
		scalar_read(&doc->reader, event, expects_key(doc), item.value);
	(void)anchor_add(doc, event->data.scalar.anchor, item.value, false, mark);
	place(doc, &item, mark);
}

static void on_alias(struct doc *doc, const yaml_event_t *event)
{
	const char *name = (const char *)event->data.alias.anchor;
	const yaml_mark_t *mark = &event->start_mark;
	struct anchor *anchor = anchor_find(doc, name);
	struct item item = {0};
	char text[SCALAR_SHOWN_SIZE];

	if (!anchor) {
		stop(doc, mark, "no anchor '%s' before this alias", scalar_shown(name, text));
		return;
	}
	if (anchor->is_open) {
		stop(doc, mark, "alias '%s' inside its own anchor", scalar_shown(name, text));
		return;
	}
	if (doc->depth + anchor->height > DOC_DEPTH_MAX) {
		stop(doc, mark, "nested deeper than %d levels, with aliases expanded",
				DOC_DEPTH_MAX);
		return;
	}
	if (!charge(doc, anchor->nodes, mark))
		return;
	item.value = anchor->value;
	item.height = anchor->height;
	place(doc, &item, mark);
}

/* Names of anchors end with their document. */
static void on_document(struct doc *doc, const yaml_event_t *event)
{
	if (doc->has_document && !doc->is_stream)
		stop(doc, &event->start_mark, "more than one document");
	doc->has_document = true;
	doc->anchor_count = 0;
	doc->anchor_names = value_map(doc->arena);
	if (!doc->anchor_names)
		stop_memory(doc, &event->start_mark);
}

static void on_event(struct doc *doc, const yaml_event_t *event)
{
	const yaml_mark_t *mark = &event->start_mark;

	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		on_document(doc, event);
		return;
	case YAML_SCALAR_EVENT:
		on_scalar(doc, event);
		return;
	case YAML_ALIAS_EVENT:
		on_alias(doc, event);
		return;
	case YAML_SEQUENCE_START_EVENT:
		scalar_check_tag(&doc->reader, event->data.sequence_start.tag, "seq", mark);
		open_collection(doc, value_list(doc->arena), event->data.sequence_start.anchor,
				mark);
		return;
	case YAML_MAPPING_START_EVENT:
		scalar_check_tag(&doc->reader, event->data.mapping_start.tag, "map", mark);
		open_collection(doc, value_map(doc->arena), event->data.mapping_start.anchor, mark);
		return;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		close_collection(doc, mark);
		return;
	default:
		return;
	}
}

/*
 * The place of byte OFFSET, in libyaml's terms (lines and columns from 0, columns in characters).
 */
static yaml_mark_t mark_of(const char *text, size_t len, size_t offset)
{
	yaml_mark_t mark = {0};
	size_t i;

	for (i = 0; i < offset && i < len; i++) {
		if (text[i] == '\n') {
			mark.line++;
			mark.column = 0;
		} else if (((unsigned char)text[i] & 0xc0) != 0x80) {
			mark.column++;
		}
	}
	return mark;
}

static bool is_tab_at(const char *text, size_t len, const yaml_mark_t *mark)
{
	return mark->index < len && text[mark->index] == '\t';
}

static void complain_syntax(
		struct doc *doc, const yaml_parser_t *parser, const char *text, size_t len)
{
	const char *problem = parser->problem ? parser->problem : "not YAML";
	yaml_mark_t mark = parser->problem_mark;
	bool is_encoding;

	if (parser->error == YAML_MEMORY_ERROR) {
		stop_memory(doc, &mark);
	} else if (parser->error == YAML_READER_ERROR) {
		mark = mark_of(text, len, parser->problem_offset);
		is_encoding = strstr(problem, "UTF-8") || strstr(problem, "Unicode");
		complain(doc, &mark, "%s%s", is_encoding ? "not UTF-8: " : "", problem);
	} else if (parser->error == YAML_SCANNER_ERROR && is_tab_at(text, len, &mark)) {
		complain(doc, &mark, "a tab cannot indent YAML; use spaces");
	} else if (parser->context && parser->context_mark.line != mark.line) {
		complain(doc, &mark, "%s, %s that begins in line %zu", problem, parser->context,
				parser->context_mark.line + 1);
	} else if (parser->context) {
		complain(doc, &mark, "%s, %s", problem, parser->context);
	} else {
		complain(doc, &mark, "%s", problem);
	}
	doc->is_stopped = true;
}

/* Lines that libyaml may take for directives: it compares each with all others. */
static bool has_many_directives(const char *text, size_t len)
{
	const char *p = text, *end = text + len;
	size_t count = 0;

	while (p && p < end) {
		count += *p == '%';
		p = memchr(p, '\n', (size_t)(end - p));
		p = p ? p + 1 : NULL;
	}
	return count > DOC_DIRECTIVES_MAX;
}

static void run(struct doc *doc, const char *text, size_t len)
{
	yaml_parser_t parser;
	yaml_event_t event;
	bool is_end = false;

	if (!yaml_parser_initialize(&parser)) {
		stop_memory(doc, &(yaml_mark_t){0});
		return;
	}
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
	while (!is_end && !doc->is_stopped) {
		if (!yaml_parser_parse(&parser, &event)) {
			complain_syntax(doc, &parser, text, len);
			break;
		}
		is_end = event.type == YAML_STREAM_END_EVENT;
		on_event(doc, &event);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
}

static bool is_acceptable(const struct doc *doc, const char *text, size_t len)
{
	if (len > DOC_SIZE_MAX) {
		diag_add(doc->reader.findings, DIAG_ERROR, doc->reader.file, 0, 0,
				"%zu bytes of YAML; the limit is %u", len, DOC_SIZE_MAX);
		return false;
	}
	if (has_many_directives(text, len)) {
		diag_add(doc->reader.findings, DIAG_ERROR, doc->reader.file, 0, 0,
				"more than %d lines begin with '%%'", DOC_DIRECTIVES_MAX);
		return false;
	}
	return true;
}

struct value *doc_parse_as(struct arena *arena, const struct doc_options *options, const char *file,
		const char *text, size_t len, struct diag *findings)
{
	struct doc doc = {.arena = arena, .is_stream = options->is_stream};
	size_t errors_before = findings->errors;

	doc.reader.findings = findings;
	doc.reader.is_yaml11 = options->is_yaml11;
	doc.reader.allows_deletion = options->allows_deletion;
	doc.reader.file = arena_strndup(arena, file, strlen(file));
	doc.root = options->is_stream ? value_list(arena) : value_null(arena);
	if (!doc.reader.file || !doc.root) {
		diag_add(findings, DIAG_ERROR, file, 0, 0, "not enough memory for this document");
		return NULL;
	}
	set_origin(&doc, doc.root, &(yaml_mark_t){0});
	if (is_acceptable(&doc, text, len))
		run(&doc, text ? text : "", len);
	free(doc.anchors);
	return findings->errors == errors_before ? doc.root : NULL;
}

struct value *doc_parse(struct arena *arena, const char *file, const char *text, size_t len,
		struct diag *findings)
{
	return doc_parse_as(arena, &(struct doc_options){0}, file, text, len, findings);
}

const char *doc_library_version(void)
{
	return yaml_get_version_string();
}
