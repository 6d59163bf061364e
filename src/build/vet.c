/*
 * Links are followed by their text alone, through the list of outputs: what is not in there counts
 * as a folder without entries, so that a link cannot begin to leave when something appears there.
 */
#include "src/build/vet.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/build/job.h"
#include "src/build/links.h"
#include "src/git/oidmap.h"
#include "src/git/verify.h"
#include "src/render/input.h"
#include "src/render/manifest.h"
#include "src/render/output.h"

#define TARGET_BYTES_MAX 4095
#define TARGET_SHOWN	 256	     /* bytes of a target that a message quotes */
#define TARGETS_KEPT	 (16u << 20) /* bytes of all that are read only once */

/* The text of a link; NULL: not read yet, or not kept. */
struct target {
	char *data; /* owned */
	size_t len;
};

struct vet {
	struct input *input;
	const struct outputs *outputs;
	const struct job_limits *limits;
	struct diag *findings;
	struct target *targets; /* owned, one for each output: many links may lead through one */
	size_t target_bytes;
	uint64_t steps;
	uint64_t bytes;	      /* of all files so far */
	struct oidmap vetted; /* blobs without findings: 1 and their size */
};

/* A link that is being followed: where that has led to, and what is left to follow. */
struct way {
	struct buf at;	    /* path from the root */
	struct buf pending; /* text to follow, "/" between */
	size_t done;	    /* bytes of it that were followed */
	unsigned hops;
	const char *wrong; /* once it is */
};

