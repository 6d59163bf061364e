/*
 * signature: what was signed in a commit or an annotated tag, and the signature, cut out of the
 * object as git does it. Whether the signature is any good is not decided here (src/trust).
 */
#ifndef GIT_SIGNATURE_H
#define GIT_SIGNATURE_H

#include <stddef.h>
#include <stdint.h>

#include "src/base/buf.h"
#include "src/base/oid.h"

struct err;
struct repo;

#define SIGNATURE_REFS_MAX 100000 /* refs looked at for tags of a commit */
#define SIGNATURE_TAGS_MAX 16	  /* tags of one commit */

struct signature {
	struct buf payload; /* the object without its signature */
	struct buf text;    /* the signature as it stands there, armoured; empty: there is none */
	int64_t time;	    /* committer's or tagger's, seconds UTC; 0: none that makes sense */
};

#define SIGNATURE_INIT {.payload = BUF_INIT, .text = BUF_INIT}

void signature_release(struct signature *signature);

/*
 * Of COMMIT. -EINVAL: it is not formed so that one could say what was signed; others as of
 * rev_read. OUT is to be released on success.
 */
int signature_of_commit(struct repo *repo, const struct oid *commit, struct signature *out,
		struct err *err);

struct signature_tag {
	char *name; /* owned, below refs/tags/ */
	struct oid tag;
};

struct signature_tags {
	struct signature_tag *items; /* sorted by name, at most SIGNATURE_TAGS_MAX */
	size_t count, cap;
};

#define SIGNATURE_TAGS_INIT {0}

void signature_tags_release(struct signature_tags *tags);

/*
 * The annotated tags that point at COMMIT itself. -E2BIG: more refs or tags than are looked at. OUT
 * is to be released in any case.
 */
int signature_tags_of(struct repo *repo, const struct oid *commit, struct signature_tags *out,
		struct err *err);

/* Of TAG, which is as signature_tags_of() said; -EINVAL also if it calls itself another name. */
int signature_of_tag(struct repo *repo, const struct signature_tag *tag, struct signature *out,
		struct err *err);

/*
 * The two halves without a repository: what is in the bytes of a commit, or of a tag named NAME. 0,
 * -EINVAL or -ENOMEM. Total; OUT as above.
 */
int signature_cut_commit(const char *data, size_t len, struct signature *out, struct err *err);
int signature_cut_tag(const char *data, size_t len, const char *name, struct signature *out,
		struct err *err);

#endif
