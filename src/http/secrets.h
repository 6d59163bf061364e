/*
 * secrets: may this request tell us anything? What a forge sends along with a push is compared with the
 * lines of a file, each a valid secret, so that a new one can be added before the old one goes.
 *
 *     GitHub           X-Hub-Signature-256: sha256=HEX      HMAC-SHA256 of the body
 *     Gitea, Forgejo   X-Gitea-Signature: HEX               likewise
 *     GitLab           X-Gitlab-Token: SECRET
 *     anything else    Authorization: Bearer SECRET, or X-Refmount-Token: SECRET
 *
 * The body is never kept: it goes through one HMAC for each secret while it arrives. Comparisons take
 * the same time whatever differs, and tokens are compared by their hashes, so not even a length shows.
 */
#ifndef HTTP_SECRETS_H
#define HTTP_SECRETS_H

#include <nettle/hmac.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

#define SECRETS_MAX	 8
#define SECRETS_SIZE_MAX 4096 /* bytes of the file */

struct secret {
	struct hmac_sha256_ctx keyed;	  /* ready for a body */
	uint8_t hash[SHA256_DIGEST_SIZE]; /* of the secret itself */
};

struct secrets {
	struct secret items[SECRETS_MAX];
	size_t count;
};

/*
 * TEXT's lines, without what is white around them; empty ones do not count. -ENOENT when there is none,
 * -E2BIG for more than SECRETS_MAX; sentences quote nothing of the text.
 */
int secrets_parse(const char *text, size_t len, struct secrets *out, struct err *err);

/* What one request has to show. Has nothing to release. */
struct proof {
	const struct secrets *secrets; /* borrowed, for the calls on it */
	bool is_proven;		       /* by a token */
	bool has_signature;
	uint8_t signature[SHA256_DIGEST_SIZE];
	size_t count; /* secrets when it began */
	struct hmac_sha256_ctx hmacs[SECRETS_MAX];
};

void proof_begin(struct proof *proof, const struct secrets *secrets);

/* A header of the request, any; all of them come before the body. */
void proof_header(struct proof *proof, const char *name, const char *value);

/* False: whatever the body is, this will not hold. */
bool proof_may_hold(const struct proof *proof);

void proof_body(struct proof *proof, const void *data, size_t len);
bool proof_holds(struct proof *proof); /* once, at the end of the body */

#endif
