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

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/cmd/mounts.h"

static char dir[] = "/tmp/refmount-test-XXXXXX";

/* RUN/NAME/mount in a runtime directory of our own; nothing of it is mounted. */
static void announce(const char *name, const char *mountpoint)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/refmount/%s", dir, name);
	assert_int_equal(file_make_dirs(path, 0755, NULL), 0);
	(void)snprintf(path, sizeof(path), "%s/refmount/%s/mount", dir, name);
	assert_int_equal(file_replace(AT_FDCWD, path, mountpoint, strlen(mountpoint), 0644, NULL),
			0);
}

/* As someone else than root, whose run directory is not to be guessed at. */
static int setup(void **state)
{
	(void)state;
	if (!mkdtemp(dir) || chmod(dir, 0755) < 0 || setenv("XDG_RUNTIME_DIR", dir, 1) < 0)
		return -1;
	announce("config", "/nonexistent/config\n");
	announce("srv-other", "/nonexistent/other\n");
	announce("odd", "relative\n");
	announce(".hidden", "/nonexistent/hidden\n");
	return geteuid() == 0 ? seteuid(65534) : 0;
}

static int teardown(void **state)
{
	(void)state;
	if (getuid() == 0 && seteuid(0) < 0)
		return -1;
	return file_remove_tree(AT_FDCWD, dir, NULL);
}

static void by_name_and_by_path(void **state)
{
	struct mount mount = MOUNT_INIT;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(mounts_find("config", &mount, &err), 0);
	assert_string_equal(mount.path, "/nonexistent/config");
	assert_false(mount.is_mounted);
	mount_release(&mount);
	assert_int_equal(mounts_find("/nonexistent/other/", &mount, &err), 0);
	assert_string_equal(mount.name, "srv-other");
	mount_release(&mount);
}

static void what_is_not_found_is_said(void **state)
{
	struct mount mount = MOUNT_INIT;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(mounts_find("confgi", &mount, &err), -ENOENT);
	assert_string_equal(err.text, "no mount 'confgi' (did you mean 'config'?)");
	assert_int_equal(mounts_find("/", &mount, &err), -ENOENT);
	assert_string_equal(err.text, "no mount '/'");
	assert_int_equal(mounts_find("odd", &mount, &err), -ENOENT);
	assert_int_equal(mounts_find("hidden", &mount, &err), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(by_name_and_by_path),
			cmocka_unit_test(what_is_not_found_is_said),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
