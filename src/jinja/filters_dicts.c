#include <string.h>

#include "src/jinja/ansible.h"
#include "src/jinja/run.h"
#include "src/jinja/text.h"

/* --- combine --- */

enum list_merge {
	LISTS_REPLACE,
	LISTS_KEEP,
	LISTS_APPEND,
	LISTS_PREPEND,
	LISTS_APPEND_RP, /* "remove present": without what the later list has too */
	LISTS_PREPEND_RP,
};

struct merge {
	bool is_recursive;
	enum list_merge lists;
};

static int find_list_merge(struct run *run, struct object name, enum list_merge *out)
{
	static const char *const names[] = {
			"replace", "keep", "append", "prepend", "append_rp", "prepend_rp"};
	const struct text *text;

	if (arg_text(run, name, "replace", &text) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (text_equal_z(text, names[i])) {
			*out = (enum list_merge)i;
			return 0;
		}
	}
	return run_fail(run, FAULT_RUNTIME,
			"combine: list_merge is replace, keep, append, prepend, append_rp or "
			"prepend_rp, not '%s'",
			text->data);
}

static int copy_dict(struct run *run, struct object from, struct object *out)
{
	struct dict *dict = dict_of(run, from);
	struct object copy;

	if (!dict || object_dict(run, &copy) < 0)
		return -1;
	for (size_t i = 0; i < dict->count; i++) {
		if (run_charge(run, 1) < 0 ||
				dict_set(run, copy.dict, dict->pairs[i].key, dict->pairs[i].value) <
						0)
			return -1;
	}
	*out = copy;
	return 0;
}

static int add_all(struct run *run, const struct list *items, struct list *out)
{
	for (size_t i = 0; i < items->count; i++) {
		if (run_charge(run, 1) < 0 || list_append(run, out, items->items[i]) < 0)
			return -1;
	}
	return 0;
}

/* The items of LOW that are not in HIGH. */
static int add_others(struct run *run, const struct list *low, struct object high, struct list *out)
{
	bool is_present;

	for (size_t i = 0; i < low->count; i++) {
		if (run_charge(run, 1) < 0 ||
				object_contains(run, high, low->items[i], &is_present) < 0 ||
				(!is_present && list_append(run, out, low->items[i]) < 0))
			return -1;
	}
	return 0;
}

static int merge_lists(struct run *run, enum list_merge how, struct object low, struct object high,
		struct object *out)
{
	bool is_first = how == LISTS_APPEND || how == LISTS_APPEND_RP, drops;
	struct list *lows = list_of(run, low), *highs = list_of(run, high);
	struct object list;

	if (!lows || !highs)
		return -1;
	*out = how == LISTS_KEEP ? low : high;
	if (how == LISTS_KEEP || how == LISTS_REPLACE)
		return 0;
	drops = how == LISTS_APPEND_RP || how == LISTS_PREPEND_RP;
	if (object_list(run, &list) < 0 || (!is_first && add_all(run, highs, list.list) < 0) ||
			(drops ? add_others(run, lows, high, list.list)
			       : add_all(run, lows, list.list)) < 0 ||
			(is_first && add_all(run, highs, list.list) < 0))
		return -1;
	*out = list;
	return 0;
}

static int merge_dicts(struct run *run, const struct merge *merge, struct object low,
		struct object high, struct object *out);

static int merge_values(struct run *run, const struct merge *merge, struct object low,
		struct object high, struct object *out)
{
	*out = high;
	if (low.kind == OBJECT_DICT && high.kind == OBJECT_DICT)
		return merge->is_recursive ? merge_dicts(run, merge, low, high, out) : 0;
	if (low.kind == OBJECT_LIST && high.kind == OBJECT_LIST)
		return merge_lists(run, merge->lists, low, high, out);
	return 0;
}

static int check_dict(struct run *run, struct object object)
{
	if (object.kind == OBJECT_DICT)
		return 0;
	return run_fail(run, FAULT_RUNTIME, "failed to combine variables: expected dicts, not %s",
			object_type(object));
}

static int merge_into(struct run *run, const struct merge *merge, struct dict *low,
		const struct dict *high)
{
	struct object value;
	bool is_known;

	for (size_t i = 0; i < high->count; i++) {
		const struct dict_pair *pair = &high->pairs[i];

		if (run_charge(run, 1) < 0 || dict_get(run, low, pair->key, &value, &is_known) < 0)
			return -1;
		if (!is_known)
			value = pair->value;
		else if (merge_values(run, merge, value, pair->value, &value) < 0)
			return -1;
		if (dict_set(run, low, pair->key, value) < 0)
			return -1;
	}
	return 0;
}

