/*
 * library: what the modules of this room share of libgit2. Private to this room.
 */
#ifndef GIT_LIBRARY_H
#define GIT_LIBRARY_H

#include <git2.h>

#include "src/base/oid.h"

struct err;

struct repo {
	git_repository *handle;
	git_odb *odb;
	git_odb_backend *packs;	    /* of `odb` */
	char *git_dir, *common_dir; /* absolute, without a final slash */
};

/* Start libgit2 and set its limits, once in a process. 0 or -EIO. */
int library_init(struct err *err);

/* The errno for RC, a result of libgit2. */
int library_errno(int rc);

/*
 * Store the sentence, and behind it what libgit2 says about its last failure RC; returns the
 * negative errno.
 */
int library_error(struct err *err, int rc, const char *fmt, ...)
		__attribute__((format(printf, 3, 4), cold));

/* For what libgit2 calls: an object cannot be read, because of WHAT. GIT_ERROR. */
int library_damaged(const char *what);
int library_no_memory(void);

#define PACKED_REFS_MAX (256u << 20) /* bytes: more than two million refs */
#define REF_HOPS_MAX	5	     /* symbolic refs in a row, as many as git follows */

/* The ref of that full name: 0, -ENOENT (ERR stays silent), or what is wrong with it. */
int ref_lookup(struct repo *repo, const char *full, git_reference **out, struct err *err);

void library_oid_to(const struct oid *oid, git_oid *out);
void library_oid_from(const git_oid *oid, struct oid *out);

#endif
