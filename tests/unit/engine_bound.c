#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/engine/bound.h"

#define HEX "0123456789abcdef0123456789abcdef01234567"

static void roots(void **state)
{
	static const char *const others[] = {"", "/", "/.refmount/at", "/.refmount/at/",
			"/.refmount/at/current", "/.refmount/at/0123", "/.refmount/at/" HEX "8",
			"/x/.refmount/at/" HEX,
			"/.refmount/at/x123456789abcdef0123456789abcdef01234567", NULL};
	struct oid commit, wanted;
	size_t i;

	(void)state;
	assert_int_equal(oid_parse(HEX, &wanted), 0);
	assert_true(bound_parse("/.refmount/at/" HEX, &commit));
	assert_true(oid_equal(&commit, &wanted));
	assert_true(bound_parse("/.refmount/at/" HEX "/nginx/conf.d", &commit));
	assert_true(oid_equal(&commit, &wanted));
	for (i = 0; others[i]; i++)
		assert_false(bound_parse(others[i], &commit));
}

/* What is no mount of ours has nothing bound. */
static void nowhere(void **state)
{
	struct bound bound = BOUND_INIT;

	(void)state;
	bound_find(&bound, "/proc");
	assert_int_equal(bound.count, 0);
	bound_find(&bound, "/no/such/place");
	assert_int_equal(bound.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(roots),
			cmocka_unit_test(nowhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
