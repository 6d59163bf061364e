/*
 * incremental: a commit with a manifest on its way to a generation: what this node sees of it, with
 * the help of what was rendered before.
 */
#ifndef BUILD_INCREMENTAL_H
#define BUILD_INCREMENTAL_H

#include <stdbool.h>
#include <stdint.h>

#include "src/base/oid.h"
#include "src/render/output.h"
#include "src/render/render.h"
#include "src/snap/segment.h"

struct cache;
struct diag;
struct err;
struct input;
struct job;
struct repo;
struct store;

struct incremental {
	struct input *input;
	struct render *render;
	struct cache *cache;
	struct render_cache hooks; /* into `cache` */
	place earlier;		   /* tree with the texts that `outputs` lack */
	struct outputs outputs;
	uint32_t made; /* files that had to be rendered */
};

#define INCREMENTAL_INIT {0}

void incremental_release(struct incremental *incremental);

/*
 * Read the manifest of TREE, the root of JOB's commit. 1: there is one, which may have findings; 0:
 * there is none, show the tree as it is; negative errno: the repository cannot be read. REPO
 * outlives *OUT, which does not move and is the caller's to release in any case.
 */
int incremental_open(const struct job *job, struct repo *repo, const struct oid *tree,
		struct diag *findings, struct incremental *out, struct err *err);

/*
 * All that JOB shows, in `outputs`, unless FINDINGS have errors. What STORE has of earlier builds
 * with the same settings is not made again, if JOB builds upon anything at all. 0, or negative
 * errno.
 */
int incremental_run(struct incremental *incremental, const struct job *job, struct store *store,
		struct diag *findings, struct err *err);

/* Generation NUMBER shows it now: remember what it was made from. A failure costs time, later. */
void incremental_remember(const struct incremental *incremental, const struct job *job);

#endif
