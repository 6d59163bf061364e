#include "src/build/incremental.h"

#include <errno.h>
#include <stdlib.h>

#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/base/owner.h"
#include "src/build/build.h"
#include "src/build/cache.h"
#include "src/build/job.h"
#include "src/render/input.h"
#include "src/render/render.h"
#include "src/snap/generation.h"
#include "src/snap/store.h"

void incremental_release(struct incremental *incremental)
{
	outputs_release(&incremental->outputs);
	cache_free(incremental->cache);
	render_free(incremental->render);
	input_free(incremental->input);
	*incremental = (struct incremental)INCREMENTAL_INIT;
}

static uint64_t lower(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static struct render_limits limits_of(const struct job_limits *limits)
{
	struct render_limits out = RENDER_LIMITS_DEFAULT;

	out.files = limits->files;
	out.depth = limits->depth;
	out.path_bytes = limits->path_bytes;
	out.file_bytes = limits->file_bytes;
	out.output_file_bytes = lower(out.output_file_bytes, limits->file_bytes);
	out.output_total_bytes = lower(out.output_total_bytes, limits->total_bytes);
	return out;
}

static int find_owner(void *arg, const char *name, bool is_group, uint32_t *id)
{
	(void)arg;
	return owner_find(name, is_group, id);
}

int incremental_open(const struct job *job, struct repo *repo, const struct oid *tree,
		struct diag *findings, struct incremental *out, struct err *err)
{
	struct render_spec spec = {.limits = limits_of(&job->limits),
			.secrets = {.dir = job->secrets},
			.uid = job->uid,
			.gid = job->gid,
			.owner = find_owner,
			.cache = &out->hooks};
	int rc;

	out->cache = cache_open(job->state_dir);
	if (!out->cache)
		return err_set(err, ENOMEM, "out of memory");
	out->hooks = cache_for_render(out->cache);
	rc = input_new_tree(repo, tree, &out->input, err);
	if (rc < 0)
		return rc;
	spec.input = out->input;
	rc = render_open(&spec, findings, &out->render, err);
	if (rc < 0)
		return rc;
	return diag_has_errors(findings) || render_manifest(out->render) ? 1 : 0;
}

/*
 * The texts of what is remembered have to be there: in a generation that can be read and was made
 * with the same settings, the same folder above all. A build upon nothing is to owe nothing to what
 * is on disk.
 */
static int find_earlier(struct incremental *incremental, const struct job *job, struct store *store)
{
	uint32_t number = cache_generation(incremental->cache);
	struct generation *earlier;

	if (number == 0)
		return 0;
	earlier = malloc(sizeof(*earlier)); /* large for a stack */
	if (!earlier)
		return -ENOMEM;
	if (job->base > 0 && store_load(store, number, earlier, NULL) == 0 &&
			earlier->settings == build_settings(job))
		incremental->earlier = earlier->root;
	else
		cache_forget(incremental->cache);
	free(earlier);
	return 0;
}

static void select_folder(
		struct incremental *incremental, const char *folder, struct diag *findings)
{
	if (folder && folder[0] && !outputs_select(&incremental->outputs, folder))
		diag_add(findings, DIAG_ERROR, NULL, 0, 0,
				"there is no folder '%s' in the rendered tree", folder);
}

int incremental_run(struct incremental *incremental, const struct job *job, struct store *store,
		struct diag *findings, struct err *err)
{
	struct rendered rendered = {0};
	int rc;

	if (find_earlier(incremental, job, store) < 0)
		return err_set(err, ENOMEM, "out of memory");
	rc = render_run(incremental->render, job->facts, findings, &incremental->outputs, &rendered,
			err);
	if (rc < 0 || diag_has_errors(findings))
		return rc;
	incremental->made = rendered.made;
	select_folder(incremental, job->folder, findings);
	return 0;
}

void incremental_remember(const struct incremental *incremental, const struct job *job)
{
	(void)cache_store(incremental->cache, job->state_dir, job->number, NULL);
}
