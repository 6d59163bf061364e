#include "src/render/input.h"

#include <errno.h>
#include <stdlib.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/git/worktree.h"

#define IDENTIFIED_MAX (64u << 20) /* bytes of a file of a worktree that still gets an id */

struct input {
	struct repo *repo;
	struct oid tree;
	struct worktree *worktree; /* owned; NULL: TREE is what counts */
};

static struct input *make(struct repo *repo, struct err *err)
{
	struct input *input = calloc(1, sizeof(*input));

	if (!input)
		(void)err_set(err, ENOMEM, "out of memory");
	else
		input->repo = repo;
	return input;
}

int input_new_tree(struct repo *repo, const struct oid *tree, struct input **out, struct err *err)
{
	struct input *input = make(repo, err);

	if (!input)
		return -ENOMEM;
	input->tree = *tree;
	*out = input;
	return 0;
}

int input_new_worktree(struct repo *repo, struct input **out, struct err *err)
{
	struct input *input = make(repo, err);
	int rc;

	if (!input)
		return -ENOMEM;
	rc = worktree_open(repo, &input->worktree, err);
	if (rc < 0) {
		input_free(input);
		return rc;
	}
	*out = input;
	return 0;
}

void input_free(struct input *input)
{
	if (!input)
		return;
	worktree_close(input->worktree);
	free(input);
}

int input_list(struct input *input, const char *path, uint64_t file_bytes, struct diag *findings,
		struct tree *out, struct err *err)
{
	struct tree_spec spec = {.path = path, .limit = file_bytes, .findings = findings};
	int rc;

	if (input->worktree)
		return worktree_read(input->worktree, &spec, out, err);
	spec.oid = input->tree;
	spec.limit = INPUT_LISTING_MAX;
	rc = path[0] ? tree_find(input->repo, &input->tree, path, &spec.oid, err) : 0;
	return rc < 0 ? rc : tree_read(input->repo, &spec, out, err);
}

int input_find(struct input *input, const char *path, struct tree_entry *out, struct err *err)
{
	if (input->worktree)
		return worktree_lookup(input->worktree, path, IDENTIFIED_MAX, out, err);
	return tree_lookup(input->repo, &input->tree, path, out, err);
}

int input_read_entry(struct input *input, const char *path, const struct tree_entry *entry,
		uint64_t limit, struct buf *out, struct err *err)
{
	struct blob blob = BLOB_INIT;
	int rc;

	if (entry->kind == TREE_DIR)
		return err_set(err, EISDIR, "'%s' is a folder", path);
	if (input->worktree)
		return worktree_file(input->worktree, path, limit, out, err);
	rc = blob_read(input->repo, &entry->oid, limit, &blob, err);
	if (rc == -EFBIG)
		return err_set(err, EFBIG, "'%s' is larger than %llu bytes", path,
				(unsigned long long)limit);
	if (rc < 0)
		return err_wrap(err, "'%s'", path);
	buf_add(out, blob.data, blob.size);
	blob_release(&blob);
	return buf_ok(out) ? 0 : err_set(err, ENOMEM, "out of memory");
}

int input_read(struct input *input, const char *path, uint64_t limit, struct buf *out,
		struct err *err)
{
	struct tree_entry entry;
	int rc = input_find(input, path, &entry, err);

	return rc < 0 ? rc : input_read_entry(input, path, &entry, limit, out, err);
}

int input_check_size(struct input *input, const char *path, const struct tree_entry *entry,
		uint64_t limit, struct err *err)
{
	uint64_t size = 0;
	int rc;

	if (input->worktree)
		return 0; /* input_list() has seen to it */
	rc = blob_size(input->repo, &entry->oid, &size, err);
	if (rc == 0 && size > limit)
		rc = err_set(err, EFBIG, "the file has %llu bytes, more than the %llu that it may",
				(unsigned long long)size, (unsigned long long)limit);
	return rc < 0 && rc != -EFBIG ? err_wrap(err, "'%s'", path) : rc;
}
