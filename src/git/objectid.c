#include "src/git/objectid.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "src/base/buf.h"
#include "src/git/library.h"
#include "src/git/tree.h"
#include "src/git/verify.h"

static int hash(const void *data, size_t size, git_object_t kind, struct oid *out)
{
	git_oid id;

	if (library_init(NULL) < 0)
		return -EIO;
	if (git_odb_hash(&id, size > 0 ? data : "", size, kind) < 0)
		return -ENOMEM;
	library_oid_from(&id, out);
	return 0;
}

int objectid_blob(const void *data, uint64_t size, struct oid *out)
{
	return hash(data, size, GIT_OBJECT_BLOB, out);
}

static const char *mode_text(enum tree_kind kind)
{
	switch (kind) {
	case TREE_DIR:
		return "40000";
	case TREE_LINK:
		return "120000";
	case TREE_EXECUTABLE:
		return "100755";
	default:
		return "100644";
	}
}

static int compare(const void *left, const void *right)
{
	const struct tree_entry *a = *(const struct tree_entry *const *)left;
	const struct tree_entry *b = *(const struct tree_entry *const *)right;

	return verify_order(a->name, a->name_len, a->kind == TREE_DIR, b->name, b->name_len,
			b->kind == TREE_DIR);
}

int objectid_tree(const struct tree_entry *entries, size_t count, struct oid *out)
{
	const struct tree_entry **sorted = calloc(count + 1, sizeof(const struct tree_entry *));
	struct buf bytes = BUF_INIT;
	int rc = -ENOMEM;

	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		sorted[i] = &entries[i];
	qsort(sorted, count, sizeof(const struct tree_entry *), compare);
	for (size_t i = 0; i < count; i++) {
		buf_printf(&bytes, "%s ", mode_text(sorted[i]->kind));
		buf_add(&bytes, sorted[i]->name, sorted[i]->name_len);
		buf_add_char(&bytes, '\0');
		buf_add(&bytes, sorted[i]->oid.bytes, GIT_OID_RAWSZ);
	}
	if (buf_ok(&bytes))
		rc = hash(buf_str(&bytes), bytes.len, GIT_OBJECT_TREE, out);
	buf_release(&bytes);
	free(sorted);
	return rc;
}
