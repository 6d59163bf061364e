#include "src/base/owner.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static void expect(const char *file, const char *name, bool is_group, int64_t want)
{
	uint32_t id = 7;
	int rc = file ? owner_find_in(file, name, is_group, &id) : owner_find(name, is_group, &id);

	assert_int_equal(rc, want < 0 ? -ENOENT : 0);
	assert_int_equal(id, want < 0 ? 7 : want);
}

static void expect_login(const char *file, const char *name, int64_t uid, int64_t gid)
{
	uint32_t ids[2] = {7, 8};
	int rc = owner_find_login_in(file, name, &ids[0], &ids[1]);

	assert_int_equal(rc, uid < 0 ? -ENOENT : 0);
	assert_int_equal(ids[0], uid < 0 ? 7 : uid);
	assert_int_equal(ids[1], uid < 0 ? 8 : gid);
}

static void of_this_machine(void **state)
{
	(void)state;
	expect(NULL, "root", false, 0);
	expect(NULL, "root", true, 0);
	expect(NULL, "1234", false, 1234);
	expect(NULL, "4294967295", true, -1);
	expect(NULL, "no such user", false, -1);
	expect(NULL, "", true, -1);
}

static void of_a_file(void **state)
{
	char path[] = "/tmp/refmount-test-XXXXXX";
	int fd = mkstemp(path);
	FILE *file = fdopen(fd, "w");

	(void)state;
	assert_non_null(file);
	fputs("root:x:0:0:root:/root:/bin/sh\nthis is no "
	      "entry\npostgres:x:5432:5433::/:/bin/false\n",
			file);
	assert_int_equal(fclose(file), 0);
	expect(path, "postgres", false, 5432);
	expect(path, "this is no entry", false, -1);
	expect_login(path, "postgres", 5432, 5433);
	expect_login(path, "5432", 5432, 5433);
	expect_login(path, "77", 77, 77);
	expect_login(path, "nobody", -1, -1);
	expect_login(path, "-1", -1, -1);
	expect_login(path, "4294967295", -1, -1);

	file = fopen(path, "w");
	assert_non_null(file);
	fputs("root:x:0:\nssl-cert:x:104:postgres,www-data\n", file);
	assert_int_equal(fclose(file), 0);
	expect(path, "ssl-cert", true, 104);
	expect(path, "postgres", true, -1);
	assert_int_equal(unlink(path), 0);
	expect(path, "root", true, -1);
	expect_login(path, "77", 77, 77);
	expect_login(path, "root", -1, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(of_this_machine),
			cmocka_unit_test(of_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
