/*
 * unique, union, intersect, difference, symmetric_difference, as Ansible has them in place of
 * Jinja2's.
 *
 * Where both sides can be hashed (strings, tuples, generators), Python yields a set, whose order
 * changes from one process to the next. Here that is a list in the order of first appearance.
 */
#include <stdlib.h>
#include <string.h>

#include "src/jinja/ansible.h"
#include "src/jinja/run.h"
#include "src/jinja/text.h"

static bool is_view(struct object object)
{
	return object.kind == OBJECT_ITERATOR &&
			(strcmp(object.iterator->type, "dict_keys") == 0 ||
					strcmp(object.iterator->type, "dict_items") == 0);
}

/* isinstance(OBJECT, Hashable): a tuple is, whatever is in it. */
static bool has_hash(struct object object)
{
	return object.kind != OBJECT_LIST && object.kind != OBJECT_DICT && !is_view(object);
}

/* hash(OBJECT) works. */
static bool is_hashable(struct object object)
{
	if (object.kind != OBJECT_TUPLE)
		return has_hash(object) && object.kind != OBJECT_UNDEFINED;
	for (size_t i = 0; i < object.list->count; i++) {
		/* A tuple deeper than this is refused where it is hashed. */
		if (!has_hash(object.list->items[i]))
			return false;
	}
	return true;
}

/* Add ITEM to LIST unless its KEY was SEEN. */
static int add_new(struct run *run, struct dict *seen, struct object key, struct object item,
		struct list *list)
{
	struct object ignored;
	bool was_seen;

	if (run_charge(run, 1) < 0 || dict_get(run, seen, key, &ignored, &was_seen) < 0)
		return -1;
	if (was_seen)
		return 0;
	if (dict_set(run, seen, key, object_none()) < 0)
		return -1;
	return list_append(run, list, item);
}

/* --- unique --- */

/* What the attribute "a.0.b", or an index, of ITEM is. */
static int attribute_of(
		struct run *run, struct object item, struct object attribute, struct object *out)
{
	const char *p, *end, *dot;
	struct object key;

	*out = item;
	if (attribute.kind != OBJECT_STRING)
		return object_item(run, item, attribute, out);
	p = attribute.text->data;
	for (end = p + attribute.text->len; p <= end; p = dot + 1) {
		dot = memchr(p, '.', (size_t)(end - p));
		dot = dot ? dot : end;
		if (dot > p && strspn(p, "0123456789") >= (size_t)(dot - p))
			key = object_int(strtoll(p, NULL, 10));
		else if (object_string(run, p, (size_t)(dot - p), &key) < 0)
			return -1;
		if (object_item(run, *out, key, out) < 0)
			return -1;
	}
	return 0;
}

struct unique {
	bool ignores_case;
	struct object attribute; /* none: the items themselves */
};

static int unique_key(struct run *run, const struct unique *unique, struct object item,
		struct object *out)
{
	*out = item;
	if (unique->attribute.kind != OBJECT_NONE &&
			attribute_of(run, item, unique->attribute, out) < 0)
		return -1;
	if (unique->ignores_case && out->kind == OBJECT_STRING)
		return ansible_method(run, *out, "lower", NULL, 0, out);
	return 0;
}

/* Without hashing: each with all that are kept. */
static int unique_by_comparing(
		struct run *run, const struct list *items, size_t from, struct object *out)
{
	bool is_known;

	if (object_list(run, out) < 0)
		return -1;
	for (size_t i = from; i < items->count; i++) {
		if (run_charge(run, 1) < 0 ||
				object_contains(run, *out, items->items[i], &is_known) < 0 ||
				(!is_known && list_append(run, out->list, items->items[i]) < 0))
			return -1;
	}
	return 0;
}

/* *FAILED_AT: the item that cannot be hashed; ITEMS->count if there is none. */
static int unique_by_hash(struct run *run, const struct unique *unique, const struct list *items,
		struct object *out, size_t *failed_at)
{
	struct object seen, key;

	if (object_dict(run, &seen) < 0 || object_list(run, out) < 0)
		return -1;
	for (*failed_at = 0; *failed_at < items->count; ++*failed_at) {
		if (unique_key(run, unique, items->items[*failed_at], &key) < 0)
			return -1;
		if (!is_hashable(key))
			return 0;
		if (add_new(run, seen.dict, key, items->items[*failed_at], out->list) < 0)
			return -1;
	}
	return 0;
}

/*
 * Jinja2's filter first, which hashes; Ansible's own if that fails. A generator has lost by then
 * what the first one read.
 */
static int unique_items(struct run *run, const struct unique *unique, struct object self,
		bool may_compare, struct object *out)
{
	struct list *items;
	size_t failed_at;

	if (object_items(run, self, &items) < 0 ||
			unique_by_hash(run, unique, items, out, &failed_at) < 0)
		return -1;
	if (failed_at == items->count)
		return 0;
	if (!may_compare)
		return run_fail(run, FAULT_RUNTIME,
				"unique: items that are lists or dicts compare as a whole and with "
				"case only");
	return unique_by_comparing(run, items,
			self.kind == OBJECT_ITERATOR && !self.iterator->view_of ? failed_at + 1 : 0,
			out);
}

