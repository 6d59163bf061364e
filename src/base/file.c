#include "src/base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/err.h"

#define STREAM_STEP 65536 /* bytes */
#define SEALS	    (F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

/* Bytes asked for when the size is unknown, as in /proc. */
#define READ_STEP 65536

static ssize_t read_some(int fd, void *data, size_t len)
{
	ssize_t got;

	do
		got = read(fd, data, len);
	while (got < 0 && errno == EINTR);
	return got;
}

/* Append what FD has; OUT may hold part of it on failure. */
static int read_fd(int fd, const char *path, size_t limit, struct buf *out, struct err *err)
{
	size_t total = 0, step = READ_STEP;
	struct stat st;
	ssize_t got;

	if (fstat(fd, &st) == 0 && st.st_size > 0 && (uint64_t)st.st_size <= limit)
		step = (size_t)st.st_size + 1; /* one more shows the end, or growth */
	for (;;) {
		buf_reserve(out, step);
		if (!buf_ok(out))
			return err_sys(err, ENOMEM, "read '%s'", path);
		got = read_some(fd, out->data + out->len, step);
		if (got < 0)
			return err_sys(err, errno, "read '%s'", path);
		if (got == 0)
			return 0;
		out->len += (size_t)got;
		out->data[out->len] = '\0';
		total += (size_t)got;
		if (total > limit)
			return err_set(err, EFBIG, "read '%s': larger than %zu bytes", path, limit);
		step = READ_STEP;
	}
}

int file_read(int dir_fd, const char *path, size_t limit, struct buf *out, struct err *err)
{
	size_t before = out->len;
	int fd, rc;

	fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return err_sys(err, errno, "open '%s'", path);
	rc = read_fd(fd, path, limit, out, err);
	(void)close(fd);
	if (rc < 0 && out->data) {
		out->len = before;
		out->data[before] = '\0';
	}
	return rc;
}

int file_write_all(int fd, const void *data, size_t len, struct err *err)
{
	const char *p = data;
	ssize_t put;

	while (len > 0) {
		put = write(fd, p, len);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return err_sys(err, errno, "write");
		p += put;
		len -= (size_t)put;
	}
	return 0;
}

int file_sync_dir(int dir_fd, struct err *err)
{
	if (fsync(dir_fd) < 0)
		return err_sys(err, errno, "fsync folder");
	return 0;
}

/* Open the folder that holds PATH; *BASE points at the last component, inside PATH. */
static int open_parent(int dir_fd, const char *path, const char **base, struct err *err)
{
	const char *slash = strrchr(path, '/');
	char *parent;
	int fd, code;

	*base = slash ? slash + 1 : path;
	if (!slash)
		parent = strdup(".");
	else
		parent = strndup(path, slash == path ? 1 : (size_t)(slash - path));
	if (!parent)
		return err_sys(err, ENOMEM, "open folder of '%s'", path);
	fd = openat(dir_fd, parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	code = errno;
	free(parent);
	if (fd < 0)
		return err_sys(err, code, "open folder of '%s'", path);
	return fd;
}

/* A new file of a name nobody else has; NAME holds 32 bytes. */
static int create_temp(int dir_fd, char *name, struct err *err)
{
	uint64_t number;
	int fd;

	do {
		if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number))
			return err_sys(err, errno, "random bytes");
		(void)snprintf(name, 32, ".tmp-%016" PRIx64, number);
		fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
				0600);
	} while (fd < 0 && errno == EEXIST);
	if (fd < 0)
		return err_sys(err, errno, "create temporary file");
	return fd;
}

/* Everything that must be true of the file before its name may appear. */
static int fill_temp(int fd, const void *data, size_t len, mode_t mode, struct err *err)
{
	int rc;

	rc = file_write_all(fd, data, len, err);
	if (rc < 0)
		return rc;
	if (fchmod(fd, mode) < 0) /* exactly MODE, whatever the umask */
		return err_sys(err, errno, "chmod");
	if (fsync(fd) < 0)
		return err_sys(err, errno, "fsync");
	return 0;
}

static int replace_in(int dir_fd, const char *base, const void *data, size_t len, mode_t mode,
		struct err *err)
{
	char name[32];
	int fd, rc;

