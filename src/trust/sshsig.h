/*
 * sshsig: what an SSH signature says about itself (the format is PROTOCOL.sshsig of OpenSSH). It is
 * read only to tell people why a signature is not accepted; whether it is, ssh-keygen decides.
 */
#ifndef TRUST_SSHSIG_H
#define TRUST_SSHSIG_H

#include <stddef.h>

#include "src/base/buf.h"

#define SSHSIG_NAMESPACE_MAX 64 /* bytes with NUL; longer ones are cut */

struct sshsig {
	struct buf key;			      /* public key as in files of keys, without base64 */
	char namespace[SSHSIG_NAMESPACE_MAX]; /* control characters as '?' */
};

#define SSHSIG_INIT {.key = BUF_INIT}

void sshsig_release(struct sshsig *sshsig);

/* TEXT with its armour: 0, -EINVAL or -ENOMEM. Total; OUT is untouched on failure. */
int sshsig_parse(const char *text, size_t len, struct sshsig *out);

/* Bytes of base64 TEXT, which may be broken into lines, appended to OUT: 0, -EINVAL or -ENOMEM. */
int sshsig_base64(const char *text, size_t len, struct buf *out);

/*
 * The first text of KEY, which is the name of its kind ("ssh-ed25519"); NULL: it has none. *LEN: of
 * it.
 */
const char *sshsig_key_kind(const struct buf *key, size_t *len);

#endif
