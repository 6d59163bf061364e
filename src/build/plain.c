/*
 * The new tree is walked beside the base, folder by folder, both sorted by name. What has the same
 * id and kind on both sides is taken over by place, a whole folder without being looked into; what
 * is only in the base is gone. So the work is that of the folders that changed.
 *
 * The walk is a stack of frames: trees are as deep as somebody likes. Files are counted as they
 * would be shown, each time a folder is named, not as they are stored: ten tree objects can name
 * 10^10 paths, and the count is what ends that. Whatever is over a limit of the whole ends the
 * walk; what is wrong with one path is noted, and the walk goes on so that all of it is said at
 * once, though nothing is written any more.
 */
#include "src/build/plain.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/base/vec.h"
#include "src/build/contents.h"
#include "src/build/fold.h"
#include "src/build/job.h"
#include "src/build/numbers.h"
#include "src/build/prefetch.h"
#include "src/git/tree.h"
#include "src/git/verify.h"
#include "src/snap/builder.h"
#include "src/snap/index.h"
#include "src/snap/node.h"
#include "src/snap/walk.h"

#define ENTRY_BYTES_MAX (sizeof("100644 ") + VERIFY_NAME_MAX + 20) /* of one in a tree object */

#define WARNINGS_MAX 20 /* or they would leave no room for what is wrong */

#define MODE_FILE	0644u
#define MODE_EXECUTABLE 0755u
#define MODE_DIR	0755u
#define MODE_LINK	0777u

/* One folder on the way from the root to where the walk is. */
struct frame {
	struct tree tree;
	size_t next;   /* entry to look at */
	place *places; /* owned; records of the entries before it */
	uint32_t place_count;
	struct oid oid;
	const char *name; /* in the tree of the frame above */
	size_t name_len;
	uint32_t dir, parent; /* folder numbers */
	size_t path_len;      /* of the folder's own path */
	struct node base;     /* the folder of that name in the base; zero if there is none */
	uint32_t base_next;
};

struct plain {
	const struct plain_spec *spec;
	struct builder *builder;
	struct diag *findings;
	struct contents contents;
	struct buf path; /* of what is being looked at */
	uint64_t files_left, dirs_left;
	uint64_t changed;
	bool is_over;	   /* a limit of the whole was met: no use in going on */
	unsigned warnings; /* given so far */
	struct index_change *changes;
	size_t change_count, change_cap;
	place root;
	size_t depth; /* frames in use */
	struct frame frames[NODE_DEPTH_MAX + 1];
};

static int no_memory(struct err *err)
{
	return err_set(err, ENOMEM, "out of memory");
}

static int base_error(int rc, struct err *err)
{
	return err_sys(err, -rc, "cannot read the generation to build upon");
}

static struct frame *top(struct plain *plain)
{
	return &plain->frames[plain->depth - 1];
}

static bool is_rejected(const struct plain *plain)
{
	return diag_has_errors(plain->findings);
}

static void add_finding(struct plain *plain, enum diag_level level, const char *what)
{
	struct buf path = BUF_INIT;

	verify_escape(&path, buf_str(&plain->path), plain->path.len);
	diag_add(plain->findings, level, buf_str(&path), 0, 0, "%s", what);
	buf_release(&path);
}

static void add_limit(struct plain *plain, const char *what, uint64_t limit)
{
	diag_add(plain->findings, DIAG_ERROR, NULL, 0, 0, "more than %llu %s in all",
			(unsigned long long)limit, what);
	plain->is_over = true;
}

static void count_files(struct plain *plain, uint64_t files)
{
	if (files > plain->files_left)
		add_limit(plain, "files", plain->spec->limits->files);
	else
		plain->files_left -= files;
}

static void count_dirs(struct plain *plain, uint64_t dirs)
{
	if (dirs > plain->dirs_left)
		add_limit(plain, "folders", plain->spec->limits->files);
	else
		plain->dirs_left -= dirs;
}

static void count_bytes(struct plain *plain, uint64_t bytes)
{
	(void)contents_count(&plain->contents, bytes);
}

static int add_change(struct plain *plain, uint32_t dir, place to)
{
	if (vec_reserve(&plain->changes, &plain->change_cap, plain->change_count + 1,
			    sizeof(*plain->changes)) < 0)
		return -ENOMEM;
	plain->changes[plain->change_count++] = (struct index_change){.dir = dir, .to = to};
	return 0;
}

