#include "src/cmd/mounts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/mountinfo.h"
#include "src/base/path.h"
#include "src/base/str.h"
#include "src/base/vec.h"
#include "src/cmd/places.h"

#define MOUNT_TYPE "fuse.refmount"
#define SHOWN_MAX  20 /* names in a message */

void mount_release(struct mount *mount)
{
	free(mount->name);
	free(mount->path);
	free(mount->run_dir);
	*mount = (struct mount)MOUNT_INIT;
}

void mounts_release(struct mounts *mounts)
{
	size_t i;

	for (i = 0; i < mounts->count; i++)
		mount_release(&mounts->items[i]);
	free(mounts->items);
	*mounts = (struct mounts)MOUNTS_INIT;
}

/* The mount point that RUN_DIR/mount holds, in OUT without its newline. */
static bool read_mount_file(const char *run_dir, struct buf *out)
{
	struct buf path = BUF_INIT;
	bool is_read;

	path_join(&path, run_dir, "mount");
	buf_clear(out);
	is_read = buf_ok(&path) && file_read(AT_FDCWD, path.data, PATH_MAX, out, NULL) == 0;
	buf_release(&path);
	if (!is_read || !buf_ok(out) || out->len == 0)
		return false;
	out->data[strcspn(out->data, "\n")] = '\0';
	return out->data[0] == '/';
}

static int add(struct mounts *mounts, const char *name, const char *path, const char *run_dir)
{
	struct mount mount = {
			.name = strdup(name), .path = strdup(path), .run_dir = strdup(run_dir)};

	if (!mount.name || !mount.path || !mount.run_dir ||
			vec_reserve(&mounts->items, &mounts->cap, mounts->count + 1,
					sizeof(*mounts->items)) < 0) {
		mount_release(&mount);
		return -ENOMEM;
	}
	mounts->items[mounts->count++] = mount;
	return 0;
}

/* Add what BASE holds; a folder that is missing or closed to us holds nothing. */
static int add_base(struct mounts *mounts, const char *base)
{
	struct buf run_dir = BUF_INIT, path = BUF_INIT;
	const struct dirent *entry;
	DIR *dir = opendir(base);
	int rc = 0;

	while (dir && rc == 0 && (entry = readdir(dir)) != NULL) {
		if (!path_is_name(entry->d_name))
			continue;
		path_join(&run_dir, base, entry->d_name);
		if (buf_ok(&run_dir) && read_mount_file(run_dir.data, &path))
			rc = add(mounts, entry->d_name, path.data, run_dir.data);
	}
	if (dir)
		(void)closedir(dir);
	buf_release(&path);
	buf_release(&run_dir);
	return rc;
}

static bool mark_mounted(void *arg, const struct mountinfo *info)
{
	struct mounts *mounts = arg;
	size_t i;

	if (strcmp(info->type, MOUNT_TYPE) != 0)
		return false;
	for (i = 0; i < mounts->count; i++) {
		if (strcmp(mounts->items[i].path, info->path) == 0)
			mounts->items[i].is_mounted = true;
	}
	return false;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct mount *)a)->name, ((const struct mount *)b)->name);
}

int mounts_list(struct mounts *out, struct err *err)
{
	struct mounts mounts = MOUNTS_INIT;
	struct buf base = BUF_INIT;
	int rc;

	rc = places_run_base(&base, err);
	if (rc < 0)
		goto out;
	rc = add_base(&mounts, base.data);
	if (rc == 0 && strcmp(base.data, PLACES_RUN_ROOT) != 0)
		rc = add_base(&mounts, PLACES_RUN_ROOT);
	if (rc < 0) {
		rc = err_sys(err, -rc, "list of mounts");
		goto out;
	}
	rc = mountinfo_each(mark_mounted, &mounts, err);
	if (rc < 0)
		goto out;
	if (mounts.count > 1)
		qsort(mounts.items, mounts.count, sizeof(*mounts.items), compare_names);
	*out = mounts;
	mounts = (struct mounts)MOUNTS_INIT;
out:
	mounts_release(&mounts);
	buf_release(&base);
	return rc;
}

/* Move number I out of the list. */
static void take(struct mounts *mounts, size_t i, struct mount *out)
{
	*out = mounts->items[i];
	mounts->items[i] = (struct mount)MOUNT_INIT;
}

