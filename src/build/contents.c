#include "src/build/contents.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/base/vec.h"
#include "src/build/prefetch.h"
#include "src/git/tree.h"
#include "src/git/verify.h"
#include "src/snap/builder.h"

void contents_release(struct contents *contents)
{
	oidmap_release(&contents->known);
	free(contents->items);
	contents->items = NULL;
	contents->count = contents->cap = 0;
}

bool contents_count(struct contents *contents, uint64_t size)
{
	if (size <= contents->left) {
		contents->left -= size;
		return true;
	}
	if (!contents->is_over)
		diag_add(contents->findings, DIAG_ERROR, NULL, 0, 0, "more than %llu bytes in all",
				(unsigned long long)contents->total_bytes);
	contents->is_over = true;
	return false;
}

static void add_finding(struct contents *contents, const char *path, const char *what)
{
	struct buf shown = BUF_INIT;

	verify_escape(&shown, path, strlen(path));
	diag_add(contents->findings, DIAG_ERROR, buf_str(&shown), 0, 0, "%s", what);
	buf_release(&shown);
}

static void add_limit(struct contents *contents, const char *path, uint64_t size, uint64_t limit)
{
	struct buf what = BUF_INIT;

	buf_printf(&what, "%llu bytes; the limit for one file is %llu", (unsigned long long)size,
			(unsigned long long)limit);
	add_finding(contents, path, buf_str(&what));
	buf_release(&what);
}

/* An entry that says it is a file, but names something else, is the author's doing; the rest is
 * not. */
static int blame(struct contents *contents, const char *path, int rc, const struct err *reason,
		struct err *err)
{
	if (rc == -EINVAL) {
		add_finding(contents, path, reason->text);
		return 0;
	}
	if (err)
		*err = *reason;
	return err_wrap(err, "'%s'", path);
}

static int remember(
		struct contents *contents, const struct oid *oid, const struct contents_item *item)
{
	uint64_t *index;

	if (vec_reserve(&contents->items, &contents->cap, contents->count + 1,
			    sizeof(*contents->items)) < 0)
		return -ENOMEM;
	index = oidmap_add(&contents->known, oid);
	if (!index)
		return -ENOMEM;
	contents->items[contents->count++] = *item;
	*index = contents->count;
	return 0;
}

/* Bytes of a file; write them, unless the commit is rejected already. */
static int add_bytes(struct contents *contents, const struct oid *oid, const void *data,
		uint64_t size, struct contents_item *out)
{
	*out = (struct contents_item){.data = PLACE_NONE, .size = size};
	if (!contents_count(contents, size) || diag_has_errors(contents->findings))
		return 0;
	out->data = builder_data(contents->builder, data, size);
	if (builder_error(contents->builder) < 0)
		return 0; /* sticky: said when the segment is sealed */
	return remember(contents, oid, out);
}

/* A blob within the limits. */
static int add_file(struct contents *contents, const struct oid *oid, const char *path,
		const struct blob *blob, struct contents_item *out)
{
	if (verify_is_lfs_pointer(blob->data, blob->size)) {
		add_finding(contents, path,
				"a Git LFS pointer: the file itself is not in the repository; "
				"store it without LFS");
		return 0;
	}
	return add_bytes(contents, oid, blob->data, blob->size, out);
}

static int read_file(
		struct contents *contents, const struct oid *oid, struct blob *out, struct err *err)
{
	if (prefetch_take(contents->prefetch, oid, out))
		return 0;
	return blob_read(contents->repo, oid, contents->file_bytes, out, err);
}

/* Was a file with these contents there before? */
static bool is_known(struct contents *contents, const struct oid *oid, struct contents_item *out)
{
	const uint64_t *known = oidmap_find(&contents->known, oid);

	if (!known)
		return false;
	*out = contents->items[*known - 1];
	(void)contents_count(contents, out->size);
	return true;
}

int contents_text(struct contents *contents, const struct oid *oid, const void *data, uint64_t size,
		struct contents_item *out, struct err *err)
{
	if (is_known(contents, oid, out))
		return 0;
	if (add_bytes(contents, oid, data, size, out) < 0)
		return err_set(err, ENOMEM, "out of memory");
	return 0;
}

int contents_file(struct contents *contents, const struct oid *oid, const char *path,
		struct contents_item *out, struct err *err)
{
	struct blob blob = BLOB_INIT;
	struct err reason = ERR_INIT;
	uint64_t size;
	int rc;

	*out = (struct contents_item){0};
	if (is_known(contents, oid, out))
		return 0;
	rc = read_file(contents, oid, &blob, &reason);
	if (rc == -EFBIG && blob_size(contents->repo, oid, &size, err) == 0) {
		add_limit(contents, path, size, contents->file_bytes);
		return 0;
	}
	if (rc < 0)
		return blame(contents, path, rc, &reason, err);
	rc = add_file(contents, oid, path, &blob, out);
	blob_release(&blob);
	return rc < 0 ? err_set(err, -rc, "out of memory") : 0;
}

static const char *link_fault(const struct blob *blob)
{
	if (blob->size == 0)
		return "a symbolic link without a target";
	if (memchr(blob->data, '\0', blob->size))
		return "a symbolic link with a NUL byte in its target";
	return NULL;
}

int contents_link(struct contents *contents, const struct oid *oid, const char *path,
		struct contents_item *out, struct err *err)
{
	struct blob blob = BLOB_INIT;
	struct err reason = ERR_INIT;
	const char *fault;
	int rc;

	*out = (struct contents_item){0};
	rc = blob_read(contents->repo, oid, PATH_MAX - 1, &blob, &reason);
	if (rc == -EFBIG) {
		add_finding(contents, path,
				"a symbolic link with a target of more than 4095 bytes");
		return 0;
	}
	if (rc < 0)
		return blame(contents, path, rc, &reason, err);
	fault = link_fault(&blob);
	if (fault)
		add_finding(contents, path, fault);
	else if (!diag_has_errors(contents->findings))
		*out = (struct contents_item){
				builder_data(contents->builder, blob.data, blob.size), blob.size};
	blob_release(&blob);
	return 0;
}
