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
#include "src/cmd/precheck.h"
#include "src/roles/roles.h"
#include "src/link/settings.h"

static char dir[] = "/tmp/refmount-test-XXXXXX";
static char program[256], mountpoint[64], state_dir[64], repository[64];

static int setup(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	(void)snprintf(mountpoint, sizeof(mountpoint), "%s/mnt", dir);
	(void)snprintf(state_dir, sizeof(state_dir), "%s/state", dir);
	(void)snprintf(repository, sizeof(repository), "%s/gone.git", dir);
	return mkdir(mountpoint, 0755);
}

static int teardown(void **state)
{
	(void)state;
	return file_remove_tree(AT_FDCWD, dir, NULL);
}

static int check(char *path, struct err *warning, struct err *err)
{
	struct settings settings = SETTINGS_INIT;
	char empty[] = "", head[] = "HEAD", run_dir[] = "/nonexistent/run";

	settings.mountpoint = path;
	settings.source = repository;
	settings.ref = head;
	settings.folder = empty;
	settings.name = empty;
	settings.program = program;
	settings.state_dir = state_dir;
	settings.run_dir = run_dir;
	*err = *warning = (struct err)ERR_INIT;
	return precheck(&settings, warning, err);
}

static void the_mount_point(void **state)
{
	char passwd[] = "/etc/passwd";
	struct err warning, err;

	(void)state;
	assert_int_equal(check(passwd, &warning, &err), -ENOTDIR);
	assert_string_equal(err.text, "mount point '/etc/passwd' is not a directory");
	assert_int_equal(check(dir, &warning, &err), -ENOTEMPTY);
	assert_non_null(strstr(err.text, "is not empty"));
}

static void a_missing_repository(void **state)
{
	struct err warning, err;
	char path[96];

	(void)state;
	assert_int_equal(check(mountpoint, &warning, &err), -ENOENT);
	assert_non_null(strstr(err.text, repository));
	assert_int_equal(warning.code, 0);

	/* With a generation to serve it is only worth a warning. */
	(void)snprintf(path, sizeof(path), "%s/generations", state_dir);
	assert_int_equal(file_make_dirs(path, 0755, NULL), 0);
	assert_true(check(mountpoint, &warning, &err) < 0);
	(void)snprintf(path, sizeof(path), "%s/generations/00000001.gen", state_dir);
	assert_int_equal(file_replace(AT_FDCWD, path, "x", 1, 0644, NULL), 0);
	assert_int_equal(check(mountpoint, &warning, &err), 0);
	assert_non_null(strstr(warning.text, "the last good revision is served"));
	assert_int_equal(err.code, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(the_mount_point),
			cmocka_unit_test(a_missing_repository),
	};

	/* The process that looks at the repository is this very program. */
	if (argc > 0 && strncmp(argv[0], "refmount: resolver ", strlen("refmount: resolver ")) == 0)
		return resolver_main();
	if (readlink("/proc/self/exe", program, sizeof(program) - 1) < 0)
		return 1;
	return cmocka_run_group_tests(tests, setup, teardown);
}
