/*
 * Ansible's tests. Those of results give what the result has under that name, a bool or not.
 */
#include <math.h>
#include <string.h>

#include "src/jinja/ansible.h"
#include "src/jinja/number.h"
#include "src/jinja/regex.h"
#include "src/jinja/run.h"
#include "src/jinja/text.h"

/* --- results of tasks --- */

/* RESULT[NAME]; false, and *FOUND false, if it has none. */
static int result_field(struct run *run, const struct call *call, const char *name,
		struct object *out, bool *found)
{
	if (call_bind(run, call, NULL, 0, 0, NULL) < 0)
		return -1;
	if (call->self.kind == OBJECT_UNDEFINED)
		return object_undefined_fail(run, call->self);
	if (call->self.kind != OBJECT_DICT)
		return run_fail(run, FAULT_RUNTIME, "The '%s' test expects a dictionary",
				call->name);
	if (dict_get_z(run, call->self.dict, name, out, found) < 0)
		return -1;
	if (!*found)
		*out = object_bool(false);
	return 0;
}

static int negate(struct run *run, struct object *out)
{
	bool is_true;

	if (object_truth(run, *out, &is_true) < 0)
		return -1;
	*out = object_bool(!is_true);
	return 0;
}

static int test_failed(struct run *run, const struct call *call, struct object *out)
{
	bool found;

	return result_field(run, call, "failed", out, &found);
}

static int test_succeeded(struct run *run, const struct call *call, struct object *out)
{
	return test_failed(run, call, out) < 0 ? -1 : negate(run, out);
}

static int test_unreachable(struct run *run, const struct call *call, struct object *out)
{
	bool found;

	return result_field(run, call, "unreachable", out, &found);
}

static int test_reachable(struct run *run, const struct call *call, struct object *out)
{
	return test_unreachable(run, call, out) < 0 ? -1 : negate(run, out);
}

static int test_skipped(struct run *run, const struct call *call, struct object *out)
{
	bool found;

	return result_field(run, call, "skipped", out, &found);
}

/* Any of RESULTS, those of a loop, has changed. */
static int any_changed(struct run *run, const struct list *results, bool *out)
{
	struct object field;
	bool found;

	*out = false;
	if (results->count == 0)
		return run_fail(run, FAULT_RUNTIME, "list index out of range");
	if (results->items[0].kind != OBJECT_DICT)
		return 0;
	for (size_t i = 0; !*out && i < results->count; i++) {
		if (results->items[i].kind != OBJECT_DICT)
			return run_fail(run, FAULT_RUNTIME, "a result is %s, not a dict",
					object_type(results->items[i]));
		if (run_charge(run, 1) < 0 ||
				dict_get_z(run, results->items[i].dict, "changed", &field, &found) <
						0)
			return -1;
		if (found && object_truth(run, field, out) < 0)
			return -1;
	}
	return 0;
}

static int test_changed(struct run *run, const struct call *call, struct object *out)
{
	struct object results;
	struct list *list;
	bool found, is_changed;

	if (result_field(run, call, "changed", out, &found) < 0)
		return -1;
	if (found)
		return 0;
	if (dict_get_z(run, call->self.dict, "results", &results, &found) < 0)
		return -1;
	if (!found || results.kind != OBJECT_LIST)
		return 0;
	list = list_of(run, results);
	if (!list || any_changed(run, list, &is_changed) < 0)
		return -1;
	*out = object_bool(is_changed);
	return 0;
}

/* What is no asynchronous task counts as started and finished. */
static int async_field(
		struct run *run, const struct call *call, const char *name, struct object *out)
{
	struct object field;
	bool found, is_one = true;

	if (result_field(run, call, name, &field, &found) < 0)
		return -1;
	if (found && object_equal(run, field, object_int(1), &is_one) < 0)
		return -1;
	*out = object_bool(is_one);
	return 0;
}

static int test_started(struct run *run, const struct call *call, struct object *out)
{
	return async_field(run, call, "started", out);
}

static int test_finished(struct run *run, const struct call *call, struct object *out)
{
	return async_field(run, call, "finished", out);
}

/* --- regular expressions --- */

static int regex_test(struct run *run, const struct call *call, const struct object args[3],
		enum pattern_anchor anchor, struct object *out)
{
	struct pattern_match match;
	const struct text *subject;
	struct regex regex;
	bool found;
	int rc;

