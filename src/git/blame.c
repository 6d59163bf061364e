/*
 * A line is followed back through the versions of its file: where two neighbours differ, their
 * difference says at which line it stood before, or that it did not stand there.
 */
#include "src/git/blame.h"

#include <errno.h>
#include <stdbool.h>

#include "src/base/err.h"
#include "src/git/commit.h"
#include "src/git/library.h"
#include "src/git/object.h"
#include "src/git/tree.h"

/* A line in the newer of two texts, and where it stands in the older one. */
struct mapping {
	uint32_t line;
	int64_t offset; /* of the older from the newer, so far */
	bool is_new;
};

struct version {
	struct oid commit, parent; /* PARENT is zero at the root */
	struct oid blob;	   /* zero: the file is not there */
};

/* git_diff_hunk_cb: hunks come in order, without context. */
static int take_hunk(const git_diff_delta *delta, const git_diff_hunk *hunk, void *arg)
{
	struct mapping *mapping = arg;
	int64_t start = hunk->new_start, lines = hunk->new_lines, line = mapping->line;

	(void)delta;
	if (lines == 0 ? line <= start : line < start)
		return 0;
	if (line < start + lines)
		mapping->is_new = true;
	mapping->offset += (int64_t)hunk->old_lines - lines;
	return 0;
}

/* Where LINE of the newer text stands in the older one: 1 and *LINE, 0 it is new, -EIO. */
static int map_line(const struct blob *old, const char *text, size_t len, uint32_t *line,
		struct err *err)
{
	struct mapping mapping = {.line = *line};
	git_diff_options options;
	int rc;

	(void)git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
	options.context_lines = 0;
	options.interhunk_lines = 0;
	options.flags = GIT_DIFF_FORCE_TEXT;
	rc = git_diff_buffers(old->data, old->size, NULL, text, len, NULL, &options, NULL, NULL,
			take_hunk, NULL, &mapping);
	if (rc < 0)
		return library_error(err, rc, "cannot compare two versions");
	if (mapping.is_new)
		return 0;
	*line = (uint32_t)((int64_t)*line + mapping.offset);
	return 1;
}

static int read_version(const struct blame_spec *spec, const struct oid *commit,
		struct version *out, struct err *err)
{
	struct object object = OBJECT_INIT;
	struct tree_entry entry;
	struct commit fields;
	int rc;

	*out = (struct version){.commit = *commit};
	rc = object_read(spec->repo, commit, OBJECT_COMMIT, OBJECT_TEXT_MAX, &object, err);
	if (rc < 0)
		return rc;
	rc = commit_parse(object.data, object.size, &fields);
	if (rc < 0) {
		object_release(&object);
		return err_set(err, -rc, "a commit is malformed");
	}
	(void)commit_parent(&fields, &out->parent);
	rc = tree_lookup(spec->repo, &fields.tree, spec->path, &entry, err);
	if (rc == 0 && entry.kind != TREE_DIR)
		out->blob = entry.oid;
	object_release(&object);
	return rc == -ENOENT ? 0 : rc;
}

/* The line of *NOW's file in the file of BEFORE: 1 and *LINE, 0 it is not there, or negative. */
static int step_back(const struct blame_spec *spec, const struct version *now,
		const struct version *before, uint32_t *line, struct err *err)
{
	struct blob old = BLOB_INIT, new = BLOB_INIT;
	int rc;

	if (oid_is_zero(&before->blob))
		return 0;
	if (oid_equal(&before->blob, &now->blob))
		return 1;
	rc = blob_read(spec->repo, &before->blob, BLAME_FILE_MAX, &old, err);
	if (rc == 0)
		rc = blob_read(spec->repo, &now->blob, BLAME_FILE_MAX, &new, err);
	if (rc == 0)
		rc = map_line(&old, new.data, new.size, line, err);
	blob_release(&old);
	blob_release(&new);
	return rc == -EFBIG ? -E2BIG : rc;
}

/* From the text that is given to the version of the first commit: 1, 0: not committed. */
static int enter_history(const struct blame_spec *spec, const struct version *first, uint32_t *line,
		struct err *err)
{
	struct blob old = BLOB_INIT;
	int rc;

	if (oid_is_zero(&first->blob))
		return 0;
	if (!spec->text)
		return 1;
	rc = blob_read(spec->repo, &first->blob, BLAME_FILE_MAX, &old, err);
	if (rc == 0)
		rc = map_line(&old, spec->text, spec->text_len, line, err);
	blob_release(&old);
	return rc == -EFBIG ? -E2BIG : rc;
}

int blame_line(const struct blame_spec *spec, struct rev *out, struct err *err)
{
	struct version now, before;
	uint32_t line = spec->line;
	unsigned walked;
	int rc;

	rc = read_version(spec, &spec->commit, &now, err);
	if (rc == 0)
		rc = enter_history(spec, &now, &line, err);
	if (rc <= 0)
		return rc == 0 ? 1 : rc;
	for (walked = 0; walked < REV_WALK_MAX; walked++) {
		if (oid_is_zero(&now.parent))
			return rev_read(spec->repo, &now.commit, out, err);
		rc = read_version(spec, &now.parent, &before, err);
		if (rc == 0)
			rc = step_back(spec, &now, &before, &line, err);
		if (rc == 0)
			return rev_read(spec->repo, &now.commit, out, err);
		if (rc < 0)
			return rc;
		now = before;
	}
	return err_set(err, E2BIG, "the line is older than %d commits", REV_WALK_MAX);
}
