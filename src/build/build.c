/*
 * From the job to the generation on disk. What may go wrong is one of two things: the commit is to
 * blame (a finding, RESULT_REJECTED: trying again gives the same) or it is not (an error,
 * RESULT_FAILED: it may work later).
 */
#include "src/build/build.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/str.h"
#include "src/build/assemble.h"
#include "src/build/incremental.h"
#include "src/build/job.h"
#include "src/build/links.h"
#include "src/build/numbers.h"
#include "src/build/plain.h"
#include "src/build/prefetch.h"
#include "src/build/writer.h"
#include "src/git/repo.h"
#include "src/git/rev.h"
#include "src/git/tree.h"
#include "src/snap/builder.h"
#include "src/snap/compact.h"
#include "src/snap/generation.h"
#include "src/snap/node.h"
#include "src/snap/store.h"

#define FORMAT_VERSION	1u /* raise it when the same commit would be shown differently */
#define SCRATCH_SEGMENT (SEGMENT_OVERLAY | 1u)

struct build {
	const struct job *job;
	struct diag *findings;
	struct repo *repo;
	struct store *store;
	struct rev rev;
	bool is_rendered;
	struct incremental incremental;
	struct oid tree; /* what is shown as it is, when nothing is rendered */
	struct generation base;
	bool has_base;
};

/* One segment while it is written. */
struct writing {
	int fd;
	struct builder *builder;
	uint32_t number;
};

#define WRITING_INIT {.fd = -1}

static const char *text_of(const char *text)
{
	return text ? text : "";
}

static bool is_rejected(const struct build *build)
{
	return diag_has_errors(build->findings);
}

/* FNV-1a, 64 bits. */
static uint64_t hash_bytes(uint64_t hash, const void *data, size_t len)
{
	const uint8_t *bytes = data;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3u;
	return hash;
}

uint64_t build_settings(const struct job *job)
{
	const char *folder = text_of(job->folder), *facts = text_of(job->facts);
	uint32_t numbers[] = {FORMAT_VERSION, job->uid, job->gid};
	uint64_t hash = hash_bytes(0xcbf29ce484222325u, numbers, sizeof(numbers));

	hash = hash_bytes(hash, folder, strlen(folder) + 1);
	return hash_bytes(hash, facts, strlen(facts));
}

static void reject(struct build *build, const char *text)
{
	diag_add(build->findings, DIAG_ERROR, NULL, 0, 0, "%s", text);
}

/* Errors for which whoever made the commit has to answer. */
static int blame(struct build *build, int rc, bool is_commits, const struct err *reason,
		struct err *err)
{
	if (is_commits) {
		reject(build, reason->text);
		return 0;
	}
	if (err)
		*err = *reason;
	return rc;
}

/* The folder that is shown as it is. */
static int find_folder(struct build *build, struct err *err)
{
	const char *folder = text_of(build->job->folder);
	struct err reason = ERR_INIT;
	int rc;

	build->tree = build->rev.tree;
	if (!folder[0])
		return 0;
	rc = tree_find(build->repo, &build->rev.tree, folder, &build->tree, &reason);
	if (rc < 0)
		return blame(build, rc, rc == -ENOENT || rc == -ENOTDIR || rc == -EINVAL, &reason,
				err);
	return 0;
}

static int read_commit(struct build *build, struct err *err)
{
	struct err reason = ERR_INIT;
	int rc;

	rc = rev_read(build->repo, &build->job->commit, &build->rev, &reason);
	if (rc < 0)
		return blame(build, rc, rc == -EINVAL || rc == -EFBIG, &reason, err);
	rc = incremental_open(build->job, build->repo, &build->rev.tree, build->findings,
			&build->incremental, err);
	build->is_rendered = rc > 0;
	if (rc == 0)
		rc = find_folder(build, err);
	return rc < 0 ? rc : 0;
}

static void reject_rewind(struct build *build, int rc, const struct err *reason)
{
	char new[OID_HEX_SIZE], old[OID_HEX_SIZE];

	oid_format(&build->job->commit, new);
	oid_format(&build->job->served, old);
	if (rc == 0)
		diag_add(build->findings, DIAG_ERROR, NULL, 0, 0,
				"'%s' does not descend from the served '%s'; `refmount switch "
				"MOUNT %.12s --accept` accepts it, `-o allow_rewind` every rewind",
				new, old, new);
	else
		diag_add(build->findings, DIAG_ERROR, NULL, 0, 0,
				"cannot tell whether '%s' descends from the served '%s': %s; "
				"`refmount switch MOUNT %.12s --accept` accepts it unseen",
				new, old, reason->text, new);
}

static int check_descent(struct build *build, struct err *err)
{
	const struct job *job = build->job;
	struct err reason = ERR_INIT;
	int rc;

	if (job->allow_rewind || oid_is_zero(&job->served))
		return 0;
	rc = rev_is_ancestor(build->repo, &job->served, &job->commit, &reason);
	if (rc == 0 || rc == -E2BIG) {
		reject_rewind(build, rc, &reason);
		return 0;
	}
	if (rc < 0 && err)
		*err = reason;
	return rc < 0 ? rc : 0;
}

