#include "src/engine/live_apply.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/engine/live_compare.h"

/* The folder of a live file, open, and the names in it. */
struct place_on_disk {
	int dir;
	char name[NAME_MAX + 1], new[NAME_MAX + 1], backup[NAME_MAX + 1];
};

static int fail(struct err *err, const char *path)
{
	return err_sys(err, errno, "'%s'", path);
}

/* Folders on the way to PATH that are missing are made. */
static int open_place(const char *path, struct place_on_disk *out, struct err *err)
{
	const char *slash = strrchr(path, '/');
	size_t len = strlen(slash + 1);
	char *dir = strndup(path, slash == path ? 1 : (size_t)(slash - path));
	int rc = 0;

	if (!dir)
		return err_sys(err, ENOMEM, "'%s'", path);
	if (len == 0 || len + strlen(LIVE_BACKUP) > NAME_MAX)
		rc = err_set(err, ENAMETOOLONG, "'%s': no room for the name of a backup", path);
	if (rc == 0)
		rc = file_make_dirs(dir, 0755, err);
	if (rc == 0) {
		out->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (out->dir < 0)
			rc = fail(err, dir);
	}
	free(dir);
	if (rc < 0)
		return rc;
	(void)snprintf(out->name, sizeof(out->name), "%s", slash + 1);
	(void)snprintf(out->new, sizeof(out->new), "%.*s" LIVE_NEW, (int)len, slash + 1);
	(void)snprintf(out->backup, sizeof(out->backup), "%.*s" LIVE_BACKUP, (int)len, slash + 1);
	return 0;
}

/* Readable by nobody else until it has its owner. */
static int write_file(
		const struct segment_set *set, const struct node *node, int fd, struct err *err)
{
	const void *data = NULL;
	uint64_t done = 0;
	int64_t got;
	int rc;

	while (done < node->size) {
		got = node_data(set, node, done, node->size - done, &data);
		if (got <= 0)
			return err_set(err, EIO, "what the mount has there is damaged");
		rc = file_write_all(fd, data, (size_t)got, err);
		if (rc < 0)
			return rc;
		done += (uint64_t)got;
	}
	if (fchown(fd, node->uid, node->gid) < 0 || fchmod(fd, node->mode) < 0 || fsync(fd) < 0)
		return err_sys(err, errno, "owner and mode");
	return 0;
}

static int make_file(const struct segment_set *set, const struct node *node,
		const struct place_on_disk *at, struct err *err)
{
	int fd, rc;

	fd = openat(at->dir, at->new, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail(err, at->new);
	rc = write_file(set, node, fd, err);
	(void)close(fd);
	return rc;
}

static int make_link(const struct segment_set *set, const struct node *node,
		const struct place_on_disk *at, struct err *err)
{
	char target[PATH_MAX];
	const void *data = NULL;
	int64_t len = node_data(set, node, 0, node->size, &data);

	if (len <= 0 || (uint64_t)len != node->size || (size_t)len >= sizeof(target))
		return err_set(err, EIO, "what the mount has there is damaged");
	memcpy(target, data, (size_t)len);
	target[len] = '\0';
	if (symlinkat(target, at->dir, at->new) < 0)
		return fail(err, at->new);
	if (fchownat(at->dir, at->new, node->uid, node->gid, AT_SYMLINK_NOFOLLOW) < 0)
		return fail(err, at->new);
	return 0;
}

/* What has the name now gets the backup's name as well. */
static int keep_old(const struct place_on_disk *at, struct err *err)
{
	struct stat st;

	if (fstatat(at->dir, at->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : fail(err, at->name);
	if (S_ISDIR(st.st_mode))
		return err_set(err, EISDIR, "a folder stands there: move it away");
	if (unlinkat(at->dir, at->backup, 0) < 0 && errno != ENOENT)
		return fail(err, at->backup);
	return linkat(at->dir, at->name, at->dir, at->backup, 0) < 0 ? fail(err, at->backup) : 0;
}

static int replace(const struct segment_set *set, const struct node *node, const char *path,
		struct err *err)
{
	struct place_on_disk at = {.dir = -1};
	int rc;

	rc = open_place(path, &at, err);
	if (rc < 0)
		return rc;
	(void)unlinkat(at.dir, at.new, 0); /* of an attempt that was cut off */
	rc = node->kind == NODE_LINK ? make_link(set, node, &at, err)
				     : make_file(set, node, &at, err);
	if (rc == 0)
		rc = keep_old(&at, err);
	if (rc == 0 && renameat(at.dir, at.new, at.dir, at.name) < 0)
		rc = fail(err, at.name);
	if (rc == 0)
		rc = file_sync_dir(at.dir, err);
	if (rc < 0)
		(void)unlinkat(at.dir, at.new, 0);
	(void)close(at.dir);
	return rc;
}

static int make_node(const struct segment_set *set, const struct node *node, const char *path,
		struct err *err);

static int make_folder(const struct segment_set *set, const struct node *node, const char *path,
		struct err *err)
{
	struct buf below = BUF_INIT;
	struct node entry;
	uint32_t i;
	int rc = file_make_dirs(path, node->mode, err);

	for (i = 0; i < node->count && rc == 0; i++) {
		if (node_entry(set, node, i, &entry) < 0) {
			rc = err_set(err, EIO, "what the mount has there is damaged");
			break;
		}
		buf_clear(&below);
		buf_printf(&below, "%s/%.*s", path, (int)entry.name_len, entry.name);
		rc = buf_ok(&below) ? make_node(set, &entry, buf_str(&below), err)
				    : err_sys(err, ENOMEM, "'%s'", path);
	}
	buf_release(&below);
	return rc;
}

/* Recursion ends with the tree: NODE_DEPTH_MAX. */
static int make_node(const struct segment_set *set, const struct node *node, const char *path,
		struct err *err)
{
	if (node->kind == NODE_DIR)
		return make_folder(set, node, path, err);
	return replace(set, node, path, err);
}

/* The file that PATH leads to, so that a link stays one; PATH itself if there is none. */
static const char *behind_links(const char *path, const struct node *node, char *resolved)
{
	return node->kind == NODE_FILE && realpath(path, resolved) ? resolved : path;
}

int live_apply(const struct segment_set *set, const struct live_difference *difference,
		struct err *err)
{
	const struct node *node = difference->node;
	char resolved[PATH_MAX];
	const char *path = behind_links(difference->live, node, resolved);

	switch (difference->state) {
	case LIVE_MODE:
		return chmod(path, node->mode) < 0 ? fail(err, path) : 0;
	case LIVE_OWNER:
		/* Also the mode: a change of owner takes setuid and setgid away. */
		if (chown(path, node->uid, node->gid) < 0 || chmod(path, node->mode) < 0)
			return fail(err, path);
		return 0;
	default:
		return make_node(set, node, path, err);
	}
}
