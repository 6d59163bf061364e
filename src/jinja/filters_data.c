/*
 * to_json, to_yaml and their kin. Keywords of json.dumps() and yaml.dump() that change what is
 * written and that we do not have are refused by name; those that change nothing here are taken.
 */
#include <errno.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/jinja/ansible.h"
#include "src/jinja/convert.h"
#include "src/jinja/number.h"
#include "src/jinja/run.h"
#include "src/jinja/text.h"
#include "src/value/doc.h"
#include "src/value/dump.h"
#include "src/value/value.h"

/* What dumping to BUF ended with, and BUF as a string. */
static int finish(struct run *run, const struct call *call, int rc, struct buf *buf,
		struct object *out)
{
	if (rc == 0)
		rc = run_charge(run, buf->len / 16);
	else if (rc == -E2BIG)
		rc = run_fail(run, FAULT_LIMIT, "%s: the result is too long", call->name);
	else if (rc == -ENOMEM)
		rc = run_fail(run, FAULT_MEMORY, "%s: no memory", call->name);
	else
		rc = run_fail(run, FAULT_RUNTIME,
				"%s: nested too deep, or keys that cannot be sorted together",
				call->name);
	if (rc == 0)
		return object_string_buf(run, buf, out);
	buf_release(buf);
	return -1;
}

static int refuse_keyword(struct run *run, const struct call *call, const struct text *name)
{
	return run_fail(run, FAULT_REFUSED, "%s: the argument '%s' is not supported", call->name,
			name->data);
}

/* --- JSON --- */

/* separators=(',', ': '), or none. */
static int take_separators(struct run *run, struct object pair, struct dump_json_options *options)
{
	const struct text *item, *key;
	struct list *list;

	if (pair.kind == OBJECT_NONE)
		return 0;
	if (object_items(run, pair, &list) < 0)
		return -1;
	if (list->count != 2)
		return run_fail(run, FAULT_RUNTIME, "separators are two: of items and of keys");
	if (arg_text(run, list->items[0], "", &item) < 0 ||
			arg_text(run, list->items[1], "", &key) < 0)
		return -1;
	options->item_separator = item->data;
	options->key_separator = key->data;
	return 0;
}

static int take_json_indent(
		struct run *run, struct object indent, struct dump_json_options *options)
{
	int64_t width;

	options->indent = -1;
	if (indent.kind == OBJECT_NONE)
		return 0;
	if (indent.kind == OBJECT_STRING)
		return run_fail(run, FAULT_REFUSED, "an indent other than blanks is not supported");
	if (arg_int(run, indent, 0, &width) < 0)
		return -1;
	if (width > RUN_REPEAT_MAX)
		return run_fail(run, FAULT_LIMIT, "an indent of more than %d", RUN_REPEAT_MAX);
	options->indent = width < 0 ? 0 : (int)width;
	return 0;
}

/*
 * Keywords that need nothing done for them, if their value is false (or, for some, whatever it is).
 */
static int take_ignored(struct run *run, const struct call *call, const struct keyword *keyword)
{
	static const char *const harmless[] = {
			"vault_to_text", "preprocess_unsafe", "check_circular", "allow_nan"};
	bool is_set;

	if (text_equal_z(keyword->name, "skipkeys") || text_equal_z(keyword->name, "default") ||
			text_equal_z(keyword->name, "cls")) {
		if (object_truth(run, keyword->value, &is_set) < 0)
			return -1;
		return is_set ? refuse_keyword(run, call, keyword->name) : 0;
	}
	for (size_t i = 0; i < sizeof(harmless) / sizeof(*harmless); i++) {
		if (!text_equal_z(keyword->name, harmless[i]))
			continue;
		if (i < 2)
			return 0;
		if (object_truth(run, keyword->value, &is_set) < 0)
			return -1;
		return is_set ? 0 : refuse_keyword(run, call, keyword->name);
	}
	return run_fail(run, FAULT_RUNTIME, "%s() got an unexpected keyword argument '%s'",
			call->name, keyword->name->data);
}

