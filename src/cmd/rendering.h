/*
 * rendering: what a node would see of a SOURCE, for the verbs that need no mount.
 *
 * SOURCE is REPO#REF, REPO (a worktree with what is not committed yet, or HEAD of a bare
 * repository), a URL, fetched for as long as it takes, or a mount: then the repository, revision and facts that it serves.
 */
#ifndef CMD_RENDERING_H
#define CMD_RENDERING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/oid.h"
#include "src/cmd/borrowed.h"
#include "src/cmd/options.h"

struct buf;
struct diag;
struct err;
struct input;
struct output;
struct render;
struct repo;

#define RENDERING_FILE_BYTES (16u << 20) /* of a file that is shown as it is */

/* What was typed. */
struct rendering_wish {
	const char *source;
	struct option_list facts; /* KEY=VALUE each */
	const char *secrets;	  /* folder; NULL: $CREDENTIALS_DIRECTORY, or none */
	bool has_stand_in;	  /* where there is none: a text for each secret */
};

struct rendering {
	struct repo *repo;
	struct input *input;
	struct render *render; /* NULL: the manifest has findings */
	char *facts;	       /* as in pairs.h; may be NULL */
	bool is_worktree;
	struct oid commit;	  /* of a worktree: HEAD; zero: it has no commit yet */
	struct borrowed borrowed; /* where a remote lies meanwhile */
};

#define RENDERING_INIT                                                                             \
	{                                                                                          \
		0                                                                                  \
	}

/* Findings of the manifest are added to FINDINGS. 0, or negative errno. */
int rendering_open(const struct rendering_wish *wish, struct diag *findings, struct rendering *out,
		struct err *err);
void rendering_close(struct rendering *rendering);

/* The end of a verb that came to RC: what was found is said, all is released; the exit status. */
int rendering_finish(
		struct rendering *rendering, struct diag *findings, int rc, const struct err *err);

/* Append what OUTPUT shows: the bytes of a file, the target of a link. */
int rendering_read(struct rendering *rendering, const struct output *output, struct buf *out,
		struct err *err);

#endif
