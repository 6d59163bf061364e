/*
 * input: where the files of a repository come from: a commit, or a worktree with all that was not
 * committed yet (src/git/worktree.h says what of it counts).
 *
 * The same rules hold for both: names, kinds and modes (src/git/verify.h), sizes before anything is
 * read, and no link is followed. What breaks them is a finding. Nothing is walked that is not asked
 * for.
 */
#ifndef RENDER_INPUT_H
#define RENDER_INPUT_H

#include <stdint.h>

#include "src/base/oid.h"
#include "src/git/tree.h"

struct buf;
struct diag;
struct err;
struct input;
struct repo;

#define INPUT_LISTING_MAX (64u << 20) /* bytes of a tree object */

/* The tree object TREE of REPO, which outlives the input. */
int input_new_tree(struct repo *repo, const struct oid *tree, struct input **out, struct err *err);

/* The worktree of REPO. -ENOTDIR: it is bare. */
int input_new_worktree(struct repo *repo, struct input **out, struct err *err);

void input_free(struct input *input); /* NULL is fine */

/*
 * The entries of the folder that SPEC names ("" is the root), sorted and verified; files and links
 * have an id. The folder is looked for unless SPEC has its id. In a worktree a file larger than the
 * limit is a finding. -ENOENT, -ENOTDIR: there is no such folder; other negative errno: the repository
 * cannot be read.
 */
int input_list(struct input *input, const struct tree_spec *spec, struct tree *out,
		struct err *err);

/*
 * What is at PATH (clean); a folder has an id only in a commit. The name is borrowed from PATH.
 * -ENOENT: nothing, also when a folder on the way is none.
 */
int input_find(struct input *input, const char *path, struct tree_entry *out, struct err *err);

/*
 * Append the bytes of the file or link at PATH. -ENOENT; -EISDIR; -EFBIG: more than LIMIT bytes;
 * others: the repository cannot be read.
 */
int input_read(struct input *input, const char *path, uint64_t limit, struct buf *out,
		struct err *err);

/* The same when its entry is known already, which saves looking for it. */
int input_read_entry(struct input *input, const char *path, const struct tree_entry *entry,
		uint64_t limit, struct buf *out, struct err *err);

/*
 * 0 and *SIZE when the file at PATH has at most LIMIT bytes, which is asked for without reading it;
 * else -EFBIG. Of a worktree's file the size is not told: 0.
 */
int input_check_size(struct input *input, const char *path, const struct tree_entry *entry,
		uint64_t limit, uint64_t *size, struct err *err);

#endif
