/*
 * Two questions: whose key is it (find-principals), and is this what they signed (verify). The time at
 * which the key must be valid is that of the commit, or a signer who leaves would take back all that
 * they ever signed. What the answer does not say is found out only when it is no.
 */
#include "src/trust/ssh.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/base/str.h"
#include "src/git/signature.h"
#include "src/trust/signers.h"
#include "src/trust/sshsig.h"
#include "src/trust/tool.h"
#include "src/trust/verdict.h"

#define PROGRAM	       "ssh-keygen"
#define NAMESPACE      "git"
#define PRINCIPALS_MAX 16 /* of one key */
#define TIME_OPTION    "-Overify-time="

struct inquiry {
	const struct signature *signature;
	const struct ssh_signers *signers;
	struct sshsig sshsig;
	char time_option[sizeof(TIME_OPTION) + 32];
};

/* What one run of the program came to. */
struct answer {
	struct buf output, complaints;
	bool is_yes;
};

#define ANSWER_INIT {.output = BUF_INIT, .complaints = BUF_INIT}

static void answer_release(struct answer *answer)
{
	buf_release(&answer->output);
	buf_release(&answer->complaints);
}

/* Run ARGV, to which TOOL_FILE_0 is the signature and TOOL_FILE_1 the signers. */
static int ask(const struct inquiry *inquiry, const char *const *argv, struct answer *out,
		struct err *err)
{
	const struct tool tool = {
			.program = PROGRAM,
			.argv = argv,
			.input = &inquiry->signature->payload,
			.files = {&inquiry->signature->text, inquiry->signers->text},
			.file_count = 2,
	};
	struct tool_result result = {.output = &out->output, .complaints = &out->complaints};
	int rc;

	rc = tool_run(&tool, &result, err);
	out->is_yes = rc == 0 && WIFEXITED(result.status) && WEXITSTATUS(result.status) == 0;
	return rc;
}

/* The key's fingerprint: the last word of the line that says "Good ...". */
static bool take_fingerprint(const struct answer *answer, char *out, size_t size)
{
	static const char good[] = "Good \"" NAMESPACE "\" signature ";
	const char *line = buf_str(&answer->output), *word;
	size_t len = strcspn(line, "\n");

	if (!answer->is_yes || !str_has_prefix(line, good) || line[len] != '\n')
		return false;
	word = memrchr(line, ' ', len);
	len -= (size_t)(++word - line);
	if (!str_has_prefix(word, "SHA256:") || len >= size)
		return false;
	memcpy(out, word, len);
	out[len] = '\0';
	return true;
}

/* --- no --- */

static void unknown_key(
		const struct inquiry *inquiry, const char *fingerprint, struct diag *findings)
{
	const struct ssh_signers *signers = inquiry->signers;
	char time[CLOCK_TEXT_SIZE];
	struct buf demand = BUF_INIT;

	clock_format(inquiry->signature->time, time);
	if (signers_explain(signers->path, signers->text, &inquiry->sshsig.key, &demand))
		diag_add(findings, DIAG_ERROR, NULL, 0, 0,
				"signed at %s by the key %s, which does not count: %s", time,
				fingerprint, buf_str(&demand));
	else
		diag_add(findings, DIAG_ERROR, NULL, 0, 0,
				"signed by an unknown key, %s: add it to '%s' if it is to be "
				"trusted",
				fingerprint, signers->path);
	buf_release(&demand);
}

/* It is not accepted: find out why. */
static int explain(const struct inquiry *inquiry, struct diag *findings, struct err *err)
{
	const char *const argv[] = {PROGRAM, "-Y", "check-novalidate", "-n", NAMESPACE, "-s",
			TOOL_FILE_0, NULL};
	struct answer answer = ANSWER_INIT;
	char fingerprint[SIGNER_TEXT_MAX];
	int rc;

	rc = ask(inquiry, argv, &answer, err);
	if (rc == 0 && take_fingerprint(&answer, fingerprint, sizeof(fingerprint)))
		unknown_key(inquiry, fingerprint, findings);
	else if (rc == 0)
		diag_add(findings, DIAG_ERROR, NULL, 0, 0,
				"bad signature: this is not what was signed");
	answer_release(&answer);
	return rc;
}

