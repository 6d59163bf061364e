/*
 * client: git, called so that it does what we want and nothing else: an environment with what is written
 * here and nothing of ours, limits of time, memory and size, and an end for it and all that it has
 * started.
 *
 * Whoever uses this is a process for one job: its environment is replaced.
 */
#ifndef FETCH_CLIENT_H
#define FETCH_CLIENT_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "src/base/buf.h"

struct err;
struct fetch_job;
struct remote;

#define CLIENT_HOST_MAX 256
#define CLIENT_REMOTE	"upstream" /* what git knows the remote as */
/* Where git and what it starts are looked for, whatever the PATH of whoever mounts. */
#define CLIENT_PATHS "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

struct client {
	char git[PATH_MAX];
	uint64_t deadline_ms; /* monotonic */
	uint64_t connect_ms;  /* until a server has to be reached; 0: none is asked */
	int secret;	      /* descriptor of secret.h, -1: none */
};

#define CLIENT_INIT                                                                                \
	{                                                                                          \
		.secret = -1                                                                       \
	}

/* One call of git, and what came of it. */
struct client_run {
	struct buf out, errors;		/* what it wrote; of `errors`, the first 64 KiB */
	int status;			/* as of waitpid(2) */
	bool is_late;			/* the deadline came first */
	bool is_unconnected;		/* the server was not reached in time */
	bool is_cut;			/* it wrote too much, and was ended */
	char redirect[CLIENT_HOST_MAX]; /* where the server sent us instead, or "" */
};

#define CLIENT_RUN_INIT                                                                            \
	{                                                                                          \
		.out = BUF_INIT, .errors = BUF_INIT                                                \
	}

/*
 * Replace the environment by the one for JOB, whose remote is REMOTE (NULL: no server will be asked), and fill in
 * CLIENT, with the secret that it may use. 0, or -ENOENT without a git.
 */
int client_prepare(struct client *client, const struct fetch_job *job, const struct remote *remote,
		struct err *err);

/*
 * Run `git ARGS...` (NULL-terminated) with INPUT, a descriptor, as its standard input (-1: none). 0 when it
 * has run, however it ended; all that it started has ended as well.
 */
int client_run(const struct client *client, const char *const *args, int input,
		struct client_run *run, struct err *err);
bool client_is_done(const struct client_run *run); /* in time and well */
void client_run_release(struct client_run *run);

#endif
