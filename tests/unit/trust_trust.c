#include <errno.h>

#include "tests/unit/trust_fixture.h"

static void unsigned_commits_are_refused(void **state)
{
	struct oid commit;

	(void)state;
	commit = fixture_oid("git commit-tree -m one $(git mktree </dev/null)");
	trust_refuses(&commit, "signers", "not signed: `git commit -S` signs it");
}

static void each_kind_has_its_own_file(void **state)
{
	struct oid ssh, openpgp;

	(void)state;
	openpgp = trust_commit("ada", "one");
	(void)fixture_sh("git config gpg.format ssh");
	ssh = trust_commit("alice", "two");
	trust_refuses(&ssh, "keyring", "`verify` names no `signers`");
	trust_refuses(&openpgp, "signers", "`verify` names no `keyring`");
	trust_accepts(&ssh, "signers keyring", "alice@example.com");
	trust_accepts(&openpgp, "signers keyring", "ada <ada@example.com>");
}

static void x509_is_refused(void **state)
{
	struct oid commit;

	(void)state;
	commit = fixture_oid("t=$(git mktree </dev/null); c=$(git commit-tree -m other $t); "
			     "{ git cat-file commit $c | sed '/^$/,$d'; "
			     "echo 'gpgsig -----BEGIN SIGNED MESSAGE-----'; "
			     "git cat-file commit $c | sed -n '/^$/,$p'; } | "
			     "git hash-object -t commit -w --stdin");
	trust_refuses(&commit, "signers", "neither of an SSH nor of an OpenPGP key");
}

/* The tag has to be signed, the commit need not be. */
static void tags_speak_for_commits(void **state)
{
	struct oid commit;

	(void)state;
	commit = fixture_oid("c=$(git commit-tree -m one $(git mktree </dev/null)) && "
			     "git update-ref refs/heads/main $c && echo $c");
	trust_refuses(&commit, "signers tag", "no annotated tag points at this commit");
	(void)fixture_sh("git tag light main; git tag -a -m x a main");
	trust_refuses(&commit, "signers tag", "tag 'a': not signed: `git tag -s` signs it");
	(void)fixture_sh("git -c user.signingkey=mallory tag -s -m x b main");
	trust_refuses(&commit, "signers tag", "tag 'b': signed by an unknown key");
	(void)fixture_sh("git -c user.signingkey=alice tag -s -m x v1 main");
	trust_accepts(&commit, "signers tag", "alice@example.com");
	trust_refuses(&commit, "signers", "not signed: `git commit -S` signs it");
}

/* The tag of one release under the name of another; the tag of another commit. */
static void tags_are_what_they_say(void **state)
{
	struct oid commit;

	(void)state;
	commit = fixture_oid("c=$(git commit-tree -m one $(git mktree </dev/null)) && "
			     "git update-ref refs/heads/main $c && echo $c");
	(void)fixture_sh("git -c user.signingkey=alice tag -s -m x v1 main && "
			 "git update-ref refs/tags/v2 $(git rev-parse refs/tags/v1) && "
			 "git update-ref -d refs/tags/v1");
	trust_refuses(&commit, "signers tag", "tag 'v2': the tag is malformed: it calls itself");
	commit = fixture_oid("git commit-tree -m two $(git mktree </dev/null)");
	trust_refuses(&commit, "signers tag", "no annotated tag points at this commit");
}

static void malformed_files_are_a_fault_of_the_node(void **state)
{
	struct oid commit = trust_commit("alice", "one");
	struct verdict verdict;

	(void)state;
	(void)fixture_sh("{ echo; cat signers; echo bob ssh-ed25519; } >more; mv more signers");
	trust_ask(&commit, "signers", &verdict);
	assert_int_equal(verdict.kind, VERDICT_FAILED);
	assert_non_null(strstr(verdict.error, "/signers:3: the key itself is missing"));
	verdict_release(&verdict);
	(void)fixture_sh("rm signers");
	trust_refuses(&commit, "signers", "signers': No such file");
}

static void keys_are_a_number(void **state)
{
	uint64_t first = 0, other = 0;

	(void)state;
	assert_int_equal(trust_keys("signers", "", false, &first, NULL), 0);
	assert_int_equal(trust_keys("signers", "", false, &other, NULL), 0);
	assert_true(first == other);
	assert_int_equal(trust_keys("signers", "", true, &other, NULL), 0);
	assert_true(first != other);
	(void)fixture_sh("echo '# more' >>signers");
	assert_int_equal(trust_keys("signers", "", false, &other, NULL), 0);
	assert_true(first != other);
	assert_int_equal(trust_keys("signers", "none", false, &other, NULL), -ENOENT);
}

static void without_a_repository(void **state)
{
	struct oid commit = trust_commit("alice", "one");
	struct oid none = {{1}};
	struct verdict verdict;

	(void)state;
	trust_ask(&none, "signers", &verdict);
	assert_int_equal(verdict.kind, VERDICT_FAILED);
	verdict_release(&verdict);
	(void)fixture_sh("mv r.git gone.git");
	trust_ask(&commit, "signers", &verdict);
	assert_int_equal(verdict.kind, VERDICT_FAILED);
	verdict_release(&verdict);
	(void)fixture_sh("mv gone.git r.git");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, trust_setup, trust_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
			TEST(unsigned_commits_are_refused),
			cmocka_unit_test_setup_teardown(each_kind_has_its_own_file,
					trust_setup_openpgp, trust_teardown),
			TEST(x509_is_refused),
			TEST(tags_speak_for_commits),
			TEST(tags_are_what_they_say),
			TEST(malformed_files_are_a_fault_of_the_node),
			TEST(keys_are_a_number),
			TEST(without_a_repository),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
