/*
 * The new tree is walked beside the base, folder by folder, both sorted by name. What is the same
 * on both sides is taken over by place; what is only in the base is gone. So what is written is
 * what changed, and the folders above it.
 *
 * The walk is a stack of folders: trees are as deep as somebody likes. Files are counted as they
 * would be shown, each time a folder is named, not as they are stored: ten tree objects can name
 * 10^10 paths, and the count is what ends that.
 */
#include "src/build/writer.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/err.h"
#include "src/base/vec.h"
#include "src/build/fold.h"
#include "src/build/job.h"
#include "src/build/numbers.h"
#include "src/build/prefetch.h"
#include "src/git/objectid.h"
#include "src/git/tree.h"
#include "src/git/verify.h"
#include "src/snap/index.h"
#include "src/snap/walk.h"

#define WARNINGS_MAX 20 /* or they would leave no room for what is wrong */

#define MODE_DIR 0755u

static int no_memory(struct err *err)
{
	return err_set(err, ENOMEM, "out of memory");
}

static int base_error(int rc, struct err *err)
{
	return err_sys(err, -rc, "cannot read the generation to build upon");
}

static struct writer_folder *top(struct writer *writer)
{
	return &writer->folders[writer->depth - 1];
}

bool writer_is_rejected(const struct writer *writer)
{
	return diag_has_errors(writer->spec.findings);
}

bool writer_is_hopeless(const struct writer *writer)
{
	return writer->is_over || writer->contents.is_over ||
			writer->spec.findings->errors > DIAG_MAX;
}

struct writer *writer_new(const struct writer_spec *spec)
{
	struct writer *writer = calloc(1, sizeof(*writer));

	if (!writer)
		return NULL;
	writer->spec = *spec;
	writer->files_left = writer->dirs_left = spec->limits->files;
	writer->contents = (struct contents){.repo = spec->repo,
			.builder = spec->builder,
			.findings = spec->findings,
			.file_bytes = spec->limits->file_bytes,
			.total_bytes = spec->limits->total_bytes,
			.left = spec->limits->total_bytes};
	return writer;
}

void writer_free(struct writer *writer)
{
	if (!writer)
		return;
	while (writer->depth > 0)
		free(writer->folders[--writer->depth].places);
	prefetch_free(writer->contents.prefetch);
	contents_release(&writer->contents);
	buf_release(&writer->path);
	free(writer->changes);
	free(writer);
}

/* --- what is wrong --- */

void writer_complain(struct writer *writer, enum diag_level level, const char *fmt, ...)
{
	struct buf path = BUF_INIT, what = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&what, fmt, ap);
	va_end(ap);
	verify_escape(&path, buf_str(&writer->path), writer->path.len);
	diag_add(writer->spec.findings, level, buf_str(&path), 0, 0, "%s", buf_str(&what));
	buf_release(&what);
	buf_release(&path);
}

static void add_limit(struct writer *writer, const char *what)
{
	diag_add(writer->spec.findings, DIAG_ERROR, NULL, 0, 0, "more than %llu %s in all",
			(unsigned long long)writer->spec.limits->files, what);
	writer->is_over = true;
}

static bool count_files(struct writer *writer, uint64_t files)
{
	if (files > writer->files_left)
		add_limit(writer, "files");
	else
		writer->files_left -= files;
	return !writer->is_over;
}

static bool count_dirs(struct writer *writer, uint64_t dirs)
{
	if (dirs > writer->dirs_left)
		add_limit(writer, "folders");
	else
		writer->dirs_left -= dirs;
	return !writer->is_over;
}

bool writer_count(struct writer *writer)
{
	return count_files(writer, 1);
}

static void add_name(struct writer *writer, const char *name, size_t len)
{
	if (writer->path.len > 0)
		buf_add_char(&writer->path, '/');
	buf_add(&writer->path, name, len);
}

