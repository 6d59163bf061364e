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

#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/cmd/plan.h"
#include "src/link/settings.h"

static char dir[] = "/tmp/refmount-test-XXXXXX";

static int setup(void **state)
{
	(void)state;
	if (!mkdtemp(dir) || chdir(dir) < 0)
		return -1;
	return mkdir("repo", 0755) < 0 ? -1 : mkdir("mnt", 0755);
}

static int teardown(void **state)
{
	(void)state;
	return chdir("/") < 0 ? -1 : file_remove_tree(AT_FDCWD, dir, NULL);
}

static void with_options(struct plan *plan, const char *options)
{
	*plan = (struct plan){.source = "repo#main", .mountpoint = "mnt"};
	if (options) {
		plan->options.items[0] = options;
		plan->options.count = 1;
	}
}

static void expect_settings(const struct plan *plan, struct settings *settings)
{
	struct diag findings = DIAG_INIT;
	struct err err = ERR_INIT;

	*settings = (struct settings)SETTINGS_INIT;
	if (plan_settings(plan, settings, &findings, &err) != 0)
		fail_msg("said: %s", err.text);
}

static void complete_settings(void **state)
{
	struct settings settings;
	struct plan plan;
	char text[256];

	(void)state;
	with_options(&plan,
			"path=a/b/"
			",poll=2m,history=3,state=st,uid=12,gid=13,noexec,allow_rewind,debug,"
			"nofail,x-y");
	expect_settings(&plan, &settings);
	(void)snprintf(text, sizeof(text), "%s/repo", dir);
	assert_string_equal(settings.source, text);
	(void)snprintf(text, sizeof(text), "%s/mnt", dir);
	assert_string_equal(settings.mountpoint, text);
	(void)snprintf(text, sizeof(text), "%s/st", dir);
	assert_string_equal(settings.state_dir, text);
	assert_string_equal(settings.ref, "main");
	assert_string_equal(settings.folder, "a/b");
	assert_int_equal(strncmp(settings.name, "tmp-refmount", 12), 0);
	assert_non_null(strstr(settings.run_dir, settings.name));
	assert_int_equal(settings.program[0], '/');
	assert_int_equal(settings.poll_ms, 120000);
	assert_int_equal(settings.history, 3);
	assert_int_equal(settings.uid, 12);
	assert_int_equal(settings.gid, 13);
	assert_true(settings.noexec && settings.allow_rewind && settings.debug);
	settings_release(&settings);
}

static void defaults(void **state)
{
	struct settings settings;
	struct plan plan;

	(void)state;
	with_options(&plan, NULL);
	plan.source = "repo";
	plan.name = "web";
	expect_settings(&plan, &settings);
	assert_string_equal(settings.ref, "HEAD");
	assert_string_equal(settings.folder, "");
	assert_string_equal(settings.name, "web");
	assert_non_null(strstr(settings.state_dir, "/refmount/web"));
	assert_int_equal(settings.poll_ms, 30000);
	assert_int_equal(settings.history, 10);
	assert_int_equal(settings.uid, geteuid());
	assert_int_equal(settings.allow_other, geteuid() == 0);
	settings_release(&settings);
}

static void trust_and_remotes(void **state)
{
	struct settings settings;
	struct plan plan;
	char text[256];

	(void)state;
	with_options(&plan,
			"ca_file=/ca,ssh_key_file=key,username=u,signers=/s,depth=0,lease=0ms,"
			"max_age=1d,debounce=1s");
	expect_settings(&plan, &settings);
	assert_string_equal(settings.ca_file, "/ca");
	(void)snprintf(text, sizeof(text), "%s/key", dir);
	assert_string_equal(settings.ssh_key_file, text);
	assert_string_equal(settings.username, "u");
	assert_string_equal(settings.signers, "/s");
	assert_string_equal(settings.repository, settings.source);
	assert_int_equal(settings.depth, 0);
	assert_int_equal(settings.lease_ms, 0);
	assert_int_equal(settings.max_age_ms, 86400000);
	assert_int_equal(settings.debounce_ms, 1000);
	settings_release(&settings);
}

static void expect_error(const struct plan *plan, const char *message)
{
	struct settings settings = SETTINGS_INIT;
	struct diag findings = DIAG_INIT;
	struct err err = ERR_INIT;

	assert_true(plan_settings(plan, &settings, &findings, &err) < 0);
	if (!strstr(err.text, message))
		fail_msg("said: %s", err.text);
	settings_release(&settings);
}