static int merge_dicts(struct run *run, const struct merge *merge, struct object low,
		struct object high, struct object *out)
{
	struct object merged;
	struct dict *dict;
	bool is_equal;
	int rc;

	if (check_dict(run, low) < 0 || check_dict(run, high) < 0 ||
			object_equal(run, low, high, &is_equal) < 0)
		return -1;
	if (is_equal)
		return copy_dict(run, high, out);
	dict = dict_of(run, high);
	if (!dict || copy_dict(run, low, &merged) < 0 || run_enter(run) < 0)
		return -1;
	rc = merge_into(run, merge, merged.dict, dict);
	run_leave(run);
	*out = merged;
	return rc;
}

/* Undefined values within dicts and lists fail here, not where they are used. */
static int check_defined(struct run *run, struct object object)
{
	struct list *list;
	struct dict *dict;
	int rc = 0;

	if (object.kind == OBJECT_UNDEFINED)
		return object_undefined_fail(run, object);
	if (object.kind != OBJECT_DICT && object.kind != OBJECT_LIST)
		return 0;
	if (run_enter(run) < 0)
		return -1;
	list = object.kind == OBJECT_LIST ? list_of(run, object) : NULL;
	dict = object.kind == OBJECT_DICT ? dict_of(run, object) : NULL;
	if (!list && !dict)
		rc = -1;
	for (size_t i = 0; rc == 0 && i < (list ? list->count : dict->count); i++) {
		rc = run_charge(run, 1);
		if (rc == 0)
			rc = check_defined(run, list ? list->items[i] : dict->pairs[i].value);
	}
	run_leave(run);
	return rc;
}

/* All that is combined: self and the arguments, lists of dicts taken apart. */
static int combine_terms(struct run *run, const struct call *call, struct list **out)
{
	struct object terms, flat;

	if (object_list(run, &terms) < 0 || list_append(run, terms.list, call->self) < 0)
		return -1;
	for (size_t i = 0; i < call->count; i++) {
		if (list_append(run, terms.list, call->args[i]) < 0)
			return -1;
	}
	if (ansible_flatten(run, terms.list, 1, true, &flat) < 0 || check_defined(run, flat) < 0)
		return -1;
	*out = flat.list;
	return 0;
}

/* *LIST_MERGE is looked at when something is merged only, so a wrong one may pass. */
static int combine_options(struct run *run, const struct call *call, struct merge *out,
		struct object *list_merge)
{
	static const struct param params[] = {{"recursive"}, {"list_merge"}};
	struct call keywords = *call;
	struct object args[2];

	keywords.count = 0;
	if (call_bind(run, &keywords, params, 2, 0, args) < 0)
		return -1;
	*list_merge = args[1];
	return arg_bool(run, args[0], false, &out->is_recursive);
}

/*
 * From the last dict to the first, as Ansible does it: which values a copy shares depends on that.
 */
int filter_combine(struct run *run, const struct call *call, struct object *out)
{
	struct object list_merge;
	struct merge merge;
	struct list *terms;
	size_t i;

	if (combine_options(run, call, &merge, &list_merge) < 0 ||
			combine_terms(run, call, &terms) < 0)
		return -1;
	if (terms->count == 0)
		return object_dict(run, out);
	if (terms->count > 1 && find_list_merge(run, list_merge, &merge.lists) < 0)
		return -1;
	*out = terms->items[terms->count - 1];
	for (i = terms->count - 1; i > 0; i--) {
		if (merge_dicts(run, &merge, terms->items[i - 1], *out, out) < 0)
			return -1;
	}
	return 0;
}

/* --- dicts as lists of pairs --- */

static int bind_names(struct run *run, const struct call *call, struct object names[2])
{
	static const struct param params[] = {{"key_name"}, {"value_name"}};

	if (call_bind(run, call, params, 2, 0, names) < 0)
		return -1;
	if (is_absent(names[0]) && object_string_z(run, "key", &names[0]) < 0)
		return -1;
	return is_absent(names[1]) ? object_string_z(run, "value", &names[1]) : 0;
}

int filter_dict2items(struct run *run, const struct call *call, struct object *out)
{
	struct object names[2], item, list;
	struct dict *dict;

	if (bind_names(run, call, names) < 0)
		return -1;
	if (call->self.kind == OBJECT_UNDEFINED)
		return object_undefined_fail(run, call->self);
	if (call->self.kind != OBJECT_DICT)
		return run_fail(run, FAULT_RUNTIME,
				"dict2items requires a dictionary, got %s instead",
				object_type(call->self));
	dict = dict_of(run, call->self);
	if (!dict || object_list(run, &list) < 0)
		return -1;
	for (size_t i = 0; i < dict->count; i++) {
		if (run_charge(run, 2) < 0 || object_dict(run, &item) < 0 ||
				dict_set(run, item.dict, names[0], dict->pairs[i].key) < 0 ||
				dict_set(run, item.dict, names[1], dict->pairs[i].value) < 0 ||
				list_append(run, list.list, item) < 0)
			return -1;
	}
	*out = list;
	return 0;
}

