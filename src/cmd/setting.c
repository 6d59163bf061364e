#include "src/cmd/setting.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/pairs.h"
#include "src/base/path.h"
#include "src/base/str.h"
#include "src/link/settings.h"

int setting_text(char **field, const char *text, struct err *err)
{
	char *copy = strdup(text);

	if (!copy)
		return err_sys(err, ENOMEM, "'%s'", text);
	free(*field);
	*field = copy;
	return 0;
}

/* "/", "." and "" mean all of the tree; slashes around the path do not count. */
int setting_folder(struct settings *settings, const char *text, struct err *err)
{
	const char *start = text + strspn(text, "/");
	size_t len = strlen(start);
	char *folder;

	while (len > 0 && start[len - 1] == '/')
		len--;
	if (len == 1 && start[0] == '.')
		len = 0;
	folder = strndup(start, len);
	if (!folder)
		return err_sys(err, ENOMEM, "path");
	if (len > 0 && !path_is_clean(folder)) {
		free(folder);
		return err_set(err, EINVAL, "'%s' is not the path of a folder in the repository",
				text);
	}
	free(settings->folder);
	settings->folder = folder;
	return 0;
}

int setting_file(char **field, const char *what, const char *text, struct err *err)
{
	struct buf path = BUF_INIT;
	char here[PATH_MAX], *dir;

	if (text[0] == '\0')
		return err_set(err, EINVAL, "the path of the %s is empty", what);
	if (text[0] == '/')
		buf_add_str(&path, text);
	else if (getcwd(here, sizeof(here)))
		path_join(&path, here, text);
	dir = buf_steal(&path);
	if (!dir)
		return err_sys(err, ENOMEM, "'%s'", text);
	free(*field);
	*field = dir;
	return 0;
}

int setting_state(struct settings *settings, const char *text, struct err *err)
{
	return setting_file(&settings->state_dir, "state directory", text, err);
}

int setting_secrets(struct settings *settings, const char *text, struct err *err)
{
	return setting_file(&settings->secrets, "secrets directory", text, err);
}

int setting_fact(struct settings *settings, const char *name, size_t name_len, const char *value,
		struct err *err)
{
	int len = (int)name_len;
	int rc;

	if (!pairs_is_name(name, name_len))
		return err_set(err, EINVAL,
				"'%.*s' cannot be a fact's name: letters, digits and underscores",
				len, name);
	if (value[0] == '\0')
		return err_set(err, EINVAL, "fact '%.*s' is empty", len, name);
	if (value[0] == '.' || strchr(value, '/') || !str_is_utf8(value, strlen(value)))
		return err_set(err, EINVAL,
				"fact '%.*s' cannot be '%s': a fact may stand in a path, so no "
				"slash and no dot in front",
				len, name, value);
	rc = pairs_set(&settings->facts, name, name_len, value);
	if (rc == -EINVAL)
		return err_set(err, EINVAL, "fact '%.*s' holds a control character", len, name);
	return rc < 0 ? err_sys(err, -rc, "fact '%.*s'", len, name) : 0;
}

int setting_poll(struct settings *settings, uint64_t poll_ms, struct err *err)
{
	if (poll_ms > 0 && poll_ms < SETTING_POLL_MIN_MS)
		return err_set(err, EINVAL, "poll must be at least %dms (0: never)",
				SETTING_POLL_MIN_MS);
	settings->poll_ms = poll_ms;
	return 0;
}

int setting_history(struct settings *settings, uint64_t history, struct err *err)
{
	if (history < SETTING_HISTORY_MIN || history > SETTING_HISTORY_MAX)
		return err_set(err, EINVAL, "history must be %d to %d revisions",
				SETTING_HISTORY_MIN, SETTING_HISTORY_MAX);
	settings->history = (uint32_t)history;
	return 0;
}

int setting_depth(struct settings *settings, uint64_t depth, struct err *err)
{
	if (depth > SETTING_DEPTH_MAX)
		return err_set(err, EINVAL, "depth must be at most %d commits (0: all)",
				SETTING_DEPTH_MAX);
	settings->depth = (uint32_t)depth;
	return 0;
}

int setting_lease(struct settings *settings, uint64_t lease_ms, struct err *err)
{
	if (lease_ms > SETTING_LEASE_MAX_MS)
		return err_set(err, EINVAL, "lease must be at most %dms (0: off)",
				SETTING_LEASE_MAX_MS);
	settings->lease_ms = lease_ms;
	return 0;
}

/* An id as a number: UINT32_MAX means "unchanged" to the kernel and is nobody's. */
static bool parse_id(const char *text, uint32_t *id)
{
	uint64_t number;

	if (str_to_u64(text, &number) < 0 || number >= UINT32_MAX)
		return false;
	*id = (uint32_t)number;
	return true;
}

int setting_uid(struct settings *settings, const char *text, struct err *err)
{
	const struct passwd *user;

	if (parse_id(text, &settings->uid))
		return 0;
	user = getpwnam(text);
	if (!user)
		return err_set(err, EINVAL, "no user '%s'", text);
	settings->uid = user->pw_uid;
	return 0;
}

int setting_gid(struct settings *settings, const char *text, struct err *err)
{
	const struct group *group;

	if (parse_id(text, &settings->gid))
		return 0;
	group = getgrnam(text);
	if (!group)
		return err_set(err, EINVAL, "no group '%s'", text);
	settings->gid = group->gr_gid;
	return 0;
}
