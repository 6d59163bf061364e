/*
 * secret: a password or token on its way from its file to git, past everybody else.
 *
 * It is read when a fetch begins, lies in a sealed memory file that git's children inherit, and is told by
 * a credential helper (gitcredentials(7)), which is this program: `refmount fetch-credential FD get`. So it is
 * never in an argument, in the environment or in a file of the mirror, and a host that is not
 * the one it was meant for gets nothing.
 *
 * A bearer token is nothing that a helper can tell git of version 2.39. It is a header for that host, in the form of a
 * file of configuration, which git is told to include by the number of the descriptor.
 */
#ifndef FETCH_SECRET_H
#define FETCH_SECRET_H

#include <stdbool.h>

struct buf;
struct err;
struct fetch_access;
struct remote;

#define SECRET_VERB "fetch-credential"

/*
 * What ACCESS has for REMOTE, as a memory file in *FD (the caller's), -1: nothing. For git to include, if
 * secret_is_bearer(); else for the helper. -EINVAL and others with a
 * sentence that never quotes what is in the files.
 */
int secret_load(const struct fetch_access *access, const struct remote *remote, int *fd,
		struct err *err);

bool secret_is_bearer(const struct fetch_access *access);

/*
 * The helper: git's question QUESTION ("protocol=https\nhost=..."), and what is in FD. OUT gets the answer, or nothing
 * when it is another host that asks.
 */
void secret_answer(int fd, const char *question, struct buf *out);

/* The verb: ARGV is {verb, FD, operation}. Its exit status. */
int secret_main(int argc, char **argv);

#endif