/* walk_fn: a node of the base that is not shown any more. */
static int drop_node(void *arg, const char *path, const struct node *from, const struct node *to)
{
	struct plain *plain = arg;

	(void)path;
	(void)to;
	if (from->kind != NODE_DIR) {
		plain->changed++;
		return WALK_SKIP;
	}
	if (add_change(plain, from->dir, PLACE_NONE) < 0)
		return -ENOMEM;
	if (from->dirs > 0)
		return WALK_ENTER;
	plain->changed += from->files;
	return WALK_SKIP;
}

static int drop(struct plain *plain, const struct node *node)
{
	return walk_trees(plain->spec->set, node->at, PLACE_NONE, drop_node, plain);
}

/*
 * The node of ENTRY's name in the base: 1, 0 if there is none, -EIO. What the base has before that
 * name is gone.
 */
static int find_in_base(struct plain *plain, const struct tree_entry *entry, struct node *out)
{
	struct frame *frame = top(plain);

	while (frame->base_next < frame->base.count) {
		struct node name = {.name = entry ? entry->name : "",
				.name_len = entry ? (uint16_t)entry->name_len : 0};
		int rc = node_entry(plain->spec->set, &frame->base, frame->base_next, out);
		int order;

		if (rc < 0)
			return rc;
		order = entry ? node_compare_names(out, &name) : -1;
		if (order > 0)
			return 0;
		frame->base_next++;
		if (order == 0)
			return 1;
		rc = drop(plain, out);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static bool is_taken_name(const char *name)
{
	return strcmp(name, ".status") == 0 || strcmp(name, ".drift") == 0 ||
			strcmp(name, ".refmount") == 0;
}

static void warn_twin(void *arg, const struct tree_entry *entry, const struct tree_entry *twin)
{
	struct plain *plain = arg;
	struct buf what = BUF_INIT;
	size_t len = plain->path.len;

	if (plain->warnings++ >= WARNINGS_MAX)
		return;
	if (len > 0)
		buf_add_char(&plain->path, '/');
	buf_add(&plain->path, entry->name, entry->name_len);
	buf_printf(&what, "differs from '%s' only in case: some systems take them for one file",
			twin->name);
	add_finding(plain, DIAG_WARNING, buf_str(&what));
	buf_release(&what);
	plain->path.len = len;
}

/* No listing is larger than all entries that may be shown. */
static uint64_t tree_limit(const struct plain *plain)
{
	uint64_t entries = plain->files_left + plain->dirs_left;

	return entries < UINT32_MAX ? (entries + 1) * ENTRY_BYTES_MAX : UINT64_MAX;
}

/* Read the folder whose frame is on top; its path is what the path is by now. */
static int read_folder(struct plain *plain, struct err *err)
{
	struct frame *frame = top(plain);
	struct tree_spec spec = {.oid = frame->oid,
			.path = buf_str(&plain->path),
			.limit = tree_limit(plain),
			.findings = plain->findings};
	int rc;

	rc = tree_read(plain->spec->repo, &spec, &frame->tree, err);
	if (rc < 0)
		return rc;
	frame->places = calloc(frame->tree.count + 1, sizeof(*frame->places));
	if (!frame->places || fold_twins(&frame->tree, warn_twin, plain) < 0)
		return no_memory(err);
	return 0;
}

/* Go into a folder. BASE is the folder it was, or NULL. */
static int begin_folder(struct plain *plain, const struct tree_entry *entry,
		const struct node *base, struct err *err)
{
	struct frame *frame = &plain->frames[plain->depth];
	int rc;

	*frame = (struct frame){.oid = entry->oid,
			.name = entry->name,
			.name_len = entry->name_len,
			.parent = plain->depth > 0 ? top(plain)->dir : 0,
			.path_len = plain->path.len};
	if (base) {
		frame->base = *base;
		frame->dir = base->dir;
	} else if (plain->depth == 0) {
		frame->dir = DIR_ROOT;
	} else {
		rc = numbers_of(plain->spec->numbers, buf_str(&plain->path), &frame->dir);
		if (rc == -ENOSPC)
			return err_set(err, ENOSPC,
					"folder numbers are used up: remove the state folder");
		if (rc < 0)
			return no_memory(err);
	}
	plain->depth++;
	return read_folder(plain, err);
}

static struct node_spec spec_of(const struct plain *plain, const struct tree_entry *entry,
		uint32_t mode, uint32_t parent)
{
	return (struct node_spec){.name = entry->name,
			.name_len = entry->name_len,
			.mode = mode,
			.uid = plain->spec->uid,
			.gid = plain->spec->gid,
			.parent = parent,
			.oid = entry->oid};
}

static void add_place(struct plain *plain, place at)
{
	struct frame *frame = top(plain);

	frame->places[frame->place_count++] = at;
}

/* Every entry of the folder on top has its record: write the folder's own. */
static int end_folder(struct plain *plain, struct err *err)
{
	struct frame *frame = top(plain);
	struct tree_entry entry = {.name = frame->name, .name_len = frame->name_len};
	struct node_spec spec;
	struct node gone;
	place at = PLACE_NONE;
	int rc;

	rc = find_in_base(plain, NULL, &gone);
	if (rc < 0)
		return base_error(rc, err);
	if (!is_rejected(plain)) {
		entry.oid = frame->oid;
		spec = spec_of(plain, &entry, MODE_DIR, frame->parent);
		at = builder_dir(plain->builder, &spec, frame->dir, frame->places,
				frame->place_count);
		if (add_change(plain, frame->dir, at) < 0)
			return no_memory(err);
	}
	free(frame->places);
	tree_release(&frame->tree);
	plain->depth--;
	if (plain->depth == 0)
		plain->root = at;
	else
		add_place(plain, at);
	return 0;
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
	struct node_spec spec = spec_of(plain, entry, mode_of(entry->kind), top(plain)->dir);
	struct contents_item item;
	int rc = 0;

	plain->changed++;
	if (has_content(base, entry)) {
		item = (struct contents_item){base->data, base->size};
		if (base->kind == NODE_FILE)
			count_bytes(plain, base->size);
	} else if (entry->kind == TREE_LINK) {
		rc = contents_link(
				&plain->contents, &entry->oid, buf_str(&plain->path), &item, err);
	} else {
		rc = contents_file(
				&plain->contents, &entry->oid, buf_str(&plain->path), &item, err);
	}
	if (rc == 0 && !is_rejected(plain))
		add_place(plain,
				builder_file(plain->builder, kind_of(entry->kind), &spec, item.data,
						item.size, NULL));
	return rc;
}

/* Take what the base has at this very path over as it is. */
static void take(struct plain *plain, const struct node *base)
{
	if (base->kind == NODE_DIR) {
		count_files(plain, base->files);
		count_dirs(plain, base->dirs + 1);
		count_bytes(plain, base->size);
	} else {
		count_files(plain, 1);
		if (base->kind == NODE_FILE)
			count_bytes(plain, base->size);
	}
	add_place(plain, base->at);
}

static uint64_t depth_limit(const struct plain *plain)
{
	uint64_t limit = plain->spec->limits->depth;

	return limit < NODE_DEPTH_MAX ? limit : NODE_DEPTH_MAX;
}

static int show_folder(struct plain *plain, const struct tree_entry *entry, const struct node *base,
		struct err *err)
{
	struct buf what = BUF_INIT;

	if (plain->depth > depth_limit(plain)) {
		buf_printf(&what, "the folder lies more than %llu folders deep",
				(unsigned long long)depth_limit(plain));
		add_finding(plain, DIAG_ERROR, buf_str(&what));
		buf_release(&what);
		return 0;
	}
	count_dirs(plain, 1);
	if (plain->is_over)
		return 0;
	return begin_folder(plain, entry, base, err);
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

	rc = find_in_base(plain, entry, &found);
	if (rc < 0)
		return base_error(rc, err);
	if (rc > 0)
		base = &found;
	if (is_unchanged(base, entry)) {
		take(plain, base);
		return 0;
	}
	if (base && (base->kind == NODE_DIR) != (entry->kind == TREE_DIR)) {
		rc = drop(plain, base);
		if (rc < 0)
			return base_error(rc, err);
		base = NULL;
	}
	if (entry->kind == TREE_DIR)
		return show_folder(plain, entry, base, err);
	count_files(plain, 1);
	if (plain->is_over)
		return 0;
	return add_leaf(plain, entry, base, err);
}

static int next_entry(struct plain *plain, struct err *err)
{
	struct frame *frame = top(plain);
	const struct tree_entry *entry = &frame->tree.entries[frame->next++];
	struct buf what = BUF_INIT;

	plain->path.len = frame->path_len;
	if (plain->path.len > 0)
		buf_add_char(&plain->path, '/');
	buf_add(&plain->path, entry->name, entry->name_len);
	if (!buf_ok(&plain->path))
		return no_memory(err);

	if (plain->depth == 1 && is_taken_name(entry->name)) {
		add_finding(plain, DIAG_ERROR, "the mount itself shows something of that name");
		return 0;
	}
	if (plain->path.len > plain->spec->limits->path_bytes) {
		buf_printf(&what, "the path is longer than %llu bytes",
				(unsigned long long)plain->spec->limits->path_bytes);
		add_finding(plain, DIAG_ERROR, buf_str(&what));
		buf_release(&what);
		return 0;
	}
	return show_entry(plain, entry, err);
}

/* Findings that are only counted help nobody; and hostile entries must not cost what files may. */
static bool is_hopeless(const struct plain *plain)
{
	return plain->is_over || plain->contents.is_over || plain->findings->errors > DIAG_MAX;
}

static int walk_all(struct plain *plain, struct err *err)
{
	int rc = 0;

	while (rc == 0 && plain->depth > 0 && !is_hopeless(plain)) {
		struct frame *frame = top(plain);

		rc = frame->next < frame->tree.count ? next_entry(plain, err)
						     : end_folder(plain, err);
		if (rc == 0 && builder_error(plain->builder) < 0)
			rc = builder_seal(plain->builder, err); /* says what was wrong first */
	}
	return rc;
}

static int compare_changes(const void *left, const void *right)
{
	const struct index_change *a = left, *b = right;

	return (a->dir > b->dir) - (a->dir < b->dir);
}

static int write_index(struct plain *plain, place *index, struct err *err)
{
	int rc;

	if (plain->change_count > 0)
		qsort(plain->changes, plain->change_count, sizeof(*plain->changes),
				compare_changes);
	rc = index_update(plain->builder, plain->spec->base_index, plain->changes,
			(uint32_t)plain->change_count, index);
	if (rc < 0 && builder_error(plain->builder) < 0)
		return builder_seal(plain->builder, err);
	return rc < 0 ? err_sys(err, -rc, "cannot write the index of folders") : 0;
}

static int start(struct plain *plain, struct err *err)
{
	struct tree_entry root = {.kind = TREE_DIR, .oid = plain->spec->tree, .name = ""};
	struct node base;
	int rc;

	if (plain->spec->base_root == PLACE_NONE)
		return begin_folder(plain, &root, NULL, err);
	rc = node_read(plain->spec->set, plain->spec->base_root, &base);
	if (rc == 0 && base.kind != NODE_DIR)
		rc = -EIO;
	if (rc < 0)
		return base_error(rc, err);
	if (oid_equal(base.oid, &root.oid)) {
		plain->root = base.at;
		return 0;
	}
	return begin_folder(plain, &root, &base, err);
}

static void finish(struct plain *plain)
{
	while (plain->depth > 0) {
		struct frame *frame = top(plain);

		free(frame->places);
		tree_release(&frame->tree);
		plain->depth--;
	}
	prefetch_free(plain->contents.prefetch);
	contents_release(&plain->contents);
	buf_release(&plain->path);
	free(plain->changes);
	free(plain);
}

/* The forecast needs an end, not an exact one: as many files, and as many folders again. */
static struct prefetch *read_ahead(const struct plain_spec *spec)
{
	uint64_t files = spec->limits->files;
	struct prefetch_spec ahead = {
			.ahead = {.repo = spec->repo,
					.tree = spec->tree,
					.set = spec->set,
					.base_root = spec->base_root,
					.max_entries = files < UINT32_MAX ? 2 * files : files},
			.blob_bytes = spec->limits->file_bytes,
			.readers = spec->readers};

	return prefetch_new(&ahead);
}

int plain_build(const struct plain_spec *spec, struct builder *builder, struct diag *findings,
		struct plain_result *out, struct err *err)
{
	struct plain *plain = calloc(1, sizeof(*plain));
	place index = PLACE_NONE;
	int rc;

	if (!plain)
		return no_memory(err);
	plain->spec = spec;
	plain->builder = builder;
	plain->findings = findings;
	plain->files_left = plain->dirs_left = spec->limits->files;
	plain->contents = (struct contents){.repo = spec->repo,
			.prefetch = read_ahead(spec),
			.builder = builder,
			.findings = findings,
			.file_bytes = spec->limits->file_bytes,
			.total_bytes = spec->limits->total_bytes,
			.left = spec->limits->total_bytes};

	rc = start(plain, err);
	if (rc == 0)
		rc = walk_all(plain, err);
	if (rc == 0 && !is_rejected(plain))
		rc = write_index(plain, &index, err);
	if (rc == 0 && !is_rejected(plain))
		*out = (struct plain_result){.root = plain->root,
				.index = index,
				.next_dir = spec->numbers->next,
				.changed = plain->changed};
	finish(plain);
	return rc;
}
