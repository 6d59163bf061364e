#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/cmd/doctor_subject.h"
#include "src/link/settings.h"

static char dir[] = "/tmp/refmount-test-XXXXXX";
static char config[64];

static int setup(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	(void)snprintf(config, sizeof(config), "%s/web.yaml", dir);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return file_remove_tree(AT_FDCWD, dir, NULL);
}

static void what_is_a_source(void **state)
{
	static const char *const sources[] = {"/srv/git/config.git", "./config", ".", "config#main",
			"https://git.example.com/x.git", "git@git.example.com:x.git"};
	struct subjects subjects = SUBJECTS_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		assert_int_equal(subjects_find(sources[i], &subjects, NULL), 0);
		assert_int_equal(subjects.count, 1);
		assert_string_equal(subjects.items[0].source, sources[i]);
		assert_null(subjects.items[0].name);
		subjects_release(&subjects);
	}
}

static void a_name_that_is_none(void **state)
{
	struct subjects subjects = SUBJECTS_INIT;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(subjects_find("no-such-name-on-this-machine", &subjects, &err), -ENOENT);
	assert_non_null(strstr(err.text, "no-such-name-on-this-machine"));
	assert_int_equal(subjects.count, 0);
}

static int load(const char *text, struct settings *settings, struct diag *findings)
{
	char name[] = "web";
	const struct subject subject = {.name = name, .config = config};

	assert_int_equal(file_replace(AT_FDCWD, config, text, strlen(text), 0600, NULL), 0);
	return subject_settings(&subject, settings, findings, NULL);
}

static void settings_of_a_configuration(void **state)
{
	struct settings settings = SETTINGS_INIT;
	struct diag findings = DIAG_INIT;
	char text[256];

	(void)state;
	(void)snprintf(text, sizeof(text),
			"repository: /srv/git/x.git\nref: main\nmountpoint: %s\n", dir);
	assert_int_equal(load(text, &settings, &findings), 0);
	assert_string_equal(settings.name, "web");
	assert_string_equal(settings.source, "/srv/git/x.git");
	assert_string_equal(settings.ref, "main");
	assert_non_null(strstr(settings.state_dir, "/refmount/web"));
	settings_release(&settings);

	settings = (struct settings)SETTINGS_INIT;
	assert_true(load("repository: /srv/git/x.git\nrfe: main\n", &settings, &findings) < 0);
	assert_int_equal(findings.count, 1);
	assert_int_equal(findings.items[0].line, 2);
	diag_release(&findings);
	settings_release(&settings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(what_is_a_source),
			cmocka_unit_test(a_name_that_is_none),
			cmocka_unit_test(settings_of_a_configuration),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
