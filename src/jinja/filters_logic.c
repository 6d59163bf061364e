#include <string.h>

#include "src/jinja/ansible.h"
#include "src/jinja/run.h"
#include "src/jinja/text.h"

/* What Python's == says of OBJECT and 1; a number only. */
static int equals_one(struct run *run, struct object object, bool *out)
{
	return object_equal(run, object, object_int(1), out);
}

/* Unknown words are false, as in Ansible, however much they look like true. */
int filter_bool(struct run *run, const struct call *call, struct object *out)
{
	static const char *const words[] = {"yes", "on", "1", "true"};
	struct object self = call->self;
	bool is_true = false;
	size_t i;

	if (call_bind(run, call, NULL, 0, 0, NULL) < 0)
		return -1;
	*out = self;
	if (self.kind == OBJECT_NONE || self.kind == OBJECT_BOOL)
		return 0;
	if (self.kind != OBJECT_STRING) {
		if (equals_one(run, self, &is_true) < 0)
			return -1;
		*out = object_bool(is_true);
		return 0;
	}
	for (i = 0; i < sizeof(words) / sizeof(*words); i++)
		is_true = is_true ||
				(strcasecmp(self.text->data, words[i]) == 0 &&
						self.text->len == strlen(words[i]));
	*out = object_bool(is_true);
	return 0;
}

int filter_ternary(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"true_val"}, {"false_val"}, {"none_val"}};
	struct object args[3];
	bool is_true;

	if (call_bind(run, call, params, 3, 2, args) < 0)
		return -1;
	if (call->self.kind == OBJECT_NONE && !is_absent(args[2]) && args[2].kind != OBJECT_NONE) {
		*out = args[2];
		return 0;
	}
	if (object_truth(run, call->self, &is_true) < 0)
		return -1;
	*out = args[is_true ? 0 : 1];
	return 0;
}

int filter_mandatory(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"msg"}};
	const struct text *message;
	struct object arg;

	if (call_bind(run, call, params, 1, 0, &arg) < 0)
		return -1;
	*out = call->self;
	if (call->self.kind != OBJECT_UNDEFINED)
		return 0;
	if (!is_absent(arg) && arg.kind != OBJECT_NONE) {
		if (ansible_text(run, arg, &message) < 0)
			return -1;
		return run_fail(run, FAULT_UNDEFINED, "%s", message->data);
	}
	if (call->self.undefined && call->self.undefined->name)
		return run_fail(run, FAULT_UNDEFINED, "Mandatory variable '%s' not defined.",
				call->self.undefined->name);
	return run_fail(run, FAULT_UNDEFINED, "Mandatory variable not defined.");
}

int filter_type_debug(struct run *run, const struct call *call, struct object *out)
{
	if (call_bind(run, call, NULL, 0, 0, NULL) < 0)
		return -1;
	if (call->self.kind == OBJECT_UNDEFINED) /* Ansible has a class of its own for these */
		return object_string_z(run, "AnsibleUndefined", out);
	return object_string_z(run, object_type(call->self), out);
}
