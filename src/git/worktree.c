#include "src/git/worktree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/vec.h"
#include "src/git/library.h"
#include "src/git/objectid.h"
#include "src/git/verify.h"

#define ENTRIES_MAX 1000000 /* of one folder */

struct worktree {
	struct repo *repo;
	git_index *index;
	int root; /* descriptor of its folder */
};

/* A folder while it is listed. */
struct listing {
	struct worktree *worktree;
	const struct tree_spec *spec;
	int dir;
	struct buf path;  /* of the entry that is looked at */
	struct buf names; /* NUL-terminated, one behind the other */
	struct tree tree; /* until all are there, `name_len` is where in NAMES the name begins */
	size_t cap;
};

int worktree_open(struct repo *repo, struct worktree **out, struct err *err)
{
	const char *dir = git_repository_workdir(repo->handle);
	struct worktree *worktree;
	int rc;

	if (!dir)
		return err_set(err, ENOTDIR, "'%s' has no worktree", repo->git_dir);
	worktree = calloc(1, sizeof(*worktree));
	if (!worktree)
		return err_set(err, ENOMEM, "out of memory");
	worktree->repo = repo;
	worktree->root = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (worktree->root < 0) {
		rc = err_sys(err, errno, "worktree '%s'", dir);
		goto out;
	}
	rc = git_repository_index(&worktree->index, repo->handle);
	if (rc < 0) {
		rc = library_error(err, rc, "the index of '%s'", repo->git_dir);
		goto out;
	}
	*out = worktree;
	worktree = NULL;
	rc = 0;
out:
	worktree_close(worktree);
	return rc;
}

void worktree_close(struct worktree *worktree)
{
	if (!worktree)
		return;
	git_index_free(worktree->index);
	if (worktree->root >= 0)
		(void)close(worktree->root);
	free(worktree);
}

/*
 * The folder at PATH (LEN bytes; none: the root) as a descriptor, without following a link: it or
 * negative errno.
 */