/*
 * A base that cannot be read, or was made with other settings, is no reason to fail: the commit is
 * then built from nothing, which costs more and loses nothing but what was cached.
 */
static void load_base(struct build *build)
{
	const struct job *job = build->job;

	if (job->base == 0)
		return;
	build->has_base = store_load(build->store, job->base, &build->base, NULL) == 0 &&
			build->base.settings == build_settings(job);
}

static uint32_t first_dir(const struct build *build)
{
	uint32_t first = build->job->first_dir;

	if (first < DIR_FIRST_FREE)
		first = DIR_FIRST_FREE;
	if (build->has_base && build->base.next_dir > first)
		first = build->base.next_dir;
	return first;
}

static int start_writing(struct build *build, uint32_t number, struct writing *out, struct err *err)
{
	struct revision revision = {.commit = build->rev.commit, .time = build->rev.time};

	out->number = number;
	return builder_new(out->fd, number, store_set(build->store), &revision, &out->builder, err);
}

static void writing_release(struct writing *writing)
{
	builder_free(writing->builder);
	if (writing->fd >= 0)
		(void)close(writing->fd);
	*writing = (struct writing)WRITING_INIT;
}

static int write_tree(struct build *build, struct builder *builder, struct writer_result *out,
		struct err *err)
{
	struct numbers numbers = {.store = build->store,
			.base_index = build->has_base ? build->base.index : PLACE_NONE,
			.next = first_dir(build)};
	struct writer_spec spec = {.repo = build->repo,
			.builder = builder,
			.findings = build->findings,
			.limits = &build->job->limits,
			.numbers = &numbers,
			.set = store_set(build->store),
			.uid = build->job->uid,
			.gid = build->job->gid};
	int rc;

	if (build->has_base) {
		spec.base_root = build->base.root;
		spec.base_index = build->base.index;
	}
	if (build->is_rendered)
		rc = assemble_build(&spec, &build->incremental.outputs, build->incremental.earlier,
				out, err);
	else
		rc = plain_build(&spec, &build->tree, prefetch_readers(), out, err);
	numbers_release(&numbers);
	return rc;
}

/*
 * Make what WRITING holds, sealed but not yet in the store, readable through the set, or end that.
 */
static int map_writing(struct build *build, const struct writing *writing, struct err *err)
{
	struct segment *segment = NULL;
	int rc;

	rc = segment_map(writing->fd, writing->number, 0, &segment, err);
	if (rc < 0)
		return rc;
	rc = segment_set_add(store_set(build->store), segment);
	if (rc < 0) {
		segment_unmap(segment);
		return err_sys(err, -rc, "cannot map segment %u", writing->number);
	}
	return 0;
}

static void unmap_writing(struct build *build, const struct writing *writing)
{
	segment_unmap(segment_set_remove(store_set(build->store), writing->number));
}

static int check_links(
		struct build *build, const struct writing *writing, place root, struct err *err)
{
	int rc;

	rc = map_writing(build, writing, err);
	if (rc < 0)
		return rc;
	rc = links_check(store_set(build->store), root, build->findings, err);
	unmap_writing(build, writing);
	return rc;
}

/* The tree in WRITING, complete and checked, unless there are findings. */
static int write_checked(struct build *build, struct writing *writing, struct writer_result *out,
		struct err *err)
{
	int rc;

	rc = write_tree(build, writing->builder, out, err);
	if (rc < 0 || is_rejected(build))
		return rc;
	rc = builder_seal(writing->builder, err);
	if (rc < 0)
		return rc;
	return check_links(build, writing, out->root, err);
}

/* A file that has no name: it is gone when it is closed. */
static int open_scratch(const char *dir, int *out, struct err *err)
{
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR))
		fd = memfd_create("refmount-scratch", MFD_CLOEXEC);
	if (fd < 0)
		return err_sys(err, errno, "cannot create a temporary file in '%s'", dir);
	*out = fd;
	return 0;
}

/*
 * The whole tree in one fresh segment: the change is written to a scratch segment first, as always,
 * and what the two show together is then copied.
 */
static int write_compacted(struct build *build, struct writing *writing, struct writer_result *out,
		struct err *err)
{
	struct writing scratch = WRITING_INIT;
	bool is_mapped = false;
	int rc;

	rc = open_scratch(build->job->state_dir, &scratch.fd, err);
	if (rc == 0)
		rc = start_writing(build, SCRATCH_SEGMENT, &scratch, err);
	if (rc == 0)
		rc = write_checked(build, &scratch, out, err);
	if (rc < 0 || is_rejected(build))
		goto out;
	rc = map_writing(build, &scratch, err);
	if (rc < 0)
		goto out;
	is_mapped = true;
	rc = compact_tree(store_set(build->store), out->root, writing->builder, &out->root,
			&out->index);
	if (rc < 0 && builder_error(writing->builder) == 0)
		rc = err_sys(err, -rc, "cannot write the tree anew");
	else
		rc = builder_seal(writing->builder, err);
out:
	if (is_mapped)
		unmap_writing(build, &scratch);
	writing_release(&scratch);
	return rc;
}

