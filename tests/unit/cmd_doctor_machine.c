#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "src/cmd/doctor_checkup.h"
#include "src/cmd/doctor_machine.h"

/* A machine on which all is well, for users, too. */
static struct machine well(bool is_root)
{
	return (struct machine){
			.is_root = is_root,
			.is_device = true,
			.allows_other = true,
			.has_fusermount = true,
			.is_setuid = true,
			.release = "6.16.3-amd64",
			.landlock = 7,
			.version = "1.2.3",
			.fs_program = "/usr/libexec/refmount-fs",
			.fs_says = "refmount-fs 1.2.3",
			.git_says = "git version 2.47.3",
			.now_s = 1795771964,
			.files_max = 1048576,
	};
}

/* Of MACHINE, CHECK has RESULT; the only line that is not ok, unless that is what is looked for. */
static void expect(const struct machine *machine, const char *check, enum checkup_result result,
		const char *remedy)
{
	struct checkup checkup = CHECKUP_INIT;
	size_t found = 0, unwell = 0;

	machine_check(machine, &checkup);
	for (size_t i = 0; i < checkup.count; i++) {
		const struct checkup_line *line = &checkup.items[i];

		unwell += line->result != CHECKUP_OK;
		assert_true((line->result == CHECKUP_OK) == !line->remedy);
		if (strcmp(line->check, check) != 0 || line->result != result)
			continue;
		found++;
		assert_true(!remedy || strstr(line->remedy, remedy));
	}
	if (found != 1)
		print_error("%s\n", check);
	assert_int_equal(found, 1);
	assert_int_equal(unwell, result != CHECKUP_OK);
	checkup_release(&checkup);
}

static void all_is_well(void **state)
{
	struct machine root = well(true), user = well(false);

	(void)state;
	expect(&root, "fuse", CHECKUP_OK, NULL);
	expect(&root, "mount_setattr", CHECKUP_OK, NULL);
	expect(&user, "fusermount3", CHECKUP_OK, NULL);
	/* What a user cannot have is nothing that is missing. */
	user.fanotify = EPERM;
	user.mount_api = EPERM;
	expect(&user, "fanotify", CHECKUP_OK, NULL);
}

static void the_device(void **state)
{
	struct machine machine = well(true);

	(void)state;
	machine.device = ENOENT;
	machine.is_device = false;
	expect(&machine, "fuse", CHECKUP_FAIL, "modprobe fuse");
	machine.device = 0;
	expect(&machine, "fuse", CHECKUP_FAIL, "mknod -m 666 /dev/fuse c 10 229");
	machine.is_device = true;
	machine.device = EACCES;
	expect(&machine, "fuse", CHECKUP_FAIL, "chmod 666 /dev/fuse");
}

static void fusermount(void **state)
{
	struct machine machine = well(false);

	(void)state;
	machine.is_setuid = false;
	expect(&machine, "fusermount3", CHECKUP_FAIL, "chmod u+s");
	machine.has_fusermount = false;
	expect(&machine, "fusermount3", CHECKUP_FAIL, "install the package fuse3");
	machine.is_root = true;
	expect(&machine, "fuse", CHECKUP_OK, NULL);
}

static void the_kernel(void **state)
{
	struct machine machine = well(true);

	(void)state;
	machine.mount_api = ENOSYS;
	expect(&machine, "mount_setattr", CHECKUP_WARN, "Linux 5.12");
	machine.mount_api = EPERM;
	expect(&machine, "mount_setattr", CHECKUP_WARN, "seccomp profile");
	machine = well(true);
	machine.fanotify = EPERM;
	expect(&machine, "fanotify", CHECKUP_WARN, "CAP_SYS_ADMIN");
	machine = well(true);
	machine.no_landlock = "none";
	expect(&machine, "landlock", CHECKUP_WARN, "lsm=");
	machine = well(true);
	machine.no_filter = "none";
	expect(&machine, "seccomp", CHECKUP_WARN, "CONFIG_SECCOMP_FILTER");
	machine = well(true);
	(void)snprintf(machine.release, sizeof(machine.release), "6.9.12");
	expect(&machine, "kernel", CHECKUP_OK, NULL);
}

static void the_other_program(void **state)
{
	struct machine machine = well(true);

	(void)state;
	(void)snprintf(machine.fs_says, sizeof(machine.fs_says), "refmount-fs 1.2.4");
	expect(&machine, "refmount-fs", CHECKUP_FAIL, "from one build");
	machine.fs_says[0] = '\0';
	expect(&machine, "refmount-fs", CHECKUP_FAIL, "/usr/libexec/refmount-fs --version");
	machine.fs_program[0] = '\0';
	expect(&machine, "refmount-fs", CHECKUP_FAIL, "install it again");
}

static void git(void **state)
{
	static const struct {
		const char *says;
		enum checkup_result result;
		const char *remedy;
	} cases[] = {
			{"git version 2.31.0", CHECKUP_OK, NULL},
			{"git version 3.0", CHECKUP_OK, NULL},
			{"git version 10.1", CHECKUP_OK, NULL},
			{"git version 2.30.9", CHECKUP_WARN, "git 2.31"},
			{"git version 1.99", CHECKUP_WARN, "git 2.31"},
			{"git", CHECKUP_WARN, "git 2.31"},
			{"", CHECKUP_WARN, "install the package git"},
	};
	struct machine machine = well(true);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(machine.git_says, sizeof(machine.git_says), "%s", cases[i].says);
		expect(&machine, "git", cases[i].result, cases[i].remedy);
	}
}

static void clock_and_descriptors(void **state)
{
	struct machine machine = well(true);

	(void)state;
	machine.now_s = 1700000000;
	expect(&machine, "clock", CHECKUP_FAIL, "timedatectl");
	machine.now_s = 5000000000;
	expect(&machine, "clock", CHECKUP_FAIL, "timedatectl");
	machine = well(true);
	machine.files_max = 256;
	expect(&machine, "descriptors", CHECKUP_WARN, "LimitNOFILE");
}

/* Whatever this machine is like: what is found out is text, and each fault has a remedy. */
static void this_machine(void **state)
{
	struct checkup checkup = CHECKUP_INIT;

	(void)state;
	doctor_machine(&checkup, NULL);
	assert_true(checkup_is_whole(&checkup));
	assert_true(checkup.count >= 9);
	for (size_t i = 0; i < checkup.count; i++)
		assert_true((checkup.items[i].result == CHECKUP_OK) == !checkup.items[i].remedy);
	checkup_release(&checkup);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(all_is_well),
			cmocka_unit_test(the_device),
			cmocka_unit_test(fusermount),
			cmocka_unit_test(the_kernel),
			cmocka_unit_test(the_other_program),
			cmocka_unit_test(git),
			cmocka_unit_test(clock_and_descriptors),
			cmocka_unit_test(this_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
