/*
 * repo: a Git repository on this machine, read-only. Opening it, and asking where a ref points.
 *
 * Together with rev.h and tree.h this is the only room that knows libgit2. Nothing here writes to
 * the repository, runs a hook or filter, honours its configuration beyond what is needed to read
 * objects, or touches the network. Everything read is hostile.
 */
#ifndef GIT_REPO_H
#define GIT_REPO_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/oid.h"

struct buf;
struct err;
struct repo;

#define REF_NAME_MAX 1024 /* bytes with NUL */

/* False: that is enough. NAME lives during the call. */
typedef bool repo_ref_fn(void *arg, const char *name);

/*
 * Open SOURCE: path of a bare repository, of a worktree or of its .git (folder or file), or
 * file://PATH. Errors in words with the remedy: -ENOENT no such repository; -EPERM owned by someone
 * else (with the exact `git config --global --add safe.directory` advice); -ENOTSUP a format that
 * libgit2 cannot read (SHA-256, reftable, partial clone, ...).
 */
int repo_open(const char *source, struct repo **out, struct err *err);
void repo_close(struct repo *repo);

/*
 * Another handle to the objects of REPO, for another thread; it outlives REPO. Only what tree.h
 * offers may be asked of it: it has no refs and no folders.
 */
int repo_open_objects(const struct repo *repo, struct repo **out, struct err *err);

/* Version of libgit2 at run time, "1.5.1"; static. */
const char *repo_library_version(void);

/* Absolute paths without a final slash; the common one differs for a linked worktree. */
const char *repo_git_dir(const struct repo *repo);
const char *repo_common_dir(const struct repo *repo);

/*
 * Where REF points now. REF is HEAD, a full ref name, a branch, a tag, or a full commit id; nothing
 * else is tried, so user text is safe here. *FULL gets the full ref name (or "HEAD", or the id
 * itself), *COMMIT the commit it leads to (tags peeled). Never stale: the refs are read again each
 * time. -ENOENT: no such ref (ERR suggests a near one); an unborn HEAD says so. -EBADMSG: the object
 * it leads to is missing or damaged.
 */
int repo_ref(struct repo *repo, const char *ref, char full[static REF_NAME_MAX], struct oid *commit,
		struct err *err);

/*
 * Call FN with the name of each ref as a person would type it: branches, tags, branches of remotes
 * without what is in front of them, others in full.
 */
void repo_each_ref(struct repo *repo, repo_ref_fn *fn, void *arg);

/*
 * The folders that have to be watched to see FULL move, each path NUL-terminated in OUT, most
 * important first: git dir, common dir, the existing folders on the way to the loose ref (HEAD:
 * also those of the branch it names), and that of the tags. Missing ones are left out, their nearest existing parent is
 * in.
 */
int repo_watch_dirs(struct repo *repo, const char *full, struct buf *out, struct err *err);

#endif
