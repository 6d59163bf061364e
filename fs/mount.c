#include "fs/mount.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse_lowlevel.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/mountinfo.h"
#include "src/base/proc.h"

#define TYPE	     "fuse.refmount"
#define SUBTYPE	     "refmount"
#define DEVICE	     "/dev/fuse"
#define DEVICE_MAJOR 10 /* admin-guide/devices.txt of Linux */
#define DEVICE_MINOR 229
#define FIRST_FD     16 /* numbers below are kept for children (roles.h) */

/* --- the kernel's table --- */

/* What is on top at MOUNTPOINT. */
struct found {
	const char *mountpoint;
	bool is_there, is_ours;
	unsigned minor; /* of the device number: for FUSE that of the connection */
};

static bool look_at(void *arg, const struct mountinfo *info)
{
	struct found *found = arg;

	if (strcmp(info->path, found->mountpoint) != 0)
		return false;
	found->is_there = true;
	found->is_ours = strcmp(info->type, TYPE) == 0;
	found->minor = info->minor;
	return false; /* the last one is on top */
}

static struct found find_mount(const char *mountpoint)
{
	struct found found = {.mountpoint = mountpoint};

	(void)mountinfo_each(look_at, &found, NULL);
	return found;
}

bool mount_is_ours(const char *mountpoint)
{
	return find_mount(mountpoint).is_ours;
}

unsigned mount_connection(const char *mountpoint)
{
	const struct found found = find_mount(mountpoint);

	return found.is_ours ? found.minor : 0;
}

void mount_abort(unsigned number)
{
	int context, control, fd;
	char path[32];

	context = fsopen("fusectl", FSOPEN_CLOEXEC);
	if (context < 0)
		return;
	(void)fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
	control = fsmount(context, FSMOUNT_CLOEXEC, 0);
	(void)close(context);
	if (control < 0)
		return;
	(void)snprintf(path, sizeof(path), "%u/abort", number);
	fd = openat(control, path, O_WRONLY | O_CLOEXEC);
	if (fd >= 0) {
		(void)!write(fd, "1", 1);
		(void)close(fd);
	}
	(void)close(control);
}

/* --- before --- */

static int check_table(const char *mountpoint, struct err *err)
{
	const struct found found = find_mount(mountpoint);

	if (!found.is_there)
		return 0;
	if (found.is_ours && mountinfo_is_dead(mountpoint))
		return mount_detach(mountpoint, true, err);
	return err_set(err, EBUSY, "'%s' is a mount point already: unmount it first (umount '%s')",
			mountpoint, mountpoint);
}

static int check_empty(const char *mountpoint, struct err *err)
{
	const struct dirent *entry;
	bool is_empty = true;
	DIR *dir;

	dir = opendir(mountpoint);
	if (!dir)
		return err_sys(err, errno, "mount point '%s'", mountpoint);
	while (is_empty && (entry = readdir(dir)))
		is_empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
	(void)closedir(dir);
	if (!is_empty)
		return err_set(err, ENOTEMPTY,
				"mount point '%s' is not empty: move its content away, or mount "
				"somewhere else",
				mountpoint);
	return 0;
}

static bool is_device(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) &&
			st.st_rdev == makedev(DEVICE_MAJOR, DEVICE_MINOR);
}

static int check_device(struct err *err)
{
	int fd = open(DEVICE, O_RDWR | O_CLOEXEC);
	bool is_right = fd >= 0 && is_device(fd);

	if (fd >= 0)
		(void)close(fd);
	if (is_right)
		return 0;
	if (fd >= 0)
		return err_set(err, ENODEV, "'" DEVICE "' is not the FUSE device (%d:%d)",
				DEVICE_MAJOR, DEVICE_MINOR);
	if (errno == ENOENT || errno == ENODEV || errno == ENXIO)
		return err_set(err, ENODEV,
				"there is no '" DEVICE "': load the kernel module with "
				"'modprobe fuse', or let the container have the device");
	return err_sys(err, errno, "open '" DEVICE "'");
}

int mount_check(const char *mountpoint, struct err *err)
{
	struct stat st;
	int rc;

	rc = check_table(mountpoint, err);
	if (rc < 0)
		return rc;
	if (stat(mountpoint, &st) < 0) {
		if (errno == ENOENT)
			return err_set(err, ENOENT,
					"mount point '%s' does not exist: make it with mkdir -p "
					"'%s'",
					mountpoint, mountpoint);
		return err_sys(err, errno, "mount point '%s'", mountpoint);
	}
	if (!S_ISDIR(st.st_mode))
		return err_set(err, ENOTDIR, "mount point '%s' is not a folder", mountpoint);
	rc = check_empty(mountpoint, err);
	return rc < 0 ? rc : check_device(err);
}

