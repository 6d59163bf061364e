/*
 * secret: a password or token on its way from its file to git, past everybody else.
 *
 * It is read when a fetch begins, lies in a sealed memory file that git's children inherit, and is told by
 * a credential helper (gitcredentials(7)), which is this program: `refmount fetch-credential FD get`. So it is
 * never in an argument, in the environment or in a file of the mirror, and a host that is not
 * the one it was meant for gets nothing.
 */
#ifndef FETCH_SECRET_H
#define FETCH_SECRET_H

struct buf;
struct err;
struct fetch_access;
struct remote;

#define SECRET_VERB "fetch-credential"

/*
 * What ACCESS has for REMOTE, as a memory file in *FD (the caller's), -1: nothing. -EINVAL and others with a
 * sentence that never quotes what is in the files.
 */
int secret_load(const struct fetch_access *access, const struct remote *remote, int *fd,
		struct err *err);

/*
 * The helper: git's question QUESTION ("protocol=https\nhost=..."), and what is in FD. OUT gets the answer, or nothing
 * when it is another host that asks.
 */
void secret_answer(int fd, const char *question, struct buf *out);

/* The verb: ARGV is {verb, FD, operation}. Its exit status. */
int secret_main(int argc, char **argv);

#endif
