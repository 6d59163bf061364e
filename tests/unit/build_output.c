#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/build/output.h"

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
			cmocka_unit_test(text_has_its_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