	fd = create_temp(dir_fd, name, err);
	if (fd < 0)
		return fd;
	rc = fill_temp(fd, data, len, mode, err);
	if (close(fd) < 0 && rc == 0)
		rc = err_sys(err, errno, "close");
	if (rc == 0 && renameat(dir_fd, name, dir_fd, base) < 0)
		rc = err_sys(err, errno, "rename");
	if (rc < 0) {
		(void)unlinkat(dir_fd, name, 0);
		return rc;
	}
	return file_sync_dir(dir_fd, err);
}

int file_replace(int dir_fd, const char *path, const void *data, size_t len, mode_t mode,
		struct err *err)
{
	const char *base;
	int parent_fd, rc;

	parent_fd = open_parent(dir_fd, path, &base, err);
	if (parent_fd < 0)
		return parent_fd;
	rc = replace_in(parent_fd, base, data, len, mode, err);
	if (rc < 0)
		(void)err_wrap(err, "replace '%s'", path);
	(void)close(parent_fd);
	return rc;
}

static int make_dir(const char *path, mode_t mode, struct err *err)
{
	struct stat st;

	if (mkdir(path, mode) == 0) {
		/* A folder that others must reach is not left to the umask. */
		if (chmod(path, mode) < 0)
			return err_sys(err, errno, "chmod '%s'", path);
		return 0;
	}
	if (errno != EEXIST)
		return err_sys(err, errno, "create folder '%s'", path);
	if (stat(path, &st) < 0)
		return err_sys(err, errno, "create folder '%s'", path);
	if (!S_ISDIR(st.st_mode))
		return err_sys(err, ENOTDIR, "create folder '%s'", path);
	return 0;
}

int file_make_dirs(const char *path, mode_t mode, struct err *err)
{
	char *copy, *slash;
	int rc = 0;

	copy = strdup(path);
	if (!copy)
		return err_sys(err, ENOMEM, "create folder '%s'", path);
	slash = copy + strspn(copy, "/");
	while (rc == 0 && (slash = strchr(slash, '/')) != NULL) {
		*slash = '\0';
		if (slash[1 + strspn(slash + 1, "/")] != '\0') /* else PATH ends in a slash */
			rc = make_dir(copy, 0755, err);
		*slash = '/';
		slash += strspn(slash, "/");
	}
	if (rc == 0)
		rc = make_dir(copy, mode, err);
	free(copy);
	return rc;
}

/*
 * Removing a tree of any depth with two descriptors and no recursion: a folder found below the top
 * is moved up into the top before its parent is removed, so nothing ever lies deeper than two
 * levels below the descriptor at hand. Walking down and up again would need either a descriptor for
 * each level or trust in "..".
 */
struct removal {
	const char *path; /* for messages */
	int top_fd;
	dev_t dev;
	uint64_t next; /* number of the next folder that is moved up */
};

static int hoist(struct removal *job, int dir_fd, const char *name, struct err *err)
{
	char moved[32];

	do {
		(void)snprintf(moved, sizeof(moved), ".removed-%" PRIu64, job->next++);
		if (renameat2(dir_fd, name, job->top_fd, moved, RENAME_NOREPLACE) == 0)
			return 0;
	} while (errno == EEXIST);
	return err_sys(err, errno, "remove '%s' below '%s'", name, job->path);
}

/* unlink(2) on a folder: EISDIR on Linux, EPERM by POSIX. 0, 1: it is a folder, or negative. */
static int unlink_entry(struct removal *job, int dir_fd, const char *name, struct err *err)
{
	struct stat st;
	int code;

	if (unlinkat(dir_fd, name, 0) == 0 || errno == ENOENT)
		return 0;
	code = errno;
	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode))
		return 1;
	return err_sys(err, code, "remove '%s' below '%s'", name, job->path);
}