static const struct output *find_output(const struct vet *vet, const char *path)
{
	size_t low = 0, high = vet->outputs->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = output_compare_paths(vet->outputs->items[middle].path, path);

		if (order == 0)
			return &vet->outputs->items[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static void keep_target(struct vet *vet, struct target *target, const struct buf *text)
{
	if (text->len > TARGETS_KEPT - vet->target_bytes)
		return;
	target->data = malloc(text->len + 1);
	if (!target->data)
		return;
	memcpy(target->data, buf_str(text), text->len + 1);
	target->len = text->len;
	vet->target_bytes += text->len;
}

/* Append the text of LINK to OUT, which is empty. */
static int read_target(struct vet *vet, const struct output *link, struct buf *out, struct err *err)
{
	struct tree_entry entry = {.kind = TREE_LINK, .oid = link->oid};
	struct target *target = &vet->targets[link - vet->outputs->items];
	int rc;

	if (target->data) {
		buf_add(out, target->data, target->len);
		return buf_ok(out) ? 0 : err_set(err, ENOMEM, "out of memory");
	}
	rc = input_read_entry(vet->input, link->source, &entry, TARGET_BYTES_MAX, out, err);
	if (rc == 0)
		keep_target(vet, target, out);
	return rc;
}

static void go_up(struct way *way)
{
	char *slash = way->at.len > 0 ? strrchr(way->at.data, '/') : NULL;

	if (way->at.len == 0) {
		way->wrong = "leads out of the tree";
		return;
	}
	way->at.len = slash ? (size_t)(slash - way->at.data) : 0;
	way->at.data[way->at.len] = '\0';
}

/* What is pending begins with TARGET instead, which stands for the name that AT ends with. */
static int follow(struct vet *vet, struct way *way, const struct output *link, struct err *err)
{
	struct buf target = BUF_INIT;
	int rc;

	rc = read_target(vet, link, &target, err);
	if (rc == 0 && buf_str(&target)[0] == '/')
		way->wrong = "leads out of the tree";
	if (rc == 0) {
		go_up(way);
		buf_add_char(&target, '/');
		buf_add(&target, way->pending.data + way->done, way->pending.len - way->done);
		buf_release(&way->pending);
		way->pending = target;
		way->done = 0;
		return 0;
	}
	buf_release(&target);
	return rc;
}

static int go_down(struct vet *vet, struct way *way, const char *name, size_t len, struct err *err)
{
	const struct output *output;

	if (way->at.len > 0)
		buf_add_char(&way->at, '/');
	buf_add(&way->at, name, len);
	if (!buf_ok(&way->at))
		return err_set(err, ENOMEM, "out of memory");
	if (manifest_is_virtual(way->at.data)) {
		way->wrong = "leads to a name of the mount's own, which is not of the tree";
		return 0;
	}
	output = find_output(vet, way->at.data);
	if (!output || output->kind != OUTPUT_LINK || way->hops++ >= LINKS_HOPS_MAX)
		return 0;
	return follow(vet, way, output, err);
}

/* Take the next name off what is pending. */
static int take_step(struct vet *vet, struct way *way, struct err *err)
{
	const char *name = way->pending.data + way->done;
	size_t len = strcspn(name, "/");

	way->done += len + (name[len] == '/');
	if (len == 2 && memcmp(name, "..", len) == 0)
		go_up(way);
	else if (len > 0 && !(len == 1 && name[0] == '.'))
		return go_down(vet, way, name, len, err);
	return 0;
}

static void complain(
		struct vet *vet, const struct output *link, const char *target, const char *what)
{
	struct buf shown = BUF_INIT;
	size_t len = strlen(target);

	verify_escape(&shown, target, len < TARGET_SHOWN ? len : TARGET_SHOWN);
	diag_add(vet->findings, DIAG_ERROR, link->source, 0, 0, "the link to '%s' %s",
			buf_str(&shown), what);
	buf_release(&shown);
}

/* What has to be said of the text of a link as such; NULL: nothing. */
static const char *target_fault(const struct buf *target)
{
	if (target->len == 0)
		return "a symbolic link without a target";
	if (memchr(target->data, '\0', target->len))
		return "a symbolic link with a NUL byte in its target";
	return NULL;
}

/* RC is of reading SOURCE: what whoever made the commit has to answer for becomes a finding. */
static int blame(struct vet *vet, const char *source, int rc, const char *why,
		const struct err *reason, struct err *err)
{
	if (rc == -EFBIG || rc == -EINVAL) {
		diag_add(vet->findings, DIAG_ERROR, source, 0, 0, "%s",
				rc == -EFBIG ? why : reason->text);
		return 0;
	}
	if (rc < 0 && err)
		*err = *reason;
	return rc;
}

static int vet_link(struct vet *vet, const struct output *link, struct err *err)
{
	struct way way = {.hops = 1};
	struct buf target = BUF_INIT;
	struct err reason = ERR_INIT;
	const char *fault;
	int rc;

	rc = read_target(vet, link, &target, &reason);
	if (rc < 0) {
		rc = blame(vet, link->source, rc,
				"a symbolic link with a target of more than 4095 bytes", &reason,
				err);
		goto out;
	}
	fault = target_fault(&target);
	if (fault) {
		diag_add(vet->findings, DIAG_ERROR, link->source, 0, 0, "%s", fault);
		goto out;
	}
	buf_add_str(&way.pending, buf_str(&target));
	buf_add_str(&way.at, link->path);
	go_up(&way);
	if (buf_str(&target)[0] == '/')
		way.wrong = "is absolute: only links inside the tree are shown";
	while (rc == 0 && !way.wrong && way.done < way.pending.len && vet->steps++ < LINKS_STEP_MAX)
		rc = take_step(vet, &way, err);
	if (rc == 0 && way.wrong)
		complain(vet, link, buf_str(&target), way.wrong);
out:
	buf_release(&target);
	buf_release(&way.at);
	buf_release(&way.pending);
	return rc == -EFBIG ? 0 : rc; /* of a link on the way, which is complained about itself */
}

/* The size of a file that is fine; what is not fine is a finding, and *SIZE 0. */
static int vet_blob(struct vet *vet, const struct output *file, uint64_t *size, struct err *err)
{
	struct tree_entry entry = {.kind = TREE_FILE, .oid = file->oid};
	struct err reason = ERR_INIT;
	struct buf bytes = BUF_INIT;
	int rc;

	*size = 0;
	rc = input_read_entry(vet->input, file->source, &entry, VERIFY_LFS_MAX, &bytes, &reason);
	if (rc == 0 && verify_is_lfs_pointer(buf_str(&bytes), bytes.len))
		diag_add(vet->findings, DIAG_ERROR, file->source, 0, 0,
				"a Git LFS pointer: the file itself is not in the repository; "
				"store it without LFS");
	else if (rc == 0)
		*size = bytes.len;
	else if (rc == -EFBIG)
		rc = input_check_size(vet->input, file->source, &entry, vet->limits->file_bytes,
				size, &reason);
	buf_release(&bytes);
	return blame(vet, file->source, rc, reason.text, &reason, err);
}

static void count_bytes(struct vet *vet, uint64_t size)
{
	uint64_t limit = vet->limits->total_bytes;

	if (vet->bytes <= limit && size > limit - vet->bytes)
		diag_add(vet->findings, DIAG_ERROR, NULL, 0, 0, "more than %llu bytes in all",
				(unsigned long long)limit);
	vet->bytes += size;
}

/* The same blob is looked at once, however many files it is. */
static int vet_file(struct vet *vet, const struct output *file, struct err *err)
{
	uint64_t *known = oidmap_find(&vet->vetted, &file->oid), size;
	size_t findings = vet->findings->count;
	int rc;

	if (known) {
		count_bytes(vet, *known - 1);
		return 0;
	}
	rc = vet_blob(vet, file, &size, err);
	if (rc < 0)
		return rc;
	count_bytes(vet, size);
	if (vet->findings->count > findings || oid_is_zero(&file->oid))
		return 0;
	known = oidmap_add(&vet->vetted, &file->oid);
	if (!known)
		return err_set(err, ENOMEM, "out of memory");
	*known = size + 1;
	return 0;
}

static void vet_release(struct vet *vet)
{
	for (size_t i = 0; vet->targets && i < vet->outputs->count; i++)
		free(vet->targets[i].data);
	free(vet->targets);
	oidmap_release(&vet->vetted);
}

int vet_outputs(struct input *input, const struct outputs *outputs, const struct job_limits *limits,
		struct diag *findings, struct err *err)
{
	struct vet vet = {
			.input = input, .outputs = outputs, .limits = limits, .findings = findings};
	int rc = 0;

	vet.targets = calloc(outputs->count + 1, sizeof(*vet.targets));
	if (!vet.targets)
		return err_set(err, ENOMEM, "out of memory");
	for (size_t i = 0; rc == 0 && i < outputs->count; i++) {
		const struct output *output = &outputs->items[i];

		if (output->kind == OUTPUT_LINK)
			rc = vet_link(&vet, output, err);
		else if (output->kind == OUTPUT_BLOB)
			rc = vet_file(&vet, output, err);
	}
	if (rc == 0 && vet.steps >= LINKS_STEP_MAX)
		diag_add(findings, DIAG_ERROR, NULL, 0, 0,
				"symbolic links have more than %d path components to follow in all",
				LINKS_STEP_MAX);
	vet_release(&vet);
	return rc;
}
