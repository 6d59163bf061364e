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
	int place;		/* a descriptor of it, or -1: it is found by its name */
	const char *source;	/* what mount(8) shows */
	bool allow_other;
	bool noexec;
};

/*
 * Can MOUNTPOINT be mounted on? Detaches a mount of ours that lost its processes. 0, or the negative
 * errno with the remedy in ERR.
 */
int mount_check(const char *mountpoint, struct err *err);

#define MOUNT_REASON_SIZE 160

/* What a mount consists of. Both descriptors are the caller's, close-on-exec. */
struct mount_made {
	int device; /* the connection (/dev/fuse) */
	int door;   /* a writable clone of the mount that is attached nowhere; -1: there is none */
	char reason[MOUNT_REASON_SIZE]; /* why there is none */
};

/*
 * Mount, read-only from the first moment. A mount without a door is a success. OUT is untouched on
 * failure.
 */
int mount_attach(const struct mount_spec *spec, struct mount_made *out, struct err *err);

/* 0 (also if nothing of ours is mounted there), -EBUSY (not with LAZY), others. */
int mount_detach(const char *mountpoint, bool lazy, struct err *err);

/* Is what is on top at MOUNTPOINT a mount of ours, alive or dead? */
bool mount_is_ours(const char *mountpoint);

/* The number that the kernel gives the connection of the mount at MOUNTPOINT; 0: there is none. */
unsigned mount_connection(const char *mountpoint);

/*
 * End connection NUMBER: whoever waits for an answer gets an error. The very last resort, when there is
 * nobody left who could answer.
 */
void mount_abort(unsigned number);

#endif
