/*
 * tree: tree and blob objects, verified before use.
 *
 * What is wrong with what somebody committed is a finding; what is wrong with the repository (an
 * object missing or damaged) is an error.
 */
#ifndef GIT_TREE_H
#define GIT_TREE_H

#include <stddef.h>
#include <stdint.h>

#include "src/base/oid.h"

struct buf;
struct diag;
struct err;
struct repo;

enum tree_kind { TREE_FILE, TREE_EXECUTABLE, TREE_LINK, TREE_DIR };

struct tree_entry {
	enum tree_kind kind;
	struct oid oid;
	const char *name; /* NUL-terminated, inside the listing */
	size_t name_len;
};

/* One folder's entries sorted by name (bytes, as in snap/node.h); names and all else verified. */
struct tree {
	struct tree_entry *entries;
	size_t count;
	char *names; /* owned: what the names point into */
};

#define TREE_INIT                                                                                  \
	{                                                                                          \
		0                                                                                  \
	}

void tree_release(struct tree *tree);

struct tree_spec {
	struct oid oid;
	const char *path;      /* where it is shown; "" for the root */
	uint64_t limit;	       /* bytes of the object */
	struct diag *findings; /* borrowed */
};

/*
 * Read the tree of SPEC. Every rule of verify.h that is broken is added to its findings with the
 * path of the entry (hostile bytes escaped); such entries are left out of OUT. An object larger
 * than the limit is a finding and not read; one that is not a tree, or is not formed like one, is a
 * finding, too. Submodules are findings. 0, -ENOENT (missing), other errno for damage: those go to
 * ERR.
 */
int tree_read(struct repo *repo, const struct tree_spec *spec, struct tree *out, struct err *err);

/*
 * The tree object at folder PATH (clean, not empty) below tree ROOT: -ENOENT, -ENOTDIR name what is
 * no folder; -EBADMSG: an object is damaged or missing.
 */
int tree_find(struct repo *repo, const struct oid *root, const char *path, struct oid *out,
		struct err *err);

/*
 * What is at PATH (clean, not empty) below tree ROOT; the name is borrowed from PATH. -ENOENT: there
 * is nothing (ERR may be silent about it), also when a folder on the way is none; -EINVAL: a
 * submodule or worse.
 */
int tree_lookup(struct repo *repo, const struct oid *root, const char *path, struct tree_entry *out,
		struct err *err);

/*
 * Size of blob OID from its header alone, without inflating it. -ENOENT: missing; -EINVAL: no blob.
 */
int blob_size(struct repo *repo, const struct oid *oid, uint64_t *size, struct err *err);

/*
 * A blob's bytes, borrowed until blob_release. -EFBIG when larger than LIMIT (checked before it is
 * read), -ENOENT and -EINVAL as above.
 */
struct blob {
	const void *data;
	uint64_t size;
	void *object; /* owned */
};

#define BLOB_INIT                                                                                  \
	{                                                                                          \
		0                                                                                  \
	}

int blob_read(struct repo *repo, const struct oid *oid, uint64_t limit, struct blob *out,
		struct err *err);
void blob_release(struct blob *blob);

#endif
