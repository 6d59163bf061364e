#include "src/render/views.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/str.h"
#include "src/render/view_writer.h"
#include "src/value/dump.h"
#include "src/value/number.h"
#include "src/value/query.h"

#define MESSAGE_SIZE 1024
#define YAML_WIDTH   4096 /* columns: long texts stay on their line */

static const char *const names[] = {
		[VIEW_JSON] = "json",
		[VIEW_YAML] = "yaml",
		[VIEW_ENV] = "env",
		[VIEW_ENV_DOCKER] = "env-docker",
		[VIEW_SHELL] = "shell",
		[VIEW_PROPERTIES] = "properties",
		[VIEW_INI] = "ini",
		[VIEW_TOML] = "toml",
		[VIEW_TOML + 1] = NULL,
};

int view_format_find(const char *name, enum view_format *out, struct err *err)
{
	const char *near;
	size_t i;

	for (i = 0; names[i]; i++) {
		if (strcmp(names[i], name) == 0) {
			*out = (enum view_format)i;
			return 0;
		}
	}
	near = str_suggest(name, names);
	if (near)
		return err_set(err, EINVAL, "unknown format '%s' (did you mean '%s'?)", name, near);
	return err_set(err, EINVAL,
			"unknown format '%s'; there are json, yaml, env, env-docker, shell, "
			"properties, ini and toml",
			name);
}

const char *view_format_name(enum view_format format)
{
	return names[format];
}

void view_complain(struct view *view, const struct value *value, const char *fmt, ...)
{
	const char *path = view->path.len > 0 ? buf_str(&view->path) : "the view";
	char message[MESSAGE_SIZE];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(message, sizeof(message), fmt, ap) < 0)
		message[0] = '\0';
	va_end(ap);
	diag_add(view->findings, DIAG_ERROR, value->origin.file, value->origin.line,
			value->origin.column, "%s: %s", path, message);
}

size_t view_enter(struct view *view, const struct value *key)
{
	size_t before = view->path.len;

	query_add_key(&view->path, key);
	return before;
}

bool view_scalar(struct view *view, const struct value *value, struct buf *text)
{
	char number[NUMBER_TEXT_SIZE];

	buf_clear(text);
	switch (value->kind) {
	case VALUE_BOOL:
		buf_add_str(text, value->boolean ? "true" : "false");
		return true;
	case VALUE_INT:
		buf_printf(text, "%" PRId64, value->integer);
		return true;
	case VALUE_FLOAT:
		number_format(value->real, number);
		buf_add_str(text, number);
		return true;
	case VALUE_STRING:
		buf_add(text, value->string.text, value->string.len);
		return true;
	case VALUE_NULL:
		view_complain(view, value,
				"%s has no null; write '' for an empty text, or remove the key "
				"with !delete",
				view_format_name(view->format));
		return false;
	case VALUE_LIST:
	case VALUE_MAP:
		break;
	}
	view_complain(view, value, "%s cannot say %s here; write it as one text",
			view_format_name(view->format), value_kind_noun(value->kind));
	return false;
}

void view_key(const struct value *key, struct buf *text)
{
	buf_clear(text);
	if (key->kind == VALUE_INT)
		buf_printf(text, "%" PRId64, key->integer);
	else
		buf_add(text, key->string.text, key->string.len);
}

bool view_wants_map(struct view *view, const struct value *value)
{
	if (value->kind == VALUE_MAP)
		return true;
	view_complain(view, value, "a file in %s is made from a map, not from %s",
			view_format_name(view->format), value_kind_noun(value->kind));
	return false;
}

bool view_may_go_on(struct view *view)
{
	if (view->out->len > VIEW_SIZE_MAX)
		view->is_large = true;
	return !view->is_large && buf_ok(view->out) && buf_ok(&view->path);
}

