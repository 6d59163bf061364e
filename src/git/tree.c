#include "src/git/tree.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/base/vec.h"
#include "src/git/library.h"
#include "src/git/object.h"
#include "src/git/verify.h"

#define RAW_OID_SIZE  20
#define MODE_DIR      0040000
#define FIND_SIZE_MAX (64u << 20) /* bytes of a tree object on the way to a folder */

/* One entry as it stands in the object: "MODE NAME\0" and the 20 bytes of an id. */
struct raw {
	const char *mode;
	size_t mode_len;
	const char *name;
	size_t name_len;
	struct oid oid;
};

struct cursor {
	const char *at;
	size_t left;
};

/* 1 and *OUT, 0 at the end, -EBADMSG if what is left is no entry. */
static int next_raw(struct cursor *cursor, struct raw *out)
{
	const char *space, *nul, *end;

	if (cursor->left == 0)
		return 0;
	end = cursor->at + cursor->left;
	space = memchr(cursor->at, ' ', cursor->left);
	if (!space)
		return -EBADMSG;
	nul = memchr(space + 1, '\0', (size_t)(end - space - 1));
	if (!nul || end - nul - 1 < RAW_OID_SIZE)
		return -EBADMSG;

	*out = (struct raw){.mode = cursor->at,
			.mode_len = (size_t)(space - cursor->at),
			.name = space + 1,
			.name_len = (size_t)(nul - space - 1)};
	memcpy(out->oid.bytes, nul + 1, RAW_OID_SIZE);
	cursor->at = nul + 1 + RAW_OID_SIZE;
	cursor->left = (size_t)(end - cursor->at);
	return 1;
}

/*
 * Modes as Git writes them: six octal digits, but five for a folder. Other spellings of the same
 * number (040000, 0100644) give the same tree another id, so they are no modes at all. 0: not one.
 */
static uint32_t raw_mode(const struct raw *raw)
{
	uint32_t mode = 0;

	if (raw->mode_len < 5 || raw->mode_len > 6 || raw->mode[0] == '0')
		return 0;
	for (size_t i = 0; i < raw->mode_len; i++) {
		if (raw->mode[i] < '0' || raw->mode[i] > '7')
			return 0;
		mode = mode << 3 | (uint32_t)(raw->mode[i] - '0');
	}
	return mode;
}

static enum tree_kind kind_of(uint32_t mode)
{
	switch (mode) {
	case 0040000:
		return TREE_DIR;
	case 0120000:
		return TREE_LINK;
	case 0100755:
		return TREE_EXECUTABLE;
	default:
		return TREE_FILE;
	}
}

/* What tree_read() carries along. */
struct reader {
	const char *path;
	struct diag *findings;
	struct tree tree;
	size_t cap;
};

/* A name can be as long as the object: what is longer than any name may be is cut. */
static void add_finding(struct reader *reader, const char *name, size_t len, const char *what)
{
	struct buf path = BUF_INIT;

	verify_escape(&path, reader->path, strlen(reader->path));
	if (path.len > 0 && len > 0)
		buf_add_char(&path, '/');
	verify_escape(&path, name, len < VERIFY_NAME_MAX ? len : VERIFY_NAME_MAX);
	if (len > VERIFY_NAME_MAX)
		buf_add_str(&path, "...");
	diag_add(reader->findings, DIAG_ERROR, path.len > 0 ? path.data : NULL, 0, 0, "%s", what);
	buf_release(&path);
}

static int add_entry(struct reader *reader, const struct raw *raw)
{
	struct tree *tree = &reader->tree;
	uint32_t mode = raw_mode(raw);
	const char *wrong = verify_name(raw->name, raw->name_len);

	if (!wrong)
		wrong = verify_mode(mode);
	if (wrong) {
		add_finding(reader, raw->name, raw->name_len, wrong);
		return 0;
	}
	if (vec_reserve(&tree->entries, &reader->cap, tree->count + 1, sizeof(*tree->entries)) < 0)
		return -ENOMEM;
	tree->entries[tree->count++] = (struct tree_entry){.kind = kind_of(mode),
			.oid = raw->oid,
			.name = raw->name,
			.name_len = raw->name_len};
	return 0;
}

static int compare_names(const void *left, const void *right)
{
	const struct tree_entry *a = left, *b = right;
	int rc = memcmp(a->name, b->name, a->name_len < b->name_len ? a->name_len : b->name_len);

	if (rc != 0)
		return rc;
	return a->name_len < b->name_len ? -1 : a->name_len > b->name_len;
}

/*
 * Git's order puts "a.b" between the file "a" and the folder "a", so twins are neighbours only
 * after sorting. Of twins the first stays.
 */
static void sort_entries(struct reader *reader)
{
	struct tree *tree = &reader->tree;
	size_t kept = 0;

	if (tree->count == 0)
		return;
	qsort(tree->entries, tree->count, sizeof(*tree->entries), compare_names);
	for (size_t i = 1; i < tree->count; i++) {
		const struct tree_entry *entry = &tree->entries[i];

		if (compare_names(&tree->entries[kept], entry) != 0)
			tree->entries[++kept] = *entry;
		else
			add_finding(reader, entry->name, entry->name_len,
					"the name appears twice in its folder");
	}
	tree->count = kept + 1;
}

static bool in_order(const struct raw *before, const struct raw *now)
{
	return verify_order(before->name, before->name_len, raw_mode(before) == 0040000, now->name,
			       now->name_len, raw_mode(now) == 0040000) <= 0;
}

