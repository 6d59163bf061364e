/*
 * signatures: which commits are signed by somebody whom this node trusts. Verifier processes
 * (workers.h) find out, one at a time; here it is asked and remembered.
 *
 * An answer is good for as long as the files that say whom to trust have the same contents. An older
 * yes is not forgotten: it stands when the question cannot be asked again, say because the repository
 * is gone.
 */
#ifndef TRUST_SIGNATURES_H
#define TRUST_SIGNATURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/oid.h"
#include "src/trust/verdict.h"

struct err;
struct loop;
struct signatures;

#define SIGNATURES_MAX	       1024  /* commits that are remembered */
#define SIGNATURES_DEADLINE_MS 10000 /* for one answer */

enum signatures_answer {
	SIGNATURES_TRUSTED = 1,
	SIGNATURES_STANDS,   /* trusted earlier; cannot be asked again, VERDICT says why */
	SIGNATURES_WAIT,     /* a verifier looks at it; the callback will tell */
	SIGNATURES_REJECTED, /* VERDICT says why */
	SIGNATURES_FAILED,   /* likewise; asked again after signatures_look() */
};

/* An answer about COMMIT came: ask again. */
typedef void signatures_fn(void *arg, const struct oid *commit);

struct signatures_spec {
	struct loop *loop;
	const char *program;	/* absolute path of refmount; borrowed like the other texts */
	const char *name;	/* of the mount */
	const char *repository; /* for repo_open */
	const char *signers, *keyring;
	bool is_of_tag;
	signatures_fn *fn;
	void *arg;
};

int signatures_new(const struct signatures_spec *spec, struct signatures **out, struct err *err);
void signatures_free(struct signatures *signatures); /* NULL is fine */

bool signatures_are_idle(const struct signatures *signatures); /* NULL is fine */

/* Keep a verifier waiting, so that the next answer comes sooner. NULL is fine. */
void signatures_warm(struct signatures *signatures);

/*
 * Look at the files again: true if they have changed, so that what was rejected may be trusted now. What
 * has failed may be asked again. NULL is fine.
 */
bool signatures_look(struct signatures *signatures);

/*
 * What is known of COMMIT; if nothing is, begin to find out (and stop looking at another one).
 * *VERDICT is valid until the next call.
 */
enum signatures_answer signatures_ask(struct signatures *signatures, const struct oid *commit,
		const struct verdict **verdict);

/* Does a verifier look at COMMIT now? */
bool signatures_asks(const struct signatures *signatures, const struct oid *commit);

/* Who signed COMMIT, as last found out; NULL: nobody, as far as is known. SIGNATURES may be NULL. */
const struct signer *signatures_signer(
		const struct signatures *signatures, const struct oid *commit);

/* Why COMMIT is rejected by the files of now; NULL: it is not, as far as is known. */
const struct diag *signatures_objections(
		const struct signatures *signatures, const struct oid *commit);

/* Whether COMMIT was rejected is not known any more: tags come and go. SIGNATURES may be NULL. */
void signatures_forget(struct signatures *signatures, const struct oid *commit);

/* Why the files that say whom to trust cannot be read; "": they can. SIGNATURES may be NULL. */
const char *signatures_complaint(const struct signatures *signatures);

/* What outlives the process: each yes. */
struct signatures_yes {
	struct oid commit;
	uint64_t keys; /* trust_keys() of when it was found out */
	struct signer signer;
};

void signatures_add(struct signatures *signatures, const struct signatures_yes *yes);

/* The yes about COMMIT: false, there is none. */
bool signatures_get(const struct signatures *signatures, const struct oid *commit,
		struct signatures_yes *out);

#endif