/* The next entry that is not "." or ".."; NULL at the end (errno 0) or on failure. */
static const char *next_entry(DIR *dir)
{
	struct dirent *entry;

	do {
		errno = 0;
		entry = readdir(dir);
	} while (entry && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
	return entry ? entry->d_name : NULL;
}

static DIR *open_dir(int dir_fd, const char *name)
{
	int fd, code;
	DIR *dir;

	fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	dir = fdopendir(fd);
	if (!dir) {
		code = errno;
		(void)close(fd);
		errno = code;
	}
	return dir;
}

/* Take away everything in DIR: files are unlinked, folders move up. */
static int empty_dir(struct removal *job, DIR *dir, struct err *err)
{
	const char *name;
	struct stat st;
	int rc;

	if (fstat(dirfd(dir), &st) < 0)
		return err_sys(err, errno, "remove '%s'", job->path);
	if (st.st_dev != job->dev)
		return err_set(err, EBUSY, "remove '%s': something is mounted below it", job->path);
	while ((name = next_entry(dir)) != NULL) {
		rc = unlink_entry(job, dirfd(dir), name, err);
		if (rc == 1)
			rc = hoist(job, dirfd(dir), name, err);
		if (rc < 0)
			return rc;
	}
	if (errno)
		return err_sys(err, errno, "read folder below '%s'", job->path);
	return 0;
}

/* Remove the folder NAME that lies directly in the top. */
static int remove_child(struct removal *job, const char *name, struct err *err)
{
	DIR *dir;
	int rc;

	if (unlinkat(job->top_fd, name, AT_REMOVEDIR) == 0)
		return 0;
	if (errno != ENOTEMPTY && errno != EEXIST)
		return err_sys(err, errno, "remove '%s' below '%s'", name, job->path);
	dir = open_dir(job->top_fd, name);
	if (!dir)
		return err_sys(err, errno, "open folder '%s' below '%s'", name, job->path);
	rc = empty_dir(job, dir, err);
	(void)closedir(dir);
	if (rc == 0 && unlinkat(job->top_fd, name, AT_REMOVEDIR) < 0)
		rc = err_sys(err, errno, "remove '%s' below '%s'", name, job->path);
	return rc;
}

/* One pass over the top: 1 if it removed a folder, which may have left others there; else 0. */
static int sweep(struct removal *job, DIR *top, struct err *err)
{
	const char *name;
	int rc, folders = 0;

	rewinddir(top);
	while ((name = next_entry(top)) != NULL) {
		rc = unlink_entry(job, job->top_fd, name, err);
		if (rc == 1) {
			rc = remove_child(job, name, err);
			folders = 1;
		}
		if (rc < 0)
			return rc;
	}
	if (errno)
		return err_sys(err, errno, "read folder '%s'", job->path);
	return folders;
}

int file_remove_tree(int dir_fd, const char *path, struct err *err)
{
	struct removal job = {.path = path};
	struct stat st;
	DIR *top;
	int rc;

	if (unlinkat(dir_fd, path, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return err_sys(err, errno, "remove '%s'", path);
	top = open_dir(dir_fd, path);
	if (!top)
		return err_sys(err, errno, "open folder '%s'", path);
	job.top_fd = dirfd(top);
	rc = fstat(job.top_fd, &st) < 0 ? err_sys(err, errno, "remove '%s'", path) : 1;
	job.dev = st.st_dev;
	while (rc > 0)
		rc = sweep(&job, top, err);
	(void)closedir(top);
	if (rc == 0 && unlinkat(dir_fd, path, AT_REMOVEDIR) < 0)
		rc = err_sys(err, errno, "remove '%s'", path);
	return rc;
}

int file_memory(const char *name, const void *data, size_t len, int *fd, struct err *err)
{
	int new_fd, rc;

	new_fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (new_fd < 0)
		return err_sys(err, errno, "memory file '%s'", name);
	rc = file_write_all(new_fd, data, len, err);
	if (rc < 0) {
		(void)err_wrap(err, "memory file '%s'", name);
		goto fail;
	}
	if (fcntl(new_fd, F_ADD_SEALS, SEALS) < 0 || lseek(new_fd, 0, SEEK_SET) < 0) {
		rc = err_sys(err, errno, "seal memory file '%s'", name);
		goto fail;
	}
	*fd = new_fd;
	return 0;
fail:
	(void)close(new_fd);
	return rc;
}

int file_read_stream(int fd, size_t limit, struct buf *out)
{
	size_t before = out->len;
	ssize_t got;

	for (;;) {
		buf_reserve(out, STREAM_STEP + 1);
		if (!buf_ok(out))
			return -ENOMEM;
		got = read(fd, out->data + out->len, STREAM_STEP);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		out->len += (size_t)got;
		out->data[out->len] = '\0'; /* as all buffers end */
		if (got == 0)
			return out->len > before ? 0 : -EPIPE;
		if (out->len - before > limit)
			return -EMSGSIZE;
	}
}
