#include "src/base/owner.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "src/base/str.h"

#define LINE_MAX_BYTES 65536 /* a longer one, of a large group, ends the search */

static int find_user(FILE *file, const char *name, uint32_t *id)
{
	struct passwd entry, *found = NULL;
	static _Thread_local char line[LINE_MAX_BYTES];

	while (fgetpwent_r(file, &entry, line, sizeof(line), &found) == 0) {
		if (strcmp(found->pw_name, name) == 0) {
			*id = found->pw_uid;
			return 0;
		}
	}
	return -ENOENT;
}

static int find_group(FILE *file, const char *name, uint32_t *id)
{
	struct group entry, *found = NULL;
	static _Thread_local char line[LINE_MAX_BYTES];

	while (fgetgrent_r(file, &entry, line, sizeof(line), &found) == 0) {
		if (strcmp(found->gr_name, name) == 0) {
			*id = found->gr_gid;
			return 0;
		}
	}
	return -ENOENT;
}

int owner_find_in(const char *file, const char *name, bool is_group, uint32_t *id)
{
	FILE *stream = fopen(file, "re");
	int rc;

	if (!stream)
		return -ENOENT;
	rc = is_group ? find_group(stream, name, id) : find_user(stream, name, id);
	(void)fclose(stream);
	return rc;
}

int owner_find(const char *name, bool is_group, uint32_t *id)
{
	uint64_t number;

	/* UINT32_MAX means "unchanged" to the kernel and is nobody's. */
	if (str_to_u64(name, &number) == 0 && number < UINT32_MAX) {
		*id = (uint32_t)number;
		return 0;
	}
	return owner_find_in(is_group ? "/etc/group" : "/etc/passwd", name, is_group, id);
}

/* NAME is of that entry, or its number. */
static bool is_of(const struct passwd *entry, const char *name, bool is_number, uint64_t number)
{
	return strcmp(entry->pw_name, name) == 0 || (is_number && entry->pw_uid == number);
}

int owner_find_login_in(const char *file, const char *name, uint32_t *uid, uint32_t *gid)
{
	static _Thread_local char line[LINE_MAX_BYTES];
	struct passwd entry, *found = NULL;
	uint64_t number = 0;
	bool is_number = str_to_u64(name, &number) == 0 && number < UINT32_MAX;
	FILE *stream = fopen(file, "re");

	while (stream && fgetpwent_r(stream, &entry, line, sizeof(line), &found) == 0) {
		if (!is_of(found, name, is_number, number))
			continue;
		*uid = found->pw_uid;
		*gid = found->pw_gid;
		(void)fclose(stream);
		return 0;
	}
	if (stream)
		(void)fclose(stream);
	if (!is_number)
		return -ENOENT;
	*uid = *gid = (uint32_t)number;
	return 0;
}

int owner_find_login(const char *name, uint32_t *uid, uint32_t *gid)
{
	return owner_find_login_in("/etc/passwd", name, uid, gid);
}
