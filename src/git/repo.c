#include "src/git/repo.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <git2/sys/repository.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/path.h"
#include "src/base/str.h"
#include "src/git/library.h"
#include "src/git/regular.h"
#include "src/git/stores.h"

#define LINK_MAX_BYTES	 (64u << 10) /* of a file that names another place, or of HEAD */
#define CONFIG_MAX_BYTES (32u << 20)

/* What libgit2 cannot read, in the words of the repository's own configuration. */
struct unsupported {
	const char *key;
	const char *value; /* NULL: any; else only this one is refused */
	bool unless;	   /* VALUE is the one that is fine */
	const char *remedy;
};

static const struct unsupported unsupported[] = {
		{"extensions.objectformat", "sha1", true,
				"it uses SHA-256 object ids; serve a clone that was made with "
				"--object-format=sha1"},
		{"extensions.refstorage", "files", true,
				"it keeps its refs in a format other than files; run: git refs "
				"migrate "
				"--ref-format=files"},
		{"extensions.partialclone", NULL, false,
				"it is a partial clone, which fetches what is missing on demand; "
				"serve "
				"a full clone"},
		{"extensions.worktreeconfig", "true", false,
				"it has configuration for each worktree; serve a bare clone, or "
				"run: "
				"git config --unset extensions.worktreeConfig"},
};

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

/* PATH/.git if there is one, else PATH: both as git does it. */
static int find_git(const char *path, struct buf *git, struct err *err)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return err_sys(err, errno, "repository '%s'", path);
	buf_printf(git, "%s/.git", path);
	if (!buf_ok(git))
		return err_set(err, ENOMEM, "out of memory");
	if (stat(git->data, &st) == 0)
		return 0;
	buf_clear(git);
	buf_add_str(git, path);
	return buf_ok(git) ? 0 : err_set(err, ENOMEM, "out of memory");
}

static bool is_refused(git_config *config, const struct unsupported *item)
{
	git_config_entry *entry = NULL;
	bool refused;

	if (git_config_get_entry(&entry, config, item->key) < 0)
		return false;
	refused = !item->value || !entry->value ||
			(strcasecmp(entry->value, item->value) == 0) != item->unless;
	git_config_entry_free(entry);
	return refused;
}

/*
 * The folder that holds `config`, for PATH that may be a .git file or a linked worktree's folder.
 */
static int open_config(const char *path, git_config **out)
{
	char file[PATH_MAX];

	if (snprintf(file, sizeof(file), "%s/config", path) >= PATH_MAX)
		return -1;
	return git_config_open_ondisk(out, file);
}

/* Why libgit2 did not open it, if the configuration says so: NULL if not. */
static const struct unsupported *find_unsupported(const char *path)
{
	const struct unsupported *found = NULL;
	git_config *config = NULL;

	if (open_config(path, &config) < 0)
		return NULL;
	for (size_t i = 0; i < sizeof(unsupported) / sizeof(unsupported[0]) && !found; i++) {
		if (is_refused(config, &unsupported[i]))
			found = &unsupported[i];
	}
	git_config_free(config);
	return found;
}

/* The folder of PATH when PATH is a worktree's .git; that is what safe.directory has to name. */
static void trusted_name(const char *path, char name[static PATH_MAX])
{
	char full[PATH_MAX];
	size_t len;

	str_copy(name, PATH_MAX, realpath(path, full) ? full : path);
	len = strlen(name);
	if (len > strlen("/.git") && str_has_suffix(name, "/.git"))
		name[len - strlen("/.git")] = '\0';
}

/*
 * Who a repository belongs to is asked by libgit2 since 1.5, and not in all of its versions by the
 * same rules; so it is done here: a repository is ours, or the global configuration trusts it.
 */
static bool is_ours(const char *path)
{
	const char *sudo = geteuid() == 0 ? getenv("SUDO_UID") : NULL;
	struct stat st;

	if (stat(path, &st) < 0)
		return false;
	return st.st_uid == geteuid() || (sudo && st.st_uid == strtoul(sudo, NULL, 10));
}

/* What safe.directory says of NAME so far: an empty entry forgets those before it, as with git. */
struct trusted {
	const char *name;
	bool is_trusted;
};

