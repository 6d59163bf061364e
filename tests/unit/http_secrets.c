#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/err.h"
#include "src/http/secrets.h"

/* The example of GitHub's documentation of webhooks. */
#define SECRET "It's a Secret to Everybody"
#define BODY   "Hello, World!"
#define HEX    "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"

static struct secrets secrets_of(const char *text)
{
	struct secrets secrets = {.count = 0};

	assert_int_equal(secrets_parse(text, strlen(text), &secrets, NULL), 0);
	return secrets;
}

static bool holds(const struct secrets *secrets, const char *name, const char *value)
{
	struct proof proof;

	proof_begin(&proof, secrets);
	proof_header(&proof, "Content-Type", "application/json");
	proof_header(&proof, name, value);
	/* In parts, as it comes from the network. */
	proof_body(&proof, BODY, 5);
	proof_body(&proof, BODY + 5, strlen(BODY) - 5);
	return proof_holds(&proof);
}

static void signatures(void **state)
{
	struct secrets secrets = secrets_of(SECRET "\n");

	(void)state;
	assert_true(holds(&secrets, "X-Hub-Signature-256", "sha256=" HEX));
	assert_true(holds(&secrets, "x-hub-signature-256", "sha256=" HEX));
	assert_true(holds(&secrets, "X-Gitea-Signature", HEX));
	assert_true(holds(&secrets, "X-Gitea-Signature",
			"757107EA0EB2509FC211221CCE984B8A37570B6D7586C22C46F4379C8B043E17"));
	assert_false(holds(&secrets, "X-Hub-Signature-256", HEX));
	assert_false(holds(&secrets, "X-Hub-Signature-256", "sha1=" HEX));
	assert_false(holds(&secrets, "X-Gitea-Signature", "sha256=" HEX));
	assert_false(holds(&secrets, "X-Gitea-Signature", HEX "00"));
	assert_false(holds(&secrets, "X-Gitea-Signature", ""));
	assert_false(holds(&secrets, "X-Gitea-Signature",
			"757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e18"));
	assert_false(holds(&secrets, "X-Gitea-Signature",
			"75z107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"));
	secrets = secrets_of("another");
	assert_false(holds(&secrets, "X-Hub-Signature-256", "sha256=" HEX));
}

static void tokens(void **state)
{
	struct secrets secrets = secrets_of("  one \r\n\n# not a comment\ntwo");

	(void)state;
	assert_int_equal(secrets.count, 3);
	assert_true(holds(&secrets, "X-Gitlab-Token", "one"));
	assert_true(holds(&secrets, "X-Gitlab-Token", "two"));
	assert_true(holds(&secrets, "X-Gitlab-Token", "# not a comment"));
	assert_true(holds(&secrets, "X-Refmount-Token", "one"));
	assert_true(holds(&secrets, "Authorization", "Bearer two"));
	assert_true(holds(&secrets, "authorization", "bearer two"));
	assert_false(holds(&secrets, "Authorization", "two"));
	assert_false(holds(&secrets, "Authorization", "Basic two"));
	assert_false(holds(&secrets, "X-Gitlab-Token", "on"));
	assert_false(holds(&secrets, "X-Gitlab-Token", "one "));
	assert_false(holds(&secrets, "X-Gitlab-Token", ""));
	assert_false(holds(&secrets, "X-Other-Token", "one"));
}

static void without_secrets(void **state)
{
	struct secrets none = {.count = 0};
	struct proof proof;

	(void)state;
	assert_false(holds(&none, "X-Gitlab-Token", ""));
	assert_false(holds(&none, "X-Gitea-Signature", HEX));
	proof_begin(&proof, &none);
	assert_false(proof_holds(&proof));
}

/* What the body is can be left out when a token says enough, and not otherwise. */
static void body_counts(void **state)
{
	struct secrets secrets = secrets_of(SECRET);
	struct proof proof;

	(void)state;
	proof_begin(&proof, &secrets);
	proof_header(&proof, "X-Gitea-Signature", HEX);
	proof_body(&proof, BODY "!", strlen(BODY) + 1);
	assert_false(proof_holds(&proof));
	proof_begin(&proof, &secrets);
	proof_header(&proof, "X-Gitea-Signature", HEX);
	assert_false(proof_holds(&proof));
}

static void files(void **state)
{
	static const char many[] = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
	struct secrets secrets = {.count = 77};
	struct err err;

	(void)state;
	assert_int_equal(secrets_parse("", 0, &secrets, &err), -ENOENT);
	assert_int_equal(secrets_parse(" \n\t\r\n", 5, &secrets, &err), -ENOENT);
	assert_string_equal(err.text, "there is no secret in it");
	assert_int_equal(secrets_parse(many, sizeof(many) - 1, &secrets, &err), -E2BIG);
	assert_int_equal(secrets.count, 77);
	assert_int_equal(secrets_parse(many, sizeof(many) - 3, &secrets, &err), 0);
	assert_int_equal(secrets.count, SECRETS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(signatures),
			cmocka_unit_test(tokens),
			cmocka_unit_test(without_secrets),
			cmocka_unit_test(body_counts),
			cmocka_unit_test(files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
