/*
 * The tree is written beside DIR, under a name of its own, and put in its place when it is complete.
 * What was made by us before is known by an extended attribute of the folder: a file would be part of
 * what people compare.
 */
#include "src/cmd/export.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/cmd/rendering.h"
#include "src/render/output.h"

#define MARK_NAME "user.refmount.render"
#define MARK_TEXT "1"
#define DIR_MODE  0755

/* --- what is there --- */

static bool is_empty(DIR *stream)
{
	struct dirent *item;

	while ((item = readdir(stream))) {
		if (strcmp(item->d_name, ".") != 0 && strcmp(item->d_name, "..") != 0)
			return false;
	}
	return true;
}

/* May DIR be replaced? 1 it is there and may be, 0 it is not there, or negative errno. */
static int check_target(const char *dir, struct err *err)
{
	DIR *stream = opendir(dir);
	bool is_free;

	if (!stream && errno == ENOENT)
		return 0;
	if (!stream)
		return err_sys(err, errno, "'%s'", dir);
	is_free = is_empty(stream) || fgetxattr(dirfd(stream), MARK_NAME, NULL, 0) >= 0;
	(void)closedir(stream);
	if (is_free)
		return 1;
	return err_set(err, ENOTEMPTY,
			"'%s' is not empty and was not made by refmount render: name a new folder, "
			"or remove it",
			dir);
}

/* --- files --- */

/* Create the folders on the way to PATH. */
static int make_parents(int root, const char *path, struct err *err)
{
	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		char *folder = strndup(path, (size_t)(slash - path));
		int rc = folder ? 0 : -ENOMEM;

		if (rc == 0 && mkdirat(root, folder, DIR_MODE) < 0 && errno != EEXIST)
			rc = -errno;
		else if (rc == 0 && fchmodat(root, folder, DIR_MODE, 0) < 0)
			rc = -errno;
		free(folder);
		if (rc < 0)
			return err_sys(err, -rc, "folder of '%s'", path);
	}
	return 0;
}

static int write_file(
		int root, const struct output *output, const struct buf *bytes, struct err *err)
{
	int fd = openat(root, output->path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			0600);
	int rc;

	if (fd < 0)
		return err_sys(err, errno, "'%s'", output->path);
	rc = file_write_all(fd, buf_str(bytes), bytes->len, err);
	if (rc == 0 && fchmod(fd, output->mode) < 0)
		rc = err_sys(err, errno, "mode of '%s'", output->path);
	if (close(fd) < 0 && rc == 0)
		rc = err_sys(err, errno, "'%s'", output->path);
	return rc;
}

static int write_output(
		struct rendering *rendering, int root, const struct output *output, struct err *err)
{
	struct buf bytes = BUF_INIT;
	int rc;

	rc = make_parents(root, output->path, err);
	if (rc == 0)
		rc = rendering_read(rendering, output, &bytes, err);
	if (rc == 0 && output->kind == OUTPUT_LINK &&
			symlinkat(buf_str(&bytes), root, output->path) < 0)
		rc = err_sys(err, errno, "'%s'", output->path);
	else if (rc == 0 && output->kind != OUTPUT_LINK)
		rc = write_file(root, output, &bytes, err);
	buf_release(&bytes);
	return rc;
}

static int write_all(struct rendering *rendering, const struct outputs *outputs, const char *dir,
		struct err *err)
{
	int root = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = 0;

	if (root < 0)
		return err_sys(err, errno, "'%s'", dir);
	for (size_t i = 0; rc == 0 && i < outputs->count; i++)
		rc = write_output(rendering, root, &outputs->items[i], err);
	if (rc == 0 && fchmod(root, DIR_MODE) < 0)
		rc = err_sys(err, errno, "'%s'", dir);
	/* Without extended attributes a second time asks for a new folder, which is no harm. */
	if (rc == 0)
		(void)fsetxattr(root, MARK_NAME, MARK_TEXT, strlen(MARK_TEXT), 0);
	(void)close(root);
	return rc;
}

/* --- taking its place --- */

/* DIR is what TEMPORARY was, and TEMPORARY what is to be removed. */
static int take_place(const char *temporary, const char *dir, bool is_there, struct err *err)
{
	unsigned flags = is_there ? RENAME_EXCHANGE : RENAME_NOREPLACE;

	if (renameat2(AT_FDCWD, temporary, AT_FDCWD, dir, flags) < 0)
		return err_sys(err, errno, "'%s'", dir);
	return 0;
}

int export_tree(struct rendering *rendering, const struct outputs *outputs, const char *dir,
		struct err *err)
{
	struct buf temporary = BUF_INIT;
	size_t len = strlen(dir);
	int is_there, rc;

	is_there = check_target(dir, err);
	if (is_there < 0)
		return is_there;
	while (len > 1 && dir[len - 1] == '/')
		len--;
	buf_add(&temporary, dir, len);
	buf_add_str(&temporary, ".XXXXXX");
	if (!buf_ok(&temporary))
		return err_set(err, ENOMEM, "out of memory");
	if (!mkdtemp(temporary.data)) {
		rc = err_sys(err, errno, "a folder beside '%s'", dir);
		goto out;
	}
	rc = write_all(rendering, outputs, temporary.data, err);
	if (rc == 0)
		rc = take_place(temporary.data, dir, is_there > 0, err);
	if (rc < 0 || is_there > 0)
		(void)file_remove_tree(AT_FDCWD, temporary.data, NULL);
out:
	buf_release(&temporary);
	return rc;
}