static int open_folder(const struct worktree *worktree, const char *path, size_t len)
{
	int fd = openat(worktree->root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const char *at = path, *end = path + len;

	while (fd >= 0 && at < end) {
		size_t name_len = strcspn(at, "/");
		char name[NAME_MAX + 1];
		int next;

		if (name_len > (size_t)(end - at))
			name_len = (size_t)(end - at);
		if (name_len > NAME_MAX) {
			(void)close(fd);
			return -ENAMETOOLONG;
		}
		memcpy(name, at, name_len);
		name[name_len] = '\0';
		next = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (next < 0)
			next = errno == ELOOP ? -ENOTDIR : -errno;
		(void)close(fd);
		fd = next;
		at += name_len + (at[name_len] == '/');
	}
	return fd == -1 ? -errno : fd;
}

/* The target of the link NAME in folder DIR. */
static int read_link(int dir, const char *name, uint64_t limit, struct buf *out)
{
	char target[PATH_MAX];
	ssize_t len = readlinkat(dir, name, target, sizeof(target));

	if (len < 0)
		return -errno;
	if (len == sizeof(target) || (uint64_t)len > limit)
		return -EFBIG;
	buf_add(out, target, (size_t)len);
	return buf_ok(out) ? 0 : -ENOMEM;
}

static int read_entry(int dir, const char *name, uint64_t limit, struct buf *out, struct stat *st)
{
	if (fstatat(dir, name, st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (S_ISLNK(st->st_mode))
		return read_link(dir, name, limit, out);
	if (S_ISDIR(st->st_mode))
		return -EISDIR;
	if (!S_ISREG(st->st_mode))
		return -EINVAL;
	return file_read(dir, name, limit, out, NULL);
}

static void add_finding(struct listing *listing, const char *what)
{
	struct buf path = BUF_INIT;

	verify_escape(&path, buf_str(&listing->path), listing->path.len);
	diag_add(listing->spec->findings, DIAG_ERROR, buf_str(&path), 0, 0, "%s", what);
	buf_release(&path);
}

static void add_too_large(struct listing *listing)
{
	char what[64];

	(void)snprintf(what, sizeof(what), "the file has more than the %llu bytes that it may",
			(unsigned long long)listing->spec->limit);
	add_finding(listing, what);
}

static bool is_tracked(const struct listing *listing)
{
	return git_index_get_bypath(listing->worktree->index, buf_str(&listing->path), 0) != NULL;
}

/* Is anything below the folder tracked? */
static bool has_tracked(struct listing *listing)
{
	bool found;

	buf_add_char(&listing->path, '/');
	found = git_index_find_prefix(NULL, listing->worktree->index, buf_str(&listing->path)) == 0;
	listing->path.data[--listing->path.len] = '\0';
	return found;
}

static bool is_ignored(struct listing *listing, bool is_dir)
{
	int ignored = 0;

	if (is_dir)
		buf_add_char(&listing->path, '/');
	if (git_ignore_path_is_ignored(
			    &ignored, listing->worktree->repo->handle, buf_str(&listing->path)) < 0)
		ignored = 0;
	if (is_dir)
		listing->path.data[--listing->path.len] = '\0';
	return ignored != 0;
}

/* What may stand in a tree under that name; WHAT is wrong is a finding. */
static const char *wrong_kind(struct listing *listing, const char *name, const struct stat *st)
{
	struct stat git;
	struct buf path = BUF_INIT;
	const char *wrong = verify_name(name, strlen(name));

	if (wrong || !S_ISDIR(st->st_mode))
		return wrong;
	buf_printf(&path, "%s/.git", name);
	if (buf_ok(&path) && fstatat(listing->dir, path.data, &git, AT_SYMLINK_NOFOLLOW) == 0)
		wrong = verify_mode(0160000);
	buf_release(&path);
	return wrong;
}

static enum tree_kind kind_of(const struct stat *st)
{
	if (S_ISDIR(st->st_mode))
		return TREE_DIR;
	if (S_ISLNK(st->st_mode))
		return TREE_LINK;
	return st->st_mode & S_IXUSR ? TREE_EXECUTABLE : TREE_FILE;
}

/* The id of a file or link: 0, -EFBIG, other errno. */
static int identify(int dir, const char *name, uint64_t limit, struct oid *out)
{
	struct buf bytes = BUF_INIT;
	struct stat st;
	int rc = read_entry(dir, name, limit, &bytes, &st);

	if (rc == 0)
		rc = objectid_blob(buf_str(&bytes), bytes.len, out);
	buf_release(&bytes);
	return rc;
}

static int add_entry(struct listing *listing, const char *name, const struct stat *st)
{
	struct tree *tree = &listing->tree;
	struct tree_entry entry = {.kind = kind_of(st), .name_len = listing->names.len};
	int rc = 0;

	if (entry.kind != TREE_DIR)
		rc = identify(listing->dir, name, listing->spec->limit, &entry.oid);
	if (rc == -EFBIG) {
		add_too_large(listing);
		return 0;
	}
	if (rc < 0)
		return rc;
	if (vec_reserve(&tree->entries, &listing->cap, tree->count + 1, sizeof(*tree->entries)) < 0)
		return -ENOMEM;
	buf_add(&listing->names, name, strlen(name) + 1);
	tree->entries[tree->count++] = entry;
	return buf_ok(&listing->names) ? 0 : -ENOMEM;
}

/* Would Git take it? What is neither file, link nor folder is nothing to Git. */
static bool is_taken(struct listing *listing, const struct stat *st)
{
	if (S_ISDIR(st->st_mode))
		return has_tracked(listing) || !is_ignored(listing, true);
	if (!S_ISREG(st->st_mode) && !S_ISLNK(st->st_mode))
		return false;
	return is_tracked(listing) || !is_ignored(listing, false);
}

static int look_at(struct listing *listing, const char *name)
{
	struct stat st;
	const char *wrong;

	if (fstatat(listing->dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!is_taken(listing, &st))
		return 0;
	wrong = wrong_kind(listing, name, &st);
	if (wrong) {
		add_finding(listing, wrong);
		return 0;
	}
	return add_entry(listing, name, &st);
}

static int list_all(struct listing *listing, DIR *stream)
{
	size_t path_len = listing->path.len;
	struct dirent *item;
	int rc = 0;

	while (rc == 0 && (item = readdir(stream))) {
		if (strcmp(item->d_name, ".") == 0 || strcmp(item->d_name, "..") == 0 ||
				strcmp(item->d_name, ".git") == 0)
			continue;
		if (listing->tree.count == ENTRIES_MAX)
			return -E2BIG;
		if (path_len > 0)
			buf_add_char(&listing->path, '/');
		buf_add_str(&listing->path, item->d_name);
		rc = buf_ok(&listing->path) ? look_at(listing, item->d_name) : -ENOMEM;
		listing->path.len = path_len;
	}
	return rc;
}

static int compare_names(const void *left, const void *right)
{
	const struct tree_entry *a = left, *b = right;

	return strcmp(a->name, b->name);
}

static void finish(struct listing *listing, struct tree *out)
{
	struct tree *tree = &listing->tree;

	tree->names = buf_steal(&listing->names);
	for (size_t i = 0; i < tree->count; i++) {
		struct tree_entry *entry = &tree->entries[i];

		entry->name = tree->names + entry->name_len;
		entry->name_len = strlen(entry->name);
	}
	if (tree->count > 0)
		qsort(tree->entries, tree->count, sizeof(*tree->entries), compare_names);
	*out = *tree;
	*tree = (struct tree)TREE_INIT;
}

int worktree_read(struct worktree *worktree, const struct tree_spec *spec, struct tree *out,
		struct err *err)
{
	struct listing listing = {.worktree = worktree, .spec = spec};
	DIR *stream = NULL;
	int rc;

	listing.dir = open_folder(worktree, spec->path, strlen(spec->path));
	if (listing.dir < 0)
		return err_sys(err, -listing.dir, "folder '%s'", spec->path);
	stream = fdopendir(listing.dir);
	if (!stream) {
		rc = err_sys(err, errno, "folder '%s'", spec->path);
		(void)close(listing.dir);
		return rc;
	}
	buf_add_str(&listing.path, spec->path);
	rc = list_all(&listing, stream);
	if (rc < 0)
		rc = err_sys(err, -rc, "'%s'", buf_str(&listing.path));
	else
		finish(&listing, out);
	tree_release(&listing.tree);
	buf_release(&listing.names);
	buf_release(&listing.path);
	(void)closedir(stream);
	return rc;
}

/* The folder of PATH, which is the caller's, and the name in it. */
static int open_parent(const struct worktree *worktree, const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');
	int fd = open_folder(worktree, path, slash ? (size_t)(slash - path) : 0);

	*name = slash ? slash + 1 : path;
	return fd == -ENOTDIR ? -ENOENT : fd;
}

int worktree_lookup(struct worktree *worktree, const char *path, uint64_t limit,
		struct tree_entry *out, struct err *err)
{
	struct tree_entry entry = {0};
	struct stat st;
	int dir, rc = 0;

	dir = open_parent(worktree, path, &entry.name);
	if (dir < 0)
		return err_sys(err, -dir, "'%s'", path);
	if (fstatat(dir, entry.name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		rc = -errno;
	else if (!S_ISDIR(st.st_mode))
		rc = identify(dir, entry.name, limit, &entry.oid);
	(void)close(dir);
	if (rc < 0 && rc != -EFBIG)
		return err_sys(err, -rc, "'%s'", path);
	entry.kind = kind_of(&st);
	entry.name_len = strlen(entry.name);
	*out = entry;
	return 0;
}

int worktree_file(struct worktree *worktree, const char *path, uint64_t limit, struct buf *out,
		struct err *err)
{
	const char *name;
	struct stat st;
	int dir, rc;

	dir = open_parent(worktree, path, &name);
	if (dir < 0)
		return err_sys(err, -dir, "'%s'", path);
	rc = read_entry(dir, name, limit, out, &st);
	(void)close(dir);
	if (rc == -EFBIG)
		return err_set(err, EFBIG, "'%s' is larger than %llu bytes", path,
				(unsigned long long)limit);
	return rc < 0 ? err_sys(err, -rc, "'%s'", path) : 0;
}