void view_check_twins(struct view *view, const struct value *map)
{
	struct value name = {.kind = VALUE_STRING};
	struct buf text = BUF_INIT;
	const struct value *key;
	size_t i;

	for (i = 0; i < map->map.count; i++) {
		key = map->map.pairs[i].key;
		if (key->kind != VALUE_INT)
			continue;
		view_key(key, &text);
		name.string.text = buf_str(&text);
		name.string.len = text.len;
		if (value_find_pair(map, &name))
			view_complain(view, key, "the keys %s and '%s' are the same in %s",
					buf_str(&text), buf_str(&text),
					view_format_name(view->format));
	}
	buf_release(&text);
}

/* JSON has less than the values: no NaN, no infinity, and all keys are texts. */
static void check_json(struct view *view, const struct value *value, unsigned depth)
{
	size_t i, before;

	if (value->kind == VALUE_FLOAT && !isfinite(value->real))
		view_complain(view, value, "json has no number for this; write it as a text");
	if (depth > VIEW_DEPTH_MAX)
		return; /* dump_json() says so */
	for (i = 0; value->kind == VALUE_LIST && i < value->list.count; i++) {
		before = view->path.len;
		query_add_index(&view->path, i);
		check_json(view, value->list.items[i], depth + 1);
		buf_cut(&view->path, before);
	}
	if (value->kind != VALUE_MAP)
		return;
	view_check_twins(view, value);
	for (i = 0; i < value->map.count; i++) {
		before = view_enter(view, value->map.pairs[i].key);
		check_json(view, value->map.pairs[i].value, depth + 1);
		buf_cut(&view->path, before);
	}
}

static int write_json(struct view *view, const struct value *value)
{
	struct dump_json_options options = DUMP_JSON_OPTIONS_DEFAULT;
	int rc;

	options.indent = 2;
	options.ensure_ascii = false;
	rc = dump_json(value, &options, view->out);
	buf_add_char(view->out, '\n');
	if (rc == 0)
		check_json(view, value, 0); /* it is not larger than its text */
	return rc;
}

static int write_yaml(struct view *view, const struct value *value)
{
	struct dump_yaml_options options = DUMP_YAML_OPTIONS_DEFAULT;

	options.flow = DUMP_FLOW_NEVER;
	options.sort_keys = false;
	options.allow_unicode = true;
	options.width = YAML_WIDTH;
	return dump_yaml(value, &options, view->out);
}

static int write_format(struct view *view, const struct value *value)
{
	switch (view->format) {
	case VIEW_JSON:
		return write_json(view, value);
	case VIEW_YAML:
		return write_yaml(view, value);
	case VIEW_ENV:
	case VIEW_ENV_DOCKER:
	case VIEW_SHELL:
		view_write_env(view, value);
		return 0;
	case VIEW_PROPERTIES:
		view_write_properties(view, value);
		return 0;
	case VIEW_INI:
		view_write_ini(view, value);
		return 0;
	case VIEW_TOML:
		view_write_toml(view, value);
		return 0;
	}
	return -EINVAL;
}

int view_format(const struct value *value, enum view_format format, const char *path,
		struct buf *out, struct diag *findings)
{
	struct view view = {.format = format, .out = out, .findings = findings};
	size_t errors_before = findings->errors;
	int rc;

	buf_add_str(&view.path, path);
	rc = write_format(&view, value);
	if (rc == 0 && (!buf_ok(out) || !buf_ok(&view.path)))
		rc = -ENOMEM;
	buf_cut(&view.path, strlen(path));
	if (rc == -E2BIG || view.is_large || out->len > VIEW_SIZE_MAX) {
		view_complain(&view, value, "more than %u bytes of %s", VIEW_SIZE_MAX,
				names[format]);
		rc = -E2BIG;
	} else if (rc == -EINVAL) {
		view_complain(&view, value, "nested deeper than %s can be written", names[format]);
	}
	buf_release(&view.path);
	if (rc == 0 && findings->errors > errors_before)
		rc = -EINVAL;
	return rc;
}
