/*
 * Filters and tests of Ansible by table: JSON in, Python's repr() out, or NULL where Ansible fails.
 * In the JSON, {"__undefined": 1} is undefined, and {"__generator": [...]} and {"__tuple": [...]}
 * are those.
 */
#ifndef TESTS_UNIT_JINJA_ANSIBLE_H
#define TESTS_UNIT_JINJA_ANSIBLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/jinja/ansible.h"
#include "src/jinja/run.h"

#define ROWS(rows) (rows), sizeof(rows) / sizeof((rows)[0])

struct row {
	const char *name, *self, *args, *keywords, *expected;
};

static struct run begin_run(void)
{
	return (struct run){.arena = arena_new(64u << 20),
			.steps_left = 10000000,
			.undefined = UNDEFINED_CHAINABLE,
			.is_ansible = true};
}

static struct object from_json(struct run *run, const char *json);

static bool take_special(struct run *run, struct object dict, struct object *out)
{
	struct object value;
	bool found;

	assert_int_equal(dict_get_z(run, dict.dict, "__undefined", &value, &found), 0);
	if (found) {
		*out = object_undefined(run, "nothing");
		return true;
	}
	assert_int_equal(dict_get_z(run, dict.dict, "__generator", &value, &found), 0);
	if (found)
		return object_generator(run, "generator", value.list, out) == 0;
	assert_int_equal(dict_get_z(run, dict.dict, "__tuple", &value, &found), 0);
	return found && object_tuple(run, value.list->items, value.list->count, out) == 0;
}

static struct object with_specials(struct run *run, struct object object)
{
	struct object special;
	size_t i;

	if (object.kind == OBJECT_DICT && take_special(run, object, &special))
		return special;
	for (i = 0; object.kind == OBJECT_DICT && i < object.dict->count; i++)
		object.dict->pairs[i].value = with_specials(run, object.dict->pairs[i].value);
	for (i = 0; object.kind == OBJECT_LIST && i < object.list->count; i++)
		object.list->items[i] = with_specials(run, object.list->items[i]);
	return object;
}

static struct object from_json(struct run *run, const char *json)
{
	struct call call = {.name = "from_json"};
	struct object object;

	assert_int_equal(object_string_z(run, json, &call.self), 0);
	if (filter_from_json(run, &call, &object) < 0)
		fail_msg("%s: %s", json, run->message);
	return with_specials(run, object);
}

static int call_row(struct run *run, const struct row *row, bool is_test, struct object *out)
{
	struct object args = from_json(run, row->args), keywords = from_json(run, row->keywords);
	struct call call = {.name = row->name,
			.self = from_json(run, row->self),
			.args = args.list->items,
			.count = args.list->count};
	struct keyword named[8];
	struct object name;
	const struct function *function;

	for (size_t i = 0; i < keywords.dict->count; i++)
		named[i] = (struct keyword){
				keywords.dict->pairs[i].key.text, keywords.dict->pairs[i].value};
	call.keywords = named;
	call.keyword_count = keywords.dict->count;
	assert_int_equal(object_string_z(run, row->name, &name), 0);
	function = is_test ? test_find(run, name.text) : filter_find(run, name.text);
	assert_non_null(function);
	return function->fn(run, &call, out);
}

static void check_row(const struct row *row, bool is_test)
{
	struct run run = begin_run();
	struct buf said = BUF_INIT;
	struct object result;
	struct list *items;
	int rc;

	rc = call_row(&run, row, is_test, &result);
	if (rc == 0 && result.kind == OBJECT_ITERATOR) {
		rc = object_items(&run, result, &items);
		result = (struct object){.kind = OBJECT_LIST, .list = items};
	}
	if (rc == 0)
		assert_int_equal(object_repr(&run, result, &said), 0);
	if (rc < 0 && row->expected)
		fail_msg("%s | %s %s: %s", row->self, row->name, row->args, run.message);
	if (rc == 0 && (!row->expected || strcmp(row->expected, buf_str(&said)) != 0))
		fail_msg("%s | %s %s %s: %s, not %s", row->self, row->name, row->args,
				row->keywords, buf_str(&said),
				row->expected ? row->expected : "a failure");
	assert_true(run.has_failed == (rc < 0));
	buf_release(&said);
	arena_free(run.arena);
}

static inline void check_filters(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check_row(&rows[i], false);
}

static inline void check_tests(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check_row(&rows[i], true);
}

/* It fails with KIND, and MESSAGE is part of what it says. */
static inline void check_failure(const char *name, const char *self, const char *args,
		enum fault_kind kind, const char *message)
{
	const struct row row = {name, self, args, "{}", NULL};
	struct run run = begin_run();
	struct object result;

	assert_int_equal(call_row(&run, &row, false, &result), -1);
	if (!strstr(run.message, message))
		fail_msg("'%s', not '%s'", run.message, message);
	assert_int_equal(run.fault, kind);
	arena_free(run.arena);
}

#endif