static int add_trusted(const git_config_entry *entry, void *payload)
{
	struct trusted *trusted = payload;
	const char *value = entry->value ? entry->value : "";

	if (value[0] == '\0')
		trusted->is_trusted = false;
	else if (strcmp(value, "*") == 0 || strcmp(value, trusted->name) == 0)
		trusted->is_trusted = true;
	return 0;
}

/* By the user's and the machine's configuration; that of the repository has no say. */
static bool is_trusted(const char *name)
{
	struct trusted trusted = {.name = name};
	git_config *config = NULL;

	if (git_config_open_default(&config) == 0)
		(void)git_config_get_multivar_foreach(
				config, "safe.directory", NULL, add_trusted, &trusted);
	git_config_free(config);
	return trusted.is_trusted;
}

/* GIT is the folder, or the file, that a repository was opened by, GIT_DIR where that leads. */
static int check_owner(const char *git, const char *git_dir, struct err *err)
{
	char name[PATH_MAX];
	struct stat st;

	trusted_name(git, name);
	if ((is_ours(name) && is_ours(git) && is_ours(git_dir)) || is_trusted(name))
		return 0;
	if (stat(is_ours(name) ? git_dir : name, &st) < 0)
		return err_sys(err, errno, "repository '%s'", name);
	return err_set(err, EPERM,
			"repository '%s' belongs to another user (uid %u); if you trust it, run as "
			"the user of this process: git config --global --add safe.directory '%s'",
			name, (unsigned)st.st_uid, name);
}

static int open_error(const char *path, int rc, struct err *err)
{
	const struct unsupported *why;

	(void)library_error(err, rc, "repository '%s' cannot be opened", path);
	why = find_unsupported(path);
	if (why)
		return err_set(err, ENOTSUP, "repository '%s' cannot be read: %s", path,
				why->remedy);
	if (rc == GIT_ENOTFOUND)
		return err_set(err, ENOENT, "'%s' is not a Git repository", path);
	return err ? -err->code : -library_errno(rc);
}

/* Newer versions open what 1.5 refuses, and then read it wrongly or not at all. */
static int check_format(struct repo *repo, struct err *err)
{
	const struct unsupported *why = find_unsupported(repo->common_dir);

	if (why && why->value && why->unless)
		return err_set(err, ENOTSUP, "repository '%s' cannot be read: %s", repo->common_dir,
				why->remedy);
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

/* GIT is what find_git() found: a folder, or a file that names one. */
static int check_layout(const char *source, const char *git, struct err *err)
{
	struct buf dir = BUF_INIT, common = BUF_INIT;
	struct stat st;
	int rc = 0;

	if (stat(git, &st) == 0 && !S_ISDIR(st.st_mode))
		rc = read_link(source, ".git", "gitdir: ", &dir, err);
	else
		buf_add_str(&dir, git);
	if (rc == 0)
		rc = check_files(buf_str(&dir), err);
	if (rc == 0)
		rc = read_link(buf_str(&dir), "commondir", "", &common, err);
	if (rc == 0)
		rc = check_files(buf_str(&common), err);
	buf_release(&common);
	buf_release(&dir);
	return rc == -ENOENT ? 0 : rc; /* libgit2 says what is missing */
}

static int open_handle(const char *path, git_repository **out, struct err *err)
{
	git_repository *handle = NULL;
	struct buf git = BUF_INIT;
	int rc;

	rc = find_git(path, &git, err);
	if (rc == 0)
		rc = check_layout(path, git.data, err);
	if (rc < 0) {
		rc = rc == -EINVAL || rc == -EFBIG ? err_wrap(err, "repository '%s'", path) : rc;
		goto out;
	}
	rc = git_repository_open_ext(&handle, git.data, GIT_REPOSITORY_OPEN_NO_SEARCH, NULL);
	if (rc < 0)
		rc = open_error(git.data, rc, err);
	else
		rc = check_owner(git.data, git_repository_path(handle), err);
	if (rc == 0) {
		*out = handle;
		handle = NULL;
	}
out:
	git_repository_free(handle);
	buf_release(&git);
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
	rc = check_format(repo, err);
	if (rc < 0)
		return rc;
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
