#include "src/cmd/precheck.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/mountinfo.h"
#include "src/base/path.h"
#include "src/base/str.h"
#include "src/cmd/mounts.h"
#include "src/follow/resolver.h"
#include "src/link/settings.h"

static bool is_empty(const char *path, int *code)
{
	const struct dirent *entry;
	DIR *dir = opendir(path);
	bool found = false;

	*code = dir ? 0 : errno;
	while (dir && !found && (entry = readdir(dir)) != NULL)
		found = strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	if (dir)
		(void)closedir(dir);
	return !found;
}

static int check_mountpoint(const char *path, struct err *err)
{
	struct stat st;
	int code, trigger = mountinfo_open_trigger(path);

	if (trigger >= 0)
		return close(trigger);
	/* What a dead daemon left behind is cleaned up by the keeper. */
	if (mountinfo_is_dead(path))
		return 0;
	if (stat(path, &st) < 0)
		return err_sys(err, errno, "mount point '%s'", path);
	if (!S_ISDIR(st.st_mode))
		return err_set(err, ENOTDIR, "mount point '%s' is not a directory", path);
	if (!is_empty(path, &code))
		return err_set(err, ENOTEMPTY,
				"mount point '%s' is not empty (what is in it would be hidden; "
				"choose an "
				"empty directory)",
				path);
	if (code)
		return err_sys(err, code, "mount point '%s'", path);
	return 0;
}

/* Neither the mount point nor the name may be in use by another mount of ours. */
static int check_unused(const struct settings *settings, struct err *err)
{
	struct mounts mounts = MOUNTS_INIT;
	const struct mount *mount;
	size_t i;
	int rc;

	rc = mounts_list(&mounts, err);
	for (i = 0; i < mounts.count && rc == 0; i++) {
		mount = &mounts.items[i];
		if (!mount->is_mounted || mountinfo_is_dead(mount->path))
			continue;
		if (strcmp(mount->path, settings->mountpoint) == 0)
			rc = err_set(err, EBUSY, "'%s' is mounted already (refmount umount %s)",
					mount->path, mount->path);
		else if (strcmp(mount->run_dir, settings->run_dir) == 0)
			rc = err_set(err, EBUSY,
					"the name '%s' is that of the mount at '%s' (choose "
					"another with --name)",
					mount->name, mount->path);
	}
	mounts_release(&mounts);
	return rc;
}

/* Does STATE_DIR hold any generation? Whether it is whole is found out when it is served. */
static bool has_generation(const char *state_dir)
{
	struct buf path = BUF_INIT;
	const struct dirent *entry;
	bool found = false;
	DIR *dir;

	path_join(&path, state_dir, "generations");
	dir = buf_ok(&path) ? opendir(path.data) : NULL;
	while (dir && !found && (entry = readdir(dir)) != NULL)
		found = str_has_suffix(entry->d_name, ".gen");
	if (dir)
		(void)closedir(dir);
	buf_release(&path);
	return found;
}

int precheck_repository(const struct settings *settings, struct err *err)
{
	const struct resolver_spec spec = {.program = settings->program,
			.name = settings->name,
			.source = settings->source};
	struct resolver *resolver = NULL;
	struct resolver_place place;
	struct buf dirs = BUF_INIT;
	int rc;

	rc = resolver_new(&spec, &resolver, err);
	if (rc == 0)
		rc = resolver_ref(resolver, settings->ref, &place, &dirs, err);
	if (rc == 0 && settings->folder && settings->folder[0])
		rc = resolver_folder(resolver, &place.commit, settings->folder, err);
	buf_release(&dirs);
	resolver_free(resolver);
	return rc;
}

int precheck(const struct settings *settings, struct err *warning, struct err *err)
{
	struct err reason = ERR_INIT;
	int rc;

	rc = check_unused(settings, err);
	if (rc == 0)
		rc = check_mountpoint(settings->mountpoint, err);
	if (rc < 0)
		return rc;
	if (settings->is_remote)
		return 0; /* the first fetch tells */
	rc = precheck_repository(settings, &reason);
	if (rc == 0)
		return 0;
	if (!has_generation(settings->state_dir)) {
		if (err)
			*err = reason;
		return rc;
	}
	(void)err_set(warning, reason.code, "%s; the last good revision is served", reason.text);
	return 0;
}
