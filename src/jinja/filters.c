#include "src/jinja/filters.h"

#include "src/jinja/index.h"
#include "src/jinja/run.h"

static int filter_default(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"default_value"}, {"boolean"}};
	struct object args[2];
	bool by_truth, is_true;

	if (call_bind(run, call, params, 2, 0, args) < 0 ||
			arg_bool(run, args[1], false, &by_truth) < 0)
		return -1;
	*out = call->self;
	if (call->self.kind != OBJECT_UNDEFINED) {
		if (!by_truth)
			return 0;
		if (object_truth(run, call->self, &is_true) < 0)
			return -1;
		if (is_true)
			return 0;
	}
	*out = args[0];
	return is_absent(args[0]) ? object_string_z(run, "", out) : 0;
}

static int filter_length(struct run *run, const struct call *call, struct object *out)
{
	int64_t length;

	if (call_bind(run, call, NULL, 0, 0, NULL) < 0 ||
			object_length(run, call->self, &length) < 0)
		return -1;
	*out = object_int(length);
	return 0;
}

static int filter_attr(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"name"}};
	const struct text *name;
	struct object arg;
	bool found;

	if (call_bind(run, call, params, 1, 1, &arg) < 0 || arg_text(run, arg, "", &name) < 0)
		return -1;
	if (call->self.kind == OBJECT_UNDEFINED)
		return object_attribute(run, call->self, name, out);
	if (index_find_attribute(run, call->self, name, out, &found) < 0)
		return -1;
	if (!found)
		*out = index_no_attribute(run, call->self, name);
	return 0;
}

const struct function jinja_filters[] = {
		{"abs", filter_abs},
		{"attr", filter_attr},
		{"batch", filter_batch},
		{"capitalize", filter_capitalize},
		{"center", filter_center},
		{"count", filter_length},
		{"d", filter_default},
		{"default", filter_default},
		{"dictsort", filter_dictsort},
		{"e", filter_escape},
		{"escape", filter_escape},
		{"filesizeformat", filter_filesizeformat},
		{"first", filter_first},
		{"float", filter_float},
		{"forceescape", filter_forceescape},
		{"format", filter_format},
		{"groupby", filter_groupby},
		{"indent", filter_indent},
		{"int", filter_int},
		{"items", filter_items},
		{"join", filter_join},
		{"last", filter_last},
		{"length", filter_length},
		{"list", filter_list},
		{"lower", filter_lower},
		{"map", filter_map},
		{"max", filter_max},
		{"min", filter_min},
		{"pprint", filter_pprint},
		{"reject", filter_reject},
		{"rejectattr", filter_rejectattr},
		{"replace", filter_replace},
		{"reverse", filter_reverse},
		{"round", filter_round},
		{"safe", filter_safe},
		{"select", filter_select},
		{"selectattr", filter_selectattr},
		{"slice", filter_slice},
		{"sort", filter_sort},
		{"string", filter_string},
		{"striptags", filter_striptags},
		{"sum", filter_sum},
		{"title", filter_title},
		{"tojson", filter_tojson},
		{"trim", filter_trim},
		{"truncate", filter_truncate},
		{"unique", filter_unique},
		{"upper", filter_upper},
		{"urlencode", filter_urlencode},
		{"wordcount", filter_wordcount},
		{"wordwrap", filter_wordwrap},
		{"xmlattr", filter_xmlattr},
};
const size_t jinja_filter_count = sizeof(jinja_filters) / sizeof(*jinja_filters);