static int take_json_keyword(struct run *run, const struct call *call,
		const struct keyword *keyword, struct dump_json_options *options)
{
	if (text_equal_z(keyword->name, "indent"))
		return take_json_indent(run, keyword->value, options);
	if (text_equal_z(keyword->name, "sort_keys"))
		return object_truth(run, keyword->value, &options->sort_keys);
	if (text_equal_z(keyword->name, "ensure_ascii"))
		return object_truth(run, keyword->value, &options->ensure_ascii);
	if (text_equal_z(keyword->name, "separators") && !options->item_separator)
		return take_separators(run, keyword->value, options);
	return take_ignored(run, call, keyword);
}

static int to_json(struct run *run, const struct call *call, struct dump_json_options *options,
		struct object *out)
{
	struct buf buf = BUF_INIT;
	struct value *value;

	for (size_t i = 0; i < call->keyword_count; i++) {
		if (take_json_keyword(run, call, &call->keywords[i], options) < 0)
			return -1;
	}
	if (convert_to_value(run, call->self, &value) < 0)
		return -1;
	return finish(run, call, dump_json(value, options, &buf), &buf, out);
}

static int too_many_arguments(struct run *run, const struct call *call)
{
	return run_fail(run, FAULT_RUNTIME, "%s() takes no more positional arguments", call->name);
}

int filter_to_json(struct run *run, const struct call *call, struct object *out)
{
	struct dump_json_options options = DUMP_JSON_OPTIONS_DEFAULT;

	if (call->count > 0)
		return too_many_arguments(run, call);
	return to_json(run, call, &options, out);
}

int filter_to_nice_json(struct run *run, const struct call *call, struct object *out)
{
	struct dump_json_options options = {.indent = 4,
			.item_separator = ",",
			.key_separator = ": ",
			.sort_keys = true,
			.ensure_ascii = true};

	if (call->count > 2)
		return too_many_arguments(run, call);
	if ((call->count > 0 && take_json_indent(run, call->args[0], &options) < 0) ||
			(call->count > 1 &&
					object_truth(run, call->args[1], &options.sort_keys) < 0))
		return -1;
	return to_json(run, call, &options, out);
}

/* --- YAML --- */

static int take_unsigned(struct run *run, struct object arg, unsigned fallback, unsigned *out)
{
	int64_t number;

	*out = fallback;
	if (arg.kind == OBJECT_NONE)
		return 0;
	if (arg.kind == OBJECT_FLOAT ? number_truncate(run, arg.real, &number) < 0
				     : arg_int(run, arg, 0, &number) < 0)
		return -1;
	if (number > INT32_MAX || number < INT32_MIN)
		return run_fail(run, FAULT_RUNTIME, "Python int too large to convert to C int");
	*out = (unsigned)number; /* what is negative means "without end" to libyaml */
	return 0;
}

static int take_flow(struct run *run, struct object arg, struct dump_yaml_options *options)
{
	bool is_flow;

	options->flow = DUMP_FLOW_LEAVES;
	if (arg.kind == OBJECT_NONE)
		return 0;
	if (object_truth(run, arg, &is_flow) < 0)
		return -1;
	options->flow = is_flow ? DUMP_FLOW_ALWAYS : DUMP_FLOW_NEVER;
	return 0;
}