	if (ansible_text(run, call->self, &subject) < 0 ||
			regex_new(run, args[0], args[1], args[2], &regex) < 0)
		return -1;
	rc = regex_find(run, &regex, subject, anchor, &match, &found);
	regex_release(&regex);
	*out = object_bool(found);
	return rc;
}

static const struct param regex_params[] = {
		{"pattern"}, {"ignorecase"}, {"multiline"}, {"match_type"}};

static int test_match(struct run *run, const struct call *call, struct object *out)
{
	struct object args[3];

	if (call_bind(run, call, regex_params, 3, 0, args) < 0)
		return -1;
	return regex_test(run, call, args, PATTERN_AT_START, out);
}

static int test_search(struct run *run, const struct call *call, struct object *out)
{
	struct object args[3];

	if (call_bind(run, call, regex_params, 3, 0, args) < 0)
		return -1;
	return regex_test(run, call, args, PATTERN_SEARCH, out);
}

static int test_regex(struct run *run, const struct call *call, struct object *out)
{
	static const char *const types[] = {"search", "match", "fullmatch"};
	const struct text *type;
	struct object args[4];

	if (call_bind(run, call, regex_params, 4, 0, args) < 0 ||
			arg_text(run, args[3], "search", &type) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		if (text_equal_z(type, types[i]))
			return regex_test(run, call, args, (enum pattern_anchor)i, out);
	}
	return run_fail(run, FAULT_RUNTIME,
			"regex: match_type is search, match or fullmatch, not '%s'", type->data);
}

/* --- lists --- */

static int any_is(struct run *run, const struct call *call, bool wanted, bool *found)
{
	struct list *items;
	bool is_true;

	*found = false;
	if (call_bind(run, call, NULL, 0, 0, NULL) < 0 || object_items(run, call->self, &items) < 0)
		return -1;
	for (size_t i = 0; !*found && i < items->count; i++) {
		if (run_charge(run, 1) < 0 || object_truth(run, items->items[i], &is_true) < 0)
			return -1;
		*found = is_true == wanted;
	}
	return 0;
}

static int test_any(struct run *run, const struct call *call, struct object *out)
{
	bool found;

	if (any_is(run, call, true, &found) < 0)
		return -1;
	*out = object_bool(found);
	return 0;
}

static int test_all(struct run *run, const struct call *call, struct object *out)
{
	bool found;

	if (any_is(run, call, false, &found) < 0)
		return -1;
	*out = object_bool(!found);
	return 0;
}

static int test_contains(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"value"}};
	struct object arg;
	bool is_in;

	if (call_bind(run, call, params, 1, 1, &arg) < 0 ||
			object_contains(run, call->self, arg, &is_in) < 0)
		return -1;
	*out = object_bool(is_in);
	return 0;
}

/* All of SMALL is in LARGE, both as sets: what cannot be hashed fails. */
static int is_subset(struct run *run, struct object small, struct object large, struct object *out)
{
	struct list *smalls, *larges;
	struct object set, ignored;
	bool is_in = true;
	size_t i;

	if (object_items(run, small, &smalls) < 0 || object_items(run, large, &larges) < 0 ||
			object_dict(run, &set) < 0)
		return -1;
	for (i = 0; i < larges->count; i++) {
		if (run_charge(run, 1) < 0 ||
				dict_set(run, set.dict, larges->items[i], object_none()) < 0)
			return -1;
	}
	*out = object_bool(true);
	for (i = 0; i < smalls->count; i++) {
		if (run_charge(run, 1) < 0 ||
				dict_get(run, set.dict, smalls->items[i], &ignored, &is_in) < 0)
			return -1;
		if (!is_in)
			*out = object_bool(false);
	}
	return 0;
}

static int test_subset(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"b"}};
	struct object arg;

	if (call_bind(run, call, params, 1, 1, &arg) < 0)
		return -1;
	return is_subset(run, call->self, arg, out);
}

static int test_superset(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"b"}};
	struct object arg;

	if (call_bind(run, call, params, 1, 1, &arg) < 0)
		return -1;
	return is_subset(run, arg, call->self, out);
}

/* --- truth and numbers --- */

/* "yes", "off", 1, ... as the bool they mean; other things as they are. */
static struct object as_bool(struct object object)
{
	static const char *const yes[] = {"y", "yes", "on", "1", "true", "t"};
	static const char *const no[] = {"n", "no", "off", "0", "false", "f"};
	const char *start, *end;
	size_t i, len;