/* --- attach --- */

/*
 * Programs that watch files wake up when something is changed through the VFS, so there has to be a
 * way for us to change things (notify.c): the superblock is writable, the mount that people see is
 * not, and a clone of it, which is attached nowhere, is. The clone is made of the mount that is
 * read-only already, so there is no moment at which anybody could write through the visible one; and
 * it is private, so that what others mount below the visible one does not show in it.
 */
static int open_door(int mount_fd, struct mount_made *made)
{
	struct mount_attr attr = {.attr_clr = MOUNT_ATTR_RDONLY, .propagation = MS_PRIVATE};
	int code;

	made->door = open_tree(mount_fd, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
	if (made->door >= 0 &&
			mount_setattr(made->door, "", AT_EMPTY_PATH, &attr, sizeof(attr)) == 0)
		return 0;
	code = errno;
	if (made->door >= 0)
		(void)close(made->door);
	made->door = -1;
	(void)snprintf(made->reason, sizeof(made->reason),
			"the kernel refuses a writable clone of the mount: %s", strerror(code));
	return -code;
}

static int configure(int context, const struct mount_spec *spec, int device)
{
	char fd[16], uid[16], gid[16];
	const char *const options[][2] = {
			{"source", spec->source},
			{"subtype", SUBTYPE},
			{"fd", fd},
			{"rootmode", "40000"},
			{"user_id", uid},
			{"group_id", gid},
	};
	size_t i;

	(void)snprintf(fd, sizeof(fd), "%d", device);
	(void)snprintf(uid, sizeof(uid), "%u", (unsigned)geteuid());
	(void)snprintf(gid, sizeof(gid), "%u", (unsigned)getegid());
	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (fsconfig(context, FSCONFIG_SET_STRING, options[i][0], options[i][1], 0) < 0)
			return -errno;
	}
	if (fsconfig(context, FSCONFIG_SET_FLAG, "default_permissions", NULL, 0) < 0)
		return -errno;
	if (spec->allow_other && fsconfig(context, FSCONFIG_SET_FLAG, "allow_other", NULL, 0) < 0)
		return -errno;
	return fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0 ? -errno : 0;
}

/* A mount that is attached nowhere yet: its descriptor, or negative errno. */
static int make_mount(const struct mount_spec *spec, int device)
{
	unsigned attributes = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
			(spec->noexec ? MOUNT_ATTR_NOEXEC : 0);
	int context, rc;

	context = fsopen("fuse", FSOPEN_CLOEXEC);
	if (context < 0)
		return -errno;
	rc = configure(context, spec, device);
	if (rc == 0) {
		rc = fsmount(context, FSMOUNT_CLOEXEC, attributes);
		rc = rc < 0 ? -errno : rc;
	}
	(void)close(context);
	return rc;
}

/* By fsopen(2): 0, or the negative errno of the step that this kernel refuses. Nothing is left then. */
static int attach_with_door(const struct mount_spec *spec, struct mount_made *made)
{
	bool has_place = spec->place >= 0;
	int mount_fd, rc;

	mount_fd = make_mount(spec, made->device);
	if (mount_fd < 0)
		return mount_fd;
	rc = move_mount(mount_fd, "", has_place ? spec->place : AT_FDCWD,
			has_place ? "" : spec->mountpoint,
			MOVE_MOUNT_F_EMPTY_PATH | (has_place ? MOVE_MOUNT_T_EMPTY_PATH : 0));
	rc = rc < 0 ? -errno : 0;
	if (rc == 0)
		(void)open_door(mount_fd, made);
	(void)close(mount_fd);
	return rc;
}

/* By mount(2), for kernels before 5.12 and sandboxes that know nothing newer. */
static int attach_plainly(const struct mount_spec *spec, const struct mount_made *made)
{
	unsigned long flags = MS_NOSUID | MS_NODEV | MS_RDONLY | (spec->noexec ? MS_NOEXEC : 0);
	char options[128];

	(void)snprintf(options, sizeof(options),
			"fd=%d,rootmode=40000,user_id=%u,group_id=%u,default_permissions%s",
			made->device, (unsigned)geteuid(), (unsigned)getegid(),
			spec->allow_other ? ",allow_other" : "");
	return mount(spec->source, spec->mountpoint, TYPE, flags, options) < 0 ? -errno : 0;
}

