/*
 * resolver: what the engine wants to know of the repository, asked of a process that is confined
 * like a builder (roles/sandbox.h). The engine itself opens nothing in a repository: a parser that crashes
 * or does not end costs one answer.
 *
 * The process lives as long as it answers; one that ended is replaced with the next question. A
 * question waits for its answer, RESOLVER_DEADLINE_MS at most.
 */
#ifndef FOLLOW_RESOLVER_H
#define FOLLOW_RESOLVER_H

#include <stddef.h>
#include <stdint.h>

#include "src/base/oid.h"
#include "src/git/repo.h"

struct buf;
struct err;
struct resolver;

#define RESOLVER_DEADLINE_MS 5000
#define RESOLVER_FD_ENGINE   3		 /* the process's end of the socket */
#define RESOLVER_MESSAGE_MAX (64u << 10) /* bytes: no question or answer is longer */

enum resolver_question { RESOLVER_REF = 1, RESOLVER_COUNT, RESOLVER_IS_ANCESTOR, RESOLVER_FOLDER };

struct resolver_spec {
	const char *program; /* absolute path of refmount */
	const char *name;    /* of the mount */
	const char *source;  /* for repo_open; all three are copied */
};

int resolver_new(const struct resolver_spec *spec, struct resolver **out, struct err *err);
void resolver_free(struct resolver *resolver); /* NULL is fine */

struct resolver_place {
	char full[REF_NAME_MAX]; /* as repo_ref() says it */
	struct oid commit;
};

/*
 * Where REF points now (repo_ref), and what to watch to see it move (repo_watch_dirs), also when
 * the ref is not there; DIRS is empty when the repository cannot be opened. -ETIMEDOUT, -EIO: the
 * process did not answer.
 */
int resolver_ref(struct resolver *resolver, const char *ref, struct resolver_place *out,
		struct buf *dirs, struct err *err);

/* Is there a folder at PATH (clean) in COMMIT? 0, or as tree_find() says. */
int resolver_folder(struct resolver *resolver, const struct oid *commit, const char *path,
		struct err *err);

/* rev_count() and rev_is_ancestor(). */
int resolver_count(struct resolver *resolver, const struct oid *from, const struct oid *to,
		uint64_t *count, struct err *err);
int resolver_is_ancestor(struct resolver *resolver, const struct oid *ancestor,
		const struct oid *commit, struct err *err);

#endif