static void warn_twin(void *arg, const struct tree_entry *entry, const struct tree_entry *twin)
{
	struct writer *writer = arg;
	size_t len = writer->path.len;

	if (writer->warnings++ >= WARNINGS_MAX)
		return;
	add_name(writer, entry->name, entry->name_len);
	writer_complain(writer, DIAG_WARNING,
			"differs from '%s' only in case: some systems take them for one file",
			twin->name);
	writer->path.len = len;
}

int writer_twins(struct writer *writer, const struct tree *tree, struct err *err)
{
	writer->path.len = top(writer)->path_len;
	return fold_twins(tree, warn_twin, writer) < 0 ? no_memory(err) : 0;
}

static bool is_taken_name(const char *name, size_t len)
{
	static const char *const taken[] = {".status", ".drift", ".refmount"};

	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		if (strlen(taken[i]) == len && memcmp(taken[i], name, len) == 0)
			return true;
	}
	return false;
}

int writer_name(struct writer *writer, const char *name, size_t len, struct err *err)
{
	uint64_t limit = writer->spec.limits->path_bytes;

	writer->path.len = top(writer)->path_len;
	add_name(writer, name, len);
	if (!buf_ok(&writer->path))
		return no_memory(err);
	if (writer->depth == 1 && is_taken_name(name, len)) {
		writer_complain(writer, DIAG_ERROR,
				"the mount itself shows something of that name");
		return 0;
	}
	if (writer->path.len > limit) {
		writer_complain(writer, DIAG_ERROR, "the path is longer than %llu bytes",
				(unsigned long long)limit);
		return 0;
	}
	return 1;
}

/* --- the base --- */

static int add_change(struct writer *writer, uint32_t dir, place to)
{
	if (vec_reserve(&writer->changes, &writer->change_cap, writer->change_count + 1,
			    sizeof(*writer->changes)) < 0)
		return -ENOMEM;
	writer->changes[writer->change_count++] = (struct index_change){.dir = dir, .to = to};
	return 0;
}

/* walk_fn: a node of the base that is not shown any more. */
static int drop_node(void *arg, const char *path, const struct node *from, const struct node *to)
{
	struct writer *writer = arg;

	(void)path;
	(void)to;
	if (from->kind != NODE_DIR) {
		writer->changed++;
		return WALK_SKIP;
	}
	if (add_change(writer, from->dir, PLACE_NONE) < 0)
		return -ENOMEM;
	if (from->dirs > 0)
		return WALK_ENTER;
	writer->changed += from->files;
	return WALK_SKIP;
}

int writer_drop(struct writer *writer, const struct node *base, struct err *err)
{
	int rc = walk_trees(writer->spec.set, base->at, PLACE_NONE, drop_node, writer);

	return rc < 0 ? base_error(rc, err) : 0;
}

int writer_base(struct writer *writer, struct node *out, struct err *err)
{
	int rc;

	if (writer->spec.base_root == PLACE_NONE)
		return 0;
	rc = node_read(writer->spec.set, writer->spec.base_root, out);
	if (rc == 0 && out->kind != NODE_DIR)
		rc = -EIO;
	return rc < 0 ? base_error(rc, err) : 1;
}

int writer_find(struct writer *writer, const char *name, size_t len, struct node *out,
		struct err *err)
{
	const struct node wanted = {.name = name, .name_len = (uint16_t)len};
	struct writer_folder *folder = top(writer);

