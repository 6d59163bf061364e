/*
 * Everything is looked at before anything is written, and nothing that is there is ever written to: a repository that has a
 * life already either has room for all of the files, or stays as it is.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/file.h"
#include "src/base/proc.h"
#include "src/cmd/options.h"
#include "src/cmd/say.h"
#include "src/cmd/starter.h"
#include "src/cmd/verbs.h"
#include "src/git/repo.h"

/* --- what is there --- */

/* Is DIR the top of a worktree? 1 yes, 0 no, or negative errno when it is something that has no files. */
static int is_worktree(const char *dir, struct err *err)
{
	struct repo *repo = NULL;
	int rc = repo_open(dir, &repo, err);

	if (rc == -ENOENT)
		return 0;
	if (rc < 0)
		return rc;
	if (strcmp(repo_git_dir(repo), dir) == 0)
		rc = err_set(err, EINVAL,
				"'%s' is a bare repository: clone it, and begin in the clone", dir);
	repo_close(repo);
	return rc < 0 ? rc : 1;
}

/* Nodes look for refmount.yaml at the top of a repository: a folder somewhere inside of one would never be found. */
static int check_outside(const char *dir, struct err *err)
{
	char *parent = strdup(dir), *slash;
	int rc = parent ? 0 : err_set(err, ENOMEM, "out of memory");

	while (rc == 0 && (slash = strrchr(parent, '/')) && slash > parent) {
		struct repo *repo = NULL;

		*slash = '\0';
		if (repo_open(parent, &repo, NULL) == 0)
			rc = err_set(err, EEXIST,
					"'%s' is inside of the repository '%s': begin there, or "
					"make it a repository of its own first (git init '%s')",
					dir, parent, dir);
		repo_close(repo);
	}
	free(parent);
	return rc;
}

static bool is_there(int dir_fd, const char *path)
{
	struct stat st;

	return fstatat(dir_fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
}

static int check_free(int dir_fd, const char *dir, struct err *err)
{
	for (const struct starter_file *file = starter_files; file->path; file++) {
		if (!file->is_optional && is_there(dir_fd, file->path))
			return err_set(err, EEXIST, "'%s/%s' is there already: nothing was written",
					dir, file->path);
	}
	return 0;
}

/* --- what is made --- */

static int make_repository(const char *dir, struct err *err)
{
	const char *const argv[] = {"git", "init", "-q", "--", dir, NULL};
	int status, rc;

	rc = check_outside(dir, err);
	if (rc == 0)
		rc = proc_run(argv, &status, err);
	if (rc == 0 && status != 0)
		rc = err_set(err, EIO, "git init '%s' failed", dir);
	return rc;
}

static int write_file(int dir_fd, const char *dir, const struct starter_file *file, struct err *err)
{
	struct buf folder = BUF_INIT;
	int fd, rc = 0;

	buf_printf(&folder, "%s/%s", dir, file->path);
	if (!buf_ok(&folder))
		return err_set(err, ENOMEM, "out of memory");
	*strrchr(folder.data, '/') = '\0';
	rc = file_make_dirs(folder.data, 0755, err);
	buf_release(&folder);
	if (rc < 0)
		return rc;
	fd = openat(dir_fd, file->path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	if (fd < 0)
		return err_sys(err, errno, "'%s/%s'", dir, file->path);
	rc = file_write_all(fd, file->text, strlen(file->text), err);
	if (close(fd) < 0 && rc == 0)
		rc = err_sys(err, errno, "'%s/%s'", dir, file->path);
	return rc;
}

static int begin(const char *dir, struct err *err)
{
	int dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;

	if (dir_fd < 0)
		return err_sys(err, errno, "'%s'", dir);
	rc = is_worktree(dir, err);
	if (rc >= 0) {
		bool is_new = rc == 0;

		rc = check_free(dir_fd, dir, err);
		if (rc == 0 && is_new)
			rc = make_repository(dir, err);
	}
	for (const struct starter_file *file = starter_files; rc == 0 && file->path; file++) {
		if (!file->is_optional || !is_there(dir_fd, file->path))
			rc = write_file(dir_fd, dir, file, err);
	}
	(void)close(dir_fd);
	return rc;
}

/* --- */

/* TEXT as one word of a shell. */
static void add_word(struct buf *out, const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "/._-+,:@%";

	if (strspn(text, plain) == strlen(text)) {
		buf_add_str(out, text);
		return;
	}
	buf_add_char(out, '\'');
	for (; *text; text++)
		*text == '\'' ? buf_add_str(out, "'\\''") : buf_add_char(out, *text);
	buf_add_char(out, '\'');
}

static void print_next(const char *dir)
{
	struct buf word = BUF_INIT;

	add_word(&word, dir);
	(void)printf("next: cd %s && git add -A && git commit -m 'Begin' && refmount check . "
		     "--all-facts && mkdir -p ~/live && refmount mount . ~/live\n",
			buf_str(&word));
	buf_release(&word);
}

static int run(const struct command *command, int argc, char **argv)
{
	struct err err = ERR_INIT;
	char *dir;
	int rc;

	rc = options_parse(command, argc, argv, NULL, &err);
	if (rc < 0)
		return say_error("%s", err.text);
	if (rc > 0 && file_make_dirs(argv[0], 0755, &err) < 0)
		return say_error("%s", err.text);
	dir = realpath(rc > 0 ? argv[0] : ".", NULL);
	if (!dir)
		return say_error("'%s': %s", rc > 0 ? argv[0] : ".", strerror(errno));
	rc = begin(dir, &err);
	if (rc == 0)
		print_next(dir);
	free(dir);
	return rc < 0 ? say_error("%s", err.text) : EXIT_DONE;
}

const struct command cmd_init = {
		.name = "init",
		.usage = "[DIR]",
		.summary = "Begin a repository of configuration, with a comment for everything",
		.about = "DIR (default: here) becomes a Git repository, unless it is one, with a "
			 "refmount.yaml, values in\nlayers, a template and a schema. Nothing that "
			 "is "
			 "there is written to.",
		.example = "refmount init ~/config",
		.operands_min = 0,
		.operands_max = 1,
		.offers = {OFFER_FOLDERS},
		.run = run,
};
