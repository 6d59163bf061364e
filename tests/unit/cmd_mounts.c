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

static bool parse(const char *line, struct mountinfo *info)
{
	static char text[512];

	(void)strcpy(text, line);
	return mountinfo_parse(text, info);
}

static void lines_of_mountinfo(void **state)
{
	struct mountinfo info;

	(void)state;
	assert_true(parse("36 35 98:3 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root "
			  "rw,errors=continue",
			&info));
	assert_int_equal(info.major, 98);
	assert_int_equal(info.minor, 3);
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
			cmocka_unit_test(lines_of_mountinfo),
			cmocka_unit_test(lines_that_are_none),
			cmocka_unit_test(by_name_and_by_path),
			cmocka_unit_test(what_is_not_found_is_said),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
