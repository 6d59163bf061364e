#include "tests/unit/trust_fixture.h"

#define SHOW_KEY(who) "ssh-keygen -lf " who " | cut -d' ' -f2"

static void the_signer_is_named(void **state)
{
	(void)state;
	assert_int_equal(trust_names("alice", "signers", "alice@example.com", "ssh",
					 SHOW_KEY("alice")),
			1700000001);
}

static void strangers_are_refused(void **state)
{
	(void)state;
	trust_refuses_stranger("mallory", "signers", "signers", SHOW_KEY("mallory"));
}

static void what_was_changed_is_refused(void **state)
{
	(void)state;
	trust_refuses_change("alice", "signers");
}

static void a_signature_is_of_one_commit(void **state)
{
	struct oid other = trust_commit("alice", "one"), commit;
	char hex[OID_HEX_SIZE];

	(void)state;
	oid_format(&other, hex);
	commit = fixture_oid("t=$(git mktree </dev/null); c=$(git commit-tree -m other $t); "
			     "{ git cat-file commit $c | sed '/^$/,$d'; "
			     "git cat-file commit %s | sed -n '/^gpgsig/,/END SSH/p'; "
			     "git cat-file commit $c | sed -n '/^$/,$p'; } | "
			     "git hash-object -t commit -w --stdin",
			hex);
	trust_refuses(&commit, "signers", "bad signature");
}

/* Commits are of 2023-11-14. */
static void keys_count_while_they_are_valid(void **state)
{
	struct oid commit = trust_commit("alice", "one");

	(void)state;
	(void)fixture_sh("echo alice@example.com valid-before=\\\"20231115\\\" $(cat alice.pub) "
			 ">signers");
	trust_accepts(&commit, "signers", "alice@example.com");
	(void)fixture_sh("echo alice@example.com valid-before=\\\"20231112\\\" $(cat alice.pub) "
			 ">signers");
	trust_refuses(&commit, "signers",
			"signers:1 allows it only with valid-before=\"20231112\"");
	(void)fixture_sh("printf '# team\\n\\nalice@example.com valid-after=\"20231120\" %%s\\n' "
			 "\"$(cat alice.pub)\" >signers");
	trust_refuses(&commit, "signers", "signers:3 allows it only with valid-after=\"20231120\"");
	trust_refuses(&commit, "signers", "signed at 2023-11-14T22:13:21Z by the key SHA256:");
}

static void keys_count_for_their_namespaces(void **state)
{
	struct oid commit = trust_commit("alice", "one");

	(void)state;
	(void)fixture_sh("echo alice@example.com namespaces=\\\"file,git\\\" $(cat alice.pub) "
			 ">signers");
	trust_accepts(&commit, "signers", "alice@example.com");
	(void)fixture_sh(
			"echo alice@example.com namespaces=\\\"file\\\" $(cat alice.pub) >signers");
	trust_refuses(&commit, "signers", "signers:1 allows it only with namespaces=\"file\"");
}

/* The signature of a file is not one of a commit, even if both have the same bytes. */
static void signatures_are_for_a_namespace(void **state)
{
	struct oid commit;

	(void)state;
	commit = fixture_oid("t=$(git mktree </dev/null); c=$(git commit-tree -m other $t); "
			     "git cat-file commit $c >text; "
			     "ssh-keygen -q -Y sign -n file -f alice text 2>/dev/null; "
			     "{ sed '/^$/,$d' text; sed '1s/^/gpgsig /; 1!s/^/ /' text.sig; "
			     "sed -n '/^$/,$p' text; } | git hash-object -t commit -w --stdin");
	trust_refuses(&commit, "signers", "signed for the namespace 'file' and not for 'git'");
}

static void one_key_has_many_names(void **state)
{
	struct oid commit = trust_commit("alice", "one");

	(void)state;
	(void)fixture_sh("echo -e@example.com,al@example.com,*@example.com $(cat alice.pub) "
			 ">signers");
	trust_accepts(&commit, "signers", "al@example.com");
}

static void certificates_count(void **state)
{
	struct oid commit;

	(void)state;
	(void)fixture_sh("ssh-keygen -q -s mallory -I carol -n carol@example.com alice.pub; "
			 "echo '*@example.com' cert-authority $(cat mallory.pub) >signers");
	commit = trust_commit("alice-cert.pub", "one");
	trust_accepts(&commit, "signers", "carol@example.com");
}

static void nonsense_is_refused(void **state)
{
	struct oid commit;

	(void)state;
	commit = fixture_oid("t=$(git mktree </dev/null); c=$(git commit-tree -m other $t); "
			     "{ git cat-file commit $c | sed '/^$/,$d'; "
			     "echo 'gpgsig -----BEGIN SSH SIGNATURE-----'; echo ' AAAA'; "
			     "git cat-file commit $c | sed -n '/^$/,$p'; } | "
			     "git hash-object -t commit -w --stdin");
	trust_refuses(&commit, "signers", "the signature is malformed");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, trust_setup, trust_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
			TEST(the_signer_is_named),
			TEST(strangers_are_refused),
			TEST(what_was_changed_is_refused),
			TEST(a_signature_is_of_one_commit),
			TEST(keys_count_while_they_are_valid),
			TEST(keys_count_for_their_namespaces),
			TEST(signatures_are_for_a_namespace),
			TEST(one_key_has_many_names),
			TEST(certificates_count),
			TEST(nonsense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
