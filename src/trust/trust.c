#include "src/trust/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/str.h"
#include "src/git/repo.h"
#include "src/git/signature.h"
#include "src/trust/openpgp.h"
#include "src/trust/signers.h"
#include "src/trust/ssh.h"

/* The commit, or one of its tags. */
struct testimony {
	char *tag; /* owned; NULL: the commit */
	struct signature signature;
};

/* --- the keys --- */

static int read_file(const char *path, struct buf *out, struct err *err)
{
	if (!path || !path[0])
		return 0;
	return file_read(AT_FDCWD, path, TRUST_FILE_MAX, out, err);
}

static uint64_t hash(const struct buf *signers, const struct buf *keyring, bool is_of_tag)
{
	uint64_t sum = XXH3_64bits_withSeed(buf_str(signers), signers->len, is_of_tag);

	sum = XXH3_64bits_withSeed(buf_str(keyring), keyring->len, sum) & INT64_MAX;
	return sum ? sum : 1;
}

int trust_keys(const char *signers, const char *keyring, bool is_of_tag, uint64_t *out,
		struct err *err)
{
	struct buf one = BUF_INIT, other = BUF_INIT;
	int rc;

	rc = read_file(signers, &one, err);
	if (rc == 0)
		rc = read_file(keyring, &other, err);
	if (rc == 0)
		*out = hash(&one, &other, is_of_tag);
	buf_release(&other);
	buf_release(&one);
	return rc;
}

static int gather_keys(struct evidence *out, struct err *err)
{
	const struct question *question = out->question;
	const struct openpgp_keyring keyring = {question->keyring, &out->keyring};
	int rc;

	rc = read_file(question->signers, &out->signers, err);
	if (rc == 0)
		rc = read_file(question->keyring, &out->keyring, err);
	if (rc == 0 && question->signers && question->signers[0])
		rc = signers_check(question->signers, &out->signers, err);
	if (rc == 0 && question->keyring && question->keyring[0])
		rc = openpgp_check(&keyring, err);
	out->keys = hash(&out->signers, &out->keyring, question->is_of_tag);
	return rc;
}

/* --- the signatures --- */

/* What is wrong with the commit itself is a finding; anything else ends the inquiry. */
static int note(struct evidence *out, const char *tag, int rc, const struct err *reason,
		struct err *err)
{
	if (rc != -EINVAL && rc != -EFBIG && rc != -E2BIG)
		return err_set(err, -rc, "%s", reason->text);
	if (tag)
		diag_add(&out->findings, DIAG_ERROR, NULL, 0, 0, "tag '%s': %s", tag, reason->text);
	else
		diag_add(&out->findings, DIAG_ERROR, NULL, 0, 0, "%s", reason->text);
	return 0;
}

static int gather_commit(struct repo *repo, struct evidence *out, struct err *err)
{
	struct err reason = ERR_INIT;
	int rc;

	rc = signature_of_commit(repo, &out->question->commit, &out->items[0].signature, &reason);
	if (rc < 0)
		return note(out, NULL, rc, &reason, err);
	out->count = 1;
	return 0;
}

static int gather_tag(
		struct repo *repo, struct signature_tag *tag, struct evidence *out, struct err *err)
{
	struct testimony *testimony = &out->items[out->count];
	struct err reason = ERR_INIT;
	int rc;

	rc = signature_of_tag(repo, tag, &testimony->signature, &reason);
	if (rc < 0)
		return note(out, tag->name, rc, &reason, err);
	testimony->tag = tag->name;
	tag->name = NULL;
	out->count++;
	return 0;
}

static int gather_tags(struct repo *repo, struct evidence *out, struct err *err)
{
	struct signature_tags tags = SIGNATURE_TAGS_INIT;
	struct err reason = ERR_INIT;
	size_t i;
	int rc;

	rc = signature_tags_of(repo, &out->question->commit, &tags, &reason);
	if (rc < 0)
		rc = note(out, NULL, rc, &reason, err);
	else if (tags.count == 0)
		diag_add(&out->findings, DIAG_ERROR, NULL, 0, 0,
				"no annotated tag points at this commit: `git tag -s` makes one");
	for (i = 0; rc == 0 && i < tags.count; i++)
		rc = gather_tag(repo, &tags.items[i], out, err);
	signature_tags_release(&tags);
	return rc;
}

