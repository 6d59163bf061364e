/*
 * trust: is a commit signed by somebody whom the node trusts? In two steps, so that a process can give
 * up what it needs for the first one before the tools read what a stranger signed.
 *
 * What is signed by whom is all that is decided here. Whether the commit may follow the one before it
 * is asked elsewhere: a signature binds neither branch nor freshness.
 */
#ifndef TRUST_TRUST_H
#define TRUST_TRUST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/trust/verdict.h"

struct err;
struct testimony;

#define TRUST_FILE_MAX (4u << 20) /* bytes of signers or keyring */

/* All that is needed to answer a question. */
struct evidence {
	const struct question *question; /* borrowed */
	struct buf signers, keyring;
	uint64_t keys;
	struct testimony *items; /* what could speak for the commit */
	size_t count;
	struct diag findings; /* what is wrong with the commit already */
};

#define EVIDENCE_INIT                                                                              \
	{                                                                                          \
		.signers = BUF_INIT, .keyring = BUF_INIT, .findings = DIAG_INIT                    \
	}

/*
 * Read repository and key files. 0, or negative errno: it could not be told. OUT is to be released in
 * any case.
 */
int trust_gather(const struct question *question, struct evidence *out, struct err *err);
void trust_release(struct evidence *evidence);

/* Run the tools. OUT is the caller's to release. */
void trust_judge(const struct evidence *evidence, struct verdict *out);

/* It could not be told, because of ERR. */
void trust_fail(const struct err *err, struct verdict *out);

/*
 * A number for who may sign what, by the contents of the files and the mode: an answer is good for as
 * long as it stays the same. From 1
 * to INT64_MAX. 0 or negative errno.
 */
int trust_keys(const char *signers, const char *keyring, bool is_of_tag, uint64_t *out,
		struct err *err);

#endif