static void what_is_wrong_is_said(void **state)
{
	struct plan plan;

	(void)state;
	with_options(&plan, "pol=3s");
	expect_error(&plan, "unknown mount option 'pol' (did you mean 'poll'?)");
	with_options(&plan, "rw");
	expect_error(&plan, "read-only");
	with_options(&plan, "facts=env");
	expect_error(&plan, "a fact is given as NAME=VALUE, not 'env'");
	with_options(&plan, "facts=env=prod:1a=x");
	expect_error(&plan, "'1a' cannot be a fact's name: letters, digits and underscores");
	with_options(&plan, "facts=env=a/b");
	expect_error(&plan, "fact 'env' cannot be 'a/b': a fact may stand in a path");
	with_options(&plan, NULL);
	plan.facts = (struct option_list){.items = {"env="}, .count = 1};
	expect_error(&plan, "fact 'env' is empty");
	with_options(&plan, "secrets=");
	expect_error(&plan, "the path of the secrets directory is empty");
	with_options(&plan, "lease=2s");
	expect_error(&plan, "lease must be at most 1000ms (0: off)");
	with_options(&plan, "ca_file=");
	expect_error(&plan, "the path of the file is empty");
	with_options(&plan, "history=1");
	expect_error(&plan, "history must be 2 to 200 revisions");
	with_options(&plan, "path=../x");
	expect_error(&plan, "is not the path of a folder");
	with_options(&plan, NULL);
	plan.mountpoint = "nothing";
	expect_error(&plan, "mount point 'nothing' does not exist (create it: mkdir -p nothing)");
	with_options(&plan, NULL);
	plan.name = "a/b";
	expect_error(&plan, "'a/b' cannot be a name");
	with_options(&plan, NULL);
	plan.source = NULL;
	expect_error(&plan, "no repository");
	with_options(&plan, NULL);
	plan.mountpoint = NULL;
	expect_error(&plan, "no mount point");
}

/* mount(8) puts `rw` in front of everything. */
static void mount_may_say_rw(void **state)
{
	struct settings settings;
	struct plan plan;

	(void)state;
	with_options(&plan, "rw,noauto,user=me,_netdev,nodev,nosuid");
	plan.from_mount = true;
	expect_settings(&plan, &settings);
	settings_release(&settings);
}

static void the_command_line_wins(void **state)
{
	static const char text[] = "repository: /nonexistent/x\nref: old\npoll: 1h\nhistory: 5\n";
	struct settings settings;
	struct plan plan;

	(void)state;
	assert_int_equal(file_replace(AT_FDCWD, "c.yaml", text, strlen(text), 0644, NULL), 0);
	with_options(&plan, "poll=1m");
	plan.config = "c.yaml";
	expect_settings(&plan, &settings);
	assert_string_equal(settings.ref, "main");
	assert_int_equal(settings.poll_ms, 60000);
	assert_int_equal(settings.history, 5);
	settings_release(&settings);
	plan.source = NULL;
	expect_settings(&plan, &settings);
	assert_string_equal(settings.source, "/nonexistent/x");
	assert_string_equal(settings.ref, "old");
	settings_release(&settings);
}

/* The node configuration, then `-o`, then `--fact`; the host's name is there by itself. */
static void facts_and_secrets(void **state)
{
	static const char text[] = "facts: {env: dev, role: web, zone: 7}\nsecrets: /etc/s\n";
	struct settings settings;
	struct plan plan;

	(void)state;
	assert_int_equal(file_replace(AT_FDCWD, "f.yaml", text, strlen(text), 0644, NULL), 0);
	with_options(&plan, "facts=env=prod:host=a-1");
	plan.config = "f.yaml";
	plan.facts = (struct option_list){.items = {"role=db", "site=a=b:c"}, .count = 2};
	expect_settings(&plan, &settings);
	assert_string_equal(settings.facts, "env=prod\nhost=a-1\nrole=db\nsite=a=b:c\nzone=7\n");
	assert_string_equal(settings.secrets, "/etc/s");
	settings_release(&settings);

	with_options(&plan, NULL);
	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", "/run/credentials/x", 1), 0);
	expect_settings(&plan, &settings);
	assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
	assert_string_equal(settings.secrets, "/run/credentials/x");
	assert_int_equal(strncmp(settings.facts, "host=", 5), 0);
	settings_release(&settings);
}

static void faults_of_the_configuration_are_findings(void **state)
{
	struct settings settings = SETTINGS_INIT;
	struct diag findings = DIAG_INIT;
	struct err err = ERR_INIT;
	struct plan plan;

	(void)state;
	assert_int_equal(file_replace(AT_FDCWD, "bad.yaml", "pol: 1\n", 7, 0644, NULL), 0);
	with_options(&plan, NULL);
	plan.config = "bad.yaml";
	assert_int_equal(plan_settings(&plan, &settings, &findings, &err), -EINVAL);
	assert_int_equal(findings.count, 1);
	assert_int_equal(err.code, 0);
	diag_release(&findings);
	settings_release(&settings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(complete_settings),
			cmocka_unit_test(defaults),
			cmocka_unit_test(trust_and_remotes),
			cmocka_unit_test(what_is_wrong_is_said),
			cmocka_unit_test(mount_may_say_rw),
			cmocka_unit_test(the_command_line_wins),
			cmocka_unit_test(facts_and_secrets),
			cmocka_unit_test(faults_of_the_configuration_are_findings),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
