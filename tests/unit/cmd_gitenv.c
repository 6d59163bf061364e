#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/cmd/gitenv.h"
#include "src/link/settings.h"

static struct settings filled(const char *source)
{
	struct settings settings = SETTINGS_INIT;

	settings.source = strdup(source);
	settings.is_remote = true;
	assert_int_equal(gitenv_fill(&settings, NULL), 0);
	return settings;
}

static void environment(void **state)
{
	struct settings settings;

	(void)state;
	setenv("GIT_SSL_CAINFO", "/etc/ca.pem", 1);
	setenv("https_proxy", "http://proxy.example.com:3128", 1);
	setenv("no_proxy", "localhost,.internal.example.com", 1);
	settings = filled("https://git.example.com/x");
	assert_string_equal(settings.ca_file, "/etc/ca.pem");
	assert_string_equal(settings.proxy, "http://proxy.example.com:3128");
	assert_null(settings.client_cert_file);
	settings_release(&settings);
	settings = filled("https://git.internal.example.com/x");
	assert_null(settings.proxy);
	settings_release(&settings);
	settings = filled("http://localhost/x");
	assert_null(settings.proxy);
	settings_release(&settings);
	settings = filled("git@git.example.com:x");
	assert_null(settings.ca_file);
	assert_null(settings.proxy);
	settings_release(&settings);
	unsetenv("https_proxy");
	unsetenv("GIT_SSL_CAINFO");
}

static void home(void **state)
{
	char dir[] = "/tmp/refmount-gitenv-XXXXXX", path[96], known[96];
	struct settings settings;

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/.ssh/id_rsa", dir);
	(void)snprintf(known, sizeof(known), "%s/.ssh", dir);
	assert_int_equal(file_make_dirs(known, 0700, NULL), 0);
	assert_int_equal(file_replace(AT_FDCWD, path, "x", 1, 0600, NULL), 0);
	setenv("HOME", dir, 1);
	settings = filled("git@git.example.com:x");
	assert_string_equal(settings.ssh_key_file, path);
	assert_null(settings.ssh_known_hosts_file);
	settings_release(&settings);
	assert_int_equal(file_remove_tree(AT_FDCWD, dir, NULL), 0);
}

static void direct(void **state)
{
	(void)state;
	assert_true(gitenv_is_direct("*", "a.example.com"));
	assert_true(gitenv_is_direct("x, example.com", "a.example.com"));
	assert_true(gitenv_is_direct(".example.com", "A.EXAMPLE.com"));
	assert_true(gitenv_is_direct("a.example.com", "a.example.com"));
	assert_false(gitenv_is_direct("example.com", "an-example.com"));
	assert_false(gitenv_is_direct("b.example.com", "example.com"));
	assert_false(gitenv_is_direct("", "example.com"));
	assert_false(gitenv_is_direct(",,", "example.com"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(environment),
			cmocka_unit_test(home),
			cmocka_unit_test(direct),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
