#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/engine/mountinfo.h"

static bool has(const char *text, const char *path)
{
	char *copy = strdup(text);
	bool found = mountinfo_text_has(copy, path);

	free(copy);
	return found;
}

static void finds_fuse_mounts_only(void **state)
{
	static const char text[] =
			"22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
			"40 22 0:51 / /srv/config ro,nosuid shared:7 - fuse.refmount x ro\n"
			"41 22 0:52 / /srv/a\\040b\\134c ro - fuse.refmount x ro\n"
			"42 22 0:53 / /srv/other rw - tmpfs tmpfs rw\n";

	(void)state;
	assert_true(has(text, "/srv/config"));
	assert_true(has(text, "/srv/a b\\c"));
	assert_false(has(text, "/srv/other"));
	assert_false(has(text, "/srv/conf"));
	assert_false(has(text, "/"));
	assert_false(has("", "/srv/config"));
	assert_false(has("garbage\n - fuse\n1 2 - fuse", "/srv/config"));
}

static void reads_the_file(void **state)
{
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_true(mountinfo_has(fds[0], "/srv/config")); /* cannot be told */
	(void)close(fds[0]);
	(void)close(fds[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(finds_fuse_mounts_only),
			cmocka_unit_test(reads_the_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
