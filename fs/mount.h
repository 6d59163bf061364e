/*
 * mount: the mount point in the kernel's table: attach, detach, look. After a mount is attached nothing
 * here walks into it.
 */
#ifndef FS_MOUNT_H
#define FS_MOUNT_H

#include <stdbool.h>

struct err;

struct mount_spec {
	const char *mountpoint; /* absolute, resolved */
	const char *source;	/* what mount(8) shows */
	bool allow_other;
	bool noexec;
};

/*
 * Can MOUNTPOINT be mounted on? Detaches a mount of ours that lost its processes. 0, or the negative
 * errno with the remedy in ERR.
 */
int mount_check(const char *mountpoint, struct err *err);

/* Mount; *DEVICE is the connection (/dev/fuse), the caller's, close-on-exec. */
int mount_attach(const struct mount_spec *spec, int *device, struct err *err);

/* 0 (also if nothing of ours is mounted there), -EBUSY (not with LAZY), others. */
int mount_detach(const char *mountpoint, bool lazy, struct err *err);

/* Is what is on top at MOUNTPOINT a mount of ours, alive or dead? */
bool mount_is_ours(const char *mountpoint);

#endif
