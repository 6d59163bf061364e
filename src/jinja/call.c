#include "src/jinja/call.h"

#include <string.h>

#include "src/base/str.h"
#include "src/jinja/number.h"
#include "src/jinja/run.h"
#include "src/jinja/text.h"

#define SUGGEST_MAX 512 /* names that a suggestion is chosen from */

bool is_absent(struct object object)
{
	return object.kind == OBJECT_UNDEFINED && !object.undefined;
}

static size_t find_param(const struct param *params, size_t count, const struct text *name)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (text_equal_z(name, params[i].name))
			break;
	}
	return i;
}

static int bind_keyword(struct run *run, const struct call *call, const struct keyword *keyword,
		const struct param *params, size_t count, struct object *out)
{
	size_t place = find_param(params, count, keyword->name);

	if (place == count)
		return run_fail(run, FAULT_RUNTIME, "%s() got an unexpected keyword argument '%s'",
				call->name, keyword->name->data);
	if (!is_absent(out[place]))
		return run_fail(run, FAULT_RUNTIME, "%s() got multiple values for argument '%s'",
				call->name, keyword->name->data);
	out[place] = keyword->value;
	return 0;
}

int call_bind(struct run *run, const struct call *call, const struct param *params, size_t count,
		size_t required, struct object *out)
{
	size_t i;

	if (call->count > count)
		return run_fail(run, FAULT_RUNTIME, "%s() takes at most %zu argument%s (%zu given)",
				call->name, count, count == 1 ? "" : "s", call->count);
	for (i = 0; i < count; i++)
		out[i] = i < call->count ? call->args[i] : (struct object){0};
	for (i = 0; i < call->keyword_count; i++) {
		if (bind_keyword(run, call, &call->keywords[i], params, count, out) < 0)
			return -1;
	}
	for (i = 0; i < required; i++) {
		if (is_absent(out[i]))
			return run_fail(run, FAULT_RUNTIME, "%s() missing required argument '%s'",
					call->name, params[i].name);
	}
	return 0;
}

int arg_int(struct run *run, struct object arg, int64_t fallback, int64_t *out)
{
	if (is_absent(arg)) {
		*out = fallback;
		return 0;
	}
	if (arg.kind == OBJECT_UNDEFINED)
		return object_undefined_fail(run, arg);
	if (!number_is_int(arg))
		return run_fail(run, FAULT_RUNTIME,
				"'%s' object cannot be interpreted as an integer",
				object_type(arg));
	*out = number_int(arg);
	return 0;
}

int arg_bool(struct run *run, struct object arg, bool fallback, bool *out)
{
	if (is_absent(arg)) {
		*out = fallback;
		return 0;
	}
	return object_truth(run, arg, out);
}

int arg_text(struct run *run, struct object arg, const char *fallback, const struct text **out)
{
	struct object string;

	if (is_absent(arg)) {
		if (object_string_z(run, fallback, &string) < 0)
			return -1;
		*out = string.text;
		return 0;
	}
	if (arg.kind == OBJECT_UNDEFINED)
		return object_undefined_fail(run, arg);
	if (arg.kind != OBJECT_STRING)
		return run_fail(run, FAULT_RUNTIME, "expected a string, not %s", object_type(arg));
	*out = arg.text;
	return 0;
}

const struct function *function_find(
		const struct function *table, size_t count, const char *name, size_t len)
{
	size_t low = 0, high = count, middle;
	int order;

	while (low < high) {
		middle = (low + high) / 2;
		order = strncmp(table[middle].name, name, len);
		if (order == 0)
			order = table[middle].name[len] != '\0';
		if (order == 0)
			return &table[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* How much of NAME says in which of Ansible's collections it is; 0: it does not. */
static size_t collection_len(const char *name)
{
	static const char builtin[] = "ansible.builtin.";
	static const char *const addresses[] = {"ansible.utils.ip", "ansible.netcommon.ip"};

	if (str_has_prefix(name, builtin))
		return strlen(builtin);
	for (size_t i = 0; i < sizeof(addresses) / sizeof(*addresses); i++) {
		if (str_has_prefix(name, addresses[i]))
			return strlen(addresses[i]) - strlen("ip");
	}
	return 0;
}

/* NAME in OURS, which every profile has, or in ANSIBLES. */
static const struct function *find(const struct run *run, const struct text *name,
		const struct function *ours, size_t our_count, const struct function *ansibles,
		size_t ansible_count)
{
	const struct function *function;
	size_t prefix;

	if (!run->is_ansible)
		return function_find(ours, our_count, name->data, name->len);
	prefix = collection_len(name->data);
	if (prefix > 0)
		return function_find(
				ansibles, ansible_count, name->data + prefix, name->len - prefix);
	/* Ansible replaces some of Jinja2's. */
	function = function_find(ansibles, ansible_count, name->data, name->len);
	return function ? function : function_find(ours, our_count, name->data, name->len);
}

const struct function *filter_find(const struct run *run, const struct text *name)
{
	return find(run, name, jinja_filters, jinja_filter_count, ansible_filters,
			ansible_filter_count);
}

const struct function *test_find(const struct run *run, const struct text *name)
{
	return find(run, name, jinja_tests, jinja_test_count, ansible_tests, ansible_test_count);
}

static size_t list_names(
		const struct function *table, size_t count, const char **names, size_t used)
{
	size_t i;

	for (i = 0; i < count && used < SUGGEST_MAX; i++)
		names[used++] = table[i].name;
	return used;
}

const char *filter_suggest(const struct run *run, const struct text *name)
{
	const char *names[SUGGEST_MAX + 1];
	size_t used = list_names(jinja_filters, jinja_filter_count, names, 0);

	if (run->is_ansible)
		used = list_names(ansible_filters, ansible_filter_count, names, used);
	names[used] = NULL;
	return str_suggest(name->data, names);
}

const char *test_suggest(const struct run *run, const struct text *name)
{
	const char *names[SUGGEST_MAX + 1];
	size_t used = list_names(jinja_tests, jinja_test_count, names, 0);

	if (run->is_ansible)
		used = list_names(ansible_tests, ansible_test_count, names, used);
	names[used] = NULL;
	return str_suggest(name->data, names);
}

struct refusal {
	const char *name, *reason;
};

const char *filter_refused(const struct text *name)
{
	static const char random[] = "its result differs on each node and each time";
	static const char outside[] = "it looks at the machine, outside of the repository";
	static const struct refusal refusals[] = {
			{"expanduser", outside},
			{"expandvars", outside},
			{"fileglob", outside},
			{"password_hash", random},
			{"random", random},
			{"random_mac", random},
			{"realpath", outside},
			{"shuffle", random},
			{"strftime", "it reads the clock"},
			{"unvault", "it needs a password; use secrets"},
			{"urlize", "refmount does not write HTML links"},
			{"vault", random},
	};
	size_t i;

	for (i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
		if (text_equal_z(name, refusals[i].name))
			return refusals[i].reason;
	}
	return NULL;
}

int object_call(struct run *run, struct object callee, const struct call *call, struct object *out)
{
	if (callee.kind == OBJECT_UNDEFINED)
		return object_undefined_fail(run, callee);
	if (callee.kind != OBJECT_NATIVE || !callee.native->class->call)
		return run_fail(run, FAULT_RUNTIME, "'%s' object is not callable",
				object_type(callee));
	return callee.native->class->call(run, callee, call, out);
}
