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

/* To those who ask for a folder, an object that is missing is another thing than no folder. */
static int call_it_damage(int rc, struct err *err)
{
	if (rc != -ENOENT)
		return rc;
	if (err)
		err->code = EBADMSG;
	return -EBADMSG;
}

int input_list(struct input *input, const struct tree_spec *spec, struct tree *out, struct err *err)
{
	struct tree_spec found = *spec;
	int rc = 0;

	if (input->worktree)
		return worktree_read(input->worktree, spec, out, err);
	found.limit = INPUT_LISTING_MAX;
	if (!spec->path[0])
		found.oid = input->tree;
	else if (oid_is_zero(&spec->oid))
		rc = tree_find(input->repo, &input->tree, spec->path, &found.oid, err);
	return rc < 0 ? rc : call_it_damage(tree_read(input->repo, &found, out, err), err);
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
		uint64_t limit, uint64_t *size, struct err *err)
{
	uint64_t bytes = 0;
	int rc;

	*size = 0;
	if (input->worktree)
		return 0; /* input_list() has seen to it */
	rc = blob_size(input->repo, &entry->oid, &bytes, err);
	if (rc == 0 && bytes > limit)
		rc = err_set(err, EFBIG, "the file has %llu bytes, more than the %llu that it may",
				(unsigned long long)bytes, (unsigned long long)limit);
	if (rc == 0)
		*size = bytes;
	return rc < 0 && rc != -EFBIG ? err_wrap(err, "'%s'", path) : rc;
}
