/*
 * credential: what a program of the node prints, as git's credential helpers do
 * (gitcredentials(7)): it is called with "get" as its last argument and reads what the credential is for, lines
 * like "host=git.example.com"; it prints lines "username=..." and "password=...".
 *
 * It is the node's own and runs as the engine does, before the fetcher gives up what it may; so it can read
 * what the fetcher cannot. What it says on stderr is not kept: that may be anything.
 */
#ifndef FETCH_CREDENTIAL_H
#define FETCH_CREDENTIAL_H

#include "src/base/buf.h"

struct err;
struct remote;

#define CREDENTIAL_MS 30000 /* until it has to be done */

struct credential {
	struct buf user; /* "": it names none */
	struct buf password;
};

#define CREDENTIAL_INIT {.user = BUF_INIT, .password = BUF_INIT}

/* Ask the helper ARGV (NULL-terminated) about REMOTE. OUT is untouched on failure; else release it. */
int credential_ask(const char *const *argv, const struct remote *remote, struct credential *out,
		struct err *err);
void credential_release(struct credential *answer); /* and wipe it */

/* The value of the line of TEXT that begins with KEY ("password=") is appended to OUT, if there is one. */
void credential_value(const char *text, const char *key, struct buf *out);

#endif
