#include "tests/unit/trust_fixture.h"
#include "src/trust/openpgp.h"

#define SHOW_KEY(who) "gpg --with-colons -k " who " | sed -n 's/^fpr:*\\(.*\\):$/\\1/p'"

static void the_signer_is_named(void **state)
{
	(void)state;
	assert_true(trust_names("ada", "keyring", "ada <ada@example.com>", "openpgp",
				    SHOW_KEY("ada")) > 1700000001);
}

static void strangers_are_refused(void **state)
{
	(void)state;
	trust_refuses_stranger("mal", "keyring", "keyring.gpg", SHOW_KEY("mal"));
}

static void what_was_changed_is_refused(void **state)
{
	(void)state;
	trust_refuses_change("ada", "keyring");
}

static void revoked_keys_are_refused(void **state)
{
	struct oid commit = trust_commit("ada", "one");

	(void)state;
	(void)fixture_sh("sed 's/^:---/---/' gpg/openpgp-revocs.d/$(%s).rev | "
			 "gpg --batch -q --import 2>/dev/null; gpg --export ada >keyring.gpg",
			SHOW_KEY("ada"));
	trust_refuses(&commit, "keyring", "signed by a key that was revoked");
}

/* The key was valid for two days of long ago; the signature is of then. */
static void expired_keys_are_refused(void **state)
{
	struct oid commit;

	(void)state;
	(void)fixture_sh("gpg --batch -q --faked-system-time 20200101T000000 --passphrase '' "
			 "--quick-gen-key 'eve <eve@example.com>' ed25519 sign 2d 2>/dev/null; "
			 "gpg --export eve >keyring.gpg; printf '#!/bin/sh\\nexec gpg "
			 "--faked-system-time 20200101T120000 \"$@\"\\n' >then; chmod 755 then; "
			 "git config gpg.program $PWD/then");
	commit = trust_commit("eve", "one");
	trust_refuses(&commit, "keyring", "signed by a key that has expired");
}

static void a_keyring_is_not_armoured(void **state)
{
	struct oid commit = trust_commit("ada", "one");

	(void)state;
	(void)fixture_sh("gpg --armor --export ada >keyring.gpg");
	trust_refuses(&commit, "keyring", "keyring.gpg: gpgv reads keys without armour");
	(void)fixture_sh(": >keyring.gpg");
	trust_refuses(&commit, "keyring", "nobody may sign");
}

/* Two signatures of one commit: gpg writes them one behind the other. */
static void two_signatures_are_refused(void **state)
{
	struct oid commit;

	(void)state;
	commit = fixture_oid("t=$(git mktree </dev/null); c=$(git commit-tree -m other $t); "
			     "git cat-file commit $c >text; "
			     "gpg -q --batch --detach-sign --armor -u ada -u mal -o text.sig text; "
			     "{ sed '/^$/,$d' text; sed '1s/^/gpgsig /; 1!s/^/ /' text.sig; "
			     "sed -n '/^$/,$p' text; } | git hash-object -t commit -w --stdin");
	trust_refuses(&commit, "keyring", "more than one signature");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, trust_setup_openpgp, trust_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
			TEST(the_signer_is_named),
			TEST(strangers_are_refused),
			TEST(what_was_changed_is_refused),
			TEST(revoked_keys_are_refused),
			TEST(expired_keys_are_refused),
			TEST(a_keyring_is_not_armoured),
			TEST(two_signatures_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