static int find_only(struct mounts *mounts, struct mount *out, struct err *err)
{
	struct buf names = BUF_INIT;
	size_t i, found = 0, count = 0;

	for (i = 0; i < mounts->count; i++) {
		if (!mounts->items[i].is_mounted)
			continue;
		found = i;
		if (count++ < SHOWN_MAX)
			buf_printf(&names, "%s%s", count > 1 ? ", " : "", mounts->items[i].name);
	}
	if (count == 1)
		take(mounts, found, out);
	else if (count == 0)
		(void)err_set(err, ENOENT, "nothing is mounted");
	else
		(void)err_set(err, EINVAL, "several mounts; say which: %s%s", buf_str(&names),
				count > SHOWN_MAX ? ", ..." : "");
	buf_release(&names);
	return count == 1 ? 0 : count == 0 ? -ENOENT : -EINVAL;
}

static bool find_name(struct mounts *mounts, const char *name, struct mount *out)
{
	size_t i;

	for (i = 0; i < mounts->count; i++) {
		if (strcmp(mounts->items[i].name, name) == 0) {
			take(mounts, i, out);
			return true;
		}
	}
	return false;
}

static bool find_path(struct mounts *mounts, const char *path, struct mount *out)
{
	size_t i;

	for (i = 0; i < mounts->count; i++) {
		if (strcmp(mounts->items[i].path, path) == 0) {
			take(mounts, i, out);
			return true;
		}
	}
	return false;
}

/*
 * Search of the kernel's table for one file system: all mount points of it, the known one or the
 * first.
 */
struct search {
	struct mounts *mounts;
	dev_t dev;
	struct mount found;
	char *first; /* a mount point that is in no run directory */
};

static bool search_device(void *arg, const struct mountinfo *info)
{
	struct search *search = arg;

	if (strcmp(info->type, MOUNT_TYPE) != 0 || makedev(info->major, info->minor) != search->dev)
		return false;
	if (find_path(search->mounts, info->path, &search->found))
		return true;
	if (!search->first)
		search->first = strdup(info->path);
	return false;
}

/* The mount that shows the file system DEV. */
static int find_device(struct mounts *mounts, dev_t dev, struct mount *out, struct err *err)
{
	struct search search = {.mounts = mounts, .dev = dev};
	int rc;

	rc = mountinfo_each(search_device, &search, err);
	if (rc == 0 && search.found.path) {
		*out = search.found;
	} else if (rc == 0 && search.first) {
		*out = (struct mount){.path = search.first, .is_mounted = true};
		search.first = NULL;
	} else if (rc == 0) {
		rc = -ENOENT;
	}
	free(search.first);
	return rc;
}

/* Without asking the file system: it may be dead. Final slashes do not count. */
static bool find_text(struct mounts *mounts, const char *what, struct mount *out)
{
	struct buf path = BUF_INIT;
	char here[PATH_MAX];
	bool is_found;

	if (what[0] == '/')
		buf_add_str(&path, what);
	else if (getcwd(here, sizeof(here)))
		path_join(&path, here, what);
	while (path.len > 1 && path.data[path.len - 1] == '/')
		path.data[--path.len] = '\0';
	is_found = buf_ok(&path) && find_path(mounts, buf_str(&path), out);
	buf_release(&path);
	return is_found;
}

static int not_found(const struct mounts *mounts, const char *what, struct err *err)
{
	const char **names = calloc(mounts->count + 1, sizeof(*names)), *near = NULL;
	size_t i;

	for (i = 0; names && i < mounts->count; i++)
		names[i] = mounts->items[i].name;
	if (names)
		near = str_suggest(what, names);
	if (near)
		(void)err_set(err, ENOENT, "no mount '%s' (did you mean '%s'?)", what, near);
	else
		(void)err_set(err, ENOENT, "no mount '%s'", what);
	free(names);
	return -ENOENT;
}

static int find(struct mounts *mounts, const char *what, struct mount *out, struct err *err)
{
	struct stat st;
	int rc;

	if (!what)
		return find_only(mounts, out, err);
	if (!strchr(what, '/') && find_name(mounts, what, out))
		return 0;
	if (stat(what, &st) == 0) {
		rc = find_device(mounts, st.st_dev, out, err);
		if (rc != -ENOENT)
			return rc;
	}
	return find_text(mounts, what, out) ? 0 : not_found(mounts, what, err);
}

int mounts_find(const char *what, struct mount *out, struct err *err)
{
	struct mounts mounts = MOUNTS_INIT;
	int rc;

	rc = mounts_list(&mounts, err);
	if (rc == 0)
		rc = find(&mounts, what, out, err);
	mounts_release(&mounts);
	return rc;
}