static int take_yaml_keyword(struct run *run, const struct call *call,
		const struct keyword *keyword, struct dump_yaml_options *options)
{
	static const char *const others[] = {
			"default_style", "canonical", "line_break", "encoding", "version", "tags"};

	if (text_equal_z(keyword->name, "indent"))
		return take_unsigned(run, keyword->value, 2, &options->indent);
	if (text_equal_z(keyword->name, "width"))
		return take_unsigned(run, keyword->value, 80, &options->width);
	if (text_equal_z(keyword->name, "sort_keys"))
		return object_truth(run, keyword->value, &options->sort_keys);
	if (text_equal_z(keyword->name, "explicit_start"))
		return object_truth(run, keyword->value, &options->explicit_start);
	if (text_equal_z(keyword->name, "explicit_end"))
		return object_truth(run, keyword->value, &options->explicit_end);
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		if (text_equal_z(keyword->name, others[i]))
			return keyword->value.kind == OBJECT_NONE
					? 0
					: refuse_keyword(run, call, keyword->name);
	}
	return run_fail(run, FAULT_RUNTIME, "%s() got an unexpected keyword argument '%s'",
			call->name, keyword->name->data);
}

/*
 * ALLOWS_FLOW: default_flow_style may be given. Arguments by position are ignored, as in Ansible.
 */
static int to_yaml(struct run *run, const struct call *call, struct dump_yaml_options *options,
		bool allows_flow, struct object *out)
{
	struct buf buf = BUF_INIT;
	struct value *value;

	for (size_t i = 0; i < call->keyword_count; i++) {
		const struct keyword *keyword = &call->keywords[i];

		if (allows_flow && text_equal_z(keyword->name, "default_flow_style")) {
			if (take_flow(run, keyword->value, options) < 0)
				return -1;
		} else if (take_yaml_keyword(run, call, keyword, options) < 0) {
			return -1;
		}
	}
	if (convert_to_shared(run, call->self, &value) < 0)
		return -1;
	return finish(run, call, dump_yaml(value, options, &buf), &buf, out);
}

int filter_to_yaml(struct run *run, const struct call *call, struct object *out)
{
	struct dump_yaml_options options = DUMP_YAML_OPTIONS_DEFAULT;

	options.allow_unicode = true;
	return to_yaml(run, call, &options, true, out);
}

int filter_to_nice_yaml(struct run *run, const struct call *call, struct object *out)
{
	struct dump_yaml_options options = DUMP_YAML_OPTIONS_DEFAULT;

	options.allow_unicode = true;
	options.indent = 4;
	options.flow = DUMP_FLOW_NEVER;
	if (call->count > 0 && take_unsigned(run, call->args[0], 2, &options.indent) < 0)
		return -1;
	return to_yaml(run, call, &options, false, out);
}

/* YAML 1.1 as PyYAML's SafeLoader reads it; other things than strings are left as they are. */
static int from_yaml(struct run *run, const struct call *call, bool is_stream, struct object *out)
{
	struct doc_options options = {.is_yaml11 = true, .is_stream = is_stream};
	struct diag findings = DIAG_INIT;
	const struct text *text;
	struct value *value;

	*out = call->self;
	if (call_bind(run, call, NULL, 0, 0, NULL) < 0)
		return -1;
	if (call->self.kind != OBJECT_STRING)
		return 0;
	text = call->self.text;
	if (run_charge(run, 1 + text->len / 8) < 0)
		return -1;
	value = doc_parse_as(run->arena, &options, call->name, text->data, text->len, &findings);
	if (!value)
		(void)run_fail(run, FAULT_RUNTIME, "%s: line %u, column %u: %s", call->name,
				findings.count ? findings.items[0].line : 0,
				findings.count ? findings.items[0].column : 0,
				findings.count ? findings.items[0].message : "no memory");
	diag_release(&findings);
	return value ? convert_to_object(run, value, out) : -1;
}

int filter_from_yaml(struct run *run, const struct call *call, struct object *out)
{
	return from_yaml(run, call, false, out);
}

int filter_from_yaml_all(struct run *run, const struct call *call, struct object *out)
{
	struct object list;

	if (from_yaml(run, call, true, &list) < 0)
		return -1;
	*out = list;
	return call->self.kind == OBJECT_STRING ? object_generator(run, "generator", list.list, out)
						: 0;
}