int trust_gather(const struct question *question, struct evidence *out, struct err *err)
{
	struct repo *repo = NULL;
	int rc;

	out->question = question;
	out->items = calloc(SIGNATURE_TAGS_MAX, sizeof(*out->items));
	if (!out->items)
		return err_sys(err, ENOMEM, "verify a signature");
	rc = gather_keys(out, err);
	if (rc == 0)
		rc = repo_open(question->repository, &repo, err);
	if (rc == 0)
		rc = question->is_of_tag ? gather_tags(repo, out, err)
					 : gather_commit(repo, out, err);
	repo_close(repo);
	return rc;
}

void trust_release(struct evidence *evidence)
{
	for (size_t i = 0; i < evidence->count; i++) {
		free(evidence->items[i].tag);
		signature_release(&evidence->items[i].signature);
	}
	free(evidence->items);
	diag_release(&evidence->findings);
	buf_release(&evidence->keyring);
	buf_release(&evidence->signers);
	*evidence = (struct evidence)EVIDENCE_INIT;
}

/* --- the verdict --- */

static bool is_armoured_as(const struct testimony *testimony, const char *what)
{
	const char *text = buf_str(&testimony->signature.text);

	return str_has_prefix(text, "-----BEGIN ") && str_has_prefix(text + 11, what);
}

static int judge_ssh(const struct evidence *evidence, const struct testimony *testimony,
		struct signer *out, struct diag *findings, struct err *err)
{
	const struct ssh_signers signers = {evidence->question->signers, &evidence->signers};

	if (evidence->signers.len > 0)
		return ssh_verify(&testimony->signature, &signers, out, findings, err);
	diag_add(findings, DIAG_ERROR, NULL, 0, 0,
			"signed with an SSH key, and this node trusts none: `verify` names no "
			"`signers`");
	return 0;
}

static int judge_openpgp(const struct evidence *evidence, const struct testimony *testimony,
		struct signer *out, struct diag *findings, struct err *err)
{
	const struct openpgp_keyring keyring = {evidence->question->keyring, &evidence->keyring};

	if (evidence->keyring.len > 0)
		return openpgp_verify(&testimony->signature, &keyring, out, findings, err);
	diag_add(findings, DIAG_ERROR, NULL, 0, 0,
			"signed with an OpenPGP key, and this node trusts none: `verify` names no "
			"`keyring`");
	return 0;
}

/* 1: by OUT; 0: FINDINGS say why not; negative errno: it could not be told. */
static int judge_one(const struct evidence *evidence, const struct testimony *testimony,
		struct signer *out, struct diag *findings, struct err *err)
{
	if (testimony->signature.text.len == 0)
		diag_add(findings, DIAG_ERROR, NULL, 0, 0, "not signed: `git %s` signs it",
				testimony->tag ? "tag -s" : "commit -S");
	else if (is_armoured_as(testimony, "SSH "))
		return judge_ssh(evidence, testimony, out, findings, err);
	else if (is_armoured_as(testimony, "PGP "))
		return judge_openpgp(evidence, testimony, out, findings, err);
	else
		diag_add(findings, DIAG_ERROR, NULL, 0, 0,
				"the signature is neither of an SSH nor of an OpenPGP key");
	return 0;
}

static void add_findings(
		const struct testimony *testimony, const struct diag *from, struct diag *to)
{
	for (size_t i = 0; i < from->count; i++) {
		if (testimony->tag)
			diag_add(to, DIAG_ERROR, NULL, 0, 0, "tag '%s': %s", testimony->tag,
					from->items[i].message);
		else
			diag_add(to, DIAG_ERROR, NULL, 0, 0, "%s", from->items[i].message);
	}
}

void trust_fail(const struct err *err, struct verdict *out)
{
	out->kind = VERDICT_FAILED;
	str_copy(out->error, sizeof(out->error), err->text);
}

void trust_judge(const struct evidence *evidence, struct verdict *out)
{
	struct err err = ERR_INIT;
	int rc = 0;

	out->keys = evidence->keys;
	for (size_t i = 0; i < evidence->count && rc == 0; i++) {
		struct diag findings = DIAG_INIT;

		rc = judge_one(evidence, &evidence->items[i], &out->signer, &findings, &err);
		add_findings(&evidence->items[i], &findings, &out->findings);
		diag_release(&findings);
	}
	if (rc < 0) {
		trust_fail(&err, out);
		return;
	}
	out->kind = rc > 0 ? VERDICT_TRUSTED : VERDICT_REJECTED;
	if (rc > 0)
		diag_release(&out->findings);
	for (size_t i = 0; rc == 0 && i < evidence->findings.count; i++)
		diag_add(&out->findings, DIAG_ERROR, NULL, 0, 0, "%s",
				evidence->findings.items[i].message);
}
