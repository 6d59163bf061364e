/*
 * signers: the file of allowed signers, as ssh-keygen(1) has it, one key a line:
 *
 *     PRINCIPAL[,PRINCIPAL...] [OPTION[,OPTION...]] KIND BASE64 [COMMENT]
 *
 * ssh-keygen passes over what it cannot read, so a slip of the pen is a signer who is refused without
 * a reason. Here every line has to be right. Who may sign, ssh-keygen decides; this tells why not.
 */
#ifndef TRUST_SIGNERS_H
#define TRUST_SIGNERS_H

#include <stdbool.h>

struct buf;
struct err;

/* The file PATH with content TEXT: 0, or -EINVAL with the first line that is wrong. */
int signers_check(const char *path, const struct buf *text, struct err *err);

/*
 * KEY (as in struct sshsig) is in the file and does not count all the same: append the place and what
 * its line demands to OUT. False: it is not there, or demands nothing.
 */
bool signers_explain(
		const char *path, const struct buf *text, const struct buf *key, struct buf *out);

#endif
