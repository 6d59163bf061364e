#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/cmd/places.h"

#define SOMEBODY 54321 /* a user who has nothing of ours in /tmp */

/* What goes by the user needs root to become one; without, there is nothing to see here. */
static int become_somebody(void **state)
{
	(void)state;
	return geteuid() == 0 ? seteuid(SOMEBODY) : 0;
}

static int become_root(void **state)
{
	char dir[64];

	(void)state;
	if (getuid() != 0)
		return 0;
	(void)snprintf(dir, sizeof(dir), "/tmp/refmount-%d", SOMEBODY);
	return seteuid(0) < 0 ? -1 : file_remove_tree(AT_FDCWD, dir, NULL);
}

static void by_the_environment(void **state)
{
	struct buf dir = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	(void)setenv("XDG_STATE_HOME", "/x/state", 1);
	(void)setenv("XDG_RUNTIME_DIR", "/x/run", 1);
	assert_int_equal(places_state_base(&dir, &err), 0);
	assert_string_equal(buf_str(&dir), "/x/state/refmount");
	assert_int_equal(places_run_base(&dir, &err), 0);
	assert_string_equal(buf_str(&dir), "/x/run/refmount");
	(void)setenv("XDG_STATE_HOME", "relative", 1); /* does not count */
	(void)setenv("HOME", "/home/x", 1);
	assert_int_equal(places_state_base(&dir, &err), 0);
	assert_string_equal(buf_str(&dir), "/home/x/.local/state/refmount");
	buf_release(&dir);
}

static void a_folder_in_tmp_is_private(void **state)
{
	struct buf dir = BUF_INIT;
	struct err err = ERR_INIT;
	struct stat st;

	(void)state;
	if (getuid() != 0)
		skip();
	(void)unsetenv("XDG_RUNTIME_DIR");
	assert_int_equal(places_run_base(&dir, &err), 0);
	assert_int_equal(places_make(dir.data, &err), 0);
	assert_int_equal(places_make(dir.data, &err), 0);
	assert_int_equal(stat(dir.data, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(chmod(dir.data, 0755), 0);
	assert_int_equal(places_make(dir.data, &err), -EPERM);
	assert_int_equal(rmdir(dir.data), 0);
	assert_int_equal(symlink("/", dir.data), 0);
	assert_int_equal(places_make(dir.data, &err), -EPERM);
	assert_non_null(strstr(err.text, "is not a folder of yours alone"));
	buf_release(&dir);
}

static void root_has_its_own(void **state)
{
	struct buf dir = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(places_state_base(&dir, &err), 0);
	assert_string_equal(buf_str(&dir), "/var/lib/refmount");
	assert_int_equal(places_run_base(&dir, &err), 0);
	assert_string_equal(buf_str(&dir), "/run/refmount");
	buf_release(&dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(root_has_its_own),
			cmocka_unit_test_setup_teardown(
					by_the_environment, become_somebody, become_root),
			cmocka_unit_test_setup_teardown(
					a_folder_in_tmp_is_private, become_somebody, become_root),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
