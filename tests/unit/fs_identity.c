#include "fs/identity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_root_is_one(void **state)
{
	struct identity identity;

	(void)state;
	assert_int_equal(identity_live(1, 0), 1);
	assert_true(identity_parse(1, &identity));
	assert_int_equal(identity.kind, IDENTITY_LIVE);
	assert_int_equal(identity.dir, 1);
}

static void test_parse_inverts(void **state)
{
	const place at = place_make(SEGMENT_NUMBER_MAX, 0x7fffffff8);
	struct identity identity;

	(void)state;
	assert_true(identity_parse(identity_node(at), &identity));
	assert_int_equal(identity.kind, IDENTITY_NODE);
	assert_int_equal(identity.at, at);
	assert_true(identity_parse(identity_live(0xffffffff, 7), &identity));
	assert_int_equal(identity.kind, IDENTITY_LIVE);
	assert_int_equal(identity.dir, 0xffffffff);
	assert_int_equal(identity.incarnation, 7);
	assert_true(identity_parse(identity_pinned(0x3fffffff, 1), &identity));
	assert_int_equal(identity.kind, IDENTITY_PINNED);
	assert_int_equal(identity.dir, 1);
	assert_int_equal(identity.generation, 0x3fffffff);
}

static uint64_t make_again(const struct identity *identity)
{
	switch (identity->kind) {
	case IDENTITY_NODE:
		return identity_node(identity->at);
	case IDENTITY_LIVE:
		return identity_live(identity->dir, identity->incarnation);
	default:
		return identity_pinned(identity->generation, identity->dir);
	}
}

/* Whatever is accepted is what makes that number: no node has two. */
static void test_any_number(void **state)
{
	struct identity identity;
	uint64_t ino = 88172645463325252ull;
	int i;

	(void)state;
	for (i = 0; i < 100000; i++) {
		ino ^= ino << 13;
		ino ^= ino >> 7;
		ino ^= ino << 17;
		if (identity_parse(ino >> i % 60, &identity))
			assert_int_equal(make_again(&identity), ino >> i % 60);
	}
}

static void test_no_such_number(void **state)
{
	const uint64_t wrong[] = {0, 2, 0xffffffff, 1ull << 62, 1ull << 63, 1ull << 63 | 1,
			3ull << 62 | 16, 3ull << 62 | 1ull << 32};
	struct identity identity;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(identity_parse(wrong[i], &identity));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_root_is_one),
			cmocka_unit_test(test_parse_inverts),
			cmocka_unit_test(test_any_number),
			cmocka_unit_test(test_no_such_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
