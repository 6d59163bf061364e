/*
 * trust_fixture: a repository in which commits and tags are signed, with keys made for one test.
 *
 * Two people have SSH keys, alice and mallory, two OpenPGP keys, ada and mal; `signers` and
 * `keyring.gpg` know the first of each.
 */
#ifndef TESTS_TRUST_FIXTURE_H
#define TESTS_TRUST_FIXTURE_H

#include "tests/unit/git_fixture.h"
#include "src/base/err.h"
#include "src/trust/trust.h"

static inline int trust_setup(void **state)
{
	(void)fixture_setup(state);
	(void)fixture_sh("git config gpg.format ssh; "
			 "for who in alice mallory; do ssh-keygen -q -t ed25519 -N '' -C $who -f "
			 "$who; done; "
			 "echo alice@example.com $(cut -d' ' -f1,2 alice.pub) >signers");
	return 0;
}

static inline int trust_teardown(void **state)
{
	(void)fixture_sh("GNUPGHOME=$PWD/gpg gpgconf --kill all 2>/dev/null; :");
	(void)unsetenv("GNUPGHOME");
	return fixture_teardown(state);
}

/* Like the other, with OpenPGP keys besides. */
static inline int trust_setup_openpgp(void **state)
{
	char home[128];

	(void)trust_setup(state);
	fixture_path(home, sizeof(home), "gpg");
	(void)setenv("GNUPGHOME", home, 1);
	(void)fixture_sh("mkdir -m 700 gpg; git config gpg.format openpgp; "
			 "for who in ada mal; do gpg --batch -q --passphrase '' --quick-gen-key "
			 "\"$who <$who@example.com>\" ed25519 sign 2d 2>/dev/null; done; "
			 "gpg --export ada@example.com >keyring.gpg");
	return 0;
}

/* What is said about COMMIT, asked in OPTIONS: "signers", "keyring", "tag". */
static inline void trust_ask(const struct oid *commit, const char *options, struct verdict *out)
{
	char repository[128], signers[128], keyring[128];
	struct question question = {
			.repository = repository,
			.signers = signers,
			.keyring = keyring,
			.is_of_tag = strstr(options, "tag") != NULL,
			.commit = *commit,
	};
	struct evidence evidence = EVIDENCE_INIT;
	struct err err = ERR_INIT;

	fixture_path(repository, sizeof(repository), "r.git");
	fixture_path(signers, sizeof(signers), "signers");
	fixture_path(keyring, sizeof(keyring), "keyring.gpg");
	if (!strstr(options, "signers"))
		signers[0] = '\0';
	if (!strstr(options, "keyring"))
		keyring[0] = '\0';
	*out = (struct verdict)VERDICT_INIT;
	if (trust_gather(&question, &evidence, &err) == 0)
		trust_judge(&evidence, out);
	else
		trust_fail(&err, out);
	trust_release(&evidence);
}

/* COMMIT is trusted, as signed by NAME; or it is not, for a reason with WHY in it. */
static inline void trust_accepts(const struct oid *commit, const char *options, const char *name)
{
	struct verdict verdict;
	struct buf text = BUF_INIT;

	trust_ask(commit, options, &verdict);
	diag_format(&verdict.findings, &text);
	if (verdict.kind != VERDICT_TRUSTED)
		fail_msg("not trusted: %s%s", verdict.error, buf_str(&text));
	assert_string_equal(verdict.signer.name, name);
	assert_true(verdict.signer.key[0] != '\0');
	buf_release(&text);
	verdict_release(&verdict);
}

static inline void trust_refuses(const struct oid *commit, const char *options, const char *why)
{
	struct verdict verdict;
	struct buf text = BUF_INIT;

	trust_ask(commit, options, &verdict);
	diag_format(&verdict.findings, &text);
	buf_add_str(&text, verdict.error);
	if (verdict.kind == VERDICT_TRUSTED)
		fail_msg("trusted: %s", verdict.signer.name);
	if (!strstr(buf_str(&text), why))
		fail_msg("'%s' does not say '%s'", buf_str(&text), why);
	buf_release(&text);
	verdict_release(&verdict);
}

/* A commit on main, signed by WHO (see the setup). */
static inline struct oid trust_commit(const char *who, const char *message)
{
	return fixture_oid("t=$(git mktree </dev/null); p=$(git rev-parse -q --verify main); "
			   "c=$(git -c user.signingkey=%s commit-tree -S ${p:+-p $p} -m '%s' $t) "
			   "&& git update-ref refs/heads/main $c && echo $c",
			who, message);
}

/* When WHO signed, whom the verdict calls NAME, with a key of KIND, which SHOW_KEY prints. */
static inline int64_t trust_names(const char *who, const char *options, const char *name,
		const char *kind, const char *show_key)
{
	struct oid commit = trust_commit(who, "one");
	struct verdict verdict;
	int64_t time;

	trust_ask(&commit, options, &verdict);
	assert_int_equal(verdict.kind, VERDICT_TRUSTED);
	assert_string_equal(verdict.signer.name, name);
	assert_string_equal(verdict.signer.kind, kind);
	assert_string_equal(verdict.signer.key, fixture_sh("%s", show_key));
	time = verdict.signer.time;
	verdict_release(&verdict);
	return time;
}

/* FILE does not know the key of WHO, and the user is told which one it lacks. */
static inline void trust_refuses_stranger(
		const char *who, const char *options, const char *file, const char *show_key)
{
	struct oid commit = trust_commit(who, "one");
	char why[256];

	(void)snprintf(why, sizeof(why), "unknown key, %s: add it to '%s/%s'",
			fixture_sh("%s", show_key), fixture_dir, file);
	trust_refuses(&commit, options, why);
}

/* What WHO has signed, with another message. */
static inline void trust_refuses_change(const char *who, const char *options)
{
	struct oid commit = trust_commit(who, "one"), changed;
	char hex[OID_HEX_SIZE];

	oid_format(&commit, hex);
	changed = fixture_oid("git cat-file commit %s | sed 's/^one/two/' | "
			      "git hash-object -t commit -w --stdin",
			hex);
	trust_refuses(&changed, options, "bad signature: this is not what was signed");
}

#endif