	while (folder->base_next < folder->base.count) {
		int rc = node_entry(writer->spec.set, &folder->base, folder->base_next, out);
		int order;

		if (rc < 0)
			return base_error(rc, err);
		order = name ? node_compare_names(out, &wanted) : -1;
		if (order > 0)
			return 0;
		folder->base_next++;
		if (order == 0)
			return 1;
		rc = writer_drop(writer, out, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* --- what is shown --- */

static void add_place(struct writer *writer, place at)
{
	struct writer_folder *folder = top(writer);

	if (vec_reserve(&folder->places, &folder->cap, folder->count + 1, sizeof(*folder->places)) <
			0)
		writer->has_no_memory = true;
	else
		folder->places[folder->count++] = at;
}

void writer_take(struct writer *writer, const struct node *base)
{
	if (base->kind == NODE_DIR) {
		(void)count_files(writer, base->files);
		(void)count_dirs(writer, base->dirs + 1);
		(void)contents_count(&writer->contents, base->size);
	} else {
		(void)count_files(writer, 1);
		if (base->kind == NODE_FILE)
			(void)contents_count(&writer->contents, base->size);
	}
	if (writer->depth > 0) {
		add_place(writer, base->at);
		return;
	}
	writer->root = base->at;
	writer->tree = *base->oid;
}

void writer_add(struct writer *writer, enum node_kind kind, const struct node_spec *spec,
		const struct contents_item *item, const char *source)
{
	writer->changed++;
	if (!writer_is_rejected(writer))
		add_place(writer,
				builder_file(writer->spec.builder, kind, spec, item->data,
						item->size, source));
}

uint32_t writer_dir(const struct writer *writer)
{
	return writer->folders[writer->depth - 1].dir;
}

static uint64_t depth_limit(const struct writer *writer)
{
	uint64_t limit = writer->spec.limits->depth;

	return limit < NODE_DEPTH_MAX ? limit : NODE_DEPTH_MAX;
}

/* The number of the folder on top, which is new. */
static int number(struct writer *writer, struct err *err)
{
	int rc = numbers_of(writer->spec.numbers, buf_str(&writer->path), &top(writer)->dir);

	if (rc == -ENOSPC)
		return err_set(err, ENOSPC, "folder numbers are used up: remove the state folder");
	return rc < 0 ? no_memory(err) : 0;
}

int writer_enter(struct writer *writer, const char *name, size_t len, const struct node *base,
		struct err *err)
{
	struct writer_folder *folder = &writer->folders[writer->depth];
	int rc = 0;

	if (writer->depth > depth_limit(writer)) {
		writer_complain(writer, DIAG_ERROR, "the folder lies more than %llu folders deep",
				(unsigned long long)depth_limit(writer));
		return 0;
	}
	if (writer->depth > 0 && !count_dirs(writer, 1))
		return 0;
	*folder = (struct writer_folder){.name = name,
			.name_len = len,
			.parent = writer->depth > 0 ? top(writer)->dir : 0,
			.path_len = writer->path.len,
			.dir = DIR_ROOT};
	writer->depth++;
	if (base) {
		folder->base = *base;
		folder->dir = base->dir;
	} else if (writer->depth > 1) {
		rc = number(writer, err);
	}
	return rc < 0 ? rc : 1;
}

static enum tree_kind kind_of(const struct node *node)
{
	if (node->kind == NODE_DIR)
		return TREE_DIR;
	if (node->kind == NODE_LINK)
		return TREE_LINK;
	return node->mode & 0100 ? TREE_EXECUTABLE : TREE_FILE;
}

/* The entries of the folder on top as Git would have them, names and all. */
static int read_back(struct writer *writer, struct tree *out, struct err *err)
{
	const struct writer_folder *folder = top(writer);
	struct buf names = BUF_INIT;
	size_t at = 0;

	out->entries = calloc(folder->count + 1, sizeof(*out->entries));
	for (size_t i = 0; out->entries && i < folder->count; i++) {
		struct tree_entry *entry = &out->entries[out->count];
		struct node node;

		if (builder_node(writer->spec.builder, folder->places[i], &node) < 0)
			break;
		*entry = (struct tree_entry){.kind = kind_of(&node),
				.oid = *node.oid,
				.name_len = node.name_len};
		buf_add(&names, node.name, node.name_len);
		buf_add_char(&names, '\0');
		out->count++;
	}
	out->names = buf_steal(&names);
	if (!out->entries || !out->names)
		return no_memory(err);
	for (size_t i = 0; i < out->count; i++) {
		out->entries[i].name = out->names + at;
		at += out->entries[i].name_len + 1;
	}
	return 0;
}

/* The id that the entries of the folder on top give it; and twins among them are noticed. */
static int find_id(struct writer *writer, struct oid *out, struct err *err)
{
	struct tree tree = TREE_INIT;
	int rc;

	rc = read_back(writer, &tree, err);
	if (rc == 0)
		rc = writer_twins(writer, &tree, err);
	if (rc == 0 && objectid_tree(tree.entries, tree.count, out) < 0)
		rc = no_memory(err);
	tree_release(&tree);
	return rc;
}

/* Is the folder on top, record for record, what it was? */
static bool is_same(const struct writer *writer, const struct writer_folder *folder)
{
	const struct node *base = &folder->base;

	return base->kind == NODE_DIR && base->count == folder->count &&
			base->uid == writer->spec.uid && base->gid == writer->spec.gid &&
			(folder->count == 0 ||
					memcmp(base->entries, folder->places,
							folder->count * sizeof(place)) == 0);
}

/* The record of the folder on top, whose id is OID. */
static int write_folder(struct writer *writer, const struct oid *oid, place *at, struct err *err)
{
	const struct writer_folder *folder = top(writer);
	const struct node_spec spec = {.name = folder->name,
			.name_len = folder->name_len,
			.mode = MODE_DIR,
			.uid = writer->spec.uid,
			.gid = writer->spec.gid,
			.parent = folder->parent,
			.oid = *oid};

	*at = builder_dir(writer->spec.builder, &spec, folder->dir, folder->places,
			(uint32_t)folder->count);
	return add_change(writer, folder->dir, *at) < 0 ? no_memory(err) : 0;
}

/* Every entry of the folder on top has its record: *AT is its own, and *OID its id. */
static int end_folder(
		struct writer *writer, struct oid *oid, bool has_id, place *at, struct err *err)
{
	const struct writer_folder *folder = top(writer);
	int rc = 0;

	if (is_same(writer, folder)) {
		*at = folder->base.at;
		*oid = *folder->base.oid;
		return 0;
	}
	if (!has_id)
		rc = find_id(writer, oid, err);
	return rc < 0 ? rc : write_folder(writer, oid, at, err);
}

int writer_leave(struct writer *writer, const struct oid *oid, struct err *err)
{
	struct oid id = oid ? *oid : (struct oid){0};
	struct node gone;
	place at = PLACE_NONE;
	int rc;

	rc = writer_find(writer, NULL, 0, &gone, err);
	if (rc < 0)
		return rc;
	if (writer->has_no_memory)
		return no_memory(err);
	if (!writer_is_rejected(writer)) {
		rc = end_folder(writer, &id, oid != NULL, &at, err);
		if (rc < 0)
			return rc;
	}
	free(top(writer)->places);
	writer->depth--;
	if (writer->depth > 0) {
		add_place(writer, at);
		return 0;
	}
	writer->root = at;
	writer->tree = id;
	return 0;
}

/* --- the end --- */

static int compare_changes(const void *left, const void *right)
{
	const struct index_change *a = left, *b = right;

	return (a->dir > b->dir) - (a->dir < b->dir);
}

static int write_index(struct writer *writer, place *index, struct err *err)
{
	struct builder *builder = writer->spec.builder;
	int rc;

	if (writer->change_count > 0)
		qsort(writer->changes, writer->change_count, sizeof(*writer->changes),
				compare_changes);
	rc = index_update(builder, writer->spec.base_index, writer->changes,
			(uint32_t)writer->change_count, index);
	if (rc < 0 && builder_error(builder) < 0)
		return builder_seal(builder, err);
	return rc < 0 ? err_sys(err, -rc, "cannot write the index of folders") : 0;
}

int writer_finish(struct writer *writer, struct writer_result *out, struct err *err)
{
	place index = PLACE_NONE;
	int rc;

	if (writer_is_rejected(writer))
		return 0;
	rc = write_index(writer, &index, err);
	if (rc < 0)
		return rc;
	*out = (struct writer_result){.root = writer->root,
			.index = index,
			.tree = writer->tree,
			.next_dir = writer->spec.numbers->next,
			.changed = writer->changed};
	return 0;
}
