/*
 * gpgv tells what it found in lines of words (doc/DETAILS of GnuPG). Of those, exactly one signature
 * may be spoken of, as good and as valid, and nothing may stand there that speaks against it. Its exit
 * status alone would tell neither how many signatures there were nor whose.
 */
#include "src/trust/openpgp.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/base/str.h"
#include "src/base/utf8.h"
#include "src/git/signature.h"
#include "src/trust/tool.h"
#include "src/trust/verdict.h"

#define PROGRAM	  "gpgv"
#define PREFIX	  "[GNUPG:] "
#define WORDS_MAX 16

enum word {
	WORD_GOOD,
	WORD_VALID,
	WORD_NEW,
	WORD_EXPIRED, /* the signature */
	WORD_EXPIRED_KEY,
	WORD_REVOKED_KEY,
	WORD_BAD,
	WORD_ERROR,
	WORD_NO_KEY,
	WORD_NO_DATA,
	WORD_COUNT,
};

static const char *const words[WORD_COUNT] = {"GOODSIG", "VALIDSIG", "NEWSIG", "EXPSIG",
		"EXPKEYSIG", "REVKEYSIG", "BADSIG", "ERRSIG", "NO_PUBKEY", "NODATA"};

/* All that was said. */
struct report {
	unsigned counts[WORD_COUNT];
	char name[SIGNER_TEXT_MAX]; /* of whoever is said to have signed */
	char key[SIGNER_TEXT_MAX];  /* fingerprint, or what is known of it */
	int64_t time;
};

/* Cut TEXT at its blanks. */
static size_t split(char *text, char *out[static WORDS_MAX])
{
	size_t count = 0;

	while (count < WORDS_MAX && (out[count] = strsep(&text, " ")) != NULL)
		count++;
	return count;
}

/* "VALIDSIG fingerprint date time expires version reserved algorithm hash class primary" */
static void take_valid(struct report *report, char *rest)
{
	char *parts[WORDS_MAX];
	size_t count = split(rest, parts);
	uint64_t time = 0;

	if (count < 3 || str_to_u64(parts[2], &time) < 0)
		return;
	report->time = (int64_t)time;
	str_copy(report->key, sizeof(report->key), parts[count > 9 ? 9 : 0]);
}

/* "ERRSIG id algorithm hash class time code fingerprint" */
static void take_error(struct report *report, char *rest)
{
	char *parts[WORDS_MAX];
	size_t count = split(rest, parts);

	if (count > 0)
		str_copy(report->key, sizeof(report->key),
				count > 6 && strcmp(parts[6], "-") != 0 ? parts[6] : parts[0]);
}

/* "GOODSIG id name", and likewise the others that name a key. */
static void take_name(struct report *report, char *rest)
{
	const char *id = strsep(&rest, " ");

	if (!report->key[0])
		str_copy(report->key, sizeof(report->key), id);
	if (rest)
		utf8_copy_text(report->name, sizeof(report->name), rest, strlen(rest));
}

static void take_word(struct report *report, enum word word, char *rest)
{
	report->counts[word]++;
	if (word == WORD_VALID)
		take_valid(report, rest);
	else if (word == WORD_ERROR)
		take_error(report, rest);
	else if (word != WORD_NEW && word != WORD_NO_KEY && word != WORD_NO_DATA)
		take_name(report, rest);
}

static void take_line(struct report *report, char *line)
{
	char *word;
	size_t i;

	if (!str_has_prefix(line, PREFIX))
		return;
	line += strlen(PREFIX);
	word = strsep(&line, " ");
	for (i = 0; i < WORD_COUNT; i++) {
		if (strcmp(word, words[i]) == 0)
			take_word(report, (enum word)i, line ? line : word + strlen(word));
	}
}

static bool is_good(const struct report *report)
{
	unsigned against = 0;

	for (int i = WORD_EXPIRED; i < WORD_COUNT; i++)
		against += report->counts[i];
	return against == 0 && report->counts[WORD_GOOD] == 1 && report->counts[WORD_VALID] == 1 &&
			report->counts[WORD_NEW] == 1 && report->name[0] && report->key[0];
}

/* --- no --- */

static void explain(const struct report *report, const char *path, struct diag *findings)
{
	if (report->counts[WORD_NEW] > 1)
		diag_add(findings, DIAG_ERROR, NULL, 0, 0, "it has more than one signature");
	else if (report->counts[WORD_REVOKED_KEY] > 0)
		diag_add(findings, DIAG_ERROR, NULL, 0, 0,
				"signed by a key that was revoked, %s (%s)", report->key,
				report->name);
	else if (report->counts[WORD_EXPIRED_KEY] > 0)
		diag_add(findings, DIAG_ERROR, NULL, 0, 0,
				"signed by a key that has expired, %s (%s): put the key with its "
				"new date into '%s', or sign with another",
				report->key, report->name, path);
	else if (report->counts[WORD_EXPIRED] > 0)
		diag_add(findings, DIAG_ERROR, NULL, 0, 0, "the signature of %s has expired",
				report->key);
	else if (report->counts[WORD_NO_KEY] > 0)
		diag_add(findings, DIAG_ERROR, NULL, 0, 0,
				"signed by an unknown key, %s: add it to '%s' if it is to be "
				"trusted",
				report->key, path);
	else if (report->counts[WORD_NO_DATA] > 0)
		diag_add(findings, DIAG_ERROR, NULL, 0, 0, "the signature is malformed");
	else
		diag_add(findings, DIAG_ERROR, NULL, 0, 0,
				"bad signature: this is not what was signed");
}

/* --- */

int openpgp_check(const struct openpgp_keyring *keyring, struct err *err)
{
	if (keyring->bytes->len == 0)
		return err_set(err, EINVAL, "%s: nobody may sign: it is empty", keyring->path);
	if (str_has_prefix(buf_str(keyring->bytes), "-----BEGIN"))
		return err_set(err, EINVAL,
				"%s: gpgv reads keys without armour: make it with `gpg --export` "
				"or `gpg --dearmor`",
				keyring->path);
	return 0;
}

static int ask(const struct signature *signature, const struct openpgp_keyring *keyring,
		struct buf *output, int *status, struct err *err)
{
	static const char *const argv[] = {PROGRAM, "--status-fd", "1", "--keyring", TOOL_FILE_1,
			"--", TOOL_FILE_0, "-", NULL};
	const struct tool tool = {
			.program = PROGRAM,
			.argv = argv,
			.input = &signature->payload,
			.files = {&signature->text, keyring->bytes},
			.file_count = 2,
	};
	struct buf complaints = BUF_INIT;
	struct tool_result result = {.output = output, .complaints = &complaints};
	int rc;

	rc = tool_run(&tool, &result, err);
	*status = result.status;
	buf_release(&complaints);
	return rc;
}

int openpgp_verify(const struct signature *signature, const struct openpgp_keyring *keyring,
		struct signer *out, struct diag *findings, struct err *err)
{
	struct report report = {0};
	struct buf output = BUF_INIT;
	struct signer signer = {.kind = "openpgp"};
	char *rest, *line;
	int rc, status = 0;

	rc = ask(signature, keyring, &output, &status, err);
	rest = output.data;
	while (rc == 0 && (line = strsep(&rest, "\n")) != NULL)
		take_line(&report, line);
	buf_release(&output);
	if (rc < 0)
		return rc;
	if (!is_good(&report) || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		explain(&report, keyring->path, findings);
		return 0;
	}
	str_copy(signer.name, sizeof(signer.name), report.name);
	str_copy(signer.key, sizeof(signer.key), report.key);
	signer.time = report.time;
	*out = signer;
	return 1;
}