/* ITEM[KEY] of Python: no attributes, no undefined values. WHO is for the message. */
static int strict_item(struct run *run, const char *who, struct object item, struct object key,
		struct object *out)
{
	struct dict *dict;
	bool found = false;

	if (item.kind == OBJECT_UNDEFINED)
		return object_undefined_fail(run, item);
	if (item.kind == OBJECT_DICT) {
		dict = dict_of(run, item);
		if (!dict || dict_get(run, dict, key, out, &found) < 0)
			return -1;
	} else if ((key.kind == OBJECT_INT || key.kind == OBJECT_BOOL) &&
			(item.kind == OBJECT_LIST || item.kind == OBJECT_TUPLE ||
					item.kind == OBJECT_STRING || item.kind == OBJECT_RANGE)) {
		if (object_item(run, item, key, out) < 0)
			return -1;
		found = out->kind != OBJECT_UNDEFINED;
	}
	if (found)
		return 0;
	if (key.kind == OBJECT_STRING)
		return run_fail(run, FAULT_RUNTIME,
				"%s: there is no key '%s' in an item of type %s", who,
				key.text->data, object_type(item));
	return run_fail(run, FAULT_RUNTIME, "%s: an item of type %s has no such key", who,
			object_type(item));
}

int filter_items2dict(struct run *run, const struct call *call, struct object *out)
{
	struct object names[2], key, value, dict;
	struct list *items;

	if (bind_names(run, call, names) < 0)
		return -1;
	if (call->self.kind == OBJECT_UNDEFINED)
		return object_undefined_fail(run, call->self);
	if (!ansible_is_sequence(call->self))
		return run_fail(run, FAULT_RUNTIME, "items2dict requires a list, got %s instead",
				object_type(call->self));
	if (object_items(run, call->self, &items) < 0 || object_dict(run, &dict) < 0)
		return -1;
	for (size_t i = 0; i < items->count; i++) {
		if (run_charge(run, 2) < 0 ||
				strict_item(run, "items2dict", items->items[i], names[0], &key) <
						0 ||
				strict_item(run, "items2dict", items->items[i], names[1], &value) <
						0 ||
				dict_set(run, dict.dict, key, value) < 0)
			return -1;
	}
	*out = dict;
	return 0;
}

/* --- extract --- */

int filter_extract(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"container"}, {"morekeys"}};
	struct object args[2], value;
	struct list *keys;

	if (call_bind(run, call, params, 2, 1, args) < 0 ||
			object_item(run, args[0], call->self, &value) < 0)
		return -1;
	if (args[1].kind == OBJECT_LIST) {
		keys = list_of(run, args[1]);
		for (size_t i = 0; keys && i < keys->count; i++) {
			if (run_charge(run, 1) < 0 ||
					object_item(run, value, keys->items[i], &value) < 0)
				return -1;
		}
		if (!keys)
			return -1;
	} else if (!is_absent(args[1]) && args[1].kind != OBJECT_NONE) {
		if (object_item(run, value, args[1], &value) < 0)
			return -1;
	}
	*out = value;
	return 0;
}

/* --- subelements --- */

/* The keys of "a.b.c", or of a list, as a list. */
static int subelement_keys(struct run *run, struct object arg, struct list **out)
{
	struct object keys, dot;

	if (arg.kind == OBJECT_STRING) {
		if (object_string_z(run, ".", &dot) < 0 ||
				ansible_method(run, arg, "split", &dot, 1, &keys) < 0)
			return -1;
		*out = keys.list;
		return 0;
	}
	if (arg.kind != OBJECT_LIST)
		return run_fail(run, FAULT_RUNTIME, "subelements must be a list or a string");
	*out = list_of(run, arg);
	return *out ? 0 : -1;
}

/* The list that KEYS lead to in ELEMENT; *FOUND false: it is skipped. */
static int subelement_list(struct run *run, struct object element, const struct list *keys,
		bool skips_missing, struct list **out, bool *found)
{
	struct object value = element;
	struct dict *dict;

	*found = false;
	for (size_t i = 0; i < keys->count; i++) {
		if (value.kind == OBJECT_DICT && skips_missing) {
			dict = dict_of(run, value);
			if (!dict || dict_get(run, dict, keys->items[i], &value, found) < 0)
				return -1;
			if (!*found)
				return 0;
			continue;
		}
		if (strict_item(run, "subelements", value, keys->items[i], &value) < 0)
			return -1;
	}
	if (value.kind != OBJECT_LIST)
		return run_fail(run, FAULT_RUNTIME,
				"subelements: the key should point to a list, got %s",
				object_type(value));
	*found = true;
	*out = list_of(run, value);
	return *out ? 0 : -1;
}

