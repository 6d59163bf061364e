/*
 * The Git tree, walked in the order of names, for writer.h to put beside the base. What has the same
 * id and kind on both sides is taken over by place, a whole folder without being looked into. So
 * the work is that of the folders that changed.
 */
#include "src/build/plain.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "src/base/err.h"
#include "src/build/job.h"
#include "src/build/prefetch.h"
#include "src/build/writer.h"
#include "src/git/tree.h"
#include "src/git/verify.h"

#define ENTRY_BYTES_MAX (sizeof("100644 ") + VERIFY_NAME_MAX + 20) /* of one in a tree object */

#define MODE_FILE	0644u
#define MODE_EXECUTABLE 0755u
#define MODE_DIR	0755u
#define MODE_LINK	0777u

/* A folder's listing on the way from the root to where the walk is; as deep as the writer is. */
struct frame {
	struct tree tree;
	size_t next; /* entry to look at */
	struct oid oid;
};

struct plain {
	struct writer *writer;
	struct frame frames[NODE_DEPTH_MAX + 1];
};

static struct frame *top(struct plain *plain)
{
	return &plain->frames[plain->writer->depth - 1];
}

/* No listing is larger than all entries that may be shown. */
static uint64_t tree_limit(const struct writer *writer)
{
	uint64_t entries = writer->files_left + writer->dirs_left;

	return entries < UINT32_MAX ? (entries + 1) * ENTRY_BYTES_MAX : UINT64_MAX;
}

/* Read the folder whose frame is on top; its path is what the writer's path is by now. */
static int read_folder(struct plain *plain, struct err *err)
{
	struct writer *writer = plain->writer;
	struct frame *frame = top(plain);
	const struct tree_spec spec = {.oid = frame->oid,
			.path = buf_str(&writer->path),
			.limit = tree_limit(writer),
			.findings = writer->spec.findings};
	int rc;

	rc = tree_read(writer->spec.repo, &spec, &frame->tree, err);
	return rc < 0 ? rc : writer_twins(writer, &frame->tree, err);
}

/* Go into a folder. BASE is the folder it was, or NULL. */
static int begin_folder(struct plain *plain, const struct tree_entry *entry,
		const struct node *base, struct err *err)
{
	struct writer *writer = plain->writer;
	int rc;

	rc = writer_enter(writer, entry->name, entry->name_len, base, err);
	if (rc <= 0)
		return rc;
	*top(plain) = (struct frame){.oid = entry->oid};
	return read_folder(plain, err);
}

static int end_folder(struct plain *plain, struct err *err)
{
	struct frame *frame = top(plain);
	int rc;

	rc = writer_leave(plain->writer, &frame->oid, err);
	if (rc == 0)
		tree_release(&frame->tree);
	return rc;
}

static uint32_t mode_of(enum tree_kind kind)
{
	switch (kind) {
	case TREE_DIR:
		return MODE_DIR;
	case TREE_LINK:
		return MODE_LINK;
	case TREE_EXECUTABLE:
		return MODE_EXECUTABLE;
	default:
		return MODE_FILE;
	}
}

static enum node_kind kind_of(enum tree_kind kind)
{
	if (kind == TREE_DIR)
		return NODE_DIR;
	return kind == TREE_LINK ? NODE_LINK : NODE_FILE;
}

static bool has_content(const struct node *base, const struct tree_entry *entry)
{
	return base && base->kind == kind_of(entry->kind) && oid_equal(base->oid, &entry->oid);
}

/* A file or link that the base does not have like this. */
static int add_leaf(struct plain *plain, const struct tree_entry *entry, const struct node *base,
		struct err *err)
{
	struct writer *writer = plain->writer;
	const struct node_spec spec = {.name = entry->name,
			.name_len = entry->name_len,
			.mode = mode_of(entry->kind),
			.uid = writer->spec.uid,
			.gid = writer->spec.gid,
			.parent = writer_dir(writer),
			.oid = entry->oid};
	const char *path = buf_str(&writer->path);
	struct contents_item item;
	int rc = 0;

	if (has_content(base, entry)) {
		item = (struct contents_item){base->data, base->size};
		if (base->kind == NODE_FILE)
			(void)contents_count(&writer->contents, base->size);
	} else if (entry->kind == TREE_LINK) {
		rc = contents_link(&writer->contents, &entry->oid, path, &item, err);
	} else {
		rc = contents_file(&writer->contents, &entry->oid, path, &item, err);
	}
	if (rc == 0)
		writer_add(writer, kind_of(entry->kind), &spec, &item, NULL);
	return rc;
}

