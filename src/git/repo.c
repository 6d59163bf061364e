#include "src/git/repo.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <git2/sys/repository.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/str.h"
#include "src/git/layout.h"
#include "src/git/library.h"
#include "src/git/owner.h"
#include "src/git/stores.h"

/* Newer versions read the configuration whatever is asked of them, and what it includes. */
#define READS_INCLUDED (LIBGIT2_VER_MAJOR > 1 || LIBGIT2_VER_MINOR >= 6)

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c | 0x20) : NULL;

	return at ? (int)(at - digits) : -1;
}

static void url_decode(const char *url, struct buf *out)
{
	for (const char *at = url; *at; at++) {
		int high = *at == '%' ? hex_digit(at[1]) : -1;
		int low = high >= 0 ? hex_digit(at[2]) : -1;

		if (low < 0) {
			buf_add_char(out, *at);
			continue;
		}
		buf_add_char(out, (char)(high << 4 | low));
		at += 2;
	}
}

/* The folder that SOURCE names: file://PATH and file://localhost/PATH lose their scheme. */
static int source_path(const char *source, struct buf *path, struct err *err)
{
	static const char scheme[] = "file://", host[] = "localhost";

	if (!str_has_prefix(source, scheme)) {
		buf_add_str(path, source);
	} else {
		source += sizeof(scheme) - 1;
		if (str_has_prefix(source, host))
			source += sizeof(host) - 1;
		if (source[0] != '/')
			return err_set(err, EINVAL, "'file://%s' names another machine", source);
		url_decode(source, path);
	}
	while (path->len > 1 && path->data[path->len - 1] == '/')
		path->data[--path->len] = '\0';
	if (!buf_ok(path))
		return err_set(err, ENOMEM, "out of memory");
	return 0;
}

/* Without a final slash, and without the `..` that libgit2 before 1.5 leaves in it. */
static char *copy_dir(const char *path)
{
	size_t len = strlen(path);
	char *full = strstr(path, "/../") ? realpath(path, NULL) : NULL;

	if (full)
		return full;
	while (len > 1 && path[len - 1] == '/')
		len--;
	return strndup(path, len);
}

/*
 * The settings of the user and the machine, and none of the repository's, which libgit2 would read
 * when it first wants to know one (core.excludesFile, of a worktree).
 */
static int set_config(git_repository *handle)
{
	git_config *config = NULL;
	int rc = git_config_open_default(&config);

	if (rc == 0)
		rc = git_repository_set_config(handle, config);
	git_config_free(config);
	return rc;
}

/* As a bare one, which it need not be: so libgit2 asks nothing of its configuration. */
static int open_bare(const struct layout *layout, git_repository **out, struct err *err)
{
	git_repository *handle = NULL;
	int rc = git_repository_open_bare(&handle, layout->git_dir);

	if (rc == GIT_ENOTFOUND)
		return err_set(err, ENOENT, "'%s' is not a Git repository", layout->git_dir);
	if (rc == 0)
		rc = set_config(handle);
	if (rc == 0 && layout->worktree)
		rc = git_repository_set_workdir(handle, layout->worktree, 0);
	if (rc < 0) {
		git_repository_free(handle);
		return library_error(err, rc, "repository '%s' cannot be opened", layout->git_dir);
	}
	*out = handle;
	return 0;
}

static int open_handle(const char *path, git_repository **out, struct err *err)
{
	struct layout layout = LAYOUT_INIT;
	git_repository *handle = NULL;
	int rc;

	rc = layout_find(path, &layout, err);
	if (rc < 0)
		return rc;
#if READS_INCLUDED
	if (layout.config.has_include) {
		rc = err_set(err, ENOTSUP,
				"repository '%s' cannot be read: its configuration includes "
				"another "
				"file; serve a clone of it",
				layout.git_dir);
		goto out;
	}
#endif
	rc = open_bare(&layout, &handle, err);
	if (rc < 0)
		goto out;
	rc = owner_check((const char *const[]){layout.worktree, layout.link, layout.git_dir}, 3,
			err);
	if (rc < 0) {
		git_repository_free(handle);
		goto out;
	}
	*out = handle;
out:
	layout_release(&layout);
	return rc;
}

/* The object database of REPO, read by our rules (stores.h), for OUT. */
static int open_stores(const struct repo *repo, struct repo *out, struct err *err)
{
	git_buf path = {0};
	int rc;

	rc = git_repository_item_path(&path, repo->handle, GIT_REPOSITORY_ITEM_OBJECTS);
	rc = rc < 0 ? library_error(err, rc, "objects of '%s'", repo->common_dir)
		    : stores_open(path.ptr, &out->odb, &out->packs, err);
	git_buf_dispose(&path);
	return rc;
}

static int fill(struct repo *repo, struct err *err)
{
	int rc;

	repo->git_dir = copy_dir(git_repository_path(repo->handle));
	repo->common_dir = copy_dir(git_repository_commondir(repo->handle));
	if (!repo->git_dir || !repo->common_dir)
		return err_set(err, ENOMEM, "out of memory");
	rc = open_stores(repo, repo, err);
	if (rc < 0)
		return rc;
	rc = git_repository_set_odb(repo->handle, repo->odb);
	return rc < 0 ? library_error(err, rc, "objects of '%s'", repo->common_dir) : 0;
}

int repo_open(const char *source, struct repo **out, struct err *err)
{
	struct buf path = BUF_INIT;
	struct repo *repo = NULL;
	int rc;

	rc = library_init(err);
	if (rc < 0)
		return rc;
	rc = source_path(source, &path, err);
	if (rc < 0)
		goto out;
	repo = calloc(1, sizeof(*repo));
	if (!repo) {
		rc = err_set(err, ENOMEM, "out of memory");
		goto out;
	}
	rc = open_handle(path.data, &repo->handle, err);
	if (rc < 0)
		goto out;
	rc = fill(repo, err);
	if (rc < 0)
		goto out;

	*out = repo;
	repo = NULL;
out:
	repo_close(repo);
	buf_release(&path);
	return rc;
}

int repo_open_objects(const struct repo *repo, struct repo **out, struct err *err)
{
	struct repo *objects = calloc(1, sizeof(*objects));
	int rc;

	if (!objects)
		return err_set(err, ENOMEM, "out of memory");
	rc = open_stores(repo, objects, err);
	if (rc < 0)
		free(objects);
	else
		*out = objects;
	return rc;
}

void repo_close(struct repo *repo)
{
	if (!repo)
		return;
	git_odb_free(repo->odb);
	git_repository_free(repo->handle);
	free(repo->git_dir);
	free(repo->common_dir);
	free(repo);
}

const char *repo_git_dir(const struct repo *repo)
{
	return repo->git_dir;
}

const char *repo_common_dir(const struct repo *repo)
{
	return repo->common_dir;
}