static int add_subelements(
		struct run *run, struct object element, const struct list *values, struct list *out)
{
	struct object pair[2] = {element}, tuple;

	for (size_t i = 0; i < values->count; i++) {
		pair[1] = values->items[i];
		if (run_charge(run, 2) < 0 || object_tuple(run, pair, 2, &tuple) < 0 ||
				list_append(run, out, tuple) < 0)
			return -1;
	}
	return 0;
}

/* The values of a dict, or the items of a list. */
static int elements_of(struct run *run, struct object object, struct object *out)
{
	struct dict *dict;

	*out = object;
	if (object.kind == OBJECT_LIST)
		return 0;
	if (object.kind != OBJECT_DICT)
		return run_fail(run, FAULT_RUNTIME,
				"subelements: a list of dicts or a nested dict is needed, not %s",
				object_type(object));
	dict = dict_of(run, object);
	if (!dict || object_list(run, out) < 0)
		return -1;
	for (size_t i = 0; i < dict->count; i++) {
		if (run_charge(run, 1) < 0 || list_append(run, out->list, dict->pairs[i].value) < 0)
			return -1;
	}
	return 0;
}

int filter_subelements(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"subelements"}, {"skip_missing"}};
	struct object args[2], elements, list;
	struct list *keys = NULL, *items, *values = NULL;
	bool skips_missing, found;

	if (call_bind(run, call, params, 2, 1, args) < 0 ||
			elements_of(run, call->self, &elements) < 0 ||
			subelement_keys(run, args[0], &keys) < 0 ||
			arg_bool(run, args[1], false, &skips_missing) < 0 ||
			object_list(run, &list) < 0)
		return -1;
	items = list_of(run, elements);
	for (size_t i = 0; items && i < items->count; i++) {
		if (subelement_list(run, items->items[i], keys, skips_missing, &values, &found) <
						0 ||
				(found &&
						add_subelements(run, items->items[i], values,
								list.list) < 0))
			return -1;
	}
	*out = list;
	return items ? 0 : -1;
}

/* --- rekey_on_member --- */

static int rekey(struct run *run, struct dict *dict, struct object key, struct object item,
		bool overwrites)
{
	struct object value, known;
	bool found, is_true = false;

	if (item.kind != OBJECT_DICT)
		return run_fail(run, FAULT_RUNTIME, "rekey_on_member: an item is %s, not a dict",
				object_type(item));
	if (strict_item(run, "rekey_on_member", item, key, &value) < 0 ||
			dict_get(run, dict, value, &known, &found) < 0 ||
			(found && object_truth(run, known, &is_true) < 0))
		return -1;
	if (found && is_true && !overwrites)
		return run_fail(run, FAULT_RUNTIME,
				"rekey_on_member: a key is not unique, and duplicates is not "
				"'overwrite'");
	return dict_set(run, dict, value, item);
}

int filter_rekey_on_member(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"key"}, {"duplicates"}};
	const struct text *duplicates;
	struct object args[2], items, dict;
	struct list *list;
	bool ignored, overwrites;

	if (call_bind(run, call, params, 2, 1, args) < 0 ||
			arg_text(run, args[1], "error", &duplicates) < 0 ||
			object_truth(run, call->self, &ignored) < 0 ||
			object_truth(run, args[0], &ignored) < 0)
		return -1;
	overwrites = text_equal_z(duplicates, "overwrite");
	if (!overwrites && !text_equal_z(duplicates, "error"))
		return run_fail(run, FAULT_RUNTIME,
				"rekey_on_member: duplicates is error or overwrite, not '%s'",
				duplicates->data);
	items = call->self;
	if (items.kind == OBJECT_STRING)
		return run_fail(run, FAULT_RUNTIME, "rekey_on_member: a list or dict is needed");
	if ((items.kind == OBJECT_DICT && elements_of(run, items, &items) < 0) ||
			object_items(run, items, &list) < 0 || object_dict(run, &dict) < 0)
		return -1;
	for (size_t i = 0; i < list->count; i++) {
		if (run_charge(run, 1) < 0 ||
				rekey(run, dict.dict, args[0], list->items[i], overwrites) < 0)
			return -1;
	}
	*out = dict;
	return 0;
}