static int attach_as_root(const struct mount_spec *spec, struct mount_made *out, struct err *err)
{
	struct mount_made made = {.door = -1};
	int rc;

	made.device = open(DEVICE, O_RDWR | O_CLOEXEC);
	if (made.device < 0)
		return err_sys(err, errno, "open '" DEVICE "'");
	rc = attach_with_door(spec, &made);
	if (rc < 0) {
		(void)snprintf(made.reason, sizeof(made.reason),
				"the kernel refuses fsopen(2) or one of its kin: %s",
				strerror(-rc));
		rc = attach_plainly(spec, &made);
	}
	if (rc < 0) {
		(void)close(made.device);
		return err_sys(err, -rc, "mount on '%s'", spec->mountpoint);
	}
	*out = made;
	return 0;
}

/* libfuse takes options apart at commas. */
static void add_escaped(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == ',' || *text == '\\')
			buf_add_char(out, '\\');
		buf_add_char(out, *text);
	}
}

static int attach_session(
		const struct mount_spec *spec, const char *options, int *device, struct err *err)
{
	const struct fuse_lowlevel_ops none = {0};
	char *argv[] = {(char *)SUBTYPE, (char *)"-o", (char *)options, NULL};
	struct fuse_args args = FUSE_ARGS_INIT(3, argv);
	struct fuse_session *session;
	int rc = 0;

	session = fuse_session_new(&args, &none, sizeof(none), NULL);
	fuse_opt_free_args(&args);
	if (!session)
		return err_set(err, EINVAL, "libfuse refuses the mount options");
	if (fuse_session_mount(session, spec->mountpoint) < 0) {
		rc = err_set(err, EPERM, "fusermount3 could not mount on '%s'%s", spec->mountpoint,
				spec->allow_other ? " (allow_other needs user_allow_other in "
						    "/etc/fuse.conf)"
						  : "");
	} else {
		*device = fcntl(fuse_session_fd(session), F_DUPFD_CLOEXEC, FIRST_FD);
		if (*device < 0)
			rc = err_sys(err, errno, "keep the connection");
	}
	fuse_session_destroy(session); /* its descriptor only: the mount stays */
	return rc;
}

/* By fusermount3, which libfuse calls. */
static int attach_as_user(const struct mount_spec *spec, int *device, struct err *err)
{
	struct buf options = BUF_INIT;
	int rc;

	buf_add_str(&options, "ro,nosuid,nodev,default_permissions,subtype=" SUBTYPE);
	if (spec->allow_other)
		buf_add_str(&options, ",allow_other");
	if (spec->noexec)
		buf_add_str(&options, ",noexec");
	buf_add_str(&options, ",fsname=");
	add_escaped(&options, spec->source);
	if (buf_ok(&options))
		rc = attach_session(spec, buf_str(&options), device, err);
	else
		rc = err_sys(err, ENOMEM, "mount on '%s'", spec->mountpoint);
	buf_release(&options);
	return rc;
}

int mount_attach(const struct mount_spec *spec, struct mount_made *out, struct err *err)
{
	struct mount_made made = {.door = -1, .reason = "not mounted by root"};
	int rc;

	if (geteuid() == 0)
		return attach_as_root(spec, out, err);
	rc = attach_as_user(spec, &made.device, err);
	if (rc == 0)
		*out = made;
	return rc;
}

/* --- detach --- */

static int detach_as_user(const char *mountpoint, bool lazy, struct err *err)
{
	const char *argv[] = {"fusermount3", lazy ? "-uqz" : "-uq", "--", mountpoint, NULL};
	int rc, status;

	rc = proc_run(argv, &status, err);
	if (rc < 0)
		return rc;
	if (status == 0 || !mount_is_ours(mountpoint))
		return 0;
	return err_set(err, EBUSY, "'%s' is busy", mountpoint);
}

int mount_detach(const char *mountpoint, bool lazy, struct err *err)
{
	if (!mount_is_ours(mountpoint))
		return 0;
	if (geteuid() != 0)
		return detach_as_user(mountpoint, lazy, err);
	if (umount2(mountpoint, UMOUNT_NOFOLLOW | (lazy ? MNT_DETACH : 0)) == 0)
		return 0;
	if (errno == EBUSY)
		return err_set(err, EBUSY, "'%s' is busy", mountpoint);
	return err_sys(err, errno, "unmount '%s'", mountpoint);
}
