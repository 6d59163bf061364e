#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/base/file.h"
#include "src/cmd/doctor_checkup.h"
#include "src/cmd/doctor_state.h"

#define MIB 1048576ull

static char dir[] = "/tmp/refmount-test-XXXXXX";

static int setup(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	return file_remove_tree(AT_FDCWD, dir, NULL);
}

static void expect(struct checkup *checkup, enum checkup_result result, const char *part)
{
	const struct checkup_line *line;

	assert_true(checkup->count > 0);
	line = &checkup->items[checkup->count - 1];
	assert_int_equal(line->result, result);
	assert_non_null(strstr(result == CHECKUP_OK ? line->message : line->remedy, part));
	checkup_release(checkup);
}

static void room(void **state)
{
	static const struct {
		struct room room; /* free bytes, free files, used bytes, all files */
		enum checkup_result result;
		const char *part;
	} cases[] = {
			{{100 * MIB, 5000, 10 * MIB, 9999}, CHECKUP_OK, "100 MiB are free"},
			{{100 * MIB, 0, 10 * MIB, 0}, CHECKUP_OK, "100 MiB are free"},
			{{100 * MIB, 5000, 200 * MIB, 9999}, CHECKUP_WARN, "200 MiB or more"},
			{{30 * MIB, 5000, 1 * MIB, 9999}, CHECKUP_WARN, "64 MiB or more"},
			{{2 * MIB, 5000, 1 * MIB, 9999}, CHECKUP_FAIL, "64 MiB or more"},
			{{100 * MIB, 100, 1 * MIB, 9999}, CHECKUP_WARN, "df -i /var"},
			{{100 * MIB, 3, 1 * MIB, 9999}, CHECKUP_FAIL, "df -i /var"},
	};
	struct checkup checkup = CHECKUP_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		state_check_room("/var", &cases[i].room, &checkup);
		expect(&checkup, cases[i].result, cases[i].part);
	}
}

static void the_directory(void **state)
{
	struct checkup checkup = CHECKUP_INIT;
	char path[64];

	(void)state;
	assert_true(state_check_dir(dir, &checkup));
	expect(&checkup, CHECKUP_OK, "can be written");
	(void)snprintf(path, sizeof(path), "%s/a/b", dir);
	assert_false(state_check_dir(path, &checkup));
	expect(&checkup, CHECKUP_OK, "will be made");
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(chmod(dir, 0777), 0);
	assert_true(state_check_dir(dir, &checkup));
	expect(&checkup, CHECKUP_FAIL, "chmod 0700 ");
	assert_int_equal(chmod(dir, 0700), 0);
	assert_false(state_check_dir("/etc/passwd", &checkup));
	expect(&checkup, CHECKUP_FAIL, "remove it");
}

static void put(const char *name, const char *text)
{
	char path[96];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(file_replace(AT_FDCWD, path, text, strlen(text), 0600, NULL), 0);
}

static void content(void **state)
{
	const struct timespec long_ago[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
	struct checkup checkup = CHECKUP_INIT;
	char path[96];

	(void)state;
	state_check_content(dir, &checkup);
	assert_int_equal(checkup.count, 0);
	put("state.yaml", "version: 99\n");
	state_check_content(dir, &checkup);
	expect(&checkup, CHECKUP_FAIL, "the refmount that wrote it");
	put("state.yaml", "version: [\n");
	state_check_content(dir, &checkup);
	expect(&checkup, CHECKUP_FAIL, "remove ");
	(void)snprintf(path, sizeof(path), "%s/state.yaml", dir);
	assert_int_equal(unlink(path), 0);

	/* What is being written now is nothing that was left. */
	put("00000001.seg.tmp", "");
	state_check_content(dir, &checkup);
	assert_int_equal(checkup.count, 0);
	(void)snprintf(path, sizeof(path), "%s/00000001.seg.tmp", dir);
	assert_int_equal(utimensat(AT_FDCWD, path, long_ago, 0), 0);
	state_check_content(dir, &checkup);
	expect(&checkup, CHECKUP_WARN, "find ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(room),
			cmocka_unit_test(the_directory),
			cmocka_unit_test(content),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