static int read_entries(struct reader *reader, size_t size)
{
	struct cursor cursor = {reader->tree.names, size};
	struct raw before = {0}, raw;
	int rc;

	while ((rc = next_raw(&cursor, &raw)) > 0) {
		if (before.name && !in_order(&before, &raw))
			add_finding(reader, raw.name, raw.name_len,
					"the name is not in its place: the tree is not sorted");
		rc = add_entry(reader, &raw);
		if (rc < 0)
			return rc;
		before = raw;
	}
	if (rc < 0)
		add_finding(reader, "", 0, "the tree object is malformed");
	sort_entries(reader);
	return 0;
}

/* Is RC, of object_read(), something that whoever made the tree has to answer for? */
static bool is_finding(int rc)
{
	return rc == -EINVAL || rc == -EFBIG;
}

int tree_read(struct repo *repo, const struct tree_spec *spec, struct tree *out, struct err *err)
{
	struct reader reader = {.path = spec->path, .findings = spec->findings};
	struct object object = OBJECT_INIT;
	struct err reason = ERR_INIT;
	int rc;

	rc = object_read(repo, &spec->oid, OBJECT_TREE, spec->limit, &object, &reason);
	if (is_finding(rc)) {
		add_finding(&reader, "", 0, reason.text);
		*out = (struct tree)TREE_INIT;
		return 0;
	}
	if (rc < 0) {
		if (err)
			*err = reason;
		return spec->path[0] ? err_wrap(err, "folder '%s'", spec->path) : rc;
	}

	reader.tree.names = malloc(object.size + 1);
	if (!reader.tree.names) {
		rc = err_set(err, ENOMEM, "out of memory");
		goto out;
	}
	memcpy(reader.tree.names, object.data, object.size);
	rc = read_entries(&reader, object.size);
	if (rc < 0) {
		rc = err_set(err, -rc, "out of memory");
		goto out;
	}
	*out = reader.tree;
	reader.tree = (struct tree)TREE_INIT;
out:
	tree_release(&reader.tree);
	object_release(&object);
	return rc;
}

void tree_release(struct tree *tree)
{
	free(tree->entries);
	free(tree->names);
	*tree = (struct tree)TREE_INIT;
}

/* The entry NAME of tree object OID: its id and mode. 0, -ENOENT, or what object_read() says. */
static int find_in_tree(struct repo *repo, const struct oid *oid, const char *name, size_t len,
		struct raw *out, struct err *err)
{
	struct object object = OBJECT_INIT;
	struct cursor cursor;
	int rc;

	rc = object_read(repo, oid, OBJECT_TREE, FIND_SIZE_MAX, &object, err);
	if (rc < 0)
		return rc;
	cursor = (struct cursor){object.data, object.size};
	rc = -ENOENT;
	while (rc < 0 && next_raw(&cursor, out) > 0) {
		if (out->name_len == len && memcmp(out->name, name, len) == 0)
			rc = (int)raw_mode(out);
	}
	object_release(&object);
	return rc;
}

int tree_find(struct repo *repo, const struct oid *root, const char *path, struct oid *out,
		struct err *err)
{
	const char *name = path;
	struct oid at = *root;

	while (*name) {
		size_t len = strcspn(name, "/");
		struct err reason = ERR_INIT;
		struct raw raw = {0};
		int rc = find_in_tree(repo, &at, name, len, &raw, &reason);
		int shown = (int)(name + len - path);

		if (rc < 0 && reason.code != 0)
			return err_set(err, reason.code == ENOENT ? EBADMSG : reason.code,
					"folder '%s': %s", path, reason.text);
		if (rc == -ENOENT)
			return err_set(err, ENOENT, "the tree has no folder '%.*s'", shown, path);
		if (rc != MODE_DIR)
			return err_set(err, ENOTDIR, "'%.*s' in the tree is not a folder", shown,
					path);
		at = raw.oid;
		name += len + (name[len] == '/');
	}
	*out = at;
	return 0;
}

int tree_lookup(struct repo *repo, const struct oid *root, const char *path, struct tree_entry *out,
		struct err *err)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	char *folder = strndup(path, slash ? (size_t)(slash - path) : 0);
	struct oid dir = *root;
	struct raw raw = {0};
	int rc;

	if (!folder)
		return err_set(err, ENOMEM, "out of memory");
	rc = tree_find(repo, root, folder, &dir, err);
	free(folder);
	if (rc < 0)
		return rc == -ENOTDIR ? -ENOENT : rc;
	rc = find_in_tree(repo, &dir, name, strlen(name), &raw, err);
	if (rc < 0)
		return rc;
	if (verify_mode((uint32_t)rc))
		return err_set(err, EINVAL, "'%s' is neither file, link nor folder", path);
	*out = (struct tree_entry){.kind = kind_of((uint32_t)rc),
			.oid = raw.oid,
			.name = name,
			.name_len = strlen(name)};
	return 0;
}

int blob_size(struct repo *repo, const struct oid *oid, uint64_t *size, struct err *err)
{
	enum object_kind kind;
	char hex[OID_HEX_SIZE];
	uint64_t bytes;
	int rc;

	rc = object_header(repo, oid, &kind, &bytes, err);
	if (rc < 0)
		return rc;
	if (kind != OBJECT_BLOB) {
		oid_format(oid, hex);
		return err_set(err, EINVAL, "object %s is a %s, not a blob", hex,
				object_kind_text(kind));
	}
	*size = bytes;
	return 0;
}

int blob_read(struct repo *repo, const struct oid *oid, uint64_t limit, struct blob *out,
		struct err *err)
{
	struct object object = OBJECT_INIT;
	int rc;

	rc = object_read(repo, oid, OBJECT_BLOB, limit, &object, err);
	if (rc < 0)
		return rc;
	*out = (struct blob){.data = object.data, .size = object.size, .object = object.handle};
	return 0;
}

void blob_release(struct blob *blob)
{
	git_odb_object_free(blob->object);
	*blob = (struct blob)BLOB_INIT;
}
