/*
 * verdict: what the engine asks of a verifier process, and what comes back: is this commit signed by
 * somebody whom the node trusts? One verifier, one question, then it exits.
 *
 * Both travel as one message over a socket pair; the engine treats verdicts as untrusted input.
 */
#ifndef TRUST_VERDICT_H
#define TRUST_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/base/oid.h"

struct buf;

#define VERDICT_MESSAGE_MAX (1u << 18) /* bytes: no question or verdict is longer */
#define SIGNER_TEXT_MAX	    256	       /* bytes with NUL */

/* Strings are owned (malloc), NULL counts as ""; question_release frees them. */
struct question {
	char *repository; /* for repo_open */
	char *signers;	  /* file of allowed signers, as ssh-keygen has it; "": none */
	char *keyring;	  /* file with OpenPGP keys, as gpgv has it; "": none */
	bool is_of_tag;	  /* an annotated tag of COMMIT has to be signed, not COMMIT itself */
	struct oid commit;
};

#define QUESTION_INIT {0}

/* Who signed. Texts are UTF-8 without control characters. */
struct signer {
	char name[SIGNER_TEXT_MAX]; /* principal, or user id of the key; "": nobody */
	char key[SIGNER_TEXT_MAX];  /* its fingerprint */
	char kind[16];		    /* "ssh" or "openpgp" */
	int64_t time;		    /* when it was signed, as the signature or the commit says */
};

enum verdict_kind {
	VERDICT_TRUSTED = 1, /* SIGNER is it */
	VERDICT_REJECTED,    /* findings say why */
	VERDICT_FAILED, /* could not be told (repository gone, key files unreadable): ERROR says why */
};

struct verdict {
	enum verdict_kind kind;
	struct signer signer;
	struct diag findings;
	uint64_t keys; /* trust_keys() of what was asked */
	char error[ERR_TEXT_MAX];
};

#define VERDICT_INIT {.kind = VERDICT_FAILED, .findings = DIAG_INIT}

/* Encoding appends to OUT (check buf_ok). Decoding is total: 0, -EINVAL, -ENOMEM; OUT untouched
 * then. */
void question_release(struct question *question);
void question_encode(const struct question *question, struct buf *out);
int question_decode(const void *data, size_t len, struct question *out, struct err *err);

void verdict_release(struct verdict *verdict);
void verdict_encode(const struct verdict *verdict, struct buf *out);
int verdict_decode(const void *data, size_t len, struct verdict *out, struct err *err);

#endif
