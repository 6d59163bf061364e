#include "src/render/files.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/base/vec.h"
#include "src/git/verify.h"
#include "src/render/input.h"

/* One folder on the way from the top to where the walk is. */
struct frame {
	struct tree tree;
	size_t next;	 /* entry to look at */
	size_t path_len; /* of the folder's own path */
};

struct walk {
	const struct files_spec *spec;
	files_fn *fn;
	void *arg;
	struct buf path;
	size_t name_at; /* where in PATH the name begins */
	uint64_t files_left, folders_left;
	bool is_over; /* a limit of the whole was met */
	struct frame *frames;
	size_t depth, cap;
};

static void complain(struct walk *walk, const char *what, uint64_t limit)
{
	struct buf path = BUF_INIT;

	verify_escape(&path, buf_str(&walk->path), walk->path.len);
	diag_add(walk->spec->findings, DIAG_ERROR, buf_str(&path), 0, 0, "%s (the limit is %llu)",
			what, (unsigned long long)limit);
	buf_release(&path);
}

static void end(struct walk *walk, const char *what)
{
	diag_add(walk->spec->findings, DIAG_ERROR, NULL, 0, 0, "more than %llu %s in all",
			(unsigned long long)walk->spec->max_files, what);
	walk->is_over = true;
}

/* List the folder at PATH, whose id is OID if it is known, and have it on top. */
static int enter(struct walk *walk, const struct oid *oid, struct err *err)
{
	const struct tree_spec spec = {.oid = *oid,
			.path = buf_str(&walk->path),
			.limit = walk->spec->file_bytes,
			.findings = walk->spec->findings};
	struct frame frame = {.path_len = walk->path.len};
	int rc;

	if (walk->depth > walk->spec->max_depth) {
		complain(walk, "more folders in each other than may be", walk->spec->max_depth);
		return 0;
	}
	if (walk->folders_left-- == 0) {
		end(walk, "folders");
		return 0;
	}
	if (vec_reserve(&walk->frames, &walk->cap, walk->depth + 1, sizeof(*walk->frames)) < 0)
		return err_set(err, ENOMEM, "out of memory");
	rc = input_list(walk->spec->input, &spec, &frame.tree, err);
	if (rc < 0)
		return rc;
	walk->frames[walk->depth++] = frame;
	return 0;
}

static int take_file(struct walk *walk, const struct tree_entry *entry, struct err *err)
{
	if (walk->files_left-- == 0) {
		end(walk, "files");
		return 0;
	}
	return walk->fn(walk->arg, walk->path.data, walk->path.data + walk->name_at, entry, err);
}

static int take_entry(struct walk *walk, const struct tree_entry *entry, struct err *err)
{
	if (walk->path.len > 0)
		buf_add_char(&walk->path, '/');
	buf_add(&walk->path, entry->name, entry->name_len);
	if (!buf_ok(&walk->path))
		return err_set(err, ENOMEM, "out of memory");
	if (walk->path.len - walk->name_at > walk->spec->path_bytes) {
		complain(walk, "the path is longer than paths may be", walk->spec->path_bytes);
		return 0;
	}
	return entry->kind == TREE_DIR ? enter(walk, &entry->oid, err)
				       : take_file(walk, entry, err);
}

static int walk_all(struct walk *walk, struct err *err)
{
	int rc = 0;

	while (rc == 0 && walk->depth > 0 && !walk->is_over) {
		struct frame *frame = &walk->frames[walk->depth - 1];

		walk->path.len = frame->path_len;
		if (walk->path.data)
			walk->path.data[walk->path.len] = '\0';
		if (frame->next < frame->tree.count) {
			rc = take_entry(walk, &frame->tree.entries[frame->next++], err);
			continue;
		}
		tree_release(&frame->tree);
		walk->depth--;
	}
	return rc;
}

int files_walk(const struct files_spec *spec, files_fn *fn, void *arg, struct err *err)
{
	struct walk walk = {.spec = spec,
			.fn = fn,
			.arg = arg,
			.files_left = spec->max_files,
			.folders_left = spec->max_files};
	int rc;

	buf_add_str(&walk.path, spec->folder);
	walk.name_at = walk.path.len > 0 ? walk.path.len + 1 : 0;
	rc = buf_ok(&walk.path) ? enter(&walk, &(struct oid){0}, err)
				: err_set(err, ENOMEM, "out of memory");
	if (rc == 0)
		rc = walk_all(&walk, err);
	while (walk.depth > 0)
		tree_release(&walk.frames[--walk.depth].tree);
	free(walk.frames);
	buf_release(&walk.path);
	return rc;
}
