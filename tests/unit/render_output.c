#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/render/output.h"

static void add(struct outputs *outputs, const char *path)
{
	struct output *output = outputs_add(outputs);

	assert_non_null(output);
	output->path = strdup(path);
}

static void sorts_as_a_walk_goes(void **state)
{
	static const char *const want[] = {"a", "a/b", "a/b/c", "a/b.c", "a-b", "a.b/x", "ab", "b",
			"b/\303\251", "caf\303\251"};
	const size_t count = sizeof(want) / sizeof(want[0]);
	struct outputs outputs = OUTPUTS_INIT;

	(void)state;
	for (size_t i = 0; i < count; i++) /* in another order */
		add(&outputs, want[(i * 7 + 3) % count]);
	outputs_sort(&outputs);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(outputs.items[i].path, want[i]);
	outputs_release(&outputs);
	assert_int_equal(outputs.count, 0);
	outputs_sort(&outputs);
}

static void a_folder_of_it(void **state)
{
	static const char *const paths[] = {"a", "app", "app/x", "app/y/z", "app.d/x", "b/app/x"};
	struct outputs outputs = OUTPUTS_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		add(&outputs, paths[i]);
	assert_false(outputs_select(&outputs, "ap"));
	assert_false(outputs_select(&outputs, "a"));
	assert_int_equal(outputs.count, sizeof(paths) / sizeof(paths[0]));
	assert_true(outputs_select(&outputs, "app"));
	assert_int_equal(outputs.count, 2);
	assert_string_equal(outputs.items[0].path, "x");
	assert_string_equal(outputs.items[1].path, "y/z");
	outputs_release(&outputs);
}

static void text_has_its_id(void **state)
{
	struct outputs outputs = OUTPUTS_INIT;
	struct output *output = outputs_add(&outputs);
	char hex[OID_HEX_SIZE];

	(void)state;
	assert_non_null(output);
	assert_int_equal(output_set_text(output, strdup("first"), 5), 0);
	assert_int_equal(output_set_text(output, strdup("x\n"), 2), 0);
	assert_int_equal(output->size, 2);
	oid_format(&output->oid, hex);
	assert_string_equal(hex, "587be6b4c3f93f93c489c0111bba5596147a26cb");
	outputs_release(&outputs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(sorts_as_a_walk_goes),
			cmocka_unit_test(a_folder_of_it),
			cmocka_unit_test(text_has_its_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
