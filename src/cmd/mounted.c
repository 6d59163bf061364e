#include "src/cmd/mounted.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/lines.h"
#include "src/base/oid.h"
#include "src/base/path.h"
#include "src/cmd/mounts.h"
#include "src/git/objectid.h"

/* fs/attributes.h */
#define RECORD	   "user.refmount.record"
#define OID	   "user.refmount.oid"
#define SECRET	   "user.refmount.secret"
#define VALUE_SIZE 64 /* bytes; more than these have */

int mounted_open(const struct mount *mount, const char *name, struct mounted *out, struct err *err)
{
	struct buf at = BUF_INIT, path = BUF_INIT;
	int fd = -1, rc = 0;

	path_join(&at, mount->path, ".refmount/at");
	path_join(&path, buf_str(&at), name);
	if (!buf_ok(&at) || !buf_ok(&path))
		rc = err_sys(err, ENOMEM, "revision '%s'", name);
	if (rc == 0) {
		fd = open(path.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0)
			rc = err_sys(err, errno, "revision '%s'", name);
	}
	if (rc == 0)
		out->fd = fd;
	buf_release(&path);
	buf_release(&at);
	return rc;
}

void mounted_close(struct mounted *mounted)
{
	if (mounted->fd >= 0)
		(void)close(mounted->fd);
	*mounted = (struct mounted)MOUNTED_INIT;
}

bool mounted_has(const struct mounted *mounted, const char *path)
{
	struct stat st;

	return fstatat(mounted->fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static int add_entry(DIR *dir, const char *name, struct entries *out, struct err *err)
{
	struct entry entry = {0};
	struct stat st;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return 0;
	if (fstatat(dirfd(dir), name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(err, errno, "'%s'", name);
	entry.mode = st.st_mode;
	entry.node = st.st_ino;
	if (entries_add(out, name, &entry) < 0)
		return err_sys(err, ENOMEM, "'%s'", name);
	return 0;
}

static int list_folder(void *arg, const char *path, struct entries *out, struct err *err)
{
	const struct mounted *mounted = arg;
	const struct dirent *item;
	int fd, rc = 0;
	DIR *dir;

	fd = openat(mounted->fd, *path ? path : ".",
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, errno, "'%s'", path);
	dir = fdopendir(fd);
	if (!dir) {
		rc = err_sys(err, errno, "'%s'", path);
		(void)close(fd);
		return rc;
	}
	errno = 0;
	while (rc == 0 && (item = readdir(dir)) != NULL) {
		rc = add_entry(dir, item->d_name, out, err);
		errno = 0;
	}
	if (rc == 0 && errno != 0)
		rc = err_sys(err, errno, "'%s'", path);
	(void)closedir(dir);
	return rc;
}

/* Attribute NAME of a file or folder: its length, or negative errno. */
static ssize_t get_attribute(const struct mounted *mounted, const char *path, const char *name,
		char value[static VALUE_SIZE])
{
	int fd = openat(mounted->fd, *path ? path : ".", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return -errno;
	len = fgetxattr(fd, name, value, VALUE_SIZE);
	if (len < 0)
		len = -errno;
	(void)close(fd);
	return len;
}

static int read_link(int fd, const char *path, struct buf *out, struct err *err)
{
	char target[PATH_MAX];
	ssize_t len = readlinkat(fd, path, target, sizeof(target));

	if (len < 0)
		return err_sys(err, errno, "'%s'", path);
	buf_add(out, target, (size_t)len);
	return 0;
}

/* Links have no attributes of this kind (xattr(7)), but little to read. */
static int identify_link(
		const struct mounted *mounted, const char *path, struct buf *out, struct err *err)
{
	struct buf target = BUF_INIT;
	char hex[OID_HEX_SIZE];
	struct oid oid;
	int rc;

	rc = read_link(mounted->fd, path, &target, err);
	if (rc == 0 && objectid_blob(buf_str(&target), target.len, &oid) == 0) {
		oid_format(&oid, hex);
		buf_add_str(out, hex);
	}
	buf_release(&target);
	return rc;
}

static int identify(void *arg, const char *path, const struct entry *entry, struct buf *out,
		struct err *err)
{
	char value[VALUE_SIZE];
	ssize_t len;

	if (S_ISLNK(entry->mode))
		return identify_link(arg, path, out, err);
	len = get_attribute(arg, path, S_ISDIR(entry->mode) ? RECORD : OID, value);
	if (len > 0)
		buf_add(out, value, (size_t)len);
	return 0;
}

static int read_entry(void *arg, const char *path, const struct entry *entry, struct buf *out,
		const char **hidden, struct err *err)
{
	const struct mounted *mounted = arg;
	struct err reason = ERR_INIT;
	char value[VALUE_SIZE];
	ssize_t len;
	int rc;

	if (S_ISLNK(entry->mode))
		return read_link(mounted->fd, path, out, err);
	len = get_attribute(mounted, path, SECRET, value);
	if (len >= 0 || len == -ERANGE) {
		*hidden = COMPARE_SECRET;
		return 0;
	}
	if (len != -ENODATA)
		return err_sys(err, (int)-len, "'%s'", path);
	rc = file_read(mounted->fd, path, LINES_TEXT_MAX, out, &reason);
	if (rc == -EFBIG) {
		*hidden = COMPARE_TOO_LARGE;
		return 0;
	}
	if (rc < 0)
		return err_set(err, -rc, "%s", reason.text);
	return 0;
}

struct compare_tree mounted_tree(struct mounted *mounted)
{
	return (struct compare_tree){
			.arg = mounted,
			.list = list_folder,
			.identify = identify,
			.read = read_entry,
	};
}