int filter_ansible_unique(struct run *run, const struct call *call, struct object *out)
{
	static const struct param params[] = {{"case_sensitive"}, {"attribute"}};
	struct unique unique = {.attribute = object_none()};
	bool has_case, is_false, has_attribute;
	struct object args[2];

	if (call_bind(run, call, params, 2, 0, args) < 0 ||
			arg_bool(run, args[0], false, &has_case) < 0 ||
			arg_bool(run, args[1], false, &has_attribute) < 0)
		return -1;
	unique.ignores_case = !has_case;
	if (!is_absent(args[1]))
		unique.attribute = args[1];
	is_false = args[0].kind == OBJECT_BOOL && !has_case;
	return unique_items(run, &unique, call->self, !is_false && !has_attribute, out);
}

static int unique_list(struct run *run, struct object list, struct object *out)
{
	const struct unique unique = {.attribute = object_none()};

	return unique_items(run, &unique, list, true, out);
}

/* --- of two --- */

static int bind_two(struct run *run, const struct call *call, struct object *other, bool *are_sets)
{
	static const struct param params[] = {{"b"}};

	if (call_bind(run, call, params, 1, 1, other) < 0)
		return -1;
	*are_sets = has_hash(call->self) && has_hash(*other);
	return 0;
}

/* set(OBJECT): a dict whose keys are the items. */
static int make_set(struct run *run, struct object object, struct dict **out)
{
	struct object set;
	struct list *items;

	if (object_items(run, object, &items) < 0 || object_dict(run, &set) < 0)
		return -1;
	for (size_t i = 0; i < items->count; i++) {
		if (run_charge(run, 1) < 0 ||
				dict_set(run, set.dict, items->items[i], object_none()) < 0)
			return -1;
	}
	*out = set.dict;
	return 0;
}

/* The keys of SET that are, or are not, in OTHER, appended to LIST. */
static int add_selected(struct run *run, const struct dict *set, struct dict *other, bool if_in,
		struct list *list)
{
	struct object ignored;
	bool is_in;

	for (size_t i = 0; i < set->count; i++) {
		if (run_charge(run, 1) < 0 ||
				dict_get(run, other, set->pairs[i].key, &ignored, &is_in) < 0 ||
				(is_in == if_in && list_append(run, list, set->pairs[i].key) < 0))
			return -1;
	}
	return 0;
}

/* The items of A that are, or are not, in B. */
static int select_items(
		struct run *run, struct object a, struct object b, bool if_in, struct object *out)
{
	struct object list;
	struct list *items;
	bool is_in;

	if (object_items(run, a, &items) < 0 || object_list(run, &list) < 0)
		return -1;
	for (size_t i = 0; i < items->count; i++) {
		if (run_charge(run, 1) < 0 ||
				object_contains(run, b, items->items[i], &is_in) < 0 ||
				(is_in == if_in &&
						list_append(run, list.list, items->items[i]) < 0))
			return -1;
	}
	*out = list;
	return 0;
}

static int select_filter(struct run *run, const struct call *call, bool if_in, struct object *out)
{
	struct dict *a, *b;
	struct object other, list;
	bool are_sets;

	if (bind_two(run, call, &other, &are_sets) < 0)
		return -1;
	if (!are_sets) {
		if (select_items(run, call->self, other, if_in, &list) < 0)
			return -1;
		return unique_list(run, list, out);
	}
	if (make_set(run, call->self, &a) < 0 || make_set(run, other, &b) < 0 ||
			object_list(run, out) < 0)
		return -1;
	return add_selected(run, a, b, if_in, out->list);
}

int filter_intersect(struct run *run, const struct call *call, struct object *out)
{
	return select_filter(run, call, true, out);
}

int filter_difference(struct run *run, const struct call *call, struct object *out)
{
	return select_filter(run, call, false, out);
}

static int union_lists(struct run *run, struct object a, struct object b, struct object *out)
{
	struct object both;

	if (object_binary(run, OP_ADD, a, b, &both) < 0)
		return -1;
	return unique_list(run, both, out);
}

int filter_union(struct run *run, const struct call *call, struct object *out)
{
	struct dict *a, *b;
	struct object other;
	bool are_sets;

	if (bind_two(run, call, &other, &are_sets) < 0)
		return -1;
	if (!are_sets)
		return union_lists(run, call->self, other, out);
	if (make_set(run, call->self, &a) < 0 || make_set(run, other, &b) < 0 ||
			object_list(run, out) < 0 || add_selected(run, a, a, true, out->list) < 0)
		return -1;
	return add_selected(run, b, a, false, out->list);
}

int filter_symmetric_difference(struct run *run, const struct call *call, struct object *out)
{
	struct object other, all, common;
	struct dict *a, *b;
	bool are_sets;

	if (bind_two(run, call, &other, &are_sets) < 0)
		return -1;
	if (!are_sets) {
		if (select_items(run, call->self, other, true, &common) < 0 ||
				unique_list(run, common, &common) < 0 ||
				union_lists(run, call->self, other, &all) < 0)
			return -1;
		return select_items(run, all, common, false, out);
	}
	if (make_set(run, call->self, &a) < 0 || make_set(run, other, &b) < 0 ||
			object_list(run, out) < 0 || add_selected(run, a, b, false, out->list) < 0)
		return -1;
	return add_selected(run, b, a, false, out->list);
}