static int describe(struct build *build, const struct writer_result *tree, struct generation *out,
		struct err *err)
{
	struct node root;
	int rc;

	*out = (struct generation){.number = build->job->number,
			.commit = build->rev.commit,
			.tree = tree->tree,
			.time = build->rev.time,
			.settings = build_settings(build->job),
			.root = tree->root,
			.index = tree->index,
			.next_dir = tree->next_dir,
			.changed = tree->changed};
	str_copy(out->author, sizeof(out->author), build->rev.author);
	str_copy(out->subject, sizeof(out->subject), build->rev.subject);
	rc = node_read(store_set(build->store), tree->root, &root);
	if (rc < 0)
		return err_sys(err, -rc, "cannot read back the new tree");
	out->files = root.files;
	out->bytes = root.size;
	return 0;
}

/* From here on the segment has its name; what fails now takes it away again. */
static int publish(struct build *build, const struct writing *writing,
		const struct writer_result *tree, struct err *err)
{
	const struct generation *base = build->has_base ? &build->base : NULL;
	struct generation generation;
	int rc;

	rc = store_seal(build->store, writing->number, writing->fd, err);
	if (rc < 0)
		return rc;
	rc = describe(build, tree, &generation, err);
	if (rc < 0)
		return rc;
	rc = generation_count_segments(store_set(build->store), base, &generation);
	if (rc < 0)
		return err_sys(err, -rc, "cannot count the segments of the new tree");
	return store_publish(build->store, &generation, err);
}

static int write_generation(struct build *build, struct err *err)
{
	struct writing writing = WRITING_INIT;
	struct writer_result tree = {0};
	int rc;

	rc = store_begin(build->store, build->job->number, &writing.fd, err);
	if (rc < 0)
		return rc; /* the number may be another generation's: keep off */
	rc = start_writing(build, build->job->number, &writing, err);
	if (rc < 0)
		goto out;
	if (build->has_base && generation_wants_compaction(&build->base))
		rc = write_compacted(build, &writing, &tree, err);
	else
		rc = write_checked(build, &writing, &tree, err);
	if (rc < 0 || is_rejected(build))
		goto out;
	rc = publish(build, &writing, &tree, err);
out:
	if (rc < 0 || is_rejected(build))
		store_abort(build->store, build->job->number);
	writing_release(&writing);
	return rc;
}

/*
 * Of a builder that was killed: perhaps all of the generation, and only the answer is missing; else
 * whatever there is goes, so that the number is free.
 */
static bool take_over(struct build *build)
{
	const struct job *job = build->job;
	struct generation made;

	if (store_load(build->store, job->number, &made, NULL) == 0 &&
			oid_equal(&made.commit, &job->commit))
		return true;
	store_abort(build->store, job->number);
	return false;
}

static int build_commit(struct build *build, struct err *err)
{
	int rc;

	rc = read_commit(build, err);
	if (rc < 0 || is_rejected(build))
		return rc;
	rc = check_descent(build, err);
	if (rc < 0 || is_rejected(build))
		return rc;
	rc = store_open(text_of(build->job->state_dir), &build->store, err);
	if (rc < 0)
		return rc;
	if (build->job->is_second && take_over(build))
		return 0;
	load_base(build);
	if (build->is_rendered) {
		rc = incremental_run(&build->incremental, build->job, build->store, build->findings,
				err);
		if (rc < 0 || is_rejected(build))
			return rc;
	}
	rc = write_generation(build, err);
	if (rc == 0 && build->is_rendered && !build->job->is_aside && !is_rejected(build))
		incremental_remember(&build->incremental, build->job);
	return rc;
}

static int do_job(const struct job *job, struct result *result, struct err *err)
{
	struct build build = {
			.job = job, .findings = &result->findings, .incremental = INCREMENTAL_INIT};
	int rc;

	rc = repo_open(text_of(job->repository), &build.repo, err);
	if (rc < 0)
		return rc;
	if (job->kind == JOB_RESOLVE) {
		rc = rev_parse(build.repo, text_of(job->revision), &result->commit, err);
	} else {
		result->number = job->number;
		result->commit = job->commit;
		rc = build_commit(&build, err);
		str_copy(result->author, sizeof(result->author), build.rev.author);
		str_copy(result->subject, sizeof(result->subject), build.rev.subject);
		result->rendered = build.incremental.made;
	}
	incremental_release(&build.incremental);
	store_close(build.store);
	repo_close(build.repo);
	return rc;
}

void build_run(const struct job *job, struct result *result)
{
	struct err err = ERR_INIT;
	int rc;

	rc = do_job(job, result, &err);
	diag_sort(&result->findings);
	if (rc < 0) {
		diag_release(&result->findings);
		result->kind = RESULT_FAILED;
		result->code = -rc;
		str_copy(result->error, sizeof(result->error), err.text);
	} else {
		result->kind = diag_has_errors(&result->findings) ? RESULT_REJECTED : RESULT_DONE;
	}
}
