#include "tests/unit/trust_fixture.h"
#include "src/trust/openpgp.h"

static void the_signer_is_named(void **state)
{
	struct oid commit = trust_commit("ada", "one");
	struct verdict verdict;

	(void)state;
	trust_ask(&commit, "keyring", &verdict);
	assert_int_equal(verdict.kind, VERDICT_TRUSTED);
	assert_string_equal(verdict.signer.name, "ada <ada@example.com>");
	assert_string_equal(verdict.signer.kind, "openpgp");
	assert_string_equal(verdict.signer.key,
			fixture_sh("gpg --with-colons -k ada | sed -n 's/^fpr:*\\(.*\\):$/\\1/p'"));
	assert_true(verdict.signer.time > 1700000001);
	verdict_release(&verdict);
}

static void strangers_are_refused(void **state)
{
	struct oid commit = trust_commit("mal", "one");
	char why[256];

	(void)state;
	(void)snprintf(why, sizeof(why), "unknown key, %s: add it to '%s/keyring.gpg'",
			fixture_sh("gpg --with-colons -k mal | sed -n 's/^fpr:*\\(.*\\):$/\\1/p'"),
			fixture_dir);
	trust_refuses(&commit, "keyring", why);
}

static void what_was_changed_is_refused(void **state)
{
	struct oid commit = trust_commit("ada", "one"), changed;
	char hex[OID_HEX_SIZE];

	(void)state;
	oid_format(&commit, hex);
	changed = fixture_oid("git cat-file commit %s | sed 's/^one/two/' | "
			      "git hash-object -t commit -w --stdin",
			hex);
	trust_refuses(&changed, "keyring", "bad signature: this is not what was signed");
}

static void revoked_keys_are_refused(void **state)
{
	struct oid commit = trust_commit("ada", "one");

	(void)state;
	(void)fixture_sh("f=$(gpg --with-colons -k ada | sed -n 's/^fpr:*\\(.*\\):$/\\1/p'); "
			 "sed 's/^:---/---/' gpg/openpgp-revocs.d/$f.rev | gpg --batch -q --import "
			 "2>/dev/null; gpg --export ada >keyring.gpg");
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