	if (object.kind != OBJECT_STRING)
		return object; /* numbers have their own truth, which is the same */
	start = object.text->data;
	end = start + object.text->len;
	while (start < end && strchr(" \t\n\r\v\f\x1c\x1d\x1e\x1f", *start))
		start++;
	while (end > start && strchr(" \t\n\r\v\f\x1c\x1d\x1e\x1f", end[-1]))
		end--;
	len = (size_t)(end - start);
	for (i = 0; i < sizeof(yes) / sizeof(*yes); i++) {
		if (strlen(yes[i]) == len && strncasecmp(start, yes[i], len) == 0)
			return object_bool(true);
		if (strlen(no[i]) == len && strncasecmp(start, no[i], len) == 0)
			return object_bool(false);
	}
	return object;
}

static int test_truthy(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"convert_bool"}};
	bool converts, is_true;
	struct object arg;

	if (call_bind(run, call, params, 1, 0, &arg) < 0 ||
			arg_bool(run, arg, false, &converts) < 0 ||
			object_truth(run, converts ? as_bool(call->self) : call->self, &is_true) <
					0)
		return -1;
	*out = object_bool(is_true);
	return 0;
}

static int test_falsy(struct run *run, const struct call *call, struct object *out)
{
	return test_truthy(run, call, out) < 0 ? -1 : negate(run, out);
}

static int test_nan(struct run *run, const struct call *call, struct object *out)
{
	if (call_bind(run, call, NULL, 0, 0, NULL) < 0)
		return -1;
	if (call->self.kind == OBJECT_UNDEFINED)
		return object_undefined_fail(run, call->self);
	*out = object_bool(call->self.kind == OBJECT_FLOAT && isnan(call->self.real));
	return 0;
}

/* --- the rest --- */

/* Nothing here is a value of Ansible's vault. */
static int test_vault_encrypted(struct run *run, const struct call *call, struct object *out)
{
	*out = object_bool(false);
	return call_bind(run, call, NULL, 0, 0, NULL);
}

static int test_abs(struct run *run, const struct call *call, struct object *out)
{
	const struct text *text;

	if (call_bind(run, call, NULL, 0, 0, NULL) < 0 || arg_text(run, call->self, "", &text) < 0)
		return -1;
	*out = object_bool(text->len > 0 && text->data[0] == '/');
	return 0;
}

static int test_of_machine(struct run *run, const struct call *call, struct object *out)
{
	(void)out;
	return run_fail(run, FAULT_REFUSED,
			"'%s' looks at the machine, outside of the repository: such a test is "
			"refused",
			call->name);
}

const struct function ansible_tests[] = {
		{"abs", test_abs},
		{"all", test_all},
		{"any", test_any},
		{"change", test_changed},
		{"changed", test_changed},
		{"contains", test_contains},
		{"directory", test_of_machine},
		{"exists", test_of_machine},
		{"failed", test_failed},
		{"failure", test_failed},
		{"falsy", test_falsy},
		{"file", test_of_machine},
		{"finished", test_finished},
		{"is_abs", test_abs},
		{"is_dir", test_of_machine},
		{"is_file", test_of_machine},
		{"is_link", test_of_machine},
		{"is_mount", test_of_machine},
		{"is_same_file", test_of_machine},
		{"isnan", test_nan},
		{"issubset", test_subset},
		{"issuperset", test_superset},
		{"link", test_of_machine},
		{"link_exists", test_of_machine},
		{"match", test_match},
		{"mount", test_of_machine},
		{"nan", test_nan},
		{"reachable", test_reachable},
		{"regex", test_regex},
		{"same_file", test_of_machine},
		{"search", test_search},
		{"skip", test_skipped},
		{"skipped", test_skipped},
		{"started", test_started},
		{"subset", test_subset},
		{"succeeded", test_succeeded},
		{"success", test_succeeded},
		{"successful", test_succeeded},
		{"superset", test_superset},
		{"truthy", test_truthy},
		{"unreachable", test_unreachable},
		{"uri", test_uri},
		{"url", test_url},
		{"urn", test_urn},
		{"vault_encrypted", test_vault_encrypted},
		{"version", test_version},
		{"version_compare", test_version},
};
const size_t ansible_test_count = sizeof(ansible_tests) / sizeof(*ansible_tests);
