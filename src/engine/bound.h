/*
 * bound: revisions that somebody has mounted elsewhere. A service that binds .refmount/at/current to a
 * place of its own when it starts reads from there for as long as it runs, so that one is not given
 * up meanwhile (record.c).
 *
 * They stand in the mount tables of processes. One table is read for each mount namespace that can
 * be seen; without root, those are few.
 */
#ifndef ENGINE_BOUND_H
#define ENGINE_BOUND_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/oid.h"

#define BOUND_MAX 64 /* revisions; of more, some are not found */

struct bound {
	struct oid commits[BOUND_MAX];
	size_t count;
};

#define BOUND_INIT                                                                                 \
	{                                                                                          \
		.count = 0                                                                         \
	}

/* What is bound of the file system at MOUNTPOINT. Nothing, if there is no such file system. */
void bound_find(struct bound *bound, const char *mountpoint);

/* Is ROOT, what somebody has mounted of our file system, of one revision? Then *COMMIT. */
bool bound_parse(const char *root, struct oid *commit);

#endif
