/*
 * mounts: which mounts there are, and which one the user means.
 *
 * A mount is known from two sides: its run directory (RUN/NAME/mount holds the mount point),
 * which says what it is called, and the kernel's table of mounts, which says whether it is there.
 */
#ifndef CMD_MOUNTS_H
#define CMD_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>

struct err;

struct mount {
	char *name;    /* owned; NULL: mounted, but its run directory is not to be seen */
	char *path;    /* owned; the mount point */
	char *run_dir; /* owned; NULL like name */
	bool is_mounted;
};

struct mounts {
	struct mount *items; /* owned; sorted by name */
	size_t count, cap;
};

#define MOUNT_INIT  {0}
#define MOUNTS_INIT {0}

void mount_release(struct mount *mount);
void mounts_release(struct mounts *mounts);

/* All that have a run directory which the caller can see: root's, and those of the caller. */
int mounts_list(struct mounts *out, struct err *err);

/*
 * The mount that WHAT names: a NAME, its mount point or a path inside of it, also one that was
 * reached through a bind mount; a NAME is tried first. NULL: the only one that is mounted.
 * -ENOENT, and -EINVAL when there are several; ERR says what there is.
 */
int mounts_find(const char *what, struct mount *out, struct err *err);

#endif