static bool is_unchanged(const struct node *base, const struct tree_entry *entry)
{
	return has_content(base, entry) && base->mode == mode_of(entry->kind);
}

/* The entry is fine as such, and the path is its own. */
static int show_entry(struct plain *plain, const struct tree_entry *entry, struct err *err)
{
	struct node found, *base = NULL;
	int rc;

	rc = writer_find(plain->writer, entry->name, entry->name_len, &found, err);
	if (rc < 0)
		return rc;
	if (rc > 0)
		base = &found;
	if (is_unchanged(base, entry)) {
		writer_take(plain->writer, base);
		return 0;
	}
	if (base && (base->kind == NODE_DIR) != (entry->kind == TREE_DIR)) {
		rc = writer_drop(plain->writer, base, err);
		if (rc < 0)
			return rc;
		base = NULL;
	}
	if (entry->kind == TREE_DIR)
		return begin_folder(plain, entry, base, err);
	return writer_count(plain->writer) ? add_leaf(plain, entry, base, err) : 0;
}

static int next_entry(struct plain *plain, struct err *err)
{
	struct frame *frame = top(plain);
	const struct tree_entry *entry = &frame->tree.entries[frame->next++];
	int rc;

	rc = writer_name(plain->writer, entry->name, entry->name_len, err);
	return rc <= 0 ? rc : show_entry(plain, entry, err);
}

static int walk_all(struct plain *plain, struct err *err)
{
	struct writer *writer = plain->writer;
	int rc = 0;

	while (rc >= 0 && writer->depth > 0 && !writer_is_hopeless(writer)) {
		struct frame *frame = top(plain);

		rc = frame->next < frame->tree.count ? next_entry(plain, err)
						     : end_folder(plain, err);
		if (rc >= 0 && builder_error(writer->spec.builder) < 0)
			rc = builder_seal(writer->spec.builder, err); /* says what was wrong */
	}
	return rc;
}

static int start(struct plain *plain, const struct oid *tree, struct err *err)
{
	const struct tree_entry root = {.kind = TREE_DIR, .oid = *tree, .name = ""};
	struct node base;
	int rc;

	rc = writer_base(plain->writer, &base, err);
	if (rc < 0)
		return rc;
	if (rc == 0)
		return begin_folder(plain, &root, NULL, err);
	if (!oid_equal(base.oid, tree))
		return begin_folder(plain, &root, &base, err);
	writer_take(plain->writer, &base);
	return 0;
}

static void finish(struct plain *plain)
{
	struct writer *writer = plain->writer;

	for (size_t i = 0; writer && i < writer->depth; i++)
		tree_release(&plain->frames[i].tree);
	writer_free(writer);
	free(plain);
}

/* The forecast needs an end, not an exact one: as many files, and as many folders again. */
static struct prefetch *read_ahead(
		const struct writer_spec *spec, const struct oid *tree, unsigned readers)
{
	uint64_t files = spec->limits->files;
	const struct prefetch_spec ahead = {
			.ahead = {.repo = spec->repo,
					.tree = *tree,
					.set = spec->set,
					.base_root = spec->base_root,
					.max_entries = files < UINT32_MAX ? 2 * files : files},
			.blob_bytes = spec->limits->file_bytes,
			.readers = readers};

	return prefetch_new(&ahead);
}

int plain_build(const struct writer_spec *spec, const struct oid *tree, unsigned readers,
		struct writer_result *out, struct err *err)
{
	struct plain *plain = calloc(1, sizeof(*plain));
	int rc = -ENOMEM;

	if (plain)
		plain->writer = writer_new(spec);
	if (!plain || !plain->writer) {
		rc = err_set(err, ENOMEM, "out of memory");
		goto out;
	}
	plain->writer->contents.prefetch = read_ahead(spec, tree, readers);
	rc = start(plain, tree, err);
	if (rc >= 0)
		rc = walk_all(plain, err);
	if (rc >= 0)
		rc = writer_finish(plain->writer, out, err);
out:
	if (plain)
		finish(plain);
	return rc;
}
