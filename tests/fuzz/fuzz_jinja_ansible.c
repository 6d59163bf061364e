/*
 * Each of Ansible's filters and tests with any arguments: it succeeds with something that can be
 * printed, or the run has failed with a reason. The input is the number of the function, and JSON
 * for what it is given: a list of self and the arguments, or a list of such and a dict of keywords.
 */
#include <stdint.h>
#include <stdlib.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/base/str.h"
#include "src/jinja/ansible.h"
#include "src/jinja/run.h"

#define KEYWORDS_MAX 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool parse(struct run *run, const uint8_t *data, size_t size, struct object *out)
{
	struct call call = {.name = "from_json"};

	return object_string(run, (const char *)data, size, &call.self) == 0 &&
			filter_from_json(run, &call, out) == 0 && out->kind == OBJECT_LIST &&
			out->list->count > 0;
}

/* The last item is a dict of keywords if there are several items and IS_NAMED. */
static void call_function(struct run *run, const struct function *function, struct list *items,
		bool is_named, struct object *out)
{
	struct call call = {.name = function->name,
			.self = items->items[0],
			.args = items->items + 1,
			.count = items->count - 1};
	struct keyword keywords[KEYWORDS_MAX];
	const struct object *last = &items->items[items->count - 1];
	struct buf text = BUF_INIT;
	int rc;

	if (is_named && call.count > 0 && last->kind == OBJECT_DICT) {
		call.count--;
		call.keywords = keywords;
		for (size_t i = 0; i < last->dict->count && i < KEYWORDS_MAX; i++)
			keywords[call.keyword_count++] = (struct keyword){
					last->dict->pairs[i].key.text, last->dict->pairs[i].value};
	}
	rc = function->fn(run, &call, out);
	if (rc == 0)
		rc = object_repr(run, *out, &text);
	if (run->has_failed != (rc < 0) || (rc == 0 && !str_is_utf8(buf_str(&text), text.len)))
		abort();
	buf_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct run run = {.steps_left = 200000, .is_ansible = true};
	struct object input, result;
	const struct function *function;

	if (size < 3 || size > 4096 || !str_is_utf8((const char *)data + 2, size - 2))
		return 0;
	run.arena = arena_new(64u << 20);
	run.undefined = data[1] & 1 ? UNDEFINED_CHAINABLE : UNDEFINED_STRICT;
	if (!run.arena)
		return 0;
	function = data[1] & 2 ? &ansible_tests[data[0] % ansible_test_count]
			       : &ansible_filters[data[0] % ansible_filter_count];
	if (parse(&run, data + 2, size - 2, &input))
		call_function(&run, function, input.list, data[1] & 4, &result);
	arena_free(run.arena);
	return 0;
}
