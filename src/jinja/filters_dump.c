#include "src/jinja/filters.h"

#include <errno.h>

#include "src/base/buf.h"
#include "src/jinja/convert.h"
#include "src/jinja/run.h"
#include "src/value/dump.h"

#define JSON_INDENT_MAX 100 /* spaces a level */

/* JSON between script tags: what HTML would take for markup, as escapes. */
static void add_safe(const struct buf *json, struct buf *out)
{
	size_t i, from = 0;
	char c;

	for (i = 0; i < json->len; i++) {
		c = json->data[i];
		if (c != '<' && c != '>' && c != '&' && c != '\'')
			continue;
		buf_add(out, json->data + from, i - from);
		buf_printf(out, "\\u%04x", (unsigned)c);
		from = i + 1;
	}
	buf_add(out, json->data + from, json->len - from);
}

static int dump(struct run *run, const struct value *value, int indent, struct buf *out)
{
	struct dump_json_options options = DUMP_JSON_OPTIONS_DEFAULT;
	int rc;

	options.indent = indent;
	options.sort_keys = true;
	rc = dump_json(value, &options, out);
	if (rc == -EINVAL)
		return run_fail(run, FAULT_RUNTIME,
				"the keys of a dict cannot be sorted: they are of several types");
	if (rc == -E2BIG)
		return run_fail(run, FAULT_LIMIT, "a string longer than %u bytes", RUN_TEXT_MAX);
	if (rc < 0)
		return run_fail(run, FAULT_MEMORY, "out of memory");
	return run_charge(run, out->len / 16);
}

int filter_tojson(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"indent"}};
	struct buf json = BUF_INIT, safe = BUF_INIT;
	int64_t indent = -1;
	struct value *value;
	struct object arg;

	if (call_bind(run, call, params, 1, 0, &arg) < 0)
		return -1;
	if (arg.kind != OBJECT_NONE && arg_int(run, arg, -1, &indent) < 0)
		return -1;
	if (!is_absent(arg) && arg.kind != OBJECT_NONE && indent < 0)
		indent = 0;
	if (indent > JSON_INDENT_MAX)
		return run_fail(run, FAULT_LIMIT, "an indent of more than %d", JSON_INDENT_MAX);
	if (convert_to_value(run, call->self, &value) < 0)
		return -1;
	if (dump(run, value, (int)indent, &json) < 0) {
		buf_release(&json);
		return -1;
	}
	add_safe(&json, &safe);
	buf_release(&json);
	if (object_string_buf(run, &safe, out) < 0)
		return -1;
	out->is_markup = true;
	return 0;
}
