/*
 * saved: what the engine remembers over a restart, in STATE/state.yaml, for itself and for whoever
 * reads it at night. (Named so because `struct state` is the memory shared with keeper and server.)
 *
 * The file is replaced atomically. It is never the only truth: what is on disk are the generations,
 * and an engine whose file is lost or damaged starts from those.
 */
#ifndef ENGINE_SAVED_H
#define ENGINE_SAVED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/diag.h"
#include "src/base/oid.h"
#include "src/engine/hold.h"

struct buf;
struct err;
struct signatures_yes;

#define SAVED_VERSION	1
#define SAVED_FILE	"state.yaml"
#define SAVED_ERROR_MAX 1024 /* bytes with NUL */

/* A revision that is, or was, served. */
struct serving {
	struct oid commit;
	uint32_t generation; /* 0: none */
};

struct last_sync {
	int64_t time;	   /* of the last attempt, seconds UTC; 0: none yet */
	int64_t ok_time;   /* of the last that worked; 0: none yet */
	int64_t next_time; /* of the next, after one that failed; 0: not known; not saved */
	char error[SAVED_ERROR_MAX]; /* "": the last attempt worked */
};

struct last_switch {
	int64_t time; /* 0: none yet */
	struct oid from, to;
	int64_t changed;  /* files; -1: not known yet */
	int64_t took_ms;  /* from the cause to the flip; -1: not known yet */
	int64_t flip_us;  /* of that, between PREPARE and FLIP; -1: likewise */
	int64_t rendered; /* files that had to be rendered for it; -1: likewise */
};

#define SAVED_HOOKS_MAX 64
#define SAVED_NAME_MAX	104 /* bytes with NUL */

/* A hook that has to run (hooks.h). */
struct due_hook {
	char name[SAVED_NAME_MAX];
	struct oid since; /* the revision it last ran for; zero: not known */
};

/* What has to prove itself (probation.h). */
struct on_probation {
	struct oid commit, fallback;
	int64_t until; /* seconds UTC; 0: nothing is on probation */
};

struct saved {
	/* Strings are owned and may be NULL. */
	char *source; /* repository the generations are of */
	char *asked;  /* ref of the command line when it was last looked at */
	char *ref;    /* ref that is followed: ASKED, or what `refmount follow` said */
	struct serving served, previous;
	int64_t served_since;
	struct hold hold;
	struct oid desired;    /* where the ref pointed when it was last asked; zero: not known */
	int64_t desired_since; /* when that was first seen, seconds UTC */
	struct oid tip;	       /* last accepted commit of the ref: the next descends from it */
	struct oid rejected;   /* zero: none */
	struct diag findings;  /* why REJECTED was */
	bool is_condemned;     /* REJECTED was served: a new start is no reason to try again */
	struct due_hook due[SAVED_HOOKS_MAX];
	size_t due_count;
	struct on_probation on_probation;
	struct last_sync last_sync;
	struct last_switch last_switch;
	uint32_t next_generation, next_dir; /* never used so far; 0: not known */
	struct signatures_yes *signed_by;   /* owned: who signed what is kept */
	size_t signed_count, signed_cap;
	uint64_t secrets;      /* as credentials_look() last saw them */
	uint32_t secrets_from; /* generations from this number on were made with them */
};

#define SAVED_INIT                                                                                 \
	{                                                                                          \
		.findings = DIAG_INIT                                                              \
	}

void saved_release(struct saved *saved);

/*
 * Read STATE_DIR/state.yaml. 0, also when there is none (OUT as of SAVED_INIT); -EPROTO: it is of a
 * version we do not know and must not be touched; -EBADMSG: damaged, ERR says where; others as of
 * file_read. Fields that make no sense are as if they were absent.
 */
int saved_load(const char *state_dir, struct saved *out, struct err *err);

/* Replace STATE_DIR/state.yaml durably. */
int saved_store(const char *state_dir, const struct saved *saved, struct err *err);

/* The two halves of the above, without a file. */
int saved_format(const struct saved *saved, struct buf *out, struct err *err);
int saved_parse(const char *text, size_t len, struct saved *out, struct err *err);

#endif
