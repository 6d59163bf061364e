/*
 * openpgp: is a text signed by a key of a keyring? Asked of gpgv(1), which knows nothing of trust,
 * agents or the network: every key in the file counts, unless it has expired or was revoked.
 */
#ifndef TRUST_OPENPGP_H
#define TRUST_OPENPGP_H

struct buf;
struct diag;
struct err;
struct signature;
struct signer;

struct openpgp_keyring {
	const char *path; /* of the file, for messages */
	const struct buf *bytes;
};

/* 0, or -EINVAL if gpgv could not read it. */
int openpgp_check(const struct openpgp_keyring *keyring, struct err *err);

/*
 * 1: it is, by OUT; 0: it is not, and FINDINGS say why; negative errno: it could not be told.
 */
int openpgp_verify(const struct signature *signature, const struct openpgp_keyring *keyring,
		struct signer *out, struct diag *findings, struct err *err);

#endif