/* --- yes? --- */

/* 1: PRINCIPAL has signed, 0: they have not. */
static int verify_as(const struct inquiry *inquiry, const char *principal, struct signer *out,
		struct err *err)
{
	const char *const argv[] = {PROGRAM, "-Y", "verify", "-n", NAMESPACE, "-f", TOOL_FILE_1,
			"-I", principal, "-s", TOOL_FILE_0, inquiry->time_option, NULL};
	struct signer signer = {.kind = "ssh", .time = inquiry->signature->time};
	struct answer answer = ANSWER_INIT;
	int rc;

	rc = ask(inquiry, argv, &answer, err);
	if (rc == 0 && take_fingerprint(&answer, signer.key, sizeof(signer.key))) {
		str_copy(signer.name, sizeof(signer.name), principal);
		*out = signer;
		rc = 1;
	}
	answer_release(&answer);
	return rc;
}

/* The same as above for each line of PRINCIPALS, until one has. */
static int verify_as_any(const struct inquiry *inquiry, char *principals, struct signer *out,
		struct err *err)
{
	char *rest = principals, *principal;
	int rc = 0, count = 0;

	while (rc == 0 && (principal = strsep(&rest, "\n")) != NULL && count++ < PRINCIPALS_MAX) {
		/* A principal comes from the node's file; this keeps it from being an option. */
		if (principal[0] && principal[0] != '-')
			rc = verify_as(inquiry, principal, out, err);
	}
	return rc;
}

static int verify(const struct inquiry *inquiry, struct signer *out, struct err *err)
{
	const char *const argv[] = {PROGRAM, "-Y", "find-principals", "-f", TOOL_FILE_1, "-s",
			TOOL_FILE_0, inquiry->time_option, NULL};
	struct answer answer = ANSWER_INIT;
	char *principals;
	int rc;

	rc = ask(inquiry, argv, &answer, err);
	principals = rc == 0 && answer.is_yes ? buf_steal(&answer.output) : NULL;
	if (principals)
		rc = verify_as_any(inquiry, principals, out, err);
	free(principals);
	answer_release(&answer);
	return rc;
}

/* In the time of this machine, as the times in the file are. */
static void format_time(int64_t seconds, char *out, size_t size)
{
	const time_t time = (time_t)seconds;
	struct tm parts;
	size_t len = strlen(TIME_OPTION);

	memcpy(out, TIME_OPTION, len + 1);
	if (localtime_r(&time, &parts))
		(void)strftime(out + len, size - len, "%Y%m%d%H%M%S", &parts);
}

int ssh_verify(const struct signature *signature, const struct ssh_signers *signers,
		struct signer *out, struct diag *findings, struct err *err)
{
	struct inquiry inquiry = {
			.signature = signature,
			.signers = signers,
			.sshsig = SSHSIG_INIT,
	};
	int rc;

	rc = sshsig_parse(buf_str(&signature->text), signature->text.len, &inquiry.sshsig);
	if (rc == -EINVAL) {
		diag_add(findings, DIAG_ERROR, NULL, 0, 0, "the signature is malformed");
		return 0;
	}
	if (rc < 0)
		return err_sys(err, -rc, "verify a signature");
	format_time(signature->time, inquiry.time_option, sizeof(inquiry.time_option));
	if (strcmp(inquiry.sshsig.namespace, NAMESPACE) != 0) {
		diag_add(findings, DIAG_ERROR, NULL, 0, 0,
				"signed for the namespace '%s' and not for '" NAMESPACE "'",
				inquiry.sshsig.namespace);
	} else {
		rc = verify(&inquiry, out, err);
		if (rc == 0)
			rc = explain(&inquiry, findings, err);
	}
	sshsig_release(&inquiry.sshsig);
	return rc;
}
