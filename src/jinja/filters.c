#include "src/jinja/call.h"

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

const struct function jinja_filters[] = {
		{"count", filter_length},
		{"d", filter_default},
		{"default", filter_default},
		{"length", filter_length},
};
const size_t jinja_filter_count = sizeof(jinja_filters) / sizeof(*jinja_filters);
