/*
 * mountinfo: the kernel's table of mounts, as this process sees it: /proc/self/mountinfo, whose format
 * is that of proc_pid_mountinfo(5). Reading it touches no file system that is mounted. And whether there
 * is still somebody behind one.
 */
#ifndef BASE_MOUNTINFO_H
#define BASE_MOUNTINFO_H

#include <stdbool.h>

struct err;

#define MOUNTINFO_FILE "/proc/self/mountinfo"
#define MOUNTINFO_MAX  (64u << 20) /* bytes of the table */

struct mountinfo {
	unsigned major, minor; /* of the device; for FUSE, MINOR is the number of the connection */
	const char *root;      /* what is mounted of the file system, escapes undone */
	const char *path;      /* mount point, likewise */
	const char *type;
};

/* Parse LINE, which is cut into pieces and has to live as long as OUT: true if it is understood. */
bool mountinfo_parse(char *line, struct mountinfo *out);

/* True: that is enough. INFO lives during the call. */
typedef bool mountinfo_fn(void *arg, const struct mountinfo *info);

/* Call FN for each mount, until it says so; of several at one place, the one on top comes last. */
int mountinfo_each(mountinfo_fn *fn, void *arg, struct err *err);

/* The same for the table in FILE, which is of another process. */
int mountinfo_each_in(const char *file, mountinfo_fn *fn, void *arg, struct err *err);

/*
 * Does PATH belong to autofs, so that something is mounted there when somebody looks? Then a descriptor of it, which
 * only the process group can get that autofs has asked to mount; everybody else would wait for that. Else -1.
 */
int mountinfo_open_trigger(const char *path);

/*
 * Has the process behind what is mounted at PATH gone, so that nobody will ever answer for it? stat(2)
 * and access(2) may still be answered from what the kernel has cached; statfs(2) never is.
 */
bool mountinfo_is_dead(const char *path);

#endif
