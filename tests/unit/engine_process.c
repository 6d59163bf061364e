#include "src/engine/process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/clock.h"

#define ID "3f6c1d0e9ac01b77aa20d6ddb5d42c90c1f1f42d1a26a1a9be0cf0a3c5a5f00d"

/* Behind the name: 19 fields, then the start. */
#define FIELDS " S 1 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 "

static void stat_is_read(void **state)
{
	struct process process = {0};

	(void)state;
	assert_int_equal(process_parse_stat("812 (nginx)" FIELDS "12345 99 99", 100, &process), 0);
	assert_string_equal(process.command, "nginx");
	assert_int_equal(process.start_ns, 123450000000);
	assert_int_equal(process_parse_stat("8 (a) S 7 (b c)" FIELDS "1\n", 100, &process), 0);
	assert_string_equal(process.command, "a) S 7 (b c");
	assert_int_equal(process.start_ns, 10000000);
	assert_int_equal(process_parse_stat("8 (two\nlines\x01)" FIELDS "1\n", 100, &process), 0);
	assert_string_equal(process.command, "two?lines?");
	assert_int_equal(process_parse_stat("8 (\xff\xc3)" FIELDS "1\n", 100, &process), 0);
	assert_string_equal(process.command, "??");
	assert_int_equal(process_parse_stat("", 100, &process), -EBADMSG);
	assert_int_equal(process_parse_stat("8 (a)", 100, &process), -EBADMSG);
	assert_int_equal(process_parse_stat("8 )a(" FIELDS "1", 100, &process), -EBADMSG);
	assert_int_equal(process_parse_stat("8 (a) S 1 2 3", 100, &process), -EBADMSG);
	assert_int_equal(process_parse_stat("8 (a)" FIELDS "x", 100, &process), -EBADMSG);
}

static void assert_unit(const char *cgroup, const char *want)
{
	char unit[PROCESS_UNIT_MAX] = "before";

	process_parse_cgroup(cgroup, unit);
	assert_string_equal(unit, want);
}

static void units_and_containers(void **state)
{
	(void)state;
	assert_unit("0::/system.slice/nginx.service\n", "nginx.service");
	assert_unit("0::/user.slice/user-0.slice/user@0.service/app.slice/run-7.scope\n",
			"run-7.scope");
	assert_unit("0::/user.slice/user-1000.slice/session-2.scope\n", "session-2.scope");
	assert_unit("0::/system.slice/nginx.service/workers\n", "nginx.service");
	assert_unit("0::/system.slice/docker-" ID ".scope\n", "docker-3f6c1d0e9ac0.scope");
	assert_unit("0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-" ID ".scope\n",
			"cri-containerd-3f6c1d0e9ac0.scope");
	assert_unit("0::/docker/" ID "\n", "container 3f6c1d0e9ac0");
	assert_unit("12:pids:/docker/" ID "\n0::/\n", "container 3f6c1d0e9ac0");
	assert_unit("1:name=systemd:/system.slice/cron.service\n", "cron.service");
	assert_unit("0::/\n", "");
	assert_unit("0::/system.slice\n", "");
	assert_unit("0::/a\xff.service\n", "a?.service");
	assert_unit("garbage", "");
	assert_unit("", "");
}

static void processes_that_are_there(void **state)
{
	struct process process;
	pid_t child;

	(void)state;
	assert_int_equal(prctl(PR_SET_NAME, "a reader"), 0);
	assert_int_equal(process_look((uint32_t)getpid(), &process), 0);
	assert_string_equal(process.command, "a reader");
	assert_true(process.start_ns <= clock_boot_ns());
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(process_look((uint32_t)child, &process), -ESRCH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(stat_is_read),
			cmocka_unit_test(units_and_containers),
			cmocka_unit_test(processes_that_are_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
