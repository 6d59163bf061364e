/*
 * blame: which commit wrote a line.
 *
 * Follows first parents only, so a line that came by a merge is that of the merge, and a file under
 * the name that it has now.
 */
#ifndef GIT_BLAME_H
#define GIT_BLAME_H

#include <stddef.h>
#include <stdint.h>

#include "src/git/rev.h"

#define BLAME_FILE_MAX (1u << 20) /* bytes of a version of the file */

struct blame_spec {
	struct repo *repo;
	struct oid commit; /* where to begin */
	const char *path;
	/* The file as it is now, if it is not as in COMMIT (a worktree); else NULL. */
	const char *text;
	size_t text_len;
	uint32_t line; /* from 1 */
};

/*
 * Who wrote SPEC's line: 0 and *OUT; 1: it is not committed yet. -E2BIG: it is older than
 * REV_WALK_MAX commits, or a version is larger than BLAME_FILE_MAX; others: the repository cannot be
 * read.
 */
int blame_line(const struct blame_spec *spec, struct rev *out, struct err *err);

#endif
