#include "src/link/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/file.h"

static struct settings sample(void)
{
	struct settings settings = SETTINGS_INIT;

	settings.name = strdup("srv-config");
	settings.source = strdup("/srv/git/config.git");
	settings.ref = strdup("main");
	settings.mountpoint = strdup("/srv/config");
	settings.facts = strdup("env=prod\nhost=a\n");
	settings.uid = 1000;
	settings.noexec = true;
	settings.history = 12;
	settings.is_remote = true;
	settings.debug = true;
	settings.ca_file = strdup("/etc/ca.pem");
	settings.operations = strdup("{}");
	return settings;
}

static void test_round_trip(void **state)
{
	struct settings settings = sample(), out;
	struct err err = ERR_INIT;
	int fd;

	(void)state;
	assert_int_equal(settings_store(&settings, &fd, &err), 0);
	assert_true(fcntl(fd, F_GET_SEALS) & F_SEAL_WRITE);
	(void)lseek(fd, 5, SEEK_SET); /* the position does not matter */
	assert_int_equal(settings_load(fd, &out, &err), 0);
	assert_string_equal(out.name, "srv-config");
	assert_string_equal(out.source, "/srv/git/config.git");
	assert_string_equal(out.folder, ""); /* was NULL */
	assert_string_equal(out.facts, "env=prod\nhost=a\n");
	assert_string_equal(out.secrets, "");
	assert_string_equal(out.ca_file, "/etc/ca.pem");
	assert_string_equal(out.operations, "{}");
	assert_string_equal(out.proxy, "");
	assert_true(out.is_remote && out.debug);
	assert_int_equal(out.depth, SETTINGS_DEPTH_AUTO);
	assert_int_equal(out.lease_ms, 20);
	assert_int_equal(out.uid, 1000);
	assert_int_equal(out.history, 12);
	assert_int_equal(out.poll_ms, 30000);
	assert_int_equal(out.limit_total_bytes, 1u << 30);
	assert_true(out.noexec);
	assert_false(out.allow_other);
	(void)close(fd);
	settings_release(&out);
	settings_release(&settings);
	settings_release(NULL);
}

/* Cut anywhere, or with any byte changed: refused or decoded, never a crash. */
static void test_damage(void **state)
{
	struct settings settings = sample(), out;
	struct buf text = BUF_INIT;
	size_t i;

	(void)state;
	settings_encode(&settings, &text);
	for (i = 0; i < text.len; i++)
		assert_true(settings_decode(text.data, i, &out, NULL) < 0);
	for (i = 0; i < text.len; i++) {
		text.data[i] = (char)~text.data[i];
		if (settings_decode(text.data, text.len, &out, NULL) == 0)
			settings_release(&out);
		text.data[i] = (char)~text.data[i];
	}
	buf_add_char(&text, 'x');
	assert_int_equal(settings_decode(text.data, text.len, &out, NULL), -EBADMSG);
	buf_release(&text);
	settings_release(&settings);
}

static void test_other_version(void **state)
{
	struct settings settings = sample(), out;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	settings_encode(&settings, &text);
	text.data[8]++;
	assert_int_equal(settings_decode(text.data, text.len, &out, &err), -EPROTO);
	assert_non_null(strstr(err.text, "version 6"));
	buf_release(&text);
	settings_release(&settings);
}

static void test_size_is_limited(void **state)
{
	struct settings settings = sample(), out;
	char *long_text = malloc(SETTINGS_SIZE_MAX + 1);
	int fd;

	(void)state;
	memset(long_text, 'x', SETTINGS_SIZE_MAX);
	long_text[SETTINGS_SIZE_MAX] = '\0';
	free(settings.source);
	settings.source = long_text;
	assert_int_equal(settings_store(&settings, &fd, NULL), -E2BIG);
	assert_int_equal(file_memory("large", long_text, SETTINGS_SIZE_MAX + 1, &fd, NULL), 0);
	assert_int_equal(settings_load(fd, &out, NULL), -EBADMSG);
	(void)close(fd);
	settings_release(&settings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_round_trip),
			cmocka_unit_test(test_damage),
			cmocka_unit_test(test_other_version),
			cmocka_unit_test(test_size_is_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
