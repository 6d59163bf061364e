#include "tests/unit/jinja_ansible.h"

static void is_sorted(void **state)
{
	(void)state;
	for (size_t i = 1; i < ansible_filter_count; i++)
		assert_true(strcmp(ansible_filters[i - 1].name, ansible_filters[i].name) < 0);
}

/* Ansible's replace Jinja2's, with and without their long name; plain Jinja2 does not know them. */
static void are_found(void **state)
{
	struct run run = {.arena = arena_new(1u << 20), .steps_left = 1000, .is_ansible = true};
	struct object name, long_name;

	(void)state;
	assert_int_equal(object_string_z(&run, "unique", &name), 0);
	assert_int_equal(object_string_z(&run, "ansible.builtin.unique", &long_name), 0);
	assert_ptr_equal(filter_find(&run, name.text)->fn, filter_ansible_unique);
	assert_ptr_equal(filter_find(&run, long_name.text)->fn, filter_ansible_unique);
	run.is_ansible = false;
	assert_null(filter_find(&run, long_name.text));
	arena_free(run.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(is_sorted),
			cmocka_unit_test(are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
