/*
 * ssh: is a text signed by one of the allowed signers? Asked of ssh-keygen(1), as git does.
 */
#ifndef TRUST_SSH_H
#define TRUST_SSH_H

#include <stdint.h>

struct buf;
struct diag;
struct err;
struct signature;
struct signer;

struct ssh_signers {
	const char *path; /* of the file, for messages */
	const struct buf *text;
};

/*
 * 1: it is, by OUT; 0: it is not, and FINDINGS say why; negative errno: it could not be told. Keys
 * have to have been valid at the time that SIGNATURE names.
 */
int ssh_verify(const struct signature *signature, const struct ssh_signers *signers,
		struct signer *out, struct diag *findings, struct err *err);

#endif
