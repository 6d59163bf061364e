#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/mountinfo.h"

static bool parse(const char *line, struct mountinfo *info)
{
	static char text[512];

	(void)strcpy(text, line);
	return mountinfo_parse(text, info);
}

static void lines(void **state)
{
	struct mountinfo info;

	(void)state;
	assert_true(parse("36 35 98:3 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root "
			  "rw,errors=continue",
			&info));
	assert_int_equal(info.major, 98);
	assert_int_equal(info.minor, 3);
	assert_string_equal(info.root, "/mnt1");
	assert_string_equal(info.path, "/mnt2");
	assert_string_equal(info.type, "ext3");
	assert_true(parse(
			"1 2 0:55 / /srv/a\\040b\\011c\\012d\\134e\\043 ro - fuse.refmount x#y ro",
			&info));
	assert_string_equal(info.path, "/srv/a b\tc\nd\\e#");
	assert_string_equal(info.type, "fuse.refmount");
	assert_true(parse("1 2 0:55 / /x\\04 ro shared:1 master:2 propagate_from:3 - t s", &info));
	assert_string_equal(info.path, "/x\\04");
	assert_true(parse("1 2 0:55 / /x ro - t", &info));
	assert_string_equal(info.type, "t");
}

static void lines_that_are_none(void **state)
{
	static const char *const lines[] = {"", "1", "1 2 0:55 / ", "1 2 0:55 / /x",
			"1 2 0:55 / /x ro", "1 2 x / /x ro - t s", "1 2 0:55 / /x ro shared:1",
			"1 2 0:55 / /x ro -", NULL};
	struct mountinfo info;
	size_t i;

	(void)state;
	for (i = 0; lines[i]; i++)
		assert_false(parse(lines[i], &info));
}

/* There is a root, and a walk ends when it is told to. */
static bool find_root(void *arg, const struct mountinfo *info)
{
	unsigned *after = arg;

	if (*after > 0 || strcmp(info->path, "/") == 0)
		++*after;
	return *after == 1;
}

static void the_table_itself(void **state)
{
	unsigned after = 0;

	(void)state;
	assert_int_equal(mountinfo_each(find_root, &after, NULL), 0);
	assert_int_equal(after, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(lines),
			cmocka_unit_test(lines_that_are_none),
			cmocka_unit_test(the_table_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
