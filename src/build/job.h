/*
 * job: what the engine asks of a builder process, and what comes back. One builder, one job, then
 * it exits.
 *
 * Both travel as one message over a socket pair; the engine treats results as untrusted input.
 */
#ifndef BUILD_JOB_H
#define BUILD_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/base/oid.h"

struct buf;

#define JOB_MESSAGE_MAX (1u << 20) /* bytes: no job or result is longer */
#define RESULT_TEXT_MAX 256

enum job_kind {
	JOB_BUILD = 1, /* commit -> sealed generation on disk, or findings */
	JOB_RESOLVE,   /* revision text -> commit id */
};

struct job_limits {
	uint64_t files; /* files and links, and as many folders */
	uint64_t depth; /* folders from the root; over NODE_DEPTH_MAX is taken for that */
	uint64_t path_bytes;
	uint64_t file_bytes;
	uint64_t total_bytes;
};

#define JOB_LIMITS_DEFAULT                                                                         \
	{                                                                                          \
		.files = 200000, .depth = 64, .path_bytes = 1024, .file_bytes = 16u << 20,         \
		.total_bytes = 1u << 30                                                            \
	}

/* Strings are owned (malloc), NULL counts as ""; job_release frees them. */
struct job {
	enum job_kind kind;
	char *repository;  /* for repo_open */
	char *state_dir;   /* for store_open */
	char *folder;	   /* folder of the tree to show, "" for all of it */
	char *revision;	   /* JOB_RESOLVE: what the user typed */
	char *facts;	   /* of the node, as in pairs.h */
	char *secrets;	   /* folder with the node's secrets, "": none */
	struct oid commit; /* JOB_BUILD */
	struct oid served; /* zero: none; else COMMIT must descend from it unless allow_rewind */
	bool allow_rewind;
	bool is_aside;	 /* only to be looked at: the next build is not like this one */
	bool is_second;	 /* the builder that had this job before was killed; what it left is ours */
	uint32_t number; /* of the new generation; never used before */
	uint32_t base;	 /* generation to share with; 0: none */
	uint32_t first_dir; /* first free folder number */
	uint32_t uid, gid;  /* owner of everything shown */
	struct job_limits limits;
};

#define JOB_INIT {.kind = JOB_BUILD, .limits = JOB_LIMITS_DEFAULT}

enum result_kind {
	RESULT_DONE = 1, /* generation NUMBER is on disk; or COMMIT is resolved */
	RESULT_REJECTED, /* findings say why; nothing is left behind */
	RESULT_FAILED,	 /* could not be tried (repository gone, disk full): error says why */
};

struct result {
	enum result_kind kind;
	uint32_t number;
	struct oid commit;
	struct diag findings; /* RESULT_DONE: warnings only */
	uint32_t rendered; /* RESULT_DONE: files that had to be rendered, not known from before */
	char author[RESULT_TEXT_MAX], subject[RESULT_TEXT_MAX]; /* of COMMIT, where it was read */
	char error[ERR_TEXT_MAX];
	int code; /* RESULT_FAILED: positive errno */
};

#define RESULT_INIT {.kind = RESULT_FAILED}

/* Encoding appends to OUT (check buf_ok). Decoding is total: 0, -EINVAL, -ENOMEM; OUT untouched
 * then. */
void job_release(struct job *job);
void job_encode(const struct job *job, struct buf *out);
int job_decode(const void *data, size_t len, struct job *out, struct err *err);

/* Texts of a decoded result hold no control characters: they can go to a log or a terminal. */
void result_release(struct result *result);
void result_encode(const struct result *result, struct buf *out);
int result_decode(const void *data, size_t len, struct result *out, struct err *err);

#endif
