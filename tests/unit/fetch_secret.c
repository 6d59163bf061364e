#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/fetch/job.h"
#include "src/fetch/remote.h"
#include "src/fetch/secret.h"

#define QUESTION "protocol=https\nhost=git.example.com:8443\nwwwauth[]=Basic\n"

static char file[64];

static int put(const char *text)
{
	int fd;

	strcpy(file, "/tmp/refmount-secret-XXXXXX");
	fd = mkstemp(file);
	if (fd < 0 || file_write_all(fd, text, strlen(text), NULL) < 0)
		return -1;
	return close(fd);
}

/* 0 or the negative errno of loading what is in the file. */
static int load(const char *url, struct fetch_access *access, int *fd, struct err *err)
{
	struct remote remote = REMOTE_INIT;
	int rc;

	assert_int_equal(remote_parse(url, &remote, NULL), 0);
	rc = secret_load(access, &remote, fd, err);
	remote_release(&remote);
	return rc;
}

static void answers(int fd, const char *question, const char *wanted)
{
	struct buf answer = BUF_INIT;

	secret_answer(fd, question, &answer);
	assert_string_equal(buf_str(&answer), wanted);
	buf_release(&answer);
}

/* A helper of the node is asked when there is no file. */
static void from_a_helper(void **state)
{
	char words[][40] = {"sh", "-c", "echo username=robot; echo password=open"};
	char *helper[] = {words[0], words[1], words[2], NULL}, user[] = "deploy";
	struct fetch_access access = {.helper = helper};
	struct err err = ERR_INIT;
	int fd = -1;

	(void)state;
	assert_int_equal(load("https://git.example.com:8443/x", &access, &fd, NULL), 0);
	answers(fd, QUESTION, "username=robot\npassword=open\n");
	(void)close(fd);
	access.username = user;
	assert_int_equal(load("https://git.example.com:8443/x", &access, &fd, NULL), 0);
	answers(fd, QUESTION, "username=deploy\npassword=open\n");
	(void)close(fd);
	assert_int_equal(load("ssh://git.example.com/x", &access, &fd, NULL), 0);
	assert_int_equal(fd, -1);
	strcpy(words[2], "exit 1");
	assert_int_equal(load("https://git.example.com/x", &access, &fd, &err), -EACCES);
	assert_int_equal(put("sesame"), 0);
	access.password_file = file;
	assert_int_equal(load("https://git.example.com:8443/x", &access, &fd, NULL), 0);
	answers(fd, QUESTION, "username=deploy\npassword=sesame\n");
	(void)close(fd);
	(void)unlink(file);
}

static void for_its_host(void **state)
{
	char user[] = "deploy";
	struct fetch_access access = {.username = user, .password_file = file};
	int fd = -1;

	(void)state;
	assert_int_equal(put("sesame \n"), 0);
	assert_int_equal(load("https://git.example.com:8443/x", &access, &fd, NULL), 0);
	answers(fd, QUESTION, "username=deploy\npassword=sesame \n");
	answers(fd, QUESTION, "username=deploy\npassword=sesame \n"); /* as often as git asks */
	answers(fd, "protocol=http\nhost=git.example.com:8443\n", "quit=1\n");
	answers(fd, "protocol=https\nhost=git.example.com\n", "quit=1\n");
	answers(fd, "protocol=https\nhost=git.example.com:84433\n", "quit=1\n");
	answers(fd, "protocol=https\nxhost=git.example.com:8443\n", "quit=1\n");
	answers(fd, "", "quit=1\n");
	(void)close(fd);
	(void)unlink(file);
}

static void users(void **state)
{
	struct fetch_access access = {.token_file = file};
	int fd = -1;

	(void)state;
	assert_int_equal(put("t0ken"), 0);
	assert_int_equal(load("https://git.example.com:8443/x", &access, &fd, NULL), 0);
	answers(fd, QUESTION, "username=x-access-token\npassword=t0ken\n");
	(void)close(fd);
	assert_int_equal(load("https://me@git.example.com:8443/x", &access, &fd, NULL), 0);
	answers(fd, QUESTION, "username=me\npassword=t0ken\n");
	(void)close(fd);
	(void)unlink(file);
}

static void bearers(void **state)
{
	struct fetch_access access = {.bearer_token_file = file, .token_file = file};
	char text[256] = "";
	int fd = -1;

	(void)state;
	assert_int_equal(put("t0ken-._~+/==\n"), 0);
	assert_int_equal(load("https://me@git.example.com:8443/x", &access, &fd, NULL), 0);
	assert_true(secret_is_bearer(&access));
	assert_true(pread(fd, text, sizeof(text) - 1, 0) > 0);
	assert_string_equal(text,
			"[http \"https://git.example.com:8443/\"]\n"
			"\textraHeader = Authorization: Bearer t0ken-._~+/==\n");
	answers(fd, QUESTION, "quit=1\n");
	(void)close(fd);
	(void)unlink(file);
	access.bearer_token_file = NULL;
	assert_false(secret_is_bearer(&access));
}

static void none(void **state)
{
	struct fetch_access access = {.username = NULL};
	int fd = 7;

	(void)state;
	assert_int_equal(load("https://git.example.com/x", &access, &fd, NULL), 0);
	assert_int_equal(fd, -1);
	access.token_file = file;
	assert_int_equal(load("git@git.example.com:x", &access, &fd, NULL), 0);
	assert_int_equal(fd, -1);
}

static void is_refused(const char *url, struct fetch_access *access, const char *words)
{
	struct err err = ERR_INIT;
	int fd = -1;

	assert_true(load(url, access, &fd, &err) < 0);
	if (!strstr(err.text, words))
		fail_msg("%s", err.text);
	assert_null(strstr(err.text, "sesame"));
	assert_int_equal(fd, -1);
}

static void refused(void **state)
{
	char missing[] = "/nonexistent/x";
	struct fetch_access token = {.token_file = file}, password = {.password_file = file};
	struct fetch_access lost = {.token_file = missing}, bearer = {.bearer_token_file = file};

	(void)state;
	assert_int_equal(put("sesame\nsesame"), 0);
	is_refused("https://example.com/x", &token, "more than one line");
	is_refused("http://example.com/x", &token, "in the clear");
	is_refused("http://example.com/x", &bearer, "in the clear");
	is_refused("https://example.com/x", &password, "no username");
	is_refused("https://example.com/x", &lost, "/nonexistent/x");
	(void)unlink(file);
	assert_int_equal(put("sesame\"]"), 0);
	is_refused("https://example.com/x", &bearer, "no bearer token");
	(void)unlink(file);
	assert_int_equal(put("\n"), 0);
	is_refused("https://example.com/x", &token, "empty");
	(void)unlink(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(from_a_helper),
			cmocka_unit_test(for_its_host),
			cmocka_unit_test(users),
			cmocka_unit_test(bearers),
			cmocka_unit_test(none),
			cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
