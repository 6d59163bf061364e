#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/err.h"
#include "src/fetch/credential.h"
#include "src/fetch/remote.h"

/* 0, and what the shell's SCRIPT printed; or the negative errno. */
static int ask(const char *script, struct credential *answer, struct err *err)
{
	const char *argv[] = {"sh", "-c", script, "helper", NULL};
	struct remote remote = REMOTE_INIT;
	int rc;

	assert_int_equal(remote_parse("https://me@git.example.com:8443/x", &remote, NULL), 0);
	rc = credential_ask(argv, &remote, answer, err);
	remote_release(&remote);
	return rc;
}

static void prints(const char *script, const char *user, const char *password)
{
	struct credential answer = CREDENTIAL_INIT;
	struct err err = ERR_INIT;

	if (ask(script, &answer, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(buf_str(&answer.user), user);
	assert_string_equal(buf_str(&answer.password), password);
	credential_release(&answer);
}

static void fails(const char *script, const char *words)
{
	struct credential answer = CREDENTIAL_INIT;
	struct err err = ERR_INIT;

	assert_true(ask(script, &answer, &err) < 0);
	if (!strstr(err.text, words))
		fail_msg("'%s': '%s'", script, err.text);
	assert_null(strstr(err.text, "sesame"));
}

static void answers(void **state)
{
	(void)state;
	prints("echo username=deploy; echo password=sesame", "deploy", "sesame");
	prints("printf 'password=open sesame'", "", "open sesame");
}

/* It is asked as git asks. */
static void questions(void **state)
{
	(void)state;
	prints("echo username=$1; cat | sed 's/host=/password=/'", "get", "git.example.com:8443");
	prints("sed 's/protocol=/password=/; s/^username=/&the /'", "the me", "https");
}

/* What it has left running is not waited for. */
static void lasts(void **state)
{
	(void)state;
	prints("echo password=sesame; sleep 20 & exit 0", "", "sesame");
}

static void failures(void **state)
{
	(void)state;
	fails("echo password=sesame; exit 3", "helper 'sh': it exited with 3");
	fails("echo sesame >&2; exit 1", "it exited with 1");
	fails("kill -9 $$", "killed by signal 9");
	fails("echo sesame", "no line 'password=...'");
	fails("echo password=; echo password=sesame", "no line 'password=...'");
	fails("yes sesame", "Message too long");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(answers),
			cmocka_unit_test(questions),
			cmocka_unit_test(lasts),
			cmocka_unit_test(failures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
