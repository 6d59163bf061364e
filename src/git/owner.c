/*
 * safe.directory must not come from the repository, so only the other configurations are read. "*"
 * stands for any folder, an empty value forgets those before it.
 */
#include "src/git/owner.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <git2.h>

#include "src/base/err.h"
#include "src/base/str.h"

/* What is asked of each safe.directory. */
struct question {
	const char *path; /* resolved */
	bool is_safe;
};

/* Root may have become so by sudo(8); then what belongs to that user is fine, too. */
static bool is_ours(uid_t owner)
{
	const char *sudo = getenv("SUDO_UID");
	uint64_t uid;

	if (owner == geteuid())
		return true;
	return geteuid() == 0 && sudo && str_to_u64(sudo, &uid) == 0 && uid == owner;
}

static int look_at(const git_config_entry *entry, void *context)
{
	struct question *question = context;
	char path[PATH_MAX];

	if (!entry->value || strcmp(entry->value, "") == 0)
		question->is_safe = false;
	else if (strcmp(entry->value, "*") == 0)
		question->is_safe = true;
	else if (realpath(entry->value, path) && strcmp(path, question->path) == 0)
		question->is_safe = true;
	return 0;
}

static bool is_safe(const char *path)
{
	struct question question = {path, false};
	git_config *config = NULL;

	if (git_config_open_default(&config) < 0)
		return false;
	(void)git_config_get_multivar_foreach(config, "safe.directory", NULL, look_at, &question);
	git_config_free(config);
	return question.is_safe;
}

static int not_ours(const char *name, uid_t owner, struct err *err)
{
	return err_set(err, EPERM,
			"repository '%s' belongs to another user (uid %u); if you trust it, run as "
			"the user of this process: git config --global --add safe.directory '%s'",
			name, (unsigned)owner, name);
}

int owner_check(const char *const *paths, size_t count, struct err *err)
{
	char name[PATH_MAX] = "";
	struct stat st;

	for (size_t i = 0; i < count; i++) {
		if (!paths[i])
			continue;
		if (!name[0] && !realpath(paths[i], name))
			return err_sys(err, errno, "repository '%s'", paths[i]);
		if (lstat(paths[i], &st) < 0)
			return err_sys(err, errno, "repository '%s'", paths[i]);
		if (!is_ours(st.st_uid))
			return is_safe(name) ? 0 : not_ours(name, st.st_uid, err);
	}
	return 0;
}
