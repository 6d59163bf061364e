#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/git/oidmap.h"

static struct oid make(uint32_t number)
{
	struct oid oid = {0};

	memcpy(oid.bytes + 12, &number, sizeof(number));
	return oid;
}

static void keeps_what_was_added(void **state)
{
	struct oidmap map = OIDMAP_INIT;
	struct oid oid = make(1);

	(void)state;
	assert_null(oidmap_find(&map, &oid));
	for (uint32_t i = 0; i < 5000; i++) {
		oid = make(i);
		*oidmap_add(&map, &oid) = i * 7;
	}
	assert_int_equal(map.count, 5000);
	for (uint32_t i = 0; i < 5000; i++) {
		oid = make(i); /* 0 is an id like any other */
		assert_int_equal(*oidmap_find(&map, &oid), i * 7);
		assert_int_equal(*oidmap_add(&map, &oid), i * 7);
	}
	oid = make(5000);
	assert_null(oidmap_find(&map, &oid));
	assert_int_equal(*oidmap_add(&map, &oid), 0);
	oidmap_release(&map);
	assert_null(oidmap_find(&map, &oid));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(keeps_what_was_added)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
