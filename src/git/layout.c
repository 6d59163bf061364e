#include "src/git/layout.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/path.h"
#include "src/base/str.h"
#include "src/git/library.h"
#include "src/git/regular.h"

#define LINK_MAX_BYTES	 (64u << 10) /* of a file that names another place, or of HEAD */
#define CONFIG_MAX_BYTES (32u << 20)

static int no_memory(struct err *err)
{
	return err_set(err, ENOMEM, "out of memory");
}

/* What libgit2 reads by a known name, in a folder that is a repository, or a part of one. */
static int check_files(const char *dir, struct err *err)
{
	static const struct {
		const char *name;
		uint64_t limit;
	} files[] = {{"HEAD", LINK_MAX_BYTES}, {"commondir", LINK_MAX_BYTES},
			{"gitdir", LINK_MAX_BYTES}, {"config", CONFIG_MAX_BYTES},
			{"config.worktree", CONFIG_MAX_BYTES}, {"packed-refs", PACKED_REFS_MAX},
			{"shallow", PACKED_REFS_MAX}, {"index", PACKED_REFS_MAX}};
	struct buf path = BUF_INIT;
	int rc = 0;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]) && rc == 0; i++) {
		buf_clear(&path);
		path_join(&path, dir, files[i].name);
		rc = buf_ok(&path) ? regular_check(path.data, files[i].limit, err)
				   : err_set(err, ENOMEM, "out of memory");
		if (rc == -ENOENT)
			rc = 0;
	}
	buf_release(&path);
	return rc;
}

/*
 * The folder that file NAME of DIR names behind PREFIX, from DIR if it is relative. -ENOENT: there is
 * no such file, or it says nothing.
 */
static int read_link(const char *dir, const char *name, const char *prefix, struct buf *out,
		struct err *err)
{
	struct buf path = BUF_INIT, text = BUF_INIT;
	const char *target = "";
	int rc;

	path_join(&path, dir, name);
	rc = buf_ok(&path) ? regular_read(path.data, LINK_MAX_BYTES, &text, err)
			   : err_set(err, ENOMEM, "out of memory");
	if (rc == 0 && str_has_prefix(buf_str(&text), prefix))
		target = text.data + strlen(prefix);
	if (rc == 0 && *target == '\0')
		rc = -ENOENT;
	if (rc == 0) {
		text.data[strcspn(text.data, "\r\n")] = '\0';
		if (*target == '/')
			buf_add_str(out, target);
		else
			path_join(out, dir, target);
		if (!buf_ok(out))
			rc = err_set(err, ENOMEM, "out of memory");
	}
	buf_release(&text);
	buf_release(&path);
	return rc;
}

/* PATH/.git if there is one, else PATH: both as git does it. *MODE is of what it is. */
static int find_git(const char *path, struct buf *git, mode_t *mode, struct err *err)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return err_sys(err, errno, "repository '%s'", path);
	path_join(git, path, ".git");
	if (!buf_ok(git))
		return no_memory(err);
	if (!S_ISDIR(st.st_mode) || stat(git->data, &st) < 0) {
		buf_clear(git);
		buf_add_str(git, path);
	}
	*mode = st.st_mode;
	return buf_ok(git) ? 0 : no_memory(err);
}

/* The folder that PATH is in. */
static char *parent_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return strdup(".");
	return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

/* GIT is a file that names the folder, and lies in the worktree. */
static int follow_link(const char *git, struct layout *layout, struct err *err)
{
	const char *slash = strrchr(git, '/');
	struct buf dir = BUF_INIT;
	int rc;

	layout->link = strdup(git);
	layout->worktree = parent_of(git);
	if (!layout->link || !layout->worktree)
		return no_memory(err);
	rc = read_link(layout->worktree, slash ? slash + 1 : git, "gitdir: ", &dir, err);
	if (rc == -ENOENT)
		rc = err_set(err, ENOENT, "'%s' is not a Git repository", git);
	layout->git_dir = rc == 0 ? buf_steal(&dir) : NULL;
	buf_release(&dir);
	return rc;
}

static int find_common(struct layout *layout, struct err *err)
{
	struct buf dir = BUF_INIT;
	int rc = read_link(layout->git_dir, "commondir", "", &dir, err);

	if (rc == -ENOENT) {
		rc = 0;
		buf_add_str(&dir, layout->git_dir);
	}
	if (rc == 0 && !buf_ok(&dir))
		rc = no_memory(err);
	layout->common_dir = rc == 0 ? buf_steal(&dir) : NULL;
	buf_release(&dir);
	return rc;
}

static int read_config(struct layout *layout, struct err *err)
{
	struct buf path = BUF_INIT, text = BUF_INIT;
	int rc;

	path_join(&path, layout->common_dir, "config");
	rc = buf_ok(&path) ? regular_read(path.data, CONFIG_MAX_BYTES, &text, err) : no_memory(err);
	if (rc == 0)
		rc = gitconfig_parse(buf_str(&text), text.len, &layout->config, err);
	buf_release(&text);
	buf_release(&path);
	return rc == -ENOENT ? 0 : rc;
}

/* Where the files are, of which GIT, a folder, has the history. */
static int find_worktree(const char *git, struct layout *layout, struct err *err)
{
	const char *slash = strrchr(git, '/');

	if (layout->link || layout->config.is_bare || strcmp(slash ? slash + 1 : git, ".git") != 0)
		return 0;
	layout->worktree = parent_of(git);
	return layout->worktree ? 0 : no_memory(err);
}

static int fill(const char *git, mode_t mode, struct layout *layout, struct err *err)
{
	int rc;

	if (!S_ISDIR(mode)) {
		rc = follow_link(git, layout, err);
		if (rc < 0)
			return rc;
	} else {
		layout->git_dir = strdup(git);
	}
	if (!layout->git_dir)
		return no_memory(err);
	rc = check_files(layout->git_dir, err);
	if (rc == 0)
		rc = find_common(layout, err);
	if (rc == 0)
		rc = check_files(layout->common_dir, err);
	if (rc == 0)
		rc = read_config(layout, err);
	if (rc < 0)
		return rc;
	if (layout->config.remedy)
		return err_set(err, ENOTSUP, "repository '%s' cannot be read: %s", git,
				layout->config.remedy);
	return find_worktree(git, layout, err);
}

int layout_find(const char *path, struct layout *out, struct err *err)
{
	struct layout layout = LAYOUT_INIT;
	struct buf git = BUF_INIT;
	mode_t mode = 0;
	int rc = find_git(path, &git, &mode, err);

	if (rc == 0)
		rc = fill(git.data, mode, &layout, err);
	if (rc == -EINVAL || rc == -EFBIG)
		rc = err_wrap(err, "repository '%s'", path);
	buf_release(&git);
	if (rc < 0)
		layout_release(&layout);
	else
		*out = layout;
	return rc;
}

void layout_release(struct layout *layout)
{
	free(layout->git_dir);
	free(layout->common_dir);
	free(layout->link);
	free(layout->worktree);
	*layout = (struct layout)LAYOUT_INIT;
}
