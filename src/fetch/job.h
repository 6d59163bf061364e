/*
 * job: what the engine asks of a fetcher process, and what comes back. One fetcher, one job, then it
 * exits.
 *
 * Both travel as one message (base/workers.h); results are untrusted input there.
 */
#ifndef FETCH_JOB_H
#define FETCH_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/err.h"
#include "src/base/oid.h"

struct buf;

#define FETCH_MESSAGE_MAX (1u << 18)	 /* bytes: no job or result is longer */
#define FETCH_DEADLINE_MS 120000	 /* for all of a fetch, on the wall */
#define FETCH_CONNECT_MS  10000		 /* for a connection, TLS included */
#define FETCH_PACK_MAX	  (512ull << 20) /* bytes of one file that is received */
#define FETCH_KEEP_MAX	  1024		 /* revisions that can be named in a job */
#define FETCH_HELPER_MAX  256		 /* words: the helper and its arguments */

enum fetch_kind {
	FETCH_REF = 1, /* the mirror's ref shall be as the remote's */
	FETCH_TIDY,    /* one pack with what is still needed, instead of many with what was */
};

/* Where credentials are and what else a connection needs; texts are owned, NULL counts as "". */
struct fetch_access {
	char *username, *password_file, *token_file, *bearer_token_file;
	char *ssh_key_file, *ssh_known_hosts_file;
	char *client_cert_file, *client_key_file, *ca_file;
	char *proxy;
	char **helper; /* program that prints a credential, and its arguments; NULL-terminated, NULL: none */
	bool is_verified; /* commits are signed: plain http and git are allowed */
};

struct fetch_job {
	enum fetch_kind kind;
	char *url;
	char *ref;     /* HEAD, a full name, a branch, a tag, or a full commit id */
	char *folder;  /* only this one of the tree is shown; "": all */
	char *mirror;  /* folder of the mirror; made when there is none */
	char *program; /* absolute path of refmount: git asks it for credentials */
	struct fetch_access access;
	bool wants_tags;     /* also the annotated tags that point at what REF leads to */
	uint32_t depth;	     /* commits of history to begin with; 0: all */
	struct oid accepted; /* zero: none; else history is wanted down to it */
	struct oid *keep;    /* revisions that must stay */
	size_t keep_count;
};

#define FETCH_JOB_INIT                                                                             \
	{                                                                                          \
		.kind = FETCH_REF                                                                  \
	}

enum fetch_result_kind {
	FETCH_DONE = 1,	 /* the mirror has what the remote has */
	FETCH_UNCHANGED, /* and had it before */
	FETCH_FAILED,	 /* error says why, and what to do */
};

struct fetch_result {
	enum fetch_result_kind kind;
	uint32_t packs; /* there are in the mirror now */
	int code;	/* FETCH_FAILED: positive errno */
	char error[ERR_TEXT_MAX];
};

#define FETCH_RESULT_INIT                                                                          \
	{                                                                                          \
		.kind = FETCH_FAILED                                                               \
	}

void fetch_job_release(struct fetch_job *job);

/* Encoding appends to OUT (check buf_ok). Decoding is total: 0, -EINVAL or -ENOMEM; OUT untouched then. */
void fetch_job_encode(const struct fetch_job *job, struct buf *out);
int fetch_job_decode(const void *data, size_t len, struct fetch_job *out, struct err *err);

/* The text of a decoded result is valid UTF-8 without control characters. */
void fetch_result_encode(const struct fetch_result *result, struct buf *out);
int fetch_result_decode(const void *data, size_t len, struct fetch_result *out, struct err *err);

#endif
