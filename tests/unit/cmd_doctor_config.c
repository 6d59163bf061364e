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
#include "src/cmd/doctor_config.h"
#include "src/link/settings.h"

static char dir[] = "/tmp/refmount-test-XXXXXX";
static char path[64];

static int setup(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	(void)snprintf(path, sizeof(path), "%s/file", dir);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return file_remove_tree(AT_FDCWD, dir, NULL);
}

static void write_file(const char *text, mode_t mode)
{
	assert_int_equal(file_replace(AT_FDCWD, path, text, strlen(text), 0600, NULL), 0);
	assert_int_equal(chmod(path, mode), 0);
}

/* The last line about SETTINGS; REMEDY NULL: all is well. */
static void expect(const struct settings *settings,
		void (*check)(const struct settings *settings, struct checkup *checkup),
		const char *name, const char *remedy)
{
	struct checkup checkup = CHECKUP_INIT;
	const struct checkup_line *line;

	check(settings, &checkup);
	assert_true(checkup.count > 0);
	line = &checkup.items[checkup.count - 1];
	assert_string_equal(line->check, name);
	assert_int_equal(line->result, remedy ? CHECKUP_FAIL : CHECKUP_OK);
	if (remedy && !strstr(line->remedy, remedy))
		print_error("%s\n", line->remedy);
	assert_true(!remedy || strstr(line->remedy, remedy));
	checkup_release(&checkup);
}

static void who_may_read(void **state)
{
	struct settings key = {.ssh_key_file = path}, token = {.token_file = path},
			ca = {.ca_file = path};

	(void)state;
	write_file("x", 0600);
	expect(&key, config_check_files, "ssh_key_file", NULL);
	write_file("x", 0640);
	expect(&token, config_check_files, "token_file", NULL);
	expect(&key, config_check_files, "ssh_key_file", "chmod 0600 ");
	write_file("x", 0644);
	expect(&ca, config_check_files, "ca_file", NULL);
	expect(&token, config_check_files, "token_file", "chmod 0640 ");
	write_file("x", 0666);
	expect(&ca, config_check_files, "ca_file", "chmod 0644 ");
}

static void what_is_there(void **state)
{
	char none[] = "/nonexistent/file";
	struct settings missing = {.password_file = none}, folder = {.ca_file = dir},
			secrets = {.secrets = path};

	(void)state;
	write_file("x", 0600);
	expect(&missing, config_check_files, "password_file", "put it there");
	expect(&folder, config_check_files, "ca_file", "change 'ca_file'");
	expect(&secrets, config_check_files, "secrets", "change 'secrets'");
	secrets.secrets = dir;
	expect(&secrets, config_check_files, "secrets", NULL);
}

static void signers(void **state)
{
	struct settings settings = {.signers = path};

	(void)state;
	write_file("me@example.com ssh-ed25519 "
		   "AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n",
			0644);
	expect(&settings, config_check_files, "signers", NULL);
	write_file("me@example.com\n", 0644);
	expect(&settings, config_check_files, "signers", "allowed signers");
}

static void programs(void **state)
{
	char json[256];
	struct settings settings = {.operations = json};

	(void)state;
	(void)snprintf(json, sizeof(json), "{\"checks\": [{\"run\": [\"sh\", \"-c\", \"true\"]}]}");
	expect(&settings, config_check_programs, "checks", NULL);
	(void)snprintf(json, sizeof(json), "{\"checks\": [{\"run\": [\"no-such-program\"]}]}");
	expect(&settings, config_check_programs, "checks", "install it");
	write_file("#!/bin/sh\n", 0644);
	(void)snprintf(json, sizeof(json), "{\"on_switch\": [{\"run\": [\"%s\"]}]}", path);
	expect(&settings, config_check_programs, "on_switch", "chmod +x ");
	(void)snprintf(json, sizeof(json),
			"{\"on_switch\": [{\"run\": [\"sh\"], \"user\": \"no-such-user\"}]}");
	expect(&settings, config_check_programs, "on_switch", "useradd --system no-such-user");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(who_may_read),
			cmocka_unit_test(what_is_there),
			cmocka_unit_test(signers),
			cmocka_unit_test(programs),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
