/*
 * worktree: the files that lie in a worktree, as they would be committed.
 *
 * What counts is what `git add --all` would take: what is tracked, and what is neither tracked nor
 * ignored (.gitignore, info/exclude and the user's core.excludesFile). Bytes are taken as they lie there, no
 * filter or attribute is honoured. No symbolic link is followed on the way to a file.
 */
#ifndef GIT_WORKTREE_H
#define GIT_WORKTREE_H

#include <stdint.h>

#include "src/git/tree.h"

struct buf;
struct diag;
struct err;
struct repo;
struct worktree;

/* The worktree of REPO, which outlives it. -ENOTDIR: it is bare. */
int worktree_open(struct repo *repo, struct worktree **out, struct err *err);
void worktree_close(struct worktree *worktree); /* NULL is fine */

/*
 * The entries of the folder of SPEC (its `oid` does not matter, its `limit` is that of one file:
 * larger ones are findings). Files and links have the id that Git would give them, folders have none.
 * The same findings as of tree_read(). -ENOENT, -ENOTDIR.
 */
int worktree_read(struct worktree *worktree, const struct tree_spec *spec, struct tree *out,
		struct err *err);

/*
 * What is at PATH (clean, not empty), whether ignored or not; the name is borrowed from PATH, a folder
 * has no id, nor has a file larger than LIMIT. -ENOENT.
 */
int worktree_lookup(struct worktree *worktree, const char *path, uint64_t limit,
		struct tree_entry *out, struct err *err);

/* Append the bytes of the file, or the target of the link, at PATH. -ENOENT, -EISDIR, -EFBIG. */
int worktree_file(struct worktree *worktree, const char *path, uint64_t limit, struct buf *out,
		struct err *err);

#endif
