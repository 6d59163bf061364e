#include "src/cmd/doctor_state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/base/diag.h"
#include "src/base/err.h"
#include "src/base/path.h"
#include "src/base/str.h"
#include "src/cmd/doctor_checkup.h"
#include "src/cmd/doctor_subject.h"
#include "src/engine/saved.h"
#include "src/link/settings.h"

#define MIB	    (1u << 20)
#define BYTES_LEAST (16ull * MIB) /* below it a commit may not fit */
#define BYTES_GOOD  (64ull * MIB)
#define FILES_LEAST 16 /* inodes */
#define FILES_GOOD  1000
#define STALE_S	    3600 /* no build takes that long */

/* --- the directory --- */

/* DIR can be made: its nearest parent that exists can be written. */
static void check_parent(const char *dir, struct checkup *checkup)
{
	struct buf parent = BUF_INIT;
	char *slash;

	buf_add_str(&parent, dir);
	do {
		slash = parent.len > 0 ? strrchr(parent.data, '/') : NULL;
		buf_cut(&parent, slash ? (size_t)(slash - parent.data) : 0);
	} while (parent.len > 0 && access(parent.data, F_OK) < 0 && errno == ENOENT);
	if (parent.len == 0)
		buf_add_str(&parent, "/");
	if (faccessat(AT_FDCWD, parent.data, W_OK | X_OK, AT_EACCESS) == 0) {
		checkup_ok(checkup, "state", "'%s' will be made at the first mount", dir);
	} else {
		checkup_fail(checkup, "state", "'%s' cannot be made: '%s': %s", dir, parent.data,
				strerror(errno));
		checkup_remedy(checkup,
				"make it and give it to who mounts, or set 'state' to another "
				"folder");
	}
	buf_release(&parent);
}

static void check_owner(const char *dir, const struct stat *st, struct checkup *checkup)
{
	if (st->st_uid != geteuid()) {
		checkup_warn(checkup, "state", "'%s' belongs to user %u, not to %u", dir,
				(unsigned)st->st_uid, (unsigned)geteuid());
		checkup_remedy(checkup, "chown -R %u %s", (unsigned)geteuid(), dir);
	} else if (st->st_mode & 022) {
		checkup_fail(checkup, "state", "'%s' can be changed by others (mode %04o)", dir,
				(unsigned)(st->st_mode & 07777));
		checkup_remedy(checkup, "chmod 0700 %s", dir);
	} else {
		checkup_ok(checkup, "state", "'%s' can be written", dir);
	}
}

bool state_check_dir(const char *dir, struct checkup *checkup)
{
	struct stat st;
	int code;

	if (stat(dir, &st) < 0 && errno == ENOENT) {
		check_parent(dir, checkup);
		return false;
	}
	if (stat(dir, &st) < 0) {
		checkup_fail(checkup, "state", "'%s': %s", dir, strerror(errno));
		checkup_remedy(checkup,
				"let who mounts reach it, or set 'state' to another folder");
		return false;
	}
	if (!S_ISDIR(st.st_mode)) {
		checkup_fail(checkup, "state", "'%s' is not a directory", dir);
		checkup_remedy(checkup, "remove it, or set 'state' to another folder");
		return false;
	}
	if (faccessat(AT_FDCWD, dir, R_OK | W_OK | X_OK, AT_EACCESS) < 0) {
		code = errno;
		checkup_fail(checkup, "state", "'%s' cannot be written: %s", dir, strerror(code));
		checkup_remedy(checkup,
				code == EROFS ? "mount its file system read-write, or set 'state' "
						"to another folder"
					      : "give it to who mounts (chown -R), or set 'state' "
						"to "
						"another folder");
		return false;
	}
	check_owner(dir, &st, checkup);
	return true;
}

/* --- room --- */

