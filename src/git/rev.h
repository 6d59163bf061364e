/*
 * rev: commits.
 */
#ifndef GIT_REV_H
#define GIT_REV_H

#include <stdbool.h>
#include <stdint.h>

#include "src/base/oid.h"

struct err;
struct repo;

#define REV_TEXT_MAX 256
#define REV_WALK_MAX 10000 /* commits of history looked at */

struct rev {
	struct oid commit, tree;
	int64_t time;		    /* committer, seconds UTC; years 1970 to 9999, else 0 */
	char author[REV_TEXT_MAX];  /* "Name <mail>", valid UTF-8 (bad bytes: U+FFFD), no control
				       bytes */
	char subject[REV_TEXT_MAX]; /* first line of the message, the same way */
};

/* Read COMMIT. -ENOENT: no such object; -EINVAL: it is not a commit. */
int rev_read(struct repo *repo, const struct oid *commit, struct rev *out, struct err *err);

/*
 * Whatever `git rev-parse TEXT^{commit}` takes. Parses user text with libgit2's revparse: only in
 * the builder. -ENOENT: nothing of that name; -EINVAL: ambiguous, not to be parsed, or not a
 * commit.
 */
int rev_parse(struct repo *repo, const char *text, struct oid *commit, struct err *err);

/*
 * Is ANCESTOR reachable from COMMIT (or the same)? 1, 0 or negative errno. The answer is exact
 * whatever the dates of the commits say. Looks at REV_WALK_MAX commits; beyond, or where a shallow
 * clone has cut history off before the answer is known, -E2BIG.
 */
int rev_is_ancestor(struct repo *repo, const struct oid *ancestor, const struct oid *commit,
		struct err *err);

/* How many commits are reachable from TO and not from FROM; at most REV_WALK_MAX are counted. */
int rev_count(struct repo *repo, const struct oid *from, const struct oid *to, uint64_t *count,
		struct err *err);

#endif