/* What the files of FOLDER below DIR take up. */
static uint64_t used_by(const char *dir, const char *folder)
{
	struct buf path = BUF_INIT;
	const struct dirent *entry;
	uint64_t used = 0;
	struct stat st;
	DIR *open;

	path_join(&path, dir, folder);
	open = opendir(buf_str(&path));
	while (open && (entry = readdir(open)) != NULL) {
		if (fstatat(dirfd(open), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
				S_ISREG(st.st_mode))
			used += (uint64_t)st.st_blocks * 512;
	}
	if (open)
		(void)closedir(open);
	buf_release(&path);
	return used;
}

static int look_at_room(const char *dir, struct room *out)
{
	struct statvfs fs;

	if (statvfs(dir, &fs) < 0)
		return -errno;
	*out = (struct room){
			.free_bytes = (uint64_t)fs.f_bavail * fs.f_frsize,
			.free_files = fs.f_favail,
			.all_files = fs.f_files,
			.used_bytes = used_by(dir, "segments"),
	};
	return 0;
}

/* Now and then everything that is shown is written once more, before the old goes. */
void state_check_room(const char *dir, const struct room *room, struct checkup *checkup)
{
	uint64_t good = room->used_bytes > BYTES_GOOD ? room->used_bytes : BYTES_GOOD;
	bool counts_files = room->all_files > 0;

	if (room->free_bytes < BYTES_LEAST) {
		checkup_fail(checkup, "disk", "%" PRIu64 " MiB are free at '%s'",
				room->free_bytes / MIB, dir);
		checkup_remedy(checkup, "make room there: %" PRIu64 " MiB or more", good / MIB);
	} else if (counts_files && room->free_files < FILES_LEAST) {
		checkup_fail(checkup, "disk", "%" PRIu64 " inodes are free at '%s'",
				room->free_files, dir);
		checkup_remedy(checkup, "remove files there that nobody needs: df -i %s", dir);
	} else if (room->free_bytes < good) {
		checkup_warn(checkup, "disk",
				"%" PRIu64 " MiB are free at '%s', and the state has %" PRIu64
				" MiB",
				room->free_bytes / MIB, dir, room->used_bytes / MIB);
		checkup_remedy(checkup, "make room there: %" PRIu64 " MiB or more", good / MIB);
	} else if (counts_files && room->free_files < FILES_GOOD) {
		checkup_warn(checkup, "disk", "%" PRIu64 " inodes are free at '%s'",
				room->free_files, dir);
		checkup_remedy(checkup, "remove files there that nobody needs: df -i %s", dir);
	} else {
		checkup_ok(checkup, "disk",
				"%" PRIu64 " MiB are free at '%s', and the state has %" PRIu64
				" MiB",
				room->free_bytes / MIB, dir, room->used_bytes / MIB);
	}
}

/* --- content --- */

/* Unfinished files that no build works at any more. */
static size_t count_leftovers(const char *dir, const char *folder, int64_t now_s)
{
	struct buf path = BUF_INIT;
	const struct dirent *entry;
	size_t count = 0;
	struct stat st;
	DIR *open;

	path_join(&path, dir, folder);
	open = opendir(buf_str(&path));
	while (open && (entry = readdir(open)) != NULL) {
		if ((str_has_suffix(entry->d_name, ".tmp") ||
				    str_has_prefix(entry->d_name, ".tmp-")) &&
				fstatat(dirfd(open), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) ==
						0 &&
				st.st_mtime < now_s - STALE_S)
			count++;
	}
	if (open)
		(void)closedir(open);
	buf_release(&path);
	return count;
}

static void check_saved(const char *dir, struct checkup *checkup)
{
	struct saved saved = SAVED_INIT;
	struct err err = ERR_INIT;
	int rc;

	rc = saved_load(dir, &saved, &err);
	if (rc == -EPROTO) {
		checkup_fail(checkup, SAVED_FILE, "%s", err.text);
		checkup_remedy(checkup, "use the refmount that wrote it, or move %s away", dir);
	} else if (rc < 0) {
		checkup_fail(checkup, SAVED_FILE, "%s", err.text);
		checkup_remedy(checkup,
				"remove %s/" SAVED_FILE ": a hold that is in it is lost, and "
				"the ref is followed",
				dir);
	}
	saved_release(&saved);
}

void state_check_content(const char *dir, struct checkup *checkup)
{
	static const char *const folders[] = {".", "segments", "generations"};
	int64_t now_s = clock_wall_s();
	size_t count = 0;

	check_saved(dir, checkup);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		count += count_leftovers(dir, folders[i], now_s);
	if (count > 0) {
		checkup_warn(checkup, "leftovers", "%zu unfinished files are left in '%s'", count,
				dir);
		checkup_remedy(checkup, "find %s -name '*.tmp*' -mmin +60 -delete", dir);
	}
}

static void check_run_dir(const char *dir, struct checkup *checkup)
{
	struct buf base = BUF_INIT;
	const char *slash = strrchr(dir, '/');
	struct stat st;

	buf_add(&base, dir, slash ? (size_t)(slash - dir) : 0);
	if (stat(buf_str(&base), &st) == 0 &&
			faccessat(AT_FDCWD, buf_str(&base), W_OK | X_OK, AT_EACCESS) < 0) {
		checkup_fail(checkup, "run", "'%s' cannot be written: %s", buf_str(&base),
				strerror(errno));
		checkup_remedy(checkup, "give it to who mounts (chown), or set XDG_RUNTIME_DIR");
	}
	buf_release(&base);
}

/* Of a mount without a configuration nobody says where its state is; if not in the usual place, elsewhere. */
static bool is_elsewhere(const struct subject *subject, const char *dir)
{
	return subject->mount && !subject->config && access(dir, F_OK) < 0;
}

void doctor_state(struct checkup *checkup, const void *arg)
{
	const struct subject *subject = arg;
	struct settings settings = SETTINGS_INIT;
	struct diag findings = DIAG_INIT;
	struct room room;

	if (subject->name && subject_settings(subject, &settings, &findings, NULL) == 0 &&
			!is_elsewhere(subject, settings.state_dir)) {
		if (state_check_dir(settings.state_dir, checkup)) {
			if (look_at_room(settings.state_dir, &room) == 0)
				state_check_room(settings.state_dir, &room, checkup);
			state_check_content(settings.state_dir, checkup);
		}
		check_run_dir(settings.run_dir, checkup);
	}
	diag_release(&findings);
	settings_release(&settings);
}
